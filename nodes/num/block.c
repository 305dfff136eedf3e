#include "num/block.h"

#include <string.h>

#include "num/simd.h"

/* The next block's cache lines are asked for early: rows are far apart, so the hardware does not guess them. */
NUM_CLONES void block_load_float(int n_vol, long n_col, const float *in, int n, double *x)
{
	for (int t = 0; t < n_vol; t++, in += n_col, x += FILTER_LANES) {
		if (n == FILTER_LANES) {
			__builtin_prefetch(in + FILTER_LANES);
			for (int l = 0; l < FILTER_LANES; l++)
				x[l] = in[l];
		} else {
			for (int l = 0; l < FILTER_LANES; l++)
				x[l] = l < n ? in[l] : 0;
		}
	}
}

void block_load_double(int n_vol, long n_col, const double *in, int n, double *x)
{
	for (int t = 0; t < n_vol; t++, in += n_col, x += FILTER_LANES)
		for (int l = 0; l < FILTER_LANES; l++)
			x[l] = l < n ? in[l] : 0;
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

NUM_CLONES void block_shift_and_scale(int n_vol, const double *shift, const double *factor, double *x)
{
	for (int t = 0; t < n_vol; t++, x += FILTER_LANES)
		for (int l = 0; l < FILTER_LANES; l++)
			x[l] = (x[l] - shift[l]) * factor[l];
}
