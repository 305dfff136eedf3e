/* mask.background - what differs from the background, the median of the image's border.
 *
 * Made for images whose background was set to one value. nilearn's compute_background_mask. */
#include "mask.background.node.h"

#include "base/arena.h"
#include "fmri/mask_finish.h"
#include "fmri/volumes.h"
#include "img/facts.h"
#include "img/image.h"

static struct error *make(struct node_env *env, struct image *im, const struct mask_background_params *params,
                          const char *path)
{
	struct mask_finish finish = {
		params->opening, params->connected,
		"no voxel differs from the background, the median of the border: the image is constant",
		"every voxel is inside: the border has no value that stands for background",
	};
	long size = grid_size(&im->grid);
	double *mean = arena_alloc(env->arena, (size_t)size, sizeof *mean);
	unsigned char *inside = arena_alloc(env->arena, (size_t)size, 1);

	TRY(image_mean_of(im, mean, env->n_threads, env->arena));
	if (background_mask(mean, &im->grid, params->border_size, inside, env->arena))
		finish.empty = "every voxel is NaN";
	return mask_finish(env, &finish, &im->grid, inside, path);
}

struct error *mask_background_run(struct node_env *env, const struct mask_background_params *params,
                                  const struct mask_background_inputs *in, const struct mask_background_outputs *out)
{
	struct image im;
	struct error *e;

	TRY(image_of(&im, in->image, env->arena));
	e = make(env, &im, params, out_blob(out->mask, "image.nii"));
	image_close(&im);
	return e;
}

/* Voxels of the six slabs; those at edges count in each. */
static int64_t border_count(const struct grid *g, int border)
{
	int64_t n = 0;

	for (int d = 0; d < 3; d++)
		n += 2 * (grid_size(g) / g->n[d]) * (border < g->n[d] ? border : g->n[d]);
	return n;
}

struct error *mask_background_shape(struct shape *s, const struct mask_background_params *params)
{
	struct image_facts im, mask;

	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	for (int d = 0; d < 3; d++)
		if (im.grid.n[d] > 1 && 2 * params->border_size >= im.grid.n[d])
			shape_warning(s, "border_size",
			              "a border of %d voxels on both sides is all of the image along axis %d (%d voxels)",
			              params->border_size, d, im.grid.n[d]);
	mask_opening_check(s, params->opening, &im.grid);
	mask = image_facts_new(&im.grid, 1, 0, "uint8");
	shape_out(s, "mask", image_facts_to(&mask, s->arena));
	s->passing = im.bytes;
	s->memory = im.bytes + 20 * grid_size(&im.grid) + 24 * border_count(&im.grid, params->border_size) + (8 << 20);
	s->seconds = 2e-9 * (double)grid_size(&im.grid) * im.n_vol + 0.005;
	return NULL;
}
