/* signals.voxels - the signal of every voxel inside a mask, smoothed in space and cleaned in time.
 *
 * The run stays mapped; volumes are smoothed one by one on each thread, and only the mask's voxels are kept. nilearn's
 * NiftiMasker. */
#include "signals.voxels.node.h"

#include "base/arena.h"
#include "fmri/clean_args.h"
#include "fmri/gather.h"
#include "fmri/volumes.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/mask.h"
#include "img/series.h"

static struct error *mask_make(struct mask *mask, const struct image *im, struct node_env *env)
{
	long size = grid_size(&im->grid);
	unsigned char *inside = NEW_N(env->arena, unsigned char, size);
	double *mean = arena_alloc(env->arena, (size_t)size, sizeof *mean);

	image_mean_over_time(im, mean, env->n_threads, env->arena);
	background_mask(mean, &im->grid, 2, inside, env->arena);
	mask_of(mask, &im->grid, inside, env->arena);
	if (mask->n == 0)
		return error_new(ERR_DATA, "no voxel differs from the background of bold: give a mask");
	return NULL;
}

static struct error *extract(struct node_env *env, const struct signals_voxels_params *params, const struct image *im,
                             const struct mask *mask, const struct signals_voxels_inputs *in,
                             const struct signals_voxels_outputs *out, struct series *s)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct clean_inputs inputs = CLEAN_INPUTS(in);
	struct cleaning *c;
	struct gauss *g;
	float *x;

	TRY(cleaning_new(&c, &args, &inputs, im->n_vol, im->tr_s, "bold", env->arena));
	TRY(fwhm_gauss(&g, &(struct fwhm){ params->n_smoothing, params->smoothing_mm }, &im->grid, env->arena));
	x = arena_alloc(env->arena, (size_t)im->n_vol * (size_t)mask->n, sizeof *x);
	gather_run(im, g, mask->n, mask->index, x, env->n_threads, env->arena);
	TRY(cleaning_float(c, env, mask->n, x, "voxels", out->record));
	*s = (struct series){ .n_row = cleaning_rows(c), .n_col = mask->n, .tr_s = clean_tr(&args, im->tr_s), .x = x };
	return NULL;
}

struct error *signals_voxels_run(struct node_env *env, const struct signals_voxels_params *params,
                                 const struct signals_voxels_inputs *in, const struct signals_voxels_outputs *out)
{
	struct image im;
	struct mask mask;
	struct series s;

	TRY(image_of(&im, in->bold, env->arena));
	TRY(image_need_4d(&im, "bold"));
	if (in->mask)
		TRY(mask_read(&mask, in->mask, &im.grid, "bold", env->arena));
	else
		TRY(mask_make(&mask, &im, env));
	TRY(extract(env, params, &im, &mask, in, out, &s));
	image_close(&im);
	TRY(series_write(out_blob(out->signals, "series.npy"), out_blob(out->signals, "series.json"), &s, env->arena));
	return mask_write(out_blob(out->mask, "image.nii"), &mask);
}

/* How many voxels the mask has; -1 while nobody knows. */
static int mask_size(struct shape *s, const struct grid *g)
{
	const struct item *it = shape_item(s, "mask");
	struct mask mask;
	struct image_facts f;
	struct error *e = NULL;

	if (it)
		e = mask_read(&mask, it, g, "bold", s->arena);
	else if (image_facts_from(&f, shape_in(s, "mask"), s->arena))
		e = grid_check(&f.grid, "the mask", g, "bold");
	if (e)
		shape_error(s, "mask", "%s", e->text);
	error_free(e);
	return it && !e ? mask.n : -1;
}

struct error *signals_voxels_shape(struct shape *s, const struct signals_voxels_params *params)
{
	struct clean_args args = CLEAN_ARGS(params);
	struct image_facts im, mask;
	int n, n_row;

	if (!image_facts_from(&im, shape_in(s, "bold"), s->arena))
		return NULL;
	if (im.n_vol < 2)
		shape_error(s, "bold", "bold has one volume, must have a run of them");
	n_row = clean_check(s, &args, im.n_vol, im.tr_s, "bold");
	fwhm_check(s, &(struct fwhm){ params->n_smoothing, params->smoothing_mm }, &im.grid, "smoothing");
	n = mask_size(s, &im.grid);
	mask = image_facts_new(&im.grid, 1, 0, "uint8");
	shape_out(s, "mask", image_facts_to(&mask, s->arena));
	shape_out(s, "signals", series_facts_to(&(struct series_facts){ n_row, n, clean_tr(&args, im.tr_s), NULL },
	                                        s->arena));
	s->memory = im.bytes + 4 * (int64_t)im.n_vol * (n < 0 ? grid_size(&im.grid) : n) + 80 * grid_size(&im.grid) + (16 << 20);
	s->seconds = 2.5e-8 * (double)grid_size(&im.grid) * im.n_vol + 0.01;
	return NULL;
}
