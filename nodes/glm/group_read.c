/* Which voxels the subjects share, and their values there. */
#include "glm/group.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/volumes.h"
#include "node/node.h"
#include "num/par.h"

enum { PART = 4096 };   /* voxels that are looked at together */

struct reading {
	const struct group_maps *maps;
	const struct group_options *o;
	struct group_data *g;
	const unsigned char *inside;     /* [grid_size] candidates, or NULL: all */
	float *work;                     /* [workers][2][PART] */
	struct error **error;            /* [maps] */
};

static bool is_value(float x)
{
	return isfinite(x) && x != 0;
}

/* A voxel counts for a subject when it has a value in both images of a pair. */
static void count_part(void *ctx, long part, int worker)
{
	const struct reading *c = ctx;
	long size = grid_size(&c->g->grid), first = part * PART, n = size - first < PART ? size - first : PART;
	float *x = c->work + (size_t)worker * 2 * PART, *y = x + PART;

	for (int k = 0; k < c->maps->n; k++) {
		image_part(&c->maps->im[k], 0, first, n, NONFINITE_KEEP, x);
		if (c->maps->minus)
			image_part(&c->maps->minus[k], 0, first, n, NONFINITE_KEEP, y);
		for (long v = 0; v < n; v++)
			c->g->count[first + v] += (!c->inside || c->inside[first + v]) && is_value(x[v]) && (!c->maps->minus || is_value(y[v]));
	}
}

/* The difference of means is the mean of differences. */
static void mean_part(const struct group_maps *maps, long first, long n, double *mean, float *x)
{
	for (long v = 0; v < n; v++)
		mean[first + v] = 0;
	for (int k = 0; k < maps->n; k++)
		for (int pair = 0; pair < (maps->minus ? 2 : 1); pair++) {
			image_part(pair ? &maps->minus[k] : &maps->im[k], 0, first, n, NONFINITE_KEEP, x);
			for (long v = 0; v < n; v++)
				mean[first + v] += pair ? -x[v] : x[v];
		}
	for (long v = 0; v < n; v++)
		mean[first + v] /= maps->n;
}

/* compat: every candidate counts with all subjects. */
static void count_all(const struct reading *c, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	const struct grid *g = &c->g->grid;
	long size = grid_size(g);
	unsigned char *inside = NULL;

	if (!c->inside) {
		double *mean = arena_alloc(a, (size_t)size, sizeof *mean);

		inside = NEW_N(a, unsigned char, size);
		for (long first = 0; first < size; first += PART)
			mean_part(c->maps, first, size - first < PART ? size - first : PART, mean, c->work);
		background_mask(mean, g, 2, inside, a);
	}
	for (long v = 0; v < size; v++)
		c->g->count[v] = (inside ? inside : c->inside)[v] ? c->maps->n : 0;
	arena_reset(a, mark);
}

/* ---- why nothing is left ---- */
static struct error *nothing_shared(const struct reading *c, struct arena *a)
{
	long size = grid_size(&c->g->grid), fewest = size + 1;
	float *x = arena_alloc(a, (size_t)size, sizeof *x);
	int most = 0, poor = 0;

	for (int k = 0; k < c->maps->n; k++) {
		long n = 0;

		image_volume(&c->maps->im[k], 0, NONFINITE_KEEP, x);
		for (long v = 0; v < size; v++)
			n += is_value(x[v]) && (!c->inside || c->inside[v]);
		if (n < fewest) {
			fewest = n;
			poor = k;
		}
	}
	for (long v = 0; v < size; v++)
		most = c->g->count[v] > most ? c->g->count[v] : most;
	if (c->o->compat)
		return error_new(ERR_DATA,
		                 "no voxel of the images' mean differs from its background (compat: nilearn): give a mask");
	return error_new(ERR_DATA,
	                 "no voxel%s has a value (finite and not 0) in %s%d subjects: at most %d have the same one; %s has %ld",
	                 c->inside ? " of the mask" : "", c->o->at_least < c->maps->n ? "" : "all ", c->o->at_least, most,
	                 c->maps->name[poor], fewest);
}

static struct error *select_voxels(const struct reading *c, struct node_env *env)
{
	struct group_data *g = c->g;
	long size = grid_size(&g->grid), some = 0;

	for (long v = 0; v < size; v++)
		g->n += g->count[v] >= c->o->at_least;
	if (g->n == 0)
		return nothing_shared(c, env->arena);
	g->index = arena_alloc(env->arena, (size_t)g->n, sizeof *g->index);
	g->n = 0;
	for (long v = 0; v < size; v++) {
		if (g->count[v] >= c->o->at_least)
			g->index[g->n++] = (int)v;
		else
			some += g->count[v] > 0;
	}
	if (some > 0)
		node_note(env,
		          "%ld voxels are fitted; %ld others have a value (finite and not 0) in fewer than %s%d subjects (`at_least` "
		          "lowers that; the output n has the numbers)", g->n, some, c->o->at_least < c->maps->n ? "" : "all ",
		          c->o->at_least);
	return NULL;
}

/* ---- values ---- */

/* One map at the voxels, smoothed if asked for. */
static struct error *map_row(const struct reading *c, const struct image *im, float *row, struct arena *a)
{
	struct gather_options o = { .smoothing = c->o->smoothing,
	                            .nonfinite = c->o->compat ? NONFINITE_ZERO : NONFINITE_KEEP, .compat = c->o->compat };
	struct gather *g;

	TRY(gather_new(&g, im, &o, c->g->n, c->g->index, 1, a));
	gather_floats(g, row, 1, a);
	return NULL;
}

/* Smoothing gives each voxel a value; those that the map itself does not have stay without. */
static void drop_missing(const struct reading *c, const struct image *im, float *row, float *own)
{
	if (c->o->compat)
		return;
	image_gather(im, 0, NONFINITE_KEEP, c->g->n, c->g->index, own);
	for (long v = 0; v < c->g->n; v++)
		row[v] = is_value(own[v]) ? row[v] : NAN;
}

static struct error *subject_row(const struct reading *c, int k, struct arena *a)
{
	float *row = c->g->data + (size_t)k * (size_t)c->g->n, *own = arena_alloc(a, (size_t)c->g->n, sizeof *own), *other;

	TRY(map_row(c, &c->maps->im[k], row, a));
	drop_missing(c, &c->maps->im[k], row, own);
	if (!c->maps->minus)
		return NULL;
	other = arena_alloc(a, (size_t)c->g->n, sizeof *other);
	TRY(map_row(c, &c->maps->minus[k], other, a));
	drop_missing(c, &c->maps->minus[k], other, own);
	for (long v = 0; v < c->g->n; v++)
		row[v] -= other[v];
	return NULL;
}

static void read_subject(void *ctx, long k, int worker)
{
	const struct reading *c = ctx;
	struct arena *a = arena_new();

	(void)worker;
	c->error[k] = subject_row(c, (int)k, a);
	arena_free(a);
}

static struct error *read_rows(struct reading *c, struct node_env *env)
{
	struct error *first = NULL;

	c->g->data = arena_alloc(env->arena, (size_t)c->maps->n * (size_t)c->g->n, sizeof *c->g->data);
	c->error = NEW_N(env->arena, struct error *, c->maps->n);
	par_for(env->n_threads, c->maps->n, read_subject, c);
	for (int k = 0; k < c->maps->n; k++) {
		if (first)
			error_free(c->error[k]);
		else if (c->error[k])
			first = error_wrap(c->error[k], "%s", c->maps->name[k]);
	}
	return first;
}

struct error *group_read(struct group_data *out, const struct group_maps *maps, const struct group_options *o,
                         struct node_env *env)
{
	struct reading c = { .maps = maps, .o = o, .g = out, .inside = o->mask ? o->mask->inside : NULL };
	long size = grid_size(&maps->im[0].grid), parts = (size + PART - 1) / PART;

	*out = (struct group_data){ .grid = maps->im[0].grid, .count = NEW_N(env->arena, int, size) };
	c.work = NEW_N(env->arena, float, 2 * PART * par_workers(env->n_threads, parts));
	if (o->compat)
		count_all(&c, env->arena);
	else
		par_for(env->n_threads, parts, count_part, &c);
	TRY(select_voxels(&c, env));
	return read_rows(&c, env);
}
