#include "num/filter.h"

#include <assert.h>
#include <complex.h>
#include <math.h>
#include <string.h>

#include "num/simd.h"

double filter_gain(const struct filter *f, double hz)
{
	double complex z = cexp(-2 * M_PI * I * hz * f->tr_s);
	double gain = 1;

	for (int s = 0; s < f->n_sections; s++) {
		const double *a = f->a[s], *b = f->b[s];
		double h = cabs(b[0] + z * (b[1] + z * b[2])) / cabs(a[0] + z * (a[1] + z * a[2]));

		gain *= h * h;
	}
	return gain;
}

void filter_set_ends(struct filter *f, enum filter_ends ends, int pad)
{
	f->ends = ends;
	if (f->n_sections > 0 && (pad >= 0 || ends == FILTER_ENDS_NONE))
		f->pad = ends == FILTER_ENDS_NONE ? 0 : pad;
}

/* x before the first sample becomes edge x[0] + inner x[q], and likewise after the last. */
static void extend(const struct filter *f, int n_vol, double x[])
{
	static const double edges[] = { 2, 0, 1, 0 }, inners[] = { -1, 1, 0, 0 };
	double *first = x + (long)f->pad * FILTER_LANES, *last = first + (long)(n_vol - 1) * FILTER_LANES;
	double edge = edges[f->ends], inner = inners[f->ends];

	for (long q = 1; q <= f->pad; q++)
		for (long c = 0; c < FILTER_LANES; c++) {
			first[c - q * FILTER_LANES] = edge * first[c] + inner * first[c + q * FILTER_LANES];
			last[c + q * FILTER_LANES] = edge * last[c] + inner * last[c - q * FILTER_LANES];
		}
}

/* One section over n samples from x on, step samples apart (1: forward, -1: backward); level [FILTER_LANES] is the
 * first sample before any section. Transposed direct form II. */
NUM_CLONES static void run_section(const struct filter *f, int s, int n, double *x, long step, const double *level)
{
	const double *a = f->a[s], *b = f->b[s];
	lanes_double *row = (lanes_double *)x;
	const lanes_double *l = (const lanes_double *)level;
	lanes_double p0 = f->start[s][0] * l[0], p1 = f->start[s][1] * l[0];
	lanes_double q0 = f->start[s][0] * l[1], q1 = f->start[s][1] * l[1];

	for (int t = 0; t < n; t++, row += step * (FILTER_LANES / LANES)) {
		lanes_double u = row[0], v = row[1], y = b[0] * u + p0, z = b[0] * v + q0;

		p0 = (b[1] * u + p1) - a[1] * y;
		q0 = (b[1] * v + q1) - a[1] * z;
		p1 = b[2] * u - a[2] * y;
		q1 = b[2] * v - a[2] * z;
		row[0] = y;
		row[1] = z;
	}
}

static void run_all(const struct filter *f, int n, double *x, long step)
{
	double level[FILTER_LANES];

	memcpy(level, x, sizeof level);
	for (int s = 0; s < f->n_sections; s++)
		run_section(f, s, n, x, step, level);
}

void filter_run(const struct filter *f, int n_vol, double x[])
{
	int n = n_vol + 2 * f->pad;

	if (f->n_sections == 0)
		return;
	assert(n_vol > f->pad);
	extend(f, n_vol, x);
	run_all(f, n, x, 1);
	run_all(f, n, x + (long)(n - 1) * FILTER_LANES, -1);
}

void filter_series(const struct filter *f, int n_vol, double x[n_vol], double work[])
{
	double *mid = work + (long)f->pad * FILTER_LANES;

	memset(work, 0, (size_t)(n_vol + 2 * f->pad) * FILTER_LANES * sizeof *work);
	for (long t = 0; t < n_vol; t++)
		mid[t * FILTER_LANES] = x[t];
	filter_run(f, n_vol, work);
	for (long t = 0; t < n_vol; t++)
		x[t] = mid[t * FILTER_LANES];
}

int cosine_count(int n_vol, double high_pass_hz, double dt_s)
{
	double order = floor(((2.0 * n_vol) * high_pass_hz) * dt_s);

	if (!(order > 0))
		return 0;
	return order < n_vol - 1 ? (int)order : n_vol - 1;
}

void cosine_basis(int n_vol, int n_cos, double out[n_vol][n_cos])
{
	double scale = sqrt(2.0 / n_vol);

	for (int t = 0; t < n_vol; t++)
		for (int k = 1; k <= n_cos; k++)
			out[t][k - 1] = scale * cos(M_PI / n_vol * (t + 0.5) * k);
}
