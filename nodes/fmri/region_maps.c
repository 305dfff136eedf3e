#include "fmri/region_maps.h"

#include <float.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/gather.h"
#include "img/image.h"
#include "num/linalg.h"
#include "num/par.h"
#include "num/project.h"
#include "num/resample.h"

struct error *region_maps_onto(struct region_maps *out, const struct image *im, const struct grid *grid, bool compat,
                               struct arena *a)
{
	const struct grid *own = &im->grid;

	*out = (struct region_maps){ .im = im };
	if (grid_same(own, grid))
		return NULL;
	out->onto = resample_new(own->n, own->affine, grid->n, grid->affine, RESAMPLE_LINEAR,
	                         compat ? RESAMPLE_FILL : RESAMPLE_CLAMP, 0, a);
	if (!out->onto)
		return error_new(ERR_DATA, "the affine of %s has no inverse: world coordinates have no voxel", im->path);
	out->n_moved = grid_size(grid);
	out->own = arena_alloc(a, (size_t)grid_size(own), sizeof *out->own);
	out->moved = arena_alloc(a, (size_t)grid_size(grid), sizeof *out->moved);
	out->work = arena_alloc(a, resample_work_size(out->onto), sizeof *out->work);
	return NULL;
}

void region_maps_read(const struct region_maps *m, int k, double *weight)
{
	if (!m->onto) {
		image_volume_double(m->im, k, NONFINITE_ZERO, weight);
		return;
	}
	image_volume(m->im, k, NONFINITE_ZERO, m->own);
	resample_volume(m->onto, m->own, m->moved, m->work);
	for (long v = 0; v < m->n_moved; v++)
		weight[v] = m->moved[v];
}

double region_maps_least(const struct image *im)
{
	bool scaled = im->slope != 1 || im->inter != 0;

	if (im->type == IMAGE_FLOAT64 || scaled)
		return DBL_EPSILON;
	return im->type == IMAGE_FLOAT32 ? FLT_EPSILON : 0;
}

struct error *region_fit_new(struct region_fit *out, int n_voxel, int n_map, const double *M, bool compat,
                             struct arena *a)
{
	double rcond = compat ? DBL_EPSILON : DBL_EPSILON * (n_voxel > n_map ? n_voxel : n_map), *inverse;

	inverse = arena_alloc(a, (size_t)n_voxel * (size_t)n_map, sizeof *inverse);
	struct arena_mark mark = arena_mark(a);

	*out = (struct region_fit){ .n_map = n_map, .n_voxel = n_voxel, .inverse = inverse };
	out->rank = linalg_pinv(n_voxel, n_map, M, rcond, inverse, a);
	arena_reset(a, mark);
	if (out->rank < 0)
		return error_new(ERR_NUMERIC, "the maps have no least-squares solution: LAPACK finds no singular values");
	return NULL;
}

/* Volumes wait until there are a few of them, because the pseudo-inverse is larger than any cache. */
enum { WAITING = 8 };

struct waiting { int n, t[WAITING]; double *row, *x; };   /* [WAITING][n_voxel]; [WAITING][n_map] */

struct fitting {
	const struct region_fit *f;
	struct waiting *w;          /* [worker] */
	double *x;                  /* [n_vol][n_map] */
};

static void flush(const struct fitting *c, struct waiting *w)
{
	const struct region_fit *f = c->f;

	project(w->n, f->n_voxel, w->row, f->n_map, f->inverse, w->x);
	for (int r = 0; r < w->n; r++)
		memcpy(c->x + (long)w->t[r] * f->n_map, w->x + (long)r * f->n_map, (size_t)f->n_map * sizeof *c->x);
	w->n = 0;
}

static void take_volume(void *ctx, int t, const double *row, int worker)
{
	const struct fitting *c = ctx;
	struct waiting *w = &c->w[worker];

	memcpy(w->row + (long)w->n * c->f->n_voxel, row, (size_t)c->f->n_voxel * sizeof *row);
	w->t[w->n++] = t;
	if (w->n == WAITING)
		flush(c, w);
}

void region_fit_run(const struct region_fit *f, const struct gather *g, int n_vol, double *x, int n_threads,
                    struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	int workers = par_workers(n_threads, n_vol);
	struct fitting c = { f, NEW_N(a, struct waiting, workers), x };

	for (int k = 0; k < workers; k++) {
		c.w[k].row = arena_alloc(a, (size_t)WAITING * (size_t)f->n_voxel, sizeof(double));
		c.w[k].x = arena_alloc(a, (size_t)WAITING * (size_t)f->n_map, sizeof(double));
	}
	gather_rows(g, take_volume, &c, n_threads, a);
	for (int k = 0; k < workers; k++)
		flush(&c, &c.w[k]);
	arena_reset(a, mark);
}
