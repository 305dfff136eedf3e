/* mask.template - where a template, put on the grid of an image, reaches a fraction of its maximum.
 *
 * nilearn's compute_brain_mask, with any template instead of the packaged ones. */
#include "mask.template.node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/mask_finish.h"
#include "fmri/resampled.h"
#include "img/facts.h"
#include "img/image.h"

/* The largest finite value; -infinity when there is none. */
static float highest(const float *x, long n)
{
	float high = -INFINITY;

	for (long v = 0; v < n; v++)
		if (isfinite(x[v]) && x[v] > high)
			high = x[v];
	return high;
}

/* Divides in float, as nilearn does, so that the same voxels reach the threshold. */
static struct error *scale(float *x, long n)
{
	float high = highest(x, n);

	if (!(high > 0))
		return error_new(ERR_DATA, isfinite(high) ? "the template has no value above 0: its highest is %g"
		                                          : "no voxel of the template is a number", (double)high);
	for (long v = 0; v < n; v++)
		x[v] /= high;
	return NULL;
}

/* The scaled template on the grid. */
static struct error *put_on(float **out, const struct image *template, const struct grid *to, enum resample_edge edge,
                            struct node_env *env)
{
	long from_size = grid_size(&template->grid), size = grid_size(to);
	float *x = arena_alloc(env->arena, (size_t)from_size, sizeof *x);
	struct resample *r;

	image_volume(template, 0, NONFINITE_KEEP, x);
	TRY(scale(x, from_size));
	TRY(resample_for(&r, template, to, RESAMPLE_CONTINUOUS, false, edge, env->n_threads, env->arena));
	*out = r ? arena_alloc(env->arena, (size_t)size, sizeof **out) : x;
	if (r)
		resample_volume_by(r, x, *out, env->n_threads,
		                   arena_alloc(env->arena, resample_work_size_of(r, env->n_threads), sizeof(double)));
	return NULL;
}

static struct error *make(struct node_env *env, const struct mask_template_params *params, const struct grid *g,
                          const struct image *template, const char *path)
{
	const struct mask_finish finish = {
		params->opening, params->connected,
		arena_printf(env->arena, "no voxel of the image's grid reaches %g of the template's maximum there", params->threshold),
		"every voxel of the image's grid is inside",
	};
	const float threshold = (float)params->threshold;
	enum resample_edge edge = params->compat == MASK_TEMPLATE_COMPAT_NILEARN ? RESAMPLE_FILL : RESAMPLE_CLAMP;
	unsigned char *inside = arena_alloc(env->arena, (size_t)grid_size(g), 1);
	float *x;

	TRY(image_need_3d(template, "the template"));
	TRY(put_on(&x, template, g, edge, env));
	for (long v = 0; v < grid_size(g); v++)
		inside[v] = x[v] >= threshold;
	return mask_finish(env, &finish, g, inside, path);
}

struct error *mask_template_run(struct node_env *env, const struct mask_template_params *params,
                                const struct mask_template_inputs *in, const struct mask_template_outputs *out)
{
	struct image im, template;
	struct error *e;

	TRY(image_of(&im, in->image, env->arena));
	TRY(image_of(&template, in->template, env->arena));
	e = make(env, params, &im.grid, &template, out_blob(out->mask, "image.nii"));
	image_close(&template);
	image_close(&im);
	return e;
}

/* From where to where in the world its voxel centres lie, mm. */
static void extent(const struct grid *g, double low[3], double high[3])
{
	for (int d = 0; d < 3; d++)
		low[d] = high[d] = g->affine[d][3];
	for (int d = 0; d < 3; d++)
		for (int c = 0; c < 3; c++) {
			double span = g->affine[d][c] * (g->n[c] - 1);

			low[d] += fmin(span, 0);
			high[d] += fmax(span, 0);
		}
}

/* The first world axis along which two grids lie apart, or -1. */
static int apart(const struct grid *a, const struct grid *b)
{
	double low_a[3], high_a[3], low_b[3], high_b[3];

	extent(a, low_a, high_a);
	extent(b, low_b, high_b);
	for (int d = 0; d < 3; d++)
		if (low_a[d] > high_b[d] || low_b[d] > high_a[d])
			return d;
	return -1;
}

static void check_overlap(struct shape *s, const struct grid *template, const struct grid *g)
{
	double low[2][3], high[2][3];
	int d = apart(template, g);

	if (d < 0)
		return;
	extent(template, low[0], high[0]);
	extent(g, low[1], high[1]);
	shape_error(s, "template", "the template does not overlap the image: along %c it is from %g to %g mm, the image from %g to "
	            "%g mm", "xyz"[d], low[0][d], high[0][d], low[1][d], high[1][d]);
}

struct error *mask_template_shape(struct shape *s, const struct mask_template_params *params)
{
	struct image_facts im, template, mask;

	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	mask_opening_check(s, params->opening, &im.grid);
	mask = image_facts_new(&im.grid, 1, 0, "uint8");
	mask.space = im.space;
	shape_out(s, "mask", image_facts_to(&mask, s->arena));
	if (!image_facts_from(&template, shape_in(s, "template"), s->arena))
		return NULL;
	if (template.n_vol > 1)
		shape_error(s, "template", "the template has %d volumes, must have one", template.n_vol);
	if (template.space[0] && im.space[0] && strcmp(template.space, im.space) != 0)
		shape_warning(s, "template", "the template is in the space %s, the image in %s", template.space, im.space);
	check_overlap(s, &template.grid, &im.grid);
	s->memory = im.bytes + template.bytes + 4 * grid_size(&template.grid) + 20 * grid_size(&im.grid) +
	            resampled_memory(&template.grid, &im.grid, 2) + (8 << 20);
	s->seconds = 5e-8 * (double)(grid_size(&template.grid) + grid_size(&im.grid)) + 0.01;
	return NULL;
}
