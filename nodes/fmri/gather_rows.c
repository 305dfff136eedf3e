/* A volume goes through three steps, each on the box of what is wanted and what smoothing reaches: its voxels as floats
 * (resampled if asked for), smoothed, and the wanted ones picked. What smoothing can read where it lies is not
 * copied. */
#include "fmri/gather.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/resampled.h"
#include "num/gauss.h"
#include "num/par.h"

struct gather {
	const struct image *im;
	enum nonfinite nonfinite;
	long n;
	const int *index;            /* [n] in the volumes of the grid that was asked for */
	struct resample *resample;   /* onto the box; NULL: the box is part of the image */
	int low[3], size[3];         /* the box: first voxel, voxels along each axis */
	const int *in_box;           /* [n] where the wanted voxels are in the box; NULL: they are taken from the image */
	struct gauss *gauss;         /* of the box; NULL: not smoothed */
	struct gauss_reach *reach;
	struct gauss_source source;  /* the run where it lies, when the box is the image; n_vol 0: a box is made */
};

/* What one thread needs. */
struct desk {
	float *image;                /* [grid_size] a volume as floats, to be resampled */
	double *resampling;
	float *box, *smoothing;
	float *floats;               /* [n] */
	double *row;                 /* [n] */
};

/* Smallest box with all wanted voxels. */
static void box_of(struct gather *g, const struct grid *grid)
{
	int high[3] = { -1, -1, -1 };

	for (int d = 0; d < 3; d++)
		g->low[d] = g->n > 0 ? grid->n[d] : 0;
	for (long v = 0; v < g->n; v++) {
		int at[3];

		grid_voxel(grid, g->index[v], at);
		for (int d = 0; d < 3; d++) {
			g->low[d] = at[d] < g->low[d] ? at[d] : g->low[d];
			high[d] = at[d] > high[d] ? at[d] : high[d];
		}
	}
	for (int d = 0; d < 3; d++)
		g->size[d] = high[d] - g->low[d] + 1 > 0 ? high[d] - g->low[d] + 1 : 1;
}

/* With as many voxels more on each side as smoothing reaches. Where the box ends before the image does, what is wrong
 * there (smoothing mirrors at its faces) does not reach a wanted voxel. */
static void widen(struct gather *g, const struct grid *grid, const int radius[3])
{
	for (int d = 0; d < 3; d++) {
		int low = g->low[d] - radius[d], high = g->low[d] + g->size[d] + radius[d];

		low = low > 0 ? low : 0;
		high = high < grid->n[d] ? high : grid->n[d];
		g->low[d] = low;
		g->size[d] = high - low;
	}
}

static const int *places_in_box(const struct gather *g, const struct grid *grid, struct arena *a)
{
	int *place = NEW_N(a, int, g->n + 1);

	for (long v = 0; v < g->n; v++) {
		int at[3];

		grid_voxel(grid, g->index[v], at);
		place[v] = at[0] - g->low[0] + g->size[0] * (at[1] - g->low[1] + g->size[1] * (at[2] - g->low[2]));
	}
	return place;
}

/* The Gaussian's weights depend on the voxels' size, its mirrors on the box. */
static struct error *smoothing(struct gather *g, const struct gather_options *o, const struct grid *grid, struct arena *a)
{
	struct gauss *whole;
	struct grid box = *grid;

	TRY(fwhm_gauss(&whole, &o->smoothing, grid, a));
	if (!whole)
		return NULL;
	widen(g, grid, grid == &g->im->grid && gather_in_place(g->im, &g->source) ? grid->n : whole->radius);
	memcpy(box.n, g->size, sizeof box.n);
	TRY(fwhm_gauss(&g->gauss, &o->smoothing, &box, a));
	if (o->compat && grid == &g->im->grid)
		gather_truncate(g->gauss, g->im);
	return NULL;
}

/* Onto the box alone; nilearn's way, where each bit of a position counts, is onto the whole grid. */
static struct error *resampling(struct gather *g, const struct gather_options *o, int n_threads, struct arena *a)
{
	struct grid box = *o->onto;
	double corner[3];

	grid_world(o->onto, (double[3]){ g->low[0], g->low[1], g->low[2] }, corner);
	for (int d = 0; d < 3; d++) {
		box.n[d] = g->size[d];
		box.affine[d][3] = corner[d];
	}
	TRY(resample_for(&g->resample, g->im, &box, RESAMPLE_CONTINUOUS, true, o->compat ? RESAMPLE_FILL : RESAMPLE_CLAMP,
	                 n_threads, a));
	if (!g->resample)   /* the box is just the image */
		memset(g->low, 0, sizeof g->low);
	return NULL;
}

struct error *gather_new(struct gather **out, const struct image *im, const struct gather_options *o, long n,
                         const int *index, int n_threads, struct arena *a)
{
	bool own = !o->onto || grid_same(o->onto, &im->grid);
	const struct grid *grid = own ? &im->grid : o->onto;
	struct gather *g = *out = NEW(a, struct gather);

	*g = (struct gather){ .im = im, .nonfinite = o->nonfinite, .n = n, .index = index };
	if (own && o->smoothing.n == 0)
		return NULL;
	box_of(g, grid);
	if (!own && o->compat)
		widen(g, grid, grid->n);
	TRY(smoothing(g, o, grid, a));
	if (own && !g->gauss)
		return NULL;
	g->in_box = places_in_box(g, grid, a);
	if (g->gauss)
		g->reach = gauss_reach_new(g->gauss, n, g->in_box, a);
	return own ? NULL : resampling(g, o, n_threads, a);
}

static void box_of_image(const struct gather *g, int t, float *out)
{
	const struct grid *grid = &g->im->grid;

	for (int k = 0; k < g->size[2]; k++)
		for (int j = 0; j < g->size[1]; j++, out += g->size[0])
			image_part(g->im, t, grid_index(grid, g->low[0], g->low[1] + j, g->low[2] + k), g->size[0], NONFINITE_KEEP,
			           out);
}

static void box_of_resampled(const struct gather *g, int t, const struct desk *d)
{
	const float *in = image_floats(g->im, t);

	if (!in) {
		image_volume(g->im, t, NONFINITE_KEEP, d->image);
		in = d->image;
	}
	resample_volume(g->resample, in, d->box, d->resampling);
}

/* What a wanted voxel that was not smoothed counts as. */
static float settled(const struct gather *g, float x)
{
	return isfinite(x) || g->nonfinite == NONFINITE_KEEP ? x : 0;
}

/* The wanted voxels [n] of the box of volume t. */
static void take_from_box(const struct gather *g, int t, const struct desk *d, float *out)
{
	struct gauss_source box = { .n_vol = 1, .voxel = d->box, .slope = 1 };

	if (g->resample)
		box_of_resampled(g, t, d);
	else if (g->source.n_vol == 0)
		box_of_image(g, t, d->box);
	if (g->source.n_vol > 0)
		gauss_smooth_reach(g->gauss, g->reach, &g->source, t, out, d->smoothing);
	else if (g->gauss)
		gauss_smooth_reach(g->gauss, g->reach, &box, 0, out, d->smoothing);
	for (long v = 0; !g->gauss && v < g->n; v++)
		out[v] = settled(g, d->box[g->in_box[v]]);
}

static struct desk *desks(const struct gather *g, int workers, bool rows, struct arena *a)
{
	struct desk *d = NEW_N(a, struct desk, workers);

	for (int w = 0; w < workers; w++) {
		if (g->resample) {
			d[w].image = arena_alloc(a, (size_t)grid_size(&g->im->grid), sizeof(float));
			d[w].resampling = arena_alloc(a, resample_work_size(g->resample) + 1, sizeof(double));
		}
		if (g->in_box && g->source.n_vol == 0)
			d[w].box = arena_alloc(a, (size_t)g->size[0] * (size_t)g->size[1] * (size_t)g->size[2], sizeof(float));
		if (g->gauss)
			d[w].smoothing = arena_alloc(a, gauss_reach_work(g->gauss, g->reach), sizeof(float));
		if (rows && g->in_box)
			d[w].floats = arena_alloc(a, (size_t)g->n + 1, sizeof(float));
		if (rows)
			d[w].row = arena_alloc(a, (size_t)g->n + 1, sizeof(double));
	}
	return d;
}

struct gathering {
	const struct gather *g;
	const struct desk *desk;     /* [worker] */
	float *out;                  /* [n_vol][n], or for rows: */
	gather_row_fn *fn;
	void *ctx;
};

static void one_row(void *ctx, long t, int worker)
{
	const struct gathering *c = ctx;
	const struct gather *g = c->g;
	const struct desk *d = &c->desk[worker];

	if (g->in_box)
		take_from_box(g, (int)t, d, d->floats);
	else
		image_gather_double(g->im, (int)t, g->nonfinite, g->n, g->index, d->row);
	for (long v = 0; g->in_box && v < g->n; v++)
		d->row[v] = d->floats[v];
	c->fn(c->ctx, (int)t, d->row, worker);
}

void gather_rows(const struct gather *g, gather_row_fn *fn, void *ctx, int n_threads, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	struct gathering c = { .g = g, .desk = desks(g, par_workers(n_threads, g->im->n_vol), true, a), .fn = fn, .ctx = ctx };

	par_for(n_threads, g->im->n_vol, one_row, &c);
	arena_reset(a, mark);
}

static void one_floats(void *ctx, long t, int worker)
{
	const struct gathering *c = ctx;
	const struct gather *g = c->g;
	const struct desk *d = &c->desk[worker];
	float *row = c->out + t * g->n;

	if (g->in_box)
		take_from_box(g, (int)t, d, row);
	else
		image_gather(g->im, (int)t, g->nonfinite, g->n, g->index, row);
}

void gather_floats(const struct gather *g, float *out, int n_threads, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	struct gathering c = { .g = g, .desk = desks(g, par_workers(n_threads, g->im->n_vol), false, a), .out = out };

	par_for(n_threads, g->im->n_vol, one_floats, &c);
	arena_reset(a, mark);
}
