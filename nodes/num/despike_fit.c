#include "num/despike_fit.h"

#include <math.h>

#include "base/arena.h"
#include "num/filter.h"
#include "num/lanes.h"
#include "num/simd.h"

enum {
	STEP = FILTER_LANES / LANES,
	TURNS = 20,  /* weighted fits after the first one, which has no weights */
};

/* Residuals well below `small` have all the same weight; it falls from half the mean |residual| of the first fit to a
 * thousandth of it. Large at first, else points that are met by chance hold the curve. */
static const double SMALL_FIRST = 0.5, SMALL_EACH_TURN = 0.72;

static void one_time(const struct despike_fit *f, int t, double *curve, double *sums)
{
	size_t n = (size_t)f->n_vol;
	double u = (2.0 * t - (f->n_vol - 1)) / (f->n_vol - 1), power[5] = { 1, u, u * u, u * u * u, u * u * u * u };

	for (int a = 0; a < 5; a++)
		sums[(size_t)a * n] = power[a];
	for (int a = 0; a < 3; a++)
		curve[(size_t)a * n] = power[a];
	for (int k = 1; k <= 2 * f->n_freq; k++) {
		double angle = 2 * M_PI * (double)((long)k * t % f->n_vol) / f->n_vol, wave[2] = { cos(angle), sin(angle) };

		for (int s = 0; s < 2; s++) {
			size_t row = 2 * ((size_t)k - 1) + (size_t)s, n_waves = 2 * (size_t)f->n_freq;

			sums[(5 + row) * n] = wave[s];
			if (k > f->n_freq)
				continue;
			curve[(3 + row) * n] = wave[s];
			sums[(5 + 2 * n_waves + row) * n] = u * wave[s];
			sums[(5 + 3 * n_waves + row) * n] = u * u * wave[s];
		}
	}
}

/* Where the sum of w u^a times the cosine (s = 0) or sine (s = 1) of k >= 1 is. */
static int wave_at(int n_freq, int a, int k, int s)
{
	return (a == 0 ? 5 : 5 + (a + 1) * 2 * n_freq) + 2 * (k - 1) + s;
}

/* Curves i and j <= i. */
static struct despike_pair pair_of(int n_freq, int i, int j)
{
	int k = (i - 3) / 2 + 1, s = (i - 3) % 2, q = (j - 3) / 2 + 1, r = (j - 3) % 2;
	struct despike_pair p = { { 0, 0 }, { 0.5, 0.5 } };

	if (i < 3)
		return (struct despike_pair){ { i + j, 0 }, { 1, 0 } };
	if (j < 3)
		return (struct despike_pair){ { wave_at(n_freq, j, k, s), 0 }, { 1, 0 } };
	p.sum[0] = wave_at(n_freq, 0, k + q, s != r);
	if (k > q)
		p.sum[1] = wave_at(n_freq, 0, k - q, s != r);
	if (s == 1 && r == 1)       /* 2 sin k sin q = cos(k - q) - cos(k + q) */
		p.factor[0] = -0.5;
	else if (s == 0 && r == 1)  /* 2 cos k sin q = sin(k + q) - sin(k - q) */
		p.factor[1] = -0.5;
	if (k == q && s != r)       /* sin 0; the cosine of 0 is sum 0 */
		p.factor[1] = 0;
	return p;
}

static size_t triangle(int p)
{
	return (size_t)p * ((size_t)p + 1) / 2;
}

void despike_fit_new(struct despike_fit *f, int n_vol, int n_freq, struct arena *a)
{
	*f = (struct despike_fit){ .n_vol = n_vol, .n_freq = n_freq, .n_curve = 3 + 2 * n_freq, .n_sum = 5 + 8 * n_freq };
	size_t n = (size_t)n_vol, p = (size_t)f->n_curve;
	double *curve = NEW_N(a, double, p * n), *sums = NEW_N(a, double, (size_t)f->n_sum * n);
	double *curve_at = NEW_N(a, double, p * n);
	struct despike_pair *pair = NEW_N(a, struct despike_pair, triangle(f->n_curve));

	f->curve = curve;
	f->curve_at = curve_at;
	f->sums = sums;
	f->pair = pair;
	for (int i = 0; i < f->n_curve; i++)
		for (int j = 0; j <= i; j++)
			*pair++ = pair_of(n_freq, i, j);
	for (int t = 0; t < n_vol; t++) {
		one_time(f, t, curve + t, sums + t);
		for (size_t i = 0; i < p; i++)
			curve_at[(size_t)t * p + i] = curve[i * n + (size_t)t];
	}
}

/* The work space, in rows of FILTER_LANES: weights, weights times x, sums, right-hand side, triangle of the matrix. */
size_t despike_fit_work(const struct despike_fit *f)
{
	size_t rows = 2 * (size_t)f->n_vol + (size_t)f->n_sum + (size_t)f->n_curve + triangle(f->n_curve);

	return rows * FILTER_LANES;
}

/* Cholesky's solution of the equations with the lower triangle m, row after row, in place; b becomes the solution. */
static inline __attribute__((always_inline)) void solve(int p, lanes_double *m, lanes_double *b)
{
	for (int i = 0; i < p; i++) {
		lanes_double *row = m + triangle(i) * STEP;

		for (int j = 0; j <= i; j++) {
			const lanes_double *other = m + triangle(j) * STEP;
			lanes_double sum = row[j * STEP];

			for (int k = 0; k < j; k++)
				sum -= row[k * STEP] * other[k * STEP];
			if (j < i)
				row[j * STEP] = sum * other[j * STEP];
			else  /* the diagonal holds 1 / l */
				for (int l = 0; l < LANES; l++)
					row[j * STEP][l] = 1 / sqrt(sum[l]);
		}
		for (int k = 0; k < i; k++)
			b[i * STEP] -= row[k * STEP] * b[k * STEP];
		b[i * STEP] *= row[i * STEP];
	}
	for (int i = p - 1; i >= 0; i--) {
		for (int k = i + 1; k < p; k++)
			b[i * STEP] -= m[(triangle(k) + (size_t)i) * STEP] * b[k * STEP];
		b[i * STEP] *= m[(triangle(i) + (size_t)i) * STEP];
	}
}

/* The coefficients of half the columns from the sums of the weights and the right-hand side, which they replace. */
NUM_CLONES static void coefficients(const struct despike_fit *f, const lanes_double *sum, lanes_double *m,
                                    lanes_double *b)
{
	for (size_t k = 0; k < triangle(f->n_curve); k++) {
		const struct despike_pair *p = &f->pair[k];

		m[k * STEP] = p->factor[0] * sum[p->sum[0] * STEP] + p->factor[1] * sum[p->sum[1] * STEP];
	}
	solve(f->n_curve, m, b);
}

static void subtract(long n, const double *x, const double *curve, double *residual)
{
	for (long i = 0; i < n; i++)
		residual[i] = x[i] - curve[i];
}

/* What |residual| is compared with, for each column. */
static void small_residuals(int n_vol, const double *residual, double small[FILTER_LANES])
{
	for (int l = 0; l < FILTER_LANES; l++)
		small[l] = 0;
	for (long i = 0; i < (long)n_vol * FILTER_LANES; i++)
		small[i % FILTER_LANES] += fabs(residual[i]);
	for (int l = 0; l < FILTER_LANES; l++) {
		small[l] *= SMALL_FIRST / n_vol;
		if (small[l] == 0)
			small[l] = 1;  /* nothing is left to fit */
	}
}

NUM_CLONES static void set_weights(int n_vol, const double *residual, const double *x, double small[FILTER_LANES],
                                   double *w, double *wx)
{
	for (int t = 0; t < n_vol; t++, residual += FILTER_LANES, x += FILTER_LANES, w += FILTER_LANES, wx += FILTER_LANES)
		for (int l = 0; l < FILTER_LANES; l++) {
			w[l] = small[l] / sqrt(residual[l] * residual[l] + small[l] * small[l]);
			wx[l] = w[l] * x[l];
		}
	for (int l = 0; l < FILTER_LANES; l++)
		small[l] *= SMALL_EACH_TURN;
}

void despike_fit_run(const struct despike_fit *f, const double x[], double residual[], double work[])
{
	long n = (long)f->n_vol * FILTER_LANES;
	double *w = work, *wx = w + n, *sum = wx + n, *b = sum + (long)f->n_sum * FILTER_LANES;
	double *m = b + (long)f->n_curve * FILTER_LANES, small[FILTER_LANES];

	for (long i = 0; i < n; i++) {
		w[i] = 1;
		wx[i] = x[i];
	}
	for (int turn = 0; turn <= TURNS; turn++) {
		lanes_product(f->n_sum, f->n_vol, f->sums, w, sum);
		lanes_product(f->n_curve, f->n_vol, f->curve, wx, b);
		for (int half = 0; half < STEP; half++)
			coefficients(f, (lanes_double *)sum + half, (lanes_double *)m + half, (lanes_double *)b + half);
		lanes_product(f->n_vol, f->n_curve, f->curve_at, b, wx);
		subtract(n, x, wx, residual);
		if (turn == 0)
			small_residuals(f->n_vol, residual, small);
		if (turn < TURNS)
			set_weights(f->n_vol, residual, x, small, w, wx);
	}
}
