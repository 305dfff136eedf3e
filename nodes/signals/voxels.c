/* signals.voxels - the signal of every voxel inside a mask, smoothed in space and cleaned in time.
 *
 * The run stays mapped; volumes are resampled and smoothed one by one on each thread, and only the mask's voxels are
 * kept. nilearn's NiftiMasker. */
#include "signals.voxels.node.h"

#include "base/arena.h"
#include "fmri/clean_args.h"
#include "fmri/gather.h"
#include "fmri/mask_made.h"
#include "fmri/run_finite.h"
#include "fmri/run_mask.h"
#include "fmri/run_space.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/mask.h"
#include "img/series.h"

/* ---- the mask ---- */
static struct run_mask_options mask_options(const struct signals_voxels_params *params)
{
	return (struct run_mask_options){
		(enum run_resampling)params->resampling,
		"`resampling: mask` takes the data onto the mask's grid, `resampling: data` the mask onto the data's",
		params->compat == SIGNALS_VOXELS_COMPAT_NILEARN,
	};
}

/* ---- the signals ---- */

/* Values that are no number count as 0, and people are told how many voxels have them. Resampling draws from all. */
static struct error *look_for_nan(const struct image *im, const struct mask *mask, struct node_env *env)
{
	bool own = grid_same(&im->grid, &mask->grid);
	long n = own ? mask->n : grid_size(&im->grid);
	struct not_finite bad = run_not_finite(im, n, own ? mask->index : NULL, NEW_N(env->arena, unsigned char, n),
	                                       env->n_threads);

	if (bad.always == n)
		return error_new(ERR_DATA, "bold has no number in any of its %ld voxels%s: all are NaN or infinite", n,
		                 own ? " inside the mask" : "");
	if (bad.some > 0)
		node_note(env, "%ld of %ld voxels are NaN or infinite at some time, %ld of them always; such values count as 0",
		          bad.some, n, bad.always);
	return NULL;
}

static struct error *gather(float **out, struct node_env *env, const struct signals_voxels_params *params,
                            const struct image *im, const struct mask *mask)
{
	struct gather_options o = { .onto = &mask->grid, .smoothing = SPACE_ARGS(params).smoothing,
	                            .nonfinite = NONFINITE_ZERO, .compat = params->compat == SIGNALS_VOXELS_COMPAT_NILEARN };
	const struct mask *wanted = mask;
	struct mask crop;
	struct gather *g;

	/* nilearn resamples onto the box of the mask, and smooths inside of it. */
	if (o.compat && !grid_same(&mask->grid, &im->grid)) {
		run_mask_crop(&crop, mask, env->arena);
		wanted = &crop;
		o.onto = &crop.grid;
	}
	TRY(gather_new(&g, im, &o, wanted->n, wanted->index, env->n_threads, env->arena));
	*out = arena_alloc(env->arena, (size_t)im->n_vol * (size_t)mask->n, sizeof **out);
	gather_floats(g, *out, env->n_threads, env->arena);
	return NULL;
}

static struct error *extract(struct node_env *env, const struct signals_voxels_params *params, const struct image *im,
                             const struct mask *mask, const struct signals_voxels_inputs *in,
                             const struct signals_voxels_outputs *out, struct series *s)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct clean_inputs inputs = CLEAN_INPUTS(in);
	struct space_args space = SPACE_ARGS(params);
	struct cleaning *c;
	float *x;

	TRY(space_confounds(&inputs, &space, im, env));
	TRY(cleaning_new(&c, &args, &inputs, im->n_vol, im->tr_s, "bold", env->arena));
	TRY(look_for_nan(im, mask, env));
	TRY(gather(&x, env, params, im, mask));
	TRY(cleaning_float(c, env, mask->n, x, "voxels", out->record));
	*s = (struct series){ .n_col = mask->n, .tr_s = clean_tr(&args, im->tr_s), .x = x };
	cleaning_volumes(c, s, env->arena);
	return NULL;
}

struct error *signals_voxels_run(struct node_env *env, const struct signals_voxels_params *params,
                                 const struct signals_voxels_inputs *in, const struct signals_voxels_outputs *out)
{
	struct run_mask_options o = mask_options(params);
	struct image im;
	struct mask mask;
	struct series s;

	TRY(image_of(&im, in->bold, env->arena));
	TRY(image_need_4d(&im, "bold"));
	if (in->mask)
		TRY(run_mask_read(&mask, in->mask, &im.grid, &o, env->arena));
	else
		TRY(mask_made(&mask, &im, (enum mask_strategy)params->mask_strategy, env));
	TRY(extract(env, params, &im, &mask, in, out, &s));
	image_close(&im);
	TRY(series_write(out_blob(out->signals, "series.npy"), out_blob(out->signals, "series.json"), &s, env->arena));
	return mask_write(out_blob(out->mask, "image.nii"), &mask);
}

/* ---- at check time ---- */
static void predict(struct shape *s, const struct signals_voxels_params *params, const struct image_facts *im,
                    const struct grid *onto, int n)
{
	double work = (double)grid_size(onto) * im->n_vol;
	bool resampled = !grid_same(onto, &im->grid);

	s->memory = im->bytes + 4 * (int64_t)im->n_vol * (n < 0 ? grid_size(onto) : n) + 80 * grid_size(&im->grid) +
	            (resampled ? 40 * (grid_size(onto) + grid_size(&im->grid)) : 0) + (16 << 20);
	s->seconds = (params->n_smoothing > 0 ? 2.5e-8 : 5e-9) * work + (resampled ? 5e-8 * work : 0) + 0.01;
}

struct error *signals_voxels_shape(struct shape *s, const struct signals_voxels_params *params)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct space_args space = SPACE_ARGS(params);
	struct run_mask_options o = mask_options(params);
	struct image_facts im, facts;
	struct mask mask;
	struct grid grid;
	int n, n_row;

	if (!image_facts_from(&im, shape_in(s, "bold"), s->arena))
		return NULL;
	if (im.n_vol < 2)
		shape_error(s, "bold", "bold has one volume, must have a run of them");
	n = run_mask_check(&mask, s, &im.grid, &o, &grid);
	n_row = clean_check(s, &args, im.n_vol, im.tr_s, "bold");
	space_check(s, &space, &grid, im.n_vol);
	facts = image_facts_new(&grid, 1, 0, "uint8");
	shape_out(s, "mask", image_facts_to(&facts, s->arena));
	shape_out(s, "signals", series_facts_to(&(struct series_facts){ n_row, n, clean_tr(&args, im.tr_s), NULL, im.n_vol }, s->arena));
	predict(s, params, &im, &grid, n);
	return NULL;
}
