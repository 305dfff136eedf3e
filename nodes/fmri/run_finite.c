#include "fmri/run_finite.h"

#include <math.h>
#include <string.h>

#include "img/image.h"
#include "num/par.h"

enum { BLOCK = 2048 };   /* voxels */

struct looking {
	const struct image *im;
	int n_row;
	const int *row;          /* [n_row] volumes; NULL: the first n_row */
	long n;
	const int *index;
	unsigned char *bad;
};

static void look_at_block(void *ctx, long block, int worker)
{
	const struct looking *c = ctx;
	long first = block * BLOCK, n = c->n - first < BLOCK ? c->n - first : BLOCK;
	unsigned char good[BLOCK] = { 0 };
	float x[BLOCK];

	(void)worker;
	for (int k = 0; k < c->n_row; k++) {
		int t = c->row ? c->row[k] : k;

		if (c->index)
			image_gather(c->im, t, NONFINITE_KEEP, n, c->index + first, x);
		else
			image_part(c->im, t, first, n, NONFINITE_KEEP, x);
		for (long v = 0; v < n; v++) {
			bool is = isfinite(x[v]);

			good[v] = good[v] || is;
			c->bad[first + v] = c->bad[first + v] || !is;
		}
	}
	for (long v = 0; v < n; v++)
		if (!good[v])
			c->bad[first + v] = 2;
}

struct not_finite rows_not_finite(const struct image *im, int n_row, const int *row, long n, const int *index,
                                  unsigned char *bad, int n_threads)
{
	struct looking c = { im, n_row, row, n, index, bad };
	struct not_finite found = { 0, 0 };

	memset(bad, 0, (size_t)n);
	if (im->type != IMAGE_FLOAT32 && im->type != IMAGE_FLOAT64 && im->slope == 1 && im->inter == 0)
		return found;
	par_for(n_threads, (n + BLOCK - 1) / BLOCK, look_at_block, &c);
	for (long v = 0; v < n; v++) {
		found.some += bad[v] > 0;
		found.always += bad[v] == 2;
	}
	return found;
}

struct not_finite run_not_finite(const struct image *im, long n, const int *index, unsigned char *bad, int n_threads)
{
	return rows_not_finite(im, im->n_vol, NULL, n, index, bad, n_threads);
}
