/* image.mean - the mean over time. nilearn's mean_img of one image, with sums in double. */
#include "image.mean.node.h"

#include "base/arena.h"
#include "fmri/volumes.h"
#include "img/facts.h"
#include "img/image.h"

struct error *image_mean_run(struct node_env *env, const struct image_mean_params *params,
                             const struct image_mean_inputs *in, const struct image_mean_outputs *out)
{
	struct image im;
	double *mean;
	float *rounded;

	(void)params;
	TRY(image_of(&im, in->image, env->arena));
	mean = arena_alloc(env->arena, (size_t)grid_size(&im.grid), sizeof *mean);
	rounded = arena_alloc(env->arena, (size_t)grid_size(&im.grid), sizeof *rounded);
	TRY(image_mean_of(&im, mean, env->n_threads, env->arena));
	for (long v = 0; v < grid_size(&im.grid); v++)
		rounded[v] = (float)mean[v];
	image_close(&im);
	return image_write_floats(out_blob(out->image, "image.nii"), &im.grid, rounded);
}

struct error *image_mean_shape(struct shape *s, const struct image_mean_params *params)
{
	struct image_facts im, mean;

	(void)params;
	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	mean = image_facts_new(&im.grid, 1, 0, "float32");
	mean.space = im.space;
	shape_out(s, "image", image_facts_to(&mean, s->arena));
	s->passing = im.bytes;
	s->memory = im.bytes + 16 * grid_size(&im.grid) + (8 << 20);
	s->seconds = 2e-9 * (double)grid_size(&im.grid) * im.n_vol + 0.005;
	return NULL;
}
