/* signals.spheres - the mean signal in a sphere around each seed. nilearn's NiftiSpheresMasker.
 *
 * Differences, off with compat: nilearn: means of integer images are exact, no voxel is added because its truncated
 * coordinates agree with the seed's, and voxels that are no number at some time are left out of the mean. */
#include "signals.spheres.node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "fmri/clean_args.h"
#include "fmri/gather.h"
#include "fmri/run_mask.h"
#include "fmri/run_space.h"
#include "img/coords.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/mask.h"
#include "img/series.h"
#include "signals/sphere.h"
#include "signals/sphere_table.h"

static bool is_compat(const struct signals_spheres_params *params)
{
	return params->compat == SIGNALS_SPHERES_COMPAT_NILEARN;
}

static struct spheres options(const struct signals_spheres_params *params, const struct grid *g,
                              const struct mask *mask)
{
	return (struct spheres){
		.grid = g, .inside = mask ? mask->inside : NULL, .n_radius = params->n_radius, .radius_mm = params->radius_mm,
		.allow_overlap = params->allow_overlap, .compat = is_compat(params),
		.name = params->n_names > 0 ? params->names : NULL,
	};
}

static struct run_mask_options mask_options(const struct signals_spheres_params *params)
{
	bool data = params->resampling == SIGNALS_SPHERES_RESAMPLING_DATA;

	return (struct run_mask_options){ data ? RUN_RESAMPLING_DATA : RUN_RESAMPLING_NONE,
	                                  "`resampling: data` takes the mask onto the data's", is_compat(params) };
}

static struct error *check_counts(const struct signals_spheres_params *params, int n_seed)
{
	if (params->n_names > 0 && params->n_names != n_seed)
		return error_new(ERR_USER, "names has %d text%s for %d seed%s: they must be as many", params->n_names,
		                 PLURAL(params->n_names), n_seed, PLURAL(n_seed));
	if (params->n_radius > 1 && params->n_radius != n_seed)
		return error_new(ERR_USER, "there are %d radii for %d seed%s: they must be one, or as many", params->n_radius, n_seed,
		                 PLURAL(n_seed));
	for (int k = 1; k < params->n_names; k++)   /* a column is known by its name */
		for (int j = 0; j < k; j++)
			if (strcmp(params->names[j], params->names[k]) == 0)
				return error_new(ERR_USER, "two of the names are '%s' (number %d and %d): each seed must have its own",
				                 params->names[k], j + 1, k + 1);
	return NULL;
}

/* ---- means ---- */
struct averaging {
	int n;
	const struct sphere *sphere;   /* [n], voxels as places in a row */
	bool truncate;                 /* compat: to integers */
	double *mean;                  /* [n_vol][n] */
};

static void average(void *ctx, int t, const double *row, int worker)
{
	const struct averaging *c = ctx;

	(void)worker;
	for (int k = 0; k < c->n; k++) {
		const struct sphere *s = &c->sphere[k];
		double sum = 0;

		for (int i = 0; i < s->n; i++)
			sum += row[s->index[i]];
		sum /= s->n;
		c->mean[(long)t * c->n + k] = c->truncate ? trunc(sum) : sum;
	}
}

static bool truncates(const struct signals_spheres_params *params, const struct image *im)
{
	bool integer = im->type != IMAGE_FLOAT32 && im->type != IMAGE_FLOAT64 && im->slope == 1 && im->inter == 0;

	for (int d = 0; d < params->n_smoothing; d++)
		integer &= params->smoothing_mm[d] == 0 || gather_keeps_unsigned(im);
	return is_compat(params) && integer;
}

/* Means [n_vol][n] of the spheres. */
static struct error *means(double **out, struct node_env *env, const struct signals_spheres_params *params,
                           const struct image *im, const struct sphere *s, int n)
{
	struct gather_options o = { .smoothing = SPACE_ARGS(params).smoothing, .compat = is_compat(params) };
	struct averaging c = { n, NULL, truncates(params, im), NEW_N(env->arena, double, (long)im->n_vol * n) };
	struct gather *g;
	int n_voxel, *voxel = spheres_voxels(&n_voxel, &c.sphere, s, n, &im->grid, env->arena);

	o.nonfinite = NONFINITE_ZERO;
	TRY(gather_new(&g, im, &o, n_voxel, voxel, env->n_threads, env->arena));
	gather_rows(g, average, &c, env->n_threads, env->arena);
	*out = c.mean;
	return NULL;
}

/* ---- run ---- */
static struct error *find(struct sphere *s, const struct signals_spheres_params *params, const struct spheres *o,
                          const struct coords *seeds, const struct image *im, struct node_env *env)
{
	TRY(spheres_find(s, o, seeds, env->arena));
	/* Smoothing and nilearn take such values for 0. */
	TRY(spheres_leave_out(s, o, seeds, im, params->n_smoothing > 0 || is_compat(params), env));
	spheres_note(s, o, seeds, env);
	return NULL;
}

static struct error *extract(struct node_env *env, const struct signals_spheres_params *params, const struct image *im,
                             const struct signals_spheres_inputs *in, const struct signals_spheres_outputs *out,
                             struct series *series)
{
	struct run_mask_options mask_how = mask_options(params);
	struct clean_args args = CLEAN_ARGS(params);
	struct clean_inputs inputs = CLEAN_INPUTS(in);
	struct space_args space = SPACE_ARGS(params);
	struct cleaning *c;
	struct coords seeds;
	struct mask mask;
	struct spheres o;
	double *x;

	TRY(coords_read(&seeds, in->seeds, env->arena));
	TRY(check_counts(params, seeds.n));
	if (in->mask)
		TRY(run_mask_read(&mask, in->mask, &im->grid, &mask_how, env->arena));
	o = options(params, &im->grid, in->mask ? &mask : NULL);
	struct sphere *s = NEW_N(env->arena, struct sphere, seeds.n);

	TRY(find(s, params, &o, &seeds, im, env));
	TRY(space_confounds(&inputs, &space, im, env));
	TRY(cleaning_new(&c, &args, &inputs, im->n_vol, im->tr_s, "bold", env->arena));
	TRY(means(&x, env, params, im, s, seeds.n));
	TRY(cleaning_double(c, env, seeds.n, x, "seeds", out->record));
	float *rounded = NEW_N(env->arena, float, (long)cleaning_rows(c) * seeds.n);

	for (long i = 0; i < (long)cleaning_rows(c) * seeds.n; i++)
		rounded[i] = (float)x[i];
	*series = (struct series){ .n_col = seeds.n, .tr_s = clean_tr(&args, im->tr_s), .x = rounded,
	                           .column = o.name ? o.name : seeds.name };
	cleaning_volumes(c, series, env->arena);
	return spheres_write(out_blob(out->coverage, "table.tsv"), s, &o, &seeds, env->arena);
}

struct error *signals_spheres_run(struct node_env *env, const struct signals_spheres_params *params,
                                  const struct signals_spheres_inputs *in, const struct signals_spheres_outputs *out)
{
	struct image im;
	struct series s;

	TRY(image_of(&im, in->bold, env->arena));
	TRY(image_need_4d(&im, "bold"));
	TRY(extract(env, params, &im, in, out, &s));
	image_close(&im);
	return series_write(out_blob(out->signals, "series.npy"), out_blob(out->signals, "series.json"), &s, env->arena);
}

/* ---- at check time ---- */

/* The seeds when they are known: their bytes exist, or they were written in the pipeline. */
static struct error *known_seeds(struct coords *c, struct shape *s)
{
	const struct item *it = shape_item(s, "seeds");
	struct coords_facts f;

	*c = (struct coords){ 0 };
	if (it)
		return coords_read(c, it, s->arena);
	if (coords_facts_from(&f, shape_in(s, "seeds"), s->arena) && f.xyz)
		*c = (struct coords){ .n = f.n, .xyz = f.xyz };
	return NULL;
}

static struct error *check_seeds(struct shape *s, const struct signals_spheres_params *params, const struct grid *g,
                                 struct coords *seeds)
{
	struct run_mask_options how = mask_options(params);
	struct spheres o;
	struct mask mask;
	struct grid same;
	int n_mask = run_mask_check(&mask, s, g, &how, &same);

	TRY(known_seeds(seeds, s));
	if (seeds->n == 0)
		return NULL;
	TRY(check_counts(params, seeds->n));
	o = options(params, g, n_mask >= 0 ? &mask : NULL);
	return spheres_find(NEW_N(s->arena, struct sphere, seeds->n), &o, seeds, s->arena);
}

static void set_facts(struct shape *s, const struct signals_spheres_params *params, const struct coords *seeds,
                      struct series_facts signals)
{
	int n = seeds->n > 0 ? seeds->n : -1;
	const char *const *names = params->n_names > 0 && params->n_names == n ? params->names : seeds->name;
	struct table_facts coverage = spheres_table_facts(n);

	signals.n_col = n;
	signals.column = names;
	shape_out(s, "signals", series_facts_to(&signals, s->arena));
	shape_out(s, "coverage", table_facts_to(&coverage, s->arena));
}

struct error *signals_spheres_shape(struct shape *s, const struct signals_spheres_params *params)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct space_args space = SPACE_ARGS(params);
	struct coords seeds = { 0 };
	struct series_facts facts;
	struct image_facts im;
	struct error *e;

	if (!image_facts_from(&im, shape_in(s, "bold"), s->arena))
		return NULL;
	if (im.n_vol < 2)
		shape_error(s, "bold", "bold has one volume, must have a run of them");
	space_check(s, &space, &im.grid, im.n_vol);
	e = check_seeds(s, params, &im.grid, &seeds);
	if (e)
		shape_error(s, "seeds", "%s", e->text);
	error_free(e);
	facts = (struct series_facts){ clean_check(s, &args, im.n_vol, im.tr_s, "bold"), -1, clean_tr(&args, im.tr_s), NULL, im.n_vol };
	set_facts(s, params, &seeds, facts);
	s->memory = im.bytes + 24 * (int64_t)im.n_vol * (seeds.n + 1000) + 100 * grid_size(&im.grid) + (16 << 20);
	s->seconds = (params->n_smoothing > 0 ? 2e-8 : 1e-10) * (double)grid_size(&im.grid) * im.n_vol + 0.01;
	return NULL;
}
