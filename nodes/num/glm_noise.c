/* Yule-Walker on the residuals of ordinary least squares, from sums alone. */
#include <math.h>

#include "num/glm_fit_inside.h"

/* A residual of less than this share of the sum of squares is rounding. */
static const double nothing = 1e-14;
/* How far from 0 a partial autocorrelation may be; at 1 noise is no longer stationary. */
static const double most_partial = 0.99;

/* r[k] = sum over t of e_t e_{t+k}, k = 0 .. order, of e = y - Q gamma with gamma = b_0. */
NUM_CLONES static void products(const struct glm_model *m, const double *b, const double *square, double *r)
{
	const lanes_double *gamma = (const lanes_double *)b, *y = (const lanes_double *)square;
	size_t n = (size_t)m->rank;

	for (size_t k = 0; k <= (size_t)m->order; k++) {
		const lanes_double *bk = gamma + k * n;
		const double *lagged = m->lagged + k * n * n;
		lanes_double sum = y[k];

		for (size_t i = 0; i < n; i++) {
			lanes_double row = { 0 };

			for (size_t j = 0; k > 0 && j < n; j++)
				row += lagged[i * n + j] * gamma[j];
			sum -= gamma[i] * (bk[i] - 0.5 * row);
		}
		((lanes_double *)r)[k] = sum;
	}
}

/* e_t of one series, for the values at both ends. */
static double residual(const struct glm_fit *f, const double *b, int lane, int t, double y)
{
	for (int i = 0; i < f->m->rank; i++)
		y -= f->m->q[(size_t)i * (size_t)f->m->n_row + (size_t)t] * b[i * LANES + lane];
	return y;
}

/* compat: the same of e - g for a constant g. */
static void subtract_mean(const struct glm_fit *f, const struct glm_series *s, int lane, double *r)
{
	int n = f->m->n_row;
	double g = f->o.residual_mean, total = s->b[(size_t)(f->m->order + 1) * (size_t)f->m->rank * LANES + (size_t)lane], ends = 0;

	r[lane] += n * g * g - 2 * g * total;
	for (int k = 1; k <= f->m->order; k++) {
		ends += residual(f, s->b, lane, k - 1, s->first[(k - 1) * LANES + lane])
		        + residual(f, s->b, lane, n - k, s->last[(k - 1) * LANES + lane]);
		r[k * LANES + lane] += (n - k) * g * g - g * (2 * total - ends);
	}
}

/* Levinson and Durbin: r[k LANES] autocovariances of one series, rho[i LANES] of order n. */
static void solve(int n, bool clamp, const double *r, double *rho)
{
	double left = r[0];

	for (int k = 1; k <= n && left != 0; k++) {
		double partial = r[k * LANES];

		for (int i = 1; i < k; i++)
			partial -= rho[(i - 1) * LANES] * r[(k - i) * LANES];
		partial /= left;
		if (clamp)
			partial = fmin(most_partial, fmax(-most_partial, partial));
		for (int i = 1, j = k - 1; i <= j; i++, j--) {
			double low = rho[(i - 1) * LANES], high = rho[(j - 1) * LANES];

			rho[(i - 1) * LANES] = low - partial * high;
			rho[(j - 1) * LANES] = high - partial * low;
		}
		rho[(k - 1) * LANES] = partial;
		left *= 1 - partial * partial;
	}
}

static void of_lane(const struct glm_fit *f, const struct glm_series *s, int lane, double *r, double *rho)
{
	const struct glm_model *m = f->m;
	bool rest = r[lane] > nothing * s->square[lane];

	if (f->o.residual_mean != 0)
		subtract_mean(f, s, lane, r);
	for (int k = 0; k <= m->order; k++)
		r[k * LANES + lane] /= m->n_row - k;
	for (int i = 0; i < m->order; i++)
		rho[i * LANES + lane] = 0;
	if (rest)
		solve(m->order, !f->o.compat, r + lane, rho + lane);
	if (m->order == 1 && f->o.bins > 0)
		rho[lane] = trunc(rho[lane] * f->o.bins) / f->o.bins;
}

void glm_noise(const struct glm_fit *f, const struct glm_series *s, double *rho, double *work)
{
	products(f->m, s->b, s->square, work);
	for (int lane = 0; lane < LANES; lane++)
		of_lane(f, s, lane, work, rho);
}
