#include "num/ttest.h"

#include <math.h>

#include "num/moments.h"
#include "num/stat_tails.h"

/* ---- t ---- */
struct ttest ttest_one(const struct moments *m, int v, double value)
{
	const double n = m->count[0];

	/* The mean is told less the first value. */
	return (struct ttest){ (m->first[v] - value + moments_mean(m, 0, v)) / sqrt(moments_square(m, 0, v) / (n - 1) / n), n - 1 };
}

static double difference(const struct moments *m, int v)
{
	return moments_mean(m, 0, v) - moments_mean(m, 1, v);
}

struct ttest ttest_equal(const struct moments *m, int v)
{
	const double n0 = m->count[0], n1 = m->count[1], dof = n0 + n1 - 2;
	double variance = (moments_square(m, 0, v) + moments_square(m, 1, v)) / dof;

	return (struct ttest){ difference(m, v) / sqrt(variance * (1 / n0 + 1 / n1)), dof };
}

/* Shares rather than squares of variances, which a small unit would take below the least number. */
struct ttest ttest_welch(const struct moments *m, int v)
{
	const double n0 = m->count[0], n1 = m->count[1];
	double w0 = moments_square(m, 0, v) / (n0 - 1) / n0, w1 = moments_square(m, 1, v) / (n1 - 1) / n1;
	double s0 = w0 / (w0 + w1), s1 = w1 / (w0 + w1);
	double dof = 1 / (s0 * s0 / (n0 - 1) + s1 * s1 / (n1 - 1));

	return (struct ttest){ difference(m, v) / sqrt(w0 + w1), isnan(dof) ? 1 : dof };
}

double ttest_log_p(struct ttest t, enum ttest_side side)
{
	double log_p;

	if (side == TTEST_BOTH)
		log_p = M_LN2 + stat_log_t_above(fabs(t.t), t.dof);
	else
		log_p = side == TTEST_GREATER ? stat_log_t_above(t.t, t.dof) : stat_log_t_below(t.t, t.dof);
	return log_p > 0 ? 0 : log_p;
}

/* ---- F ---- */
struct ftest ftest_oneway(const struct moments *m, int v)
{
	double n = 0, grand = 0, between = 0, within = 0, dof1 = m->n_group - 1;

	for (int g = 0; g < m->n_group; g++) {
		n += m->count[g];
		grand += m->count[g] * moments_mean(m, g, v);
	}
	grand /= n;
	for (int g = 0; g < m->n_group; g++) {
		double d = moments_mean(m, g, v) - grand;

		between += m->count[g] * (d * d);
		within += moments_square(m, g, v);
	}
	return (struct ftest){ between / dof1 / (within / (n - m->n_group)), dof1, n - m->n_group };
}

double ftest_log_p(struct ftest f)
{
	return stat_log_f_above(f.f, f.dof1, f.dof2);
}
