#include "fmri/run_finite.h"

#include <math.h>
#include <string.h>

#include "img/image.h"
#include "num/par.h"

enum { BLOCK = 2048 };   /* voxels */

struct looking {
	const struct image *im;
	long n;
	const int *index;
	unsigned char *bad;
};

static void look_at_block(void *ctx, long block, int worker)
{
	const struct looking *c = ctx;
	long first = block * BLOCK, n = c->n - first < BLOCK ? c->n - first : BLOCK;
	float x[BLOCK];

	(void)worker;
	for (int t = 0; t < c->im->n_vol; t++) {
		image_gather(c->im, t, NONFINITE_KEEP, n, c->index + first, x);
		for (long v = 0; v < n; v++)
			c->bad[first + v] = c->bad[first + v] || !isfinite(x[v]);
	}
}

long run_not_finite(const struct image *im, long n, const int *index, unsigned char *bad, int n_threads)
{
	struct looking c = { im, n, index, bad };
	long found = 0;

	memset(bad, 0, (size_t)n);
	if (im->type != IMAGE_FLOAT32 && im->type != IMAGE_FLOAT64 && im->slope == 1 && im->inter == 0)
		return 0;
	par_for(n_threads, (n + BLOCK - 1) / BLOCK, look_at_block, &c);
	for (long v = 0; v < n; v++)
		found += bad[v];
	return found;
}
