#include "fmri/volumes.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/sorted.h"
#include "num/par.h"

enum { BLOCK = 4096 };   /* voxels */

struct averaging {
	const struct image *im;
	double *mean;
	float **part;            /* [worker][BLOCK] */
};

static void mean_block(void *ctx, long block, int worker)
{
	const struct averaging *c = ctx;
	long first = block * BLOCK, size = grid_size(&c->im->grid), n = size - first < BLOCK ? size - first : BLOCK;
	double *mean = c->mean + first;
	float *x = c->part[worker];

	for (long v = 0; v < n; v++)
		mean[v] = 0;
	for (int t = 0; t < c->im->n_vol; t++) {
		image_part(c->im, t, first, n, NONFINITE_KEEP, x);
		for (long v = 0; v < n; v++)
			mean[v] += x[v];
	}
	for (long v = 0; v < n; v++)
		mean[v] /= c->im->n_vol;
}

void image_mean_over_time(const struct image *im, double *mean, int n_threads, struct arena *a)
{
	long n_blocks = (grid_size(&im->grid) + BLOCK - 1) / BLOCK;
	int workers = par_workers(n_threads, n_blocks);
	struct averaging c = { im, mean, NEW_N(a, float *, workers) };

	for (int w = 0; w < workers; w++)
		c.part[w] = NEW_N(a, float, BLOCK);
	par_for(n_threads, n_blocks, mean_block, &c);
}

/* The same sums, volume by volume. */
static struct error *mean_of_passing(struct image *im, double *mean, struct arena *a)
{
	long size = grid_size(&im->grid);
	float *x = arena_alloc(a, (size_t)size, sizeof *x);

	for (long v = 0; v < size; v++)
		mean[v] = 0;
	for (int t = 0; t < im->n_vol; t++) {
		TRY(image_step(im, t));
		image_volume(im, t, NONFINITE_KEEP, x);
		for (long v = 0; v < size; v++)
			mean[v] += x[v];
	}
	for (long v = 0; v < size; v++)
		mean[v] /= im->n_vol;
	return NULL;
}

struct error *image_mean_of(struct image *im, double *mean, int n_threads, struct arena *a)
{
	if (im->stream)
		return mean_of_passing(im, mean, a);
	image_mean_over_time(im, mean, n_threads, a);
	return NULL;
}

/* One slab after the other to out; returns how many voxels that makes. */
static long border_values(const double *volume, const struct grid *g, int border, double *out)
{
	long n = 0;

	for (int side = 0; side < 6; side++) {
		int low[3] = { 0, 0, 0 }, high[3] = { g->n[0], g->n[1], g->n[2] }, d = side / 2;

		if (side % 2 == 0)
			high[d] = border < g->n[d] ? border : g->n[d];
		else
			low[d] = border < g->n[d] ? g->n[d] - border : 0;
		for (int k = low[2]; k < high[2]; k++)
			for (int j = low[1]; j < high[1]; j++)
				for (int i = low[0]; i < high[0]; i++)
					out[n++] = volume[grid_index(g, i, j, k)];
	}
	return n;
}

bool background_mask(const double *volume, const struct grid *g, int border, unsigned char *inside, struct arena *a)
{
	double *edge = arena_alloc(a, 6 * (size_t)grid_size(g), sizeof *edge), background;
	long n = border_values(volume, g, border, edge), size = grid_size(g);
	bool nan = false;

	for (long i = 0; i < n; i++)
		nan |= isnan(edge[i]);
	if (!nan)
		sort_doubles(edge, n, a);
	background = nan ? 0 : (edge[(n - 1) / 2] + edge[n / 2]) / 2;
	for (long v = 0; v < size; v++)
		inside[v] = (unsigned char)(nan ? !isnan(volume[v]) : volume[v] != background);
	return nan;
}
