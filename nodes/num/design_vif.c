#include "num/design_vif.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "base/arena.h"
#include "num/linalg.h"

/* x less the means of its columns, at [n_col][n_row]; a column that does not vary, but for rounding, is 0. ss [n_col]: sums of
 * squares of what is left. */
static double *centred(int n_row, int n_col, const double *x, double *ss, struct arena *a)
{
	double *out = arena_calloc(a, (size_t)n_row * (size_t)n_col, sizeof *out);

	for (int k = 0; k < n_col; k++) {
		double *to = out + (size_t)k * (size_t)n_row, mean = 0, square = 0;

		for (int t = 0; t < n_row; t++)
			mean += x[(size_t)t * (size_t)n_col + (size_t)k] / n_row;
		ss[k] = 0;
		for (int t = 0; t < n_row; t++) {
			double one = x[(size_t)t * (size_t)n_col + (size_t)k];

			to[t] = one - mean;
			ss[k] += to[t] * to[t];
			square += one * one;
		}
		if (ss[k] > square * (n_row * DBL_EPSILON) * (n_row * DBL_EPSILON))
			continue;
		ss[k] = 0;
		for (int t = 0; t < n_row; t++)
			to[t] = 0;
	}
	return out;
}

static double correlation(int n, const double *x, double xx, const double *y, double yy)
{
	double sum = 0;

	if (!(xx > 0 && yy > 0))
		return 0;
	for (int t = 0; t < n; t++)
		sum += x[t] * y[t];
	return fmax(-1, fmin(1, sum / (sqrt(xx) * sqrt(yy))));
}

void design_correlation(int n_row, int n_col, const double *x, double *out, struct arena *scratch)
{
	struct arena_mark start = arena_mark(scratch);
	double *ss = NEW_N(scratch, double, n_col), *c = centred(n_row, n_col, x, ss, scratch);

	for (int i = 0; i < n_col; i++)
		for (int j = 0; j <= i; j++) {
			double r = i == j ? 1 : correlation(n_row, c + (size_t)i * (size_t)n_row, ss[i], c + (size_t)j * (size_t)n_row, ss[j]);

			out[(size_t)i * (size_t)n_col + (size_t)j] = out[(size_t)j * (size_t)n_col + (size_t)i] = r;
		}
	arena_reset(scratch, start);
}

/* ---- inflation ---- */

/* The columns of x at length 1, [n_row][n_col]; length [n_col]. */
static double *scaled(int n_row, int n_col, const double *x, double *length, struct arena *a)
{
	double *out = arena_alloc(a, (size_t)n_row * (size_t)n_col, sizeof *out);

	for (int k = 0; k < n_col; k++) {
		double sum = 0;

		for (int t = 0; t < n_row; t++)
			sum += x[(size_t)t * (size_t)n_col + (size_t)k] * x[(size_t)t * (size_t)n_col + (size_t)k];
		length[k] = sqrt(sum);
	}
	for (int t = 0; t < n_row; t++)
		for (int k = 0; k < n_col; k++) {
			size_t at = (size_t)t * (size_t)n_col + (size_t)k;

			out[at] = length[k] == 0 ? 0 : x[at] / length[k];
		}
	return out;
}

/* A column that others make up has less than 1 on the diagonal of P X. */
static double inflation(int n_row, int n_col, int k, const double *x, const double *p, double ss)
{
	double own = 0, norm = 0;

	for (int t = 0; t < n_row; t++) {
		own += p[(size_t)k * (size_t)n_row + (size_t)t] * x[(size_t)t * (size_t)n_col + (size_t)k];
		norm += p[(size_t)k * (size_t)n_row + (size_t)t] * p[(size_t)k * (size_t)n_row + (size_t)t];
	}
	return own < 1 - 1e-6 ? (double)INFINITY : fmax(1, norm * ss);
}

bool design_inflation(int n_row, int n_col, const double *x, double *vif, struct arena *scratch)
{
	struct arena_mark start = arena_mark(scratch);
	double *ss = NEW_N(scratch, double, n_col), *length = NEW_N(scratch, double, n_col);
	double *p = arena_alloc(scratch, (size_t)n_row * (size_t)n_col, sizeof *p);
	const double *s = scaled(n_row, n_col, x, length, scratch);
	int larger = n_row > n_col ? n_row : n_col;
	bool ok = linalg_pinv(n_row, n_col, s, larger * DBL_EPSILON, p, scratch) >= 0;

	centred(n_row, n_col, x, ss, scratch);
	for (int k = 0; ok && k < n_col; k++)
		vif[k] = ss[k] > 0 ? inflation(n_row, n_col, k, s, p, ss[k] / (length[k] * length[k])) : (double)NAN;
	arena_reset(scratch, start);
	return ok;
}
