/* signals.labels - one signal for each region of a label image, cleaned in time. nilearn's NiftiLabelsMasker.
 *
 * Labels are sorted into lists of voxels once; the run is read one volume at a time, and of it only voxels of regions.
 * Differences, off with compat: nilearn: a voxel that is no number at some time, or that lies beyond the data, does not
 * count in its region. */
#include "signals.labels.node.h"

#include <string.h>

#include "base/arena.h"
#include "fmri/coverage.h"
#include "fmri/mask_facts.h"
#include "fmri/region_series.h"
#include "fmri/regions.h"
#include "fmri/resampled.h"
#include "fmri/run_space.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/labels.h"
#include "img/series.h"
#include "num/par.h"

struct atlas {
	struct labels labels;         /* on their own grid */
	struct region_space space;
	int *region;                  /* [grid_size(space.grid)] which label, -1 for none */
	struct coverage cover;
	struct regions columns;       /* voxels of the columns, in the same order */
};

static bool is_compat(const struct signals_labels_params *params)
{
	return params->compat == SIGNALS_LABELS_COMPAT_NILEARN;
}

/* In the order in which the schema lists them. */
static enum region_target target_of(const struct signals_labels_params *params)
{
	static const enum region_target target[] = { REGION_ONTO_DATA, REGION_ONTO_REGIONS, REGION_ONTO_NONE };

	return target[params->resampling_target];
}

/* Which label each voxel of the grid to work on has. */
static struct error *place_labels(struct atlas *at, const struct signals_labels_params *params, const struct grid *data,
                                  const struct item *mask, struct arena *a)
{
	const struct grid *own = &at->labels.grid;
	const int *place;

	TRY(region_space_new(&at->space, target_of(params), data, own, "labels", mask, is_compat(params), a));
	place = nearest_places(own, &at->space.grid, is_compat(params), a);
	if (!place)
		return error_new(ERR_DATA, "the affine of labels has no inverse: world coordinates have no voxel");
	at->region = arena_alloc(a, (size_t)grid_size(&at->space.grid), sizeof *at->region);
	for (long v = 0; v < grid_size(&at->space.grid); v++)
		at->region[v] = at->space.inside[v] && place[v] >= 0 ? at->labels.region[place[v]] : -1;
	return NULL;
}

/* Takes voxels that are no number at some time out of their regions. */
static void drop_not_finite(struct atlas *at, const struct image *im, struct node_env *env)
{
	struct regions all;

	regions_sort(&all, at->labels.n, grid_size(&at->space.grid), at->region, env->arena);
	if (region_space_drop(&at->space, im, all.n_voxel, all.voxel, env) > 0)
		for (int v = 0; v < all.n_voxel; v++)
			if (!at->space.inside[all.voxel[v]])
				at->region[all.voxel[v]] = -1;
}

/* How much of each region there is, which regions become columns, and their voxels. */
static struct error *choose_columns(struct atlas *at, const struct signals_labels_params *params, struct arena *a)
{
	const struct labels *l = &at->labels;
	unsigned char *covered = arena_alloc(a, (size_t)grid_size(&l->grid), 1);
	int *column = arena_alloc(a, (size_t)l->n, sizeof *column);
	long size = grid_size(&at->space.grid);
	struct coverage *c = &at->cover;

	coverage_new(c, l->n, "label", l->value, l->name, a);
	TRY(coverage_reach(covered, &l->grid, &at->space.grid, at->space.inside, a));
	for (long v = 0; v < grid_size(&l->grid); v++)
		if (l->region[v] >= 0 && covered[v])
			c->share[l->region[v]]++;
	for (long v = 0; v < size; v++)
		if (at->region[v] >= 0)
			c->used[at->region[v]]++;
	for (int k = 0; k < l->n; k++) {
		c->voxels[k] = l->size[k];
		c->share[k] /= l->size[k];
		column[k] = -1;
	}
	TRY(coverage_decide(c, params->min_coverage, params->keep_masked_labels));
	for (int k = 0; k < c->n_kept; k++)
		column[c->column[k]] = k;
	for (long v = 0; v < size; v++)
		if (at->region[v] >= 0)
			at->region[v] = column[at->region[v]];
	regions_sort(&at->columns, c->n_kept, size, at->region, a);
	return NULL;
}

/* ---- signals ---- */
struct taking {
	const struct regions *r;
	enum region_statistic what;
	double *x;                    /* [n_vol][r->n] */
	double **work;                /* [worker][voxels of the largest region] */
};

static void take_row(void *ctx, int t, const double *row, int worker)
{
	const struct taking *c = ctx;
	const int *first = c->r->first;

	for (int k = 0; k < c->r->n; k++)
		if (first[k + 1] > first[k])
			c->x[(long)t * c->r->n + k] =
				region_statistic(c->what, first[k + 1] - first[k], row + first[k], c->work[worker]);
}

static struct error *take(double **out, const struct atlas *at, const struct signals_labels_params *params,
                          const struct image *im, struct node_env *env)
{
	const struct regions *r = &at->columns;
	struct gather_options o = {
		.onto = at->space.moves_data ? &at->space.grid : NULL, .smoothing = SPACE_ARGS(params).smoothing,
		.nonfinite = NONFINITE_ZERO, .compat = is_compat(params),
	};
	struct taking c = { .r = r, .what = (enum region_statistic)params->strategy };
	int workers = par_workers(env->n_threads, im->n_vol), most = 1;
	struct gather *g;

	for (int k = 0; k < r->n; k++)
		most = r->first[k + 1] - r->first[k] > most ? r->first[k + 1] - r->first[k] : most;
	c.work = NEW_N(env->arena, double *, workers);
	for (int w = 0; w < workers; w++)
		c.work[w] = arena_alloc(env->arena, (size_t)most, sizeof **c.work);
	*out = c.x = NEW_N(env->arena, double, (long)im->n_vol * r->n);
	TRY(gather_new(&g, im, &o, r->n_voxel, r->voxel, env->n_threads, env->arena));
	gather_rows(g, take_row, &c, env->n_threads, env->arena);
	return NULL;
}

static struct error *write_signals(const struct atlas *at, const struct signals_labels_params *params,
                                   const struct signals_labels_inputs *in, const struct signals_labels_outputs *out,
                                   const struct image *im, struct node_env *env)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct clean_inputs given = CLEAN_INPUTS(in);
	struct cleaning *c;
	double *x;

	TRY(space_confounds(&given, &SPACE_ARGS(params), im, env));
	TRY(cleaning_new(&c, &args, &given, im->n_vol, im->tr_s, "bold", env->arena));
	TRY(take(&x, at, params, im, env));
	TRY(region_series_write(c, env, at->columns.n, x, coverage_names(&at->cover, env->arena), clean_tr(&args, im->tr_s),
	                        out->signals, out->record));
	return coverage_write(&at->cover, out->coverage, env->arena);
}

/* The label image of the columns, for who wants to put signals back. */
static struct error *write_labels(const struct atlas *at, int background, struct out *o, struct arena *a)
{
	long n = grid_size(&at->space.grid);
	int *voxel = arena_alloc(a, (size_t)n, sizeof *voxel), *value = NEW_N(a, int, at->columns.n);

	for (int k = 0; k < at->columns.n; k++)
		value[k] = at->labels.value[at->cover.column[k]];
	for (long v = 0; v < n; v++)
		voxel[v] = at->region[v] >= 0 ? value[at->region[v]] : background;
	TRY(image_write(out_blob(o, "image.nii"), &at->space.grid, 1, 0, IMAGE_INT32, voxel));
	return names_write(out_blob(o, "names.tsv"), at->columns.n, value, coverage_names(&at->cover, a), a);
}

/* A table of names for another atlas fits no region, which names alone do not show. */
static struct error *note_unnamed(const struct labels *l, const struct item *names, struct node_env *env)
{
	int n = 0, first;

	if (names)
		TRY(names_missing(&n, &first, l->n, l->value, names, env->arena));
	if (n > 0)
		node_note(env, "%d of %d regions %s no name in `names` and %s called by number, the first %d", n, l->n,
		          n == 1 ? "has" : "have", n == 1 ? "is" : "are", first);
	return NULL;
}

struct error *signals_labels_run(struct node_env *env, const struct signals_labels_params *params,
                                 const struct signals_labels_inputs *in, const struct signals_labels_outputs *out)
{
	struct atlas at = { 0 };
	struct image im;

	TRY(image_of(&im, in->bold, env->arena));
	TRY(labels_read(&at.labels, in->labels, params->background_label, in->names, env->arena));
	TRY(note_unnamed(&at.labels, in->names, env));
	TRY(place_labels(&at, params, &im.grid, in->mask, env->arena));
	if (!is_compat(params))
		drop_not_finite(&at, &im, env);
	TRY(choose_columns(&at, params, env->arena));
	region_space_note(&at.space, &im.grid, &at.labels.grid, "labels", env);
	coverage_note(&at.cover, env);
	if (out->signals)
		TRY(write_signals(&at, params, in, out, &im, env));
	if (out->labels_used)
		TRY(write_labels(&at, params->background_label, out->labels_used, env->arena));
	image_close(&im);
	return NULL;
}

/* ---- shape ---- */
/* All that the labels and the mask tell, once their bytes exist. The number of columns, or -1. */
static struct error *look(struct atlas *at, int *n, struct shape *s, const struct signals_labels_params *params,
                          const struct image_facts *im)
{
	const struct item *labels = shape_item(s, "labels"), *mask = shape_item(s, "mask");
	bool float_data = strncmp(im->type, "float", 5) == 0;   /* some of it may be no number */

	*n = -1;
	if (!labels || (shape_n(s, "mask") > 0 && !mask) || (shape_n(s, "names") > 0 && !shape_item(s, "names")))
		return NULL;
	TRY(labels_read(&at->labels, labels, params->background_label, shape_item(s, "names"), s->arena));
	TRY(place_labels(at, params, &im->grid, mask, s->arena));
	TRY(choose_columns(at, params, s->arena));
	if (!float_data || is_compat(params))
		*n = at->columns.n;
	return NULL;
}

/* The grid to work on, as far as headers tell. */
static struct error *look_at_grids(struct grid *grid, struct image_facts *labels, struct shape *s,
                                   const struct signals_labels_params *params, const struct image_facts *im)
{
	struct image_facts mask;
	bool has_mask = image_facts_from(&mask, shape_in(s, "mask"), s->arena);

	*grid = im->grid;
	if (!image_facts_from(labels, shape_in(s, "labels"), s->arena)) {
		*labels = (struct image_facts){ 0 };
		return NULL;
	}
	if (labels->n_vol > 1)
		return error_new(ERR_DATA, "labels has %d volumes, must have one (signals.maps takes images with a volume a region)",
		                 labels->n_vol);
	return region_space_grid(grid, target_of(params), &im->grid, &labels->grid, "labels", has_mask ? &mask.grid : NULL);
}

/* The run, the labels and what is known of each of their voxels, the grid to work on, and on two threads the volumes on
 * their way. */
static void predict(struct shape *s, const struct signals_labels_params *params, const struct image_facts *im,
                    const struct image_facts *labels, const struct grid *grid, int n_col)
{
	bool moves = !grid_same(&im->grid, grid), smooth = params->n_smoothing > 0;

	s->memory = im->bytes + labels->bytes + 16 * grid_size(&labels->grid) + (smooth ? 48 : 24) * grid_size(grid) +
	            (moves ? resampled_memory(&im->grid, grid, 2) : 0) + 8 * (int64_t)im->n_vol * (n_col < 0 ? 500 : n_col) +
	            (16 << 20);
	s->seconds = (smooth ? 2e-8 : 2e-9) * (double)grid_size(grid) * im->n_vol + 0.02;
}

static void tell_outputs(struct shape *s, const struct atlas *at, const struct grid *grid, struct series_facts f)
{
	static const char *const column[] = { "value", "name", "voxels", "voxels_used", "coverage", "kept" };
		struct image_facts used = image_facts_new(grid, 1, 0, "int32");

	f.column = f.n_col > 0 ? coverage_names(&at->cover, s->arena) : NULL;
	shape_out(s, "signals", series_facts_to(&f, s->arena));
	shape_out(s, "labels_used", image_facts_to(&used, s->arena));
	if (at->labels.n > 0)
		shape_out(s, "coverage", table_facts_to(&(struct table_facts){ at->labels.n, 6, column }, s->arena));
}

struct error *signals_labels_shape(struct shape *s, const struct signals_labels_params *params)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct atlas at = { 0 };
	struct image_facts im, labels;
	struct grid grid;
	struct error *e;
	int n_row, n_col = -1;

	if (!image_facts_from(&im, shape_in(s, "bold"), s->arena))
		return NULL;
	n_row = clean_check(s, &args, im.n_vol, im.tr_s, "bold");
	e = look_at_grids(&grid, &labels, s, params, &im);
	if (!e && mask_facts_check(s, "mask", NULL, NULL) != 0)
		e = look(&at, &n_col, s, params, &im);
	if (e)
		shape_error(s, "labels", "%s%s%s", e->text, e->cause ? ": " : "", e->cause ? e->cause->text : "");
	error_free(e);
	space_check(s, &SPACE_ARGS(params), &grid, im.n_vol);
	tell_outputs(s, &at, &grid, (struct series_facts){ n_row, n_col, clean_tr(&args, im.tr_s), NULL, im.n_vol });
	predict(s, params, &im, &labels, &grid, n_col);
	return NULL;
}
