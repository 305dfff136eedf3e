/* signals.spheres - the mean signal in a sphere around each seed. nilearn's NiftiSpheresMasker.
 *
 * Differences, off with compat: nilearn: means of integer images are exact, and no voxel is added because its truncated
 * coordinates agree with the seed's. */
#include "signals.spheres.node.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/clean_args.h"
#include "fmri/gather.h"
#include "img/coords.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/mask.h"
#include "img/series.h"
#include "signals/sphere.h"

static struct spheres options(const struct signals_spheres_params *params, const struct grid *g,
                              const struct mask *mask)
{
	return (struct spheres){
		.grid = g, .inside = mask ? mask->inside : NULL, .radius_mm = params->has_radius ? params->radius_mm : (double)NAN,
		.allow_overlap = params->allow_overlap, .compat = params->compat == SIGNALS_SPHERES_COMPAT_NILEARN,
		.name = params->n_names > 0 ? params->names : NULL,
	};
}

static struct error *check_names(const struct signals_spheres_params *params, int n_seed)
{
	if (params->n_names > 0 && params->n_names != n_seed)
		return error_new(ERR_USER, "there are %d names for %d seeds: they must be as many", params->n_names, n_seed);
	return NULL;
}

/* Each voxel that some sphere has, once: its place among them is at slot[voxel]. */
static int *voxels_of(const struct sphere *s, int n, const struct grid *g, int *slot, int *count, struct arena *a)
{
	int *list = NULL;

	*count = 0;
	for (long v = 0; v < grid_size(g); v++)
		slot[v] = -1;
	for (int k = 0; k < n; k++)
		for (int i = 0; i < s[k].n; i++)
			if (slot[s[k].index[i]] < 0) {
				slot[s[k].index[i]] = *count;
				PUSH(a, list, *count, s[k].index[i]);
			}
	return list;
}

static bool truncates(const struct signals_spheres_params *params, const struct image *im, const struct gauss *g)
{
	bool integer = im->type != IMAGE_FLOAT32 && im->type != IMAGE_FLOAT64 && im->slope == 1 && im->inter == 0;

	return params->compat == SIGNALS_SPHERES_COMPAT_NILEARN && integer && !g;
}

/* Means [n_vol][n] of the spheres. */
static double *means(struct node_env *env, const struct image *im, const struct gauss *g, const struct sphere *s,
                     int n,
                     bool truncate)
{
	int count, *slot = NEW_N(env->arena, int, grid_size(&im->grid));
	int *voxel = voxels_of(s, n, &im->grid, slot, &count, env->arena);
	float *x = arena_alloc(env->arena, (size_t)im->n_vol * (size_t)count, sizeof *x);
	double *mean = NEW_N(env->arena, double, (long)im->n_vol * n);

	gather_run(im, g, count, voxel, x, env->n_threads, env->arena);
	for (int t = 0; t < im->n_vol; t++)
		for (int k = 0; k < n; k++) {
			double sum = 0;

			for (int i = 0; i < s[k].n; i++)
				sum += x[(long)t * count + slot[s[k].index[i]]];
			sum /= s[k].n;
			mean[(long)t * n + k] = truncate ? trunc(sum) : sum;
		}
	return mean;
}

static struct error *extract(struct node_env *env, const struct signals_spheres_params *params,
                             const struct image *im,
                             const struct signals_spheres_inputs *in, struct out *record, struct series *out)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct clean_inputs inputs = CLEAN_INPUTS(in);
	struct cleaning *c;
	struct coords seeds;
	struct mask mask;
	struct gauss *g;
	struct sphere *s;
	struct spheres o;
	double *x;
	float *rounded;

	TRY(coords_read(&seeds, in->seeds, env->arena));
	TRY(check_names(params, seeds.n));
	if (in->mask)
		TRY(mask_read(&mask, in->mask, &im->grid, "bold", env->arena));
	o = options(params, &im->grid, in->mask ? &mask : NULL);
	s = NEW_N(env->arena, struct sphere, seeds.n);
	TRY(spheres_find(s, &o, &seeds, env->arena));
	TRY(cleaning_new(&c, &args, &inputs, im->n_vol, im->tr_s, "bold", env->arena));
	TRY(fwhm_gauss(&g, &(struct fwhm){ params->n_smoothing, params->smoothing_mm }, &im->grid, env->arena));
	x = means(env, im, g, s, seeds.n, truncates(params, im, g));
	TRY(cleaning_double(c, env, seeds.n, x, "seeds", record));
	rounded = NEW_N(env->arena, float, (long)im->n_vol * seeds.n);
	for (long i = 0; i < (long)cleaning_rows(c) * seeds.n; i++)
		rounded[i] = (float)x[i];
	*out = (struct series){ .n_row = cleaning_rows(c), .n_col = seeds.n, .tr_s = clean_tr(&args, im->tr_s), .x = rounded,
	                        .column = o.name ? o.name : seeds.name };
	return NULL;
}

struct error *signals_spheres_run(struct node_env *env, const struct signals_spheres_params *params,
                                  const struct signals_spheres_inputs *in, const struct signals_spheres_outputs *out)
{
	struct image im;
	struct series s;

	TRY(image_of(&im, in->bold, env->arena));
	TRY(image_need_4d(&im, "bold"));
	TRY(extract(env, params, &im, in, out->record, &s));
	image_close(&im);
	return series_write(out_blob(out->signals, "series.npy"), out_blob(out->signals, "series.json"), &s, env->arena);
}

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
                                 int *n)
{
	const struct item *it = shape_item(s, "mask");
	struct image_facts f;
	struct coords seeds;
	struct mask mask;
	struct spheres o;

	TRY(known_seeds(&seeds, s));
	*n = seeds.n;
	if (it)
		TRY(mask_read(&mask, it, g, "bold", s->arena));
	else if (image_facts_from(&f, shape_in(s, "mask"), s->arena))
		TRY(grid_check(&f.grid, "the mask", g, "bold"));
	if (seeds.n == 0)
		return NULL;
	TRY(check_names(params, seeds.n));
	o = options(params, g, it ? &mask : NULL);
	return spheres_find(NEW_N(s->arena, struct sphere, seeds.n), &o, &seeds, s->arena);
}

struct error *signals_spheres_shape(struct shape *s, const struct signals_spheres_params *params)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct image_facts im;
	struct error *e;
	int n = 0, n_row;

	if (!image_facts_from(&im, shape_in(s, "bold"), s->arena))
		return NULL;
	if (im.n_vol < 2)
		shape_error(s, "bold", "bold has one volume, must have a run of them");
	n_row = clean_check(s, &args, im.n_vol, im.tr_s, "bold");
	fwhm_check(s, &(struct fwhm){ params->n_smoothing, params->smoothing_mm }, &im.grid, "smoothing");
	e = check_seeds(s, params, &im.grid, &n);
	if (e)
		shape_error(s, "seeds", "%s", e->text);
	error_free(e);
	shape_out(s, "signals", series_facts_to(&(struct series_facts){ n_row, n > 0 ? n : -1, clean_tr(&args,
	                                                                                                   im.tr_s),
	          params->n_names > 0 && params->n_names == n ? params->names : NULL }, s->arena));
	s->memory = im.bytes + 24 * (int64_t)im.n_vol * (n + 1000) + 100 * grid_size(&im.grid) + (16 << 20);
	s->seconds = (params->n_smoothing > 0 ? 2e-8 : 1e-10) * (double)grid_size(&im.grid) * im.n_vol + 0.01;
	return NULL;
}
