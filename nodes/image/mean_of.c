/* image.mean_of - the mean of several images on one grid, in the order of their keys. */
#include "image.mean_of.node.h"

#include "base/arena.h"
#include "img/facts.h"
#include "img/image.h"

static const char *image_name(const char *cell, int k, struct arena *a)
{
	return cell && *cell ? arena_printf(a, "image %s", cell) : arena_printf(a, "image number %d", k);
}

static struct error *open_all(struct image *im, const struct items *images, struct arena *a)
{
	for (int k = 0; k < images->n; k++) {
		const char *what = image_name(images->item[k].cell, k, a), *first = image_name(images->item[0].cell, 0, a);

		TRY(image_of(&im[k], &images->item[k], a));
		TRY(grid_check(&im[k].grid, what, &im[0].grid, first));
		if (im[k].n_vol != im[0].n_vol)
			return error_new(ERR_DATA, "%s has %d volumes, %s has %d: they must be as many", what, im[k].n_vol, first,
			                 im[0].n_vol);
	}
	return NULL;
}

static void mean_volume(const struct image *im, int n, int t, double *sum, float *x)
{
	long size = grid_size(&im->grid);

	for (long v = 0; v < size; v++)
		sum[v] = 0;
	for (int k = 0; k < n; k++) {
		image_volume(&im[k], t, NONFINITE_KEEP, x);
		for (long v = 0; v < size; v++)
			sum[v] += x[v];
	}
	for (long v = 0; v < size; v++)
		x[v] = (float)(sum[v] / n);
}

struct error *image_mean_of_run(struct node_env *env, const struct image_mean_of_params *params,
                                const struct image_mean_of_inputs *in, const struct image_mean_of_outputs *out)
{
	struct image *im = NEW_N(env->arena, struct image, in->images.n + 1);
	struct image_writer *w;
	double *sum;
	float *x;

	(void)params;
	if (in->images.n == 0)
		return error_new(ERR_DATA, "there is no image to take the mean of");
	TRY(open_all(im, &in->images, env->arena));
	sum = arena_alloc(env->arena, (size_t)grid_size(&im->grid), sizeof *sum);
	x = arena_alloc(env->arena, (size_t)grid_size(&im->grid), sizeof *x);
	TRY(image_create(&w, out_blob(out->image, "image.nii"), &im->grid, im->n_vol, im->tr_s, IMAGE_FLOAT32,
	                 env->arena));
	for (int t = 0; t < im->n_vol; t++) {
		mean_volume(im, in->images.n, t, sum, x);
		TRY(image_put(w, t, x));
	}
	for (int k = 0; k < in->images.n; k++)
		image_close(&im[k]);
	return image_finish(w);
}

struct error *image_mean_of_shape(struct shape *s, const struct image_mean_of_params *params)
{
	struct image_facts first, other, mean;
	struct error *e;

	(void)params;
	if (!image_facts_from(&first, shape_in_n(s, "images", 0), s->arena))
		return NULL;
	for (int k = 1; k < shape_n(s, "images"); k++) {
		if (!image_facts_from(&other, shape_in_n(s, "images", k), s->arena))
			continue;
		e = grid_check(&other.grid, image_name("", k, s->arena), &first.grid, image_name("", 0, s->arena));
		if (e)
			shape_error(s, "images", "%s", e->text);
		else if (other.n_vol != first.n_vol)
			shape_error(s, "images", "image number %d has %d volumes, image number 0 has %d: they must be as many", k,
			            other.n_vol, first.n_vol);
		error_free(e);
	}
	mean = image_facts_new(&first.grid, first.n_vol, first.tr_s, "float32");
	mean.space = first.space;
	shape_out(s, "image", image_facts_to(&mean, s->arena));
	s->memory = first.bytes * shape_n(s, "images") + 4 * grid_size(&first.grid) * (first.n_vol + 3) + (8 << 20);
	return NULL;
}
