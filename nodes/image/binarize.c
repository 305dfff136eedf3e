/* image.binarize - the mask of what is beyond a threshold. nilearn's binarize_img of one volume. */
#include "image.binarize.node.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/empty_write.h"
#include "fmri/mask_facts.h"
#include "fmri/percentile.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/mask.h"

/* What does not go together; where is the parameter. NULL: nothing. */
static const char *problem_of(const struct image_binarize_params *p, const char **where)
{
	*where = "threshold";
	if (p->has_threshold && p->has_percentile)
		return "threshold and percentile exclude each other";
	if (p->has_threshold && p->two_sided && p->threshold < 0)
		return "a negative threshold is for what is below it, which cannot be two-sided: give a positive one, or two_sided: false";
	return NULL;
}

/* As the voxels are stored: the number 0.1 is also what a float image has for 0.1, which is not beyond it. */
static struct error *threshold_of(double *out, const struct image_binarize_params *p, const struct image *im,
                                  const struct mask *mask, struct node_env *env)
{
	*out = p->has_threshold ? p->threshold : 0;
	if (p->has_percentile &&
	    percentile_find(out, &(struct percentile_of){ im, mask, p->two_sided }, p->percentile, env->n_threads, env->arena) == 0)
		return error_new(ERR_DATA, "no value of the image is 0 or more, so they have no percentile: the one-sided "
		                 "percentile is that of such values");
	if (im->type == IMAGE_FLOAT32 && im->slope == 1 && im->inter == 0)
		*out = (float)*out;
	return NULL;
}

static bool is_beyond(double x, double threshold, bool two_sided)
{
	return two_sided ? fabs(x) > threshold : threshold >= 0 ? x > threshold : x < threshold;
}

/* mask, mask_item: NULL for all voxels. */
static struct error *write(struct node_env *env, const struct image_binarize_params *p, const struct image *im,
                           const struct mask *mask, const struct item *mask_item, struct out *out)
{
	const long size = grid_size(&im->grid), given = mask ? mask->n : size;
	unsigned char *inside = arena_alloc(env->arena, (size_t)size, 1);
	double *x = arena_alloc(env->arena, (size_t)size, sizeof *x), threshold, low = INFINITY, high = -INFINITY;
	long n = 0;

	TRY(threshold_of(&threshold, p, im, mask, env));
	image_volume_double(im, 0, NONFINITE_ZERO, x);
	for (long v = 0; v < size; v++) {
		const bool counts = !mask || mask->inside[v];

		inside[v] = counts && is_beyond(x[v], threshold, p->two_sided);
		n += inside[v];
		low = counts ? fmin(low, x[v]) : low;
		high = counts ? fmax(high, x[v]) : high;
	}
	if (n > 0)
		node_note(env, "%ld of %ld voxels are beyond a threshold of %g", n, given, threshold);
	else if (given == 0)
		TRY(empty_write(env, out, mask_item, "image.binarize", "the mask is empty, as the one given is"));
	else
		TRY(empty_write(env, out, NULL, "image.binarize", "no voxel is beyond a threshold of %g: values are from %g to %g",
		                threshold, low, high));
	return image_write_bytes(out_blob(out, "image.nii"), &im->grid, inside);
}

static struct error *binarize(struct node_env *env, const struct image_binarize_params *p, const struct image *im,
                              const struct item *mask_item, struct out *out)
{
	struct mask mask;

	TRY(image_need_3d(im, "the image"));
	if (mask_item)
		TRY(mask_read_any(&mask, mask_item, &im->grid, "the image", env->arena));
	return write(env, p, im, mask_item ? &mask : NULL, mask_item, out);
}

struct error *image_binarize_run(struct node_env *env, const struct image_binarize_params *params,
                                 const struct image_binarize_inputs *in, const struct image_binarize_outputs *out)
{
	const char *where, *problem = problem_of(params, &where);
	struct error *e;
	struct image im;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(image_of(&im, in->image, env->arena));
	e = binarize(env, params, &im, in->mask, out->mask);
	image_close(&im);
	return e;
}

struct error *image_binarize_shape(struct shape *s, const struct image_binarize_params *params)
{
	const char *where, *problem = problem_of(params, &where);
	struct image_facts im, made;

	if (problem)
		shape_error(s, where, "%s", problem);
	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	if (im.n_vol > 1)
		shape_error(s, "image", "the image has %d volumes, must have one: a mask is one volume", im.n_vol);
	volume_facts_check(s, "mask", &im.grid, "the image");
	made = image_facts_new(&im.grid, 1, 0, "uint8");
	made.space = im.space;
	shape_out(s, "mask", image_facts_to(&made, s->arena));
	s->memory = im.bytes + 60 * grid_size(&im.grid) + (8 << 20);
	s->seconds = 1e-8 * (double)grid_size(&im.grid) * (params->has_percentile ? 2 : 1) + 0.005;
	return NULL;
}
