/* Weights are read once for all rows, a tile of both at a time, so that what is read again is still in cache. */
#include "num/project.h"

#include <string.h>

#include "num/simd.h"

enum { TILE = 2048, TOGETHER = 4 };   /* numbers; rows that share one reading of the weights */

static inline double sum_of_lanes(const lanes_double *p)
{
	lanes_double x = *p;   /* by its address: vectors as arguments have no one convention */

	return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

/* Adds the sums over one tile of n numbers for rows that are `step` apart in row, and n_out apart in out. */
static inline void add_tile(int n_row, long n, const double *row, long step, const double *weight, double *out, int n_out)
{
	lanes_double sum[TOGETHER] = { 0 };
	long whole = n - n % LANES;

	for (long v = 0; v < whole; v += LANES) {
		lanes_double w = *(const lanes_double *)(weight + v);

		for (int r = 0; r < n_row; r++)
			sum[r] += w * *(const lanes_double *)(row + r * step + v);
	}
	for (int r = 0; r < n_row; r++) {
		double *to = out + (long)r * n_out;

		*to += sum_of_lanes(&sum[r]);
		for (long v = whole; v < n; v++)
			*to += weight[v] * row[r * step + v];
	}
}

NUM_CLONES void project(int n_row, long n, const double *row, int n_out, const double *weight, double *out)
{
	memset(out, 0, (size_t)n_row * (size_t)n_out * sizeof *out);
	for (long at = 0; at < n; at += TILE) {
		long size = n - at < TILE ? n - at : TILE;

		for (int k = 0; k < n_out; k++) {
			const double *w = weight + k * n + at;
			int r = 0;

			for (; r + TOGETHER <= n_row; r += TOGETHER)
				add_tile(TOGETHER, size, row + r * n + at, n, w, out + (long)r * n_out + k, n_out);
			for (; r < n_row; r++)
				add_tile(1, size, row + r * n + at, n, w, out + (long)r * n_out + k, n_out);
		}
	}
}
