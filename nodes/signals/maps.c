/* signals.maps - one signal for each map of weights by least squares, cleaned in time. nilearn's NiftiMapsMasker.
 *
 * The pseudo-inverse of the maps is made once, in double, and applied to one volume after the other. Differences, off with
 * compat: nilearn: a voxel that is no number at some time, or that lies beyond the data, does not count; with a mask, voxels
 * that have negative weights only do count, as they do without one. */
#include "signals.maps.node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/coverage.h"
#include "fmri/mask_facts.h"
#include "fmri/region_maps.h"
#include "fmri/region_series.h"
#include "fmri/regions.h"
#include "fmri/run_space.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/labels.h"

struct atlas {
	struct image im;
	const char *const *name;      /* [im.n_vol] */
	struct region_space space;
	struct region_maps own, maps; /* on their grid, and on the grid to work on */
	bool compat, masked, one_each;
	double least;                 /* below this a weight is no overlap */
	double *weight;               /* [voxels of the larger grid] */
	unsigned char *used;          /* [grid_size(space.grid)] 1: a row of the least squares */
	struct coverage cover;
	struct regions rows;          /* one region, the voxels used */
};

/* In the order in which the schema lists them. */
static enum region_target target_of(const struct signals_maps_params *params)
{
	static const enum region_target target[] = { REGION_ONTO_DATA, REGION_ONTO_REGIONS, REGION_ONTO_MASK, REGION_ONTO_NONE };

	return target[params->resampling_target];
}

static struct error *atlas_open(struct atlas *at, const struct signals_maps_params *params, const struct grid *data,
                                const struct item *maps, const struct item *mask, const struct item *names, struct arena *a)
{
	long size, own;

	*at = (struct atlas){ .compat = params->compat == SIGNALS_MAPS_COMPAT_NILEARN, .masked = mask != NULL };
	TRY(image_of(&at->im, maps, a));
	TRY(names_of_maps(&at->name, at->im.n_vol, maps, names, a));
	at->one_each = !params->allow_overlap;
	at->least = region_maps_least(&at->im);
	TRY(region_space_new(&at->space, target_of(params), data, &at->im.grid, "maps", mask, at->compat, a));
	TRY(region_maps_onto(&at->own, &at->im, &at->im.grid, at->compat, a));
	TRY(region_maps_onto(&at->maps, &at->im, &at->space.grid, at->compat, a));
	size = grid_size(&at->space.grid);
	own = grid_size(&at->im.grid);
	at->weight = arena_alloc(a, (size_t)(size > own ? size : own), sizeof *at->weight);
	at->used = arena_calloc(a, (size_t)size, 1);
	return NULL;
}

/* Map k on the grid to work on, into at->weight. */
static const double *weights(const struct atlas *at, int k)
{
	region_maps_read(&at->maps, k, at->weight);
	for (long v = 0; at->compat && at->one_each && v < grid_size(&at->space.grid); v++)
		if (at->weight[v] < at->least)
			at->weight[v] = 0;
	return at->weight;
}

static struct error *overlap_at(const struct atlas *at, long v, int one, int other)
{
	int voxel[3];

	grid_voxel(&at->space.grid, v, voxel);
	return error_new(ERR_DATA, "maps '%s' and '%s' both have weight in voxel (%d, %d, %d)%s: allow_overlap: true takes such maps",
	                 at->name[one], at->name[other], voxel[0], voxel[1], voxel[2],
	                 at->maps.onto ? ", perhaps because of resampling" : "");
}

/* Which voxels have weight in some map, and an error when one has it in two and that is not allowed. */
static struct error *find_rows(struct atlas *at, struct arena *a)
{
	long size = grid_size(&at->space.grid);
	int *owner = at->one_each ? NEW_N(a, int, size) : NULL;   /* 1 + map */

	for (int k = 0; k < at->im.n_vol; k++) {
		const double *w = weights(at, k);

		for (long v = 0; v < size; v++) {
			bool has = at->compat && at->masked ? w[v] > 0 : w[v] != 0;

			at->used[v] |= has && at->space.inside[v];
			if (!owner || !(at->compat ? w[v] > at->least : fabs(w[v]) > at->least))
				continue;
			if (owner[v] > 0)
				return overlap_at(at, v, owner[v] - 1, k);
			owner[v] = k + 1;
		}
	}
	return NULL;
}

/* The list of voxels used; without those that are no number at some time, when im is given. */
static void list_rows(struct atlas *at, const struct image *im, struct node_env *env, struct arena *a)
{
	long size = grid_size(&at->space.grid);
	int *region = arena_alloc(a, (size_t)size, sizeof *region);

	for (long v = 0; v < size; v++)
		region[v] = at->used[v] - 1;
	regions_sort(&at->rows, 1, size, region, a);
	if (!im || region_space_drop(&at->space, im, at->rows.n_voxel, at->rows.voxel, env) == 0)
		return;
	for (long v = 0; v < size; v++)
		if (!at->space.inside[v])
			region[v] = -1;
	regions_sort(&at->rows, 1, size, region, a);
}

/* How much of map k there is. */
static void cover_map(struct atlas *at, int k, const unsigned char *covered)
{
	struct coverage *c = &at->cover;
	double total = 0, inside = 0;
	const double *w = weights(at, k);

	for (int v = 0; v < at->rows.n_voxel; v++)
		c->used[k] += w[at->rows.voxel[v]] != 0;
	region_maps_read(&at->own, k, at->weight);
	for (long v = 0; v < grid_size(&at->im.grid); v++) {
		c->voxels[k] += at->weight[v] != 0;
		total += fabs(at->weight[v]);
		if (covered[v])
			inside += fabs(at->weight[v]);
	}
	c->share[k] = total > 0 ? inside / total : 0;
}

static struct error *choose_columns(struct atlas *at, const struct signals_maps_params *params, struct arena *a)
{
	unsigned char *covered = arena_alloc(a, (size_t)grid_size(&at->im.grid), 1);

	coverage_new(&at->cover, at->im.n_vol, "map", NULL, at->name, a);
	TRY(coverage_reach(covered, &at->im.grid, &at->space.grid, at->space.inside, a));
	for (int k = 0; k < at->im.n_vol; k++)
		cover_map(at, k, covered);
	return coverage_decide(&at->cover, params->min_coverage, params->keep_masked_maps);
}

/* ---- signals ---- */
/* The pseudo-inverse of the kept maps that have weight; column[j] is where the signal of its j-th map goes. */
static struct error *fit_maps(struct region_fit *f, const struct atlas *at, int *column, struct node_env *env)
{
	const struct coverage *c = &at->cover;
	double *M;
	int n = 0;

	for (int k = 0; k < c->n_kept; k++)
		if (c->used[c->column[k]] > 0)
			column[n++] = k;
	M = arena_alloc(env->arena, (size_t)at->rows.n_voxel * (size_t)n, sizeof *M);
	for (int j = 0; j < n; j++) {
		const double *w = weights(at, c->column[column[j]]);

		for (int v = 0; v < at->rows.n_voxel; v++)
			M[(long)v * n + j] = w[at->rows.voxel[v]];
	}
	TRY(region_fit_new(f, at->rows.n_voxel, n, M, at->compat, env->arena));
	if (f->rank < n)
		node_note(env, "%d maps have rank %d on %d voxels: some are sums of others, and of all signals that fit equally well "
		          "the smallest were taken", n, f->rank, at->rows.n_voxel);
	return NULL;
}

/* Signals x [n_vol][kept maps]. */
static struct error *take(double **out, const struct atlas *at, const struct signals_maps_params *params,
                          const struct image *im, struct node_env *env)
{
	struct gather_options o = {
		.onto = at->space.moves_data ? &at->space.grid : NULL, .smoothing = SPACE_ARGS(params).smoothing,
		.nonfinite = NONFINITE_ZERO, .compat = at->compat,
	};
	int n = at->cover.n_kept, *column = NEW_N(env->arena, int, n);
	struct region_fit f = { 0 };
	struct gather *g;
	double *x;

	TRY(fit_maps(&f, at, column, env));
	TRY(gather_new(&g, im, &o, at->rows.n_voxel, at->rows.voxel, env->n_threads, env->arena));
	x = NEW_N(env->arena, double, (long)im->n_vol * f.n_map);
	region_fit_run(&f, g, im->n_vol, x, env->n_threads, env->arena);
	*out = NEW_N(env->arena, double, (long)im->n_vol * n);
	for (long t = 0; t < im->n_vol; t++)
		for (int j = 0; j < f.n_map; j++)
			(*out)[t * n + column[j]] = x[t * f.n_map + j];
	return NULL;
}

static struct error *write_signals(const struct atlas *at, const struct signals_maps_params *params,
                                   const struct signals_maps_inputs *in, const struct signals_maps_outputs *out,
                                   const struct image *im, struct node_env *env)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct clean_inputs given = CLEAN_INPUTS(in);
	struct cleaning *c;
	double *x;

	TRY(space_confounds(&given, &SPACE_ARGS(params), im, env));
	TRY(cleaning_new(&c, &args, &given, im->n_vol, im->tr_s, "bold", env->arena));
	TRY(take(&x, at, params, im, env));
	TRY(region_series_write(c, env, at->cover.n_kept, x, coverage_names(&at->cover, env->arena), clean_tr(&args, im->tr_s),
	                        out->signals, out->record));
	return coverage_write(&at->cover, out->coverage, env->arena);
}

struct error *signals_maps_run(struct node_env *env, const struct signals_maps_params *params,
                               const struct signals_maps_inputs *in, const struct signals_maps_outputs *out)
{
	struct atlas at;
	struct image im;

	TRY(image_of(&im, in->bold, env->arena));
	TRY(atlas_open(&at, params, &im.grid, in->maps, in->mask, in->names, env->arena));
	TRY(find_rows(&at, env->arena));
	list_rows(&at, at.compat ? NULL : &im, env, env->arena);
	TRY(choose_columns(&at, params, env->arena));
	region_space_note(&at.space, &im.grid, &at.im.grid, "maps", env);
	coverage_note(&at.cover, env);
	TRY(write_signals(&at, params, in, out, &im, env));
	image_close(&at.im);
	image_close(&im);
	return NULL;
}

/* ---- shape ---- */
/* The grid to work on and the number of maps, as far as headers tell. */
static struct error *look_at_headers(struct grid *grid, int *n_map, struct shape *s, const struct signals_maps_params *params,
                                     const struct image_facts *im)
{
	struct image_facts maps, mask;
	bool has_mask = image_facts_from(&mask, shape_in(s, "mask"), s->arena);

	*grid = im->grid;
	*n_map = -1;
	if (target_of(params) == REGION_ONTO_MASK && shape_n(s, "mask") == 0)
		return error_new(ERR_USER, "resampling_target is mask, but no mask is given");
	if (!image_facts_from(&maps, shape_in(s, "maps"), s->arena))
		return NULL;
	*n_map = maps.n_vol;
	return region_space_grid(grid, target_of(params), &im->grid, &maps.grid, "maps", has_mask ? &mask.grid : NULL);
}

/* All that the maps and the mask tell, once their bytes exist and looking does not take seconds. */
static struct error *look_at_maps(struct atlas *at, struct shape *s, const struct signals_maps_params *params,
                                  const struct image_facts *im, const struct grid *grid, long n_map)
{
	const struct item *maps = shape_item(s, "maps"), *mask = shape_item(s, "mask"), *names = shape_item(s, "names");

	if (!maps || (shape_n(s, "mask") > 0 && !mask) || (shape_n(s, "names") > 0 && !names))
		return NULL;
	if (n_map * grid_size(grid) > 100000000)
		return NULL;
	TRY(atlas_open(at, params, &im->grid, maps, mask, names, s->arena));
	TRY(find_rows(at, s->arena));
	list_rows(at, NULL, NULL, s->arena);
	TRY(choose_columns(at, params, s->arena));
	image_close(&at->im);
	return NULL;
}

static void tell_outputs(struct shape *s, const struct atlas *at, int n_map, struct series_facts f)
{
	static const char *const column[] = { "value", "name", "voxels", "voxels_used", "coverage", "kept" };
	
	f.column = f.n_col > 0 ? coverage_names(&at->cover, s->arena) : NULL;
	shape_out(s, "signals", series_facts_to(&f, s->arena));
	if (n_map > 0)
		shape_out(s, "coverage", table_facts_to(&(struct table_facts){ n_map, 6, column }, s->arena));
}

struct error *signals_maps_shape(struct shape *s, const struct signals_maps_params *params)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct atlas at = { 0 };
	struct image_facts im;
	struct grid grid;
	struct error *e;
	int n_row, n_map, n_col = -1;

	if (!image_facts_from(&im, shape_in(s, "bold"), s->arena))
		return NULL;
	n_row = clean_check(s, &args, im.n_vol, im.tr_s, "bold");
	e = look_at_headers(&grid, &n_map, s, params, &im);
	if (!e && mask_facts_check(s, "mask", NULL, NULL) != 0)
		e = look_at_maps(&at, s, params, &im, &grid, n_map);
	if (e)
		shape_error(s, "maps", "%s%s%s", e->text, e->cause ? ": " : "", e->cause ? e->cause->text : "");
	error_free(e);
	if (at.cover.n_kept > 0 && (strncmp(im.type, "float", 5) != 0 || at.compat))
		n_col = at.cover.n_kept;
	space_check(s, &SPACE_ARGS(params), &grid, im.n_vol);
	tell_outputs(s, &at, n_map, (struct series_facts){ n_row, n_col, clean_tr(&args, im.tr_s), NULL, im.n_vol });
	s->memory = im.bytes + 32 * grid_size(&grid) * (n_map > 0 ? n_map : 40) + 200 * grid_size(&grid) + (16 << 20);
	s->seconds = 1e-8 * (double)grid_size(&grid) * (im.n_vol + (n_map > 0 ? n_map : 40)) + 0.05;
	return NULL;
}
