#include "num/lanes.h"

#include <stddef.h>

#include "num/filter.h"
#include "num/simd.h"

/* Rows of A whose sums are in registers at once: 6 x 8 doubles and what is multiplied fit in 16 registers of AVX2. */
enum { ROWS = 6, STEP = FILTER_LANES / LANES };

/* Half of the columns, for n_rows <= ROWS rows of A; always inlined, with n_rows a constant. */
static inline __attribute__((always_inline)) void some_rows(int n_rows, size_t n_in, const double *A,
                                                            const lanes_double *x, lanes_double *out)
{
	lanes_double sum[ROWS] = { { 0 } };

	for (size_t t = 0; t < n_in; t++)
		for (int r = 0; r < n_rows; r++)
			sum[r] += A[(size_t)r * n_in + t] * x[t * STEP];
	for (int r = 0; r < n_rows; r++)
		out[r * STEP] = sum[r];
}

NUM_CLONES void lanes_product(int n_out, int n_in, const double *A, const double *x, double *out)
{
	const lanes_double *in = (const lanes_double *)x;
	lanes_double *o = (lanes_double *)out;
	size_t n = (size_t)n_in;
	int r = 0;

	for (; r + ROWS <= n_out; r += ROWS, A += ROWS * n, o += ROWS * STEP)
		for (int half = 0; half < STEP; half++)
			some_rows(ROWS, n, A, in + half, o + half);
	for (; r < n_out; r++, A += n, o += STEP)
		for (int half = 0; half < STEP; half++)
			some_rows(1, n, A, in + half, o + half);
}
