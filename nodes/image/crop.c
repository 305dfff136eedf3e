/* image.crop - an image without the empty planes around it. nilearn's crop_img, but that NaN is no content. */
#include "image.crop.node.h"

#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "fmri/box.h"
#include "fmri/resampled.h"
#include "img/facts.h"
#include "img/image.h"

static struct error *find_box(struct box *box, const struct image *im, const struct image_crop_params *p,
                              struct node_env *env)
{
	image_box(box, im, p->rtol, env->n_threads, env->arena);
	if (box->empty)
		return error_new(ERR_DATA, "the image is empty: no voxel is other than 0%s", box->nan ? " or NaN" : "");
	for (int d = 0; d < 3 && p->pad; d++) {
		box->start[d] -= box->start[d] > 0;
		box->stop[d] += box->stop[d] < im->grid.n[d];
	}
	return NULL;
}

static void crop_grid(struct grid *to, const struct grid *from, const struct box *box)
{
	const double start[3] = { box->start[0], box->start[1], box->start[2] };
	double origin[3];

	*to = *from;
	grid_world(from, start, origin);
	for (int d = 0; d < 3; d++) {
		to->n[d] = box->stop[d] - box->start[d];
		to->affine[d][3] = origin[d];
	}
}

static struct error *crop(struct node_env *env, const struct image *im, const struct box *box, struct out *out)
{
	bool raw = image_is_raw(im);
	struct resampled source = { im, NULL };
	struct image_writer *w;
	struct grid to;

	crop_grid(&to, &im->grid, box);
	source.r = resample_new(im->grid.n, im->grid.affine, to.n, to.affine, RESAMPLE_NEAREST, RESAMPLE_CLAMP, 0, env->arena);
	TRY(image_create_out(&w, out, &to, im->n_vol, im->tr_s, raw ? im->type : IMAGE_FLOAT32, env->arena));
	TRY(resampled_put(env, 1, &source, &to, raw, 0, w));
	return image_finish(w);
}

static struct error *write_box(const struct box *b, const char *path, struct arena *a)
{
	const char *text = arena_printf(a, "{\"i_start\": %d, \"i_stop\": %d, \"j_start\": %d, \"j_stop\": %d, \"k_start\": %d, "
	                                "\"k_stop\": %d}\n", b->start[0], b->stop[0], b->start[1], b->stop[1], b->start[2],
	                                b->stop[2]);

	return file_write(path, text, strlen(text));
}

struct error *image_crop_run(struct node_env *env, const struct image_crop_params *params,
                             const struct image_crop_inputs *in, const struct image_crop_outputs *out)
{
	struct image im;
	struct box box;

	TRY(image_of(&im, in->image, env->arena));
	TRY(find_box(&box, &im, params, env));
	TRY(crop(env, &im, &box, out->image));
	image_close(&im);
	TRY(resampled_names(in->image, out->image, env->arena));
	return write_box(&box, out_blob(out->box, "record.json"), env->arena);
}

/* How large the result is, the voxels decide. */
struct error *image_crop_shape(struct shape *s, const struct image_crop_params *params)
{
	struct image_facts im;

	(void)params;
	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	s->memory = im.bytes + 4 * grid_size(&im.grid) * (im.n_vol + 6) + (8 << 20);
	s->seconds = 4e-9 * (double)grid_size(&im.grid) * im.n_vol + 0.005;
	return NULL;
}
