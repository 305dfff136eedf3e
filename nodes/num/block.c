#include "num/block.h"

#include <math.h>
#include <string.h>

#include "num/simd.h"

static long row_at(const int *rows, int t)
{
	return rows ? rows[t] : t;
}

/* The next block's cache lines are asked for early: rows are far apart, so the hardware does not guess them. */
NUM_CLONES void block_load_float(int n_vol, const int *rows, long n_col, const float *in, int n, double *x)
{
	for (int t = 0; t < n_vol; t++, x += FILTER_LANES) {
		const float *row = in + row_at(rows, t) * n_col;

		if (n == FILTER_LANES) {
			__builtin_prefetch(row + FILTER_LANES);
			for (int l = 0; l < FILTER_LANES; l++)
				x[l] = row[l];
		} else {
			for (int l = 0; l < FILTER_LANES; l++)
				x[l] = l < n ? row[l] : 0;
		}
	}
}

void block_load_double(int n_vol, const int *rows, long n_col, const double *in, int n, double *x)
{
	for (int t = 0; t < n_vol; t++, x += FILTER_LANES) {
		const double *row = in + row_at(rows, t) * n_col;

		for (int l = 0; l < FILTER_LANES; l++)
			x[l] = l < n ? row[l] : 0;
	}
}

NUM_CLONES void block_store_float(int n_vol, long n_col, const double *x, int n, float *out)
{
	for (int t = 0; t < n_vol; t++, out += n_col, x += FILTER_LANES) {
		if (n == FILTER_LANES)
			for (int l = 0; l < FILTER_LANES; l++)
				out[l] = (float)x[l];
		else
			for (int l = 0; l < n; l++)
				out[l] = (float)x[l];
	}
}

void block_store_double(int n_vol, long n_col, const double *x, int n, double *out)
{
	for (int t = 0; t < n_vol; t++, out += n_col, x += FILTER_LANES)
		memcpy(out, x, (size_t)n * sizeof *x);
}

void block_spread(int n_vol, const int *rows, const double *x, double *to)
{
	for (int t = 0; t < n_vol; t++)
		memcpy(to + (long)rows[t] * FILTER_LANES, x + (long)t * FILTER_LANES, FILTER_LANES * sizeof *x);
}

void block_take(int n_vol, const int *rows, double *x)
{
	for (int t = 0; t < n_vol; t++)
		if (rows[t] != t)
			memcpy(x + (long)t * FILTER_LANES, x + (long)rows[t] * FILTER_LANES, FILTER_LANES * sizeof *x);
}

NUM_CLONES void block_weighted_sum(int n_vol, const double *weight, const double *x, double *sum)
{
	const lanes_double *row = (const lanes_double *)x;
	lanes_double s = { 0 }, u = { 0 };

	if (weight)
		for (int t = 0; t < n_vol; t++, row += 2) {
			s += weight[t] * row[0];
			u += weight[t] * row[1];
		}
	else
		for (int t = 0; t < n_vol; t++, row += 2) {
			s += row[0];
			u += row[1];
		}
	memcpy(sum, &s, sizeof s);
	memcpy(sum + LANES, &u, sizeof u);
}

NUM_CLONES void block_sum_of_squares(int n_vol, const double *x, double *sum)
{
	const lanes_double *row = (const lanes_double *)x;
	lanes_double s = { 0 }, u = { 0 };

	for (int t = 0; t < n_vol; t++, row += 2) {
		s += row[0] * row[0];
		u += row[1] * row[1];
	}
	memcpy(sum, &s, sizeof s);
	memcpy(sum + LANES, &u, sizeof u);
}

NUM_CLONES void block_mean(int n_vol, const int *rows, const double *x, double *mean)
{
	lanes_double s = { 0 }, u = { 0 };

	for (int t = 0; t < n_vol; t++) {
		const lanes_double *row = (const lanes_double *)(x + row_at(rows, t) * FILTER_LANES);

		s += row[0];
		u += row[1];
	}
	s /= n_vol;
	u /= n_vol;
	memcpy(mean, &s, sizeof s);
	memcpy(mean + LANES, &u, sizeof u);
}

NUM_CLONES void block_square_about(int n_vol, const int *rows, const double *mean, const double *x, double *square)
{
	const lanes_double *m = (const lanes_double *)mean;
	lanes_double s = { 0 }, u = { 0 };

	for (int t = 0; t < n_vol; t++) {
		const lanes_double *row = (const lanes_double *)(x + row_at(rows, t) * FILTER_LANES);
		lanes_double p = row[0] - m[0], q = row[1] - m[1];

		s += p * p;
		u += q * q;
	}
	memcpy(square, &s, sizeof s);
	memcpy(square + LANES, &u, sizeof u);
}

NUM_CLONES void block_subtract_fit(int n_vol, int n_basis, const double *basis, const double *coefficient, double *x)
{
	lanes_double *row = (lanes_double *)x;

	for (int t = 0; t < n_vol; t++, row += 2) {
		const lanes_double *c = (const lanes_double *)coefficient;
		const double *b = basis + t;
		lanes_double s = { 0 }, u = { 0 };

		for (int r = 0; r < n_basis; r++, c += 2, b += n_vol) {
			s += *b * c[0];
			u += *b * c[1];
		}
		row[0] -= s;
		row[1] -= u;
	}
}

NUM_CLONES void block_subtract(int n_vol, const double *fit, double *x)
{
	lanes_double *row = (lanes_double *)x;
	const lanes_double *f = (const lanes_double *)fit;

	for (int t = 0; t < 2 * n_vol; t++)
		row[t] -= f[t];
}

NUM_CLONES void block_shift_and_scale(int n_vol, const double *shift, const double *factor, double *x)
{
	for (int t = 0; t < n_vol; t++, x += FILTER_LANES)
		for (int l = 0; l < FILTER_LANES; l++)
			x[l] = (x[l] - shift[l]) * factor[l];
}

/* Rows from after + 1 to before - 1, on the line between the rows after and before. */
static void bridge_gap(int after, int before, double *x)
{
	const double *from = x + (long)after * FILTER_LANES, *to = x + (long)before * FILTER_LANES;

	for (int t = after + 1; t < before; t++)
		for (int l = 0; l < FILTER_LANES; l++)
			x[(long)t * FILTER_LANES + l] = from[l] + (to[l] - from[l]) * (t - after) / (before - after);
}

void block_bridge(int n_vol, int n_keep, const int *keep, double *x)
{
	for (int t = 0; t < keep[0]; t++)
		memcpy(x + (long)t * FILTER_LANES, x + (long)keep[0] * FILTER_LANES, FILTER_LANES * sizeof *x);
	for (int k = 1; k < n_keep; k++)
		bridge_gap(keep[k - 1], keep[k], x);
	for (int t = keep[n_keep - 1] + 1; t < n_vol; t++)
		memcpy(x + (long)t * FILTER_LANES, x + (long)keep[n_keep - 1] * FILTER_LANES, FILTER_LANES * sizeof *x);
}

void block_make_finite(int n_vol, double *x)
{
	for (long k = 0; k < (long)n_vol * FILTER_LANES; k++)
		if (!isfinite(x[k]))
			x[k] = 0;
}
