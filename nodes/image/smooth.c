/* image.smooth - smoothing in space, each volume by itself: a Gaussian, or nilearn's fast kernel. Its smooth_img. */
#include "image.smooth.node.h"

#include "base/arena.h"
#include "fmri/gather.h"
#include "img/facts.h"
#include "img/image.h"
#include "num/gauss.h"
#include "num/gauss_fast.h"
#include "num/par.h"

struct smoothing {
	const struct image *im;
	const struct gauss *g;       /* NULL: nothing to do, or the fast kernel */
	bool fast, compat;
	struct image_writer *out;
	float **volume, **work;      /* [worker] */
	struct error **problem;      /* [worker], the first of each */
};

static void smooth_one(void *ctx, long t, int worker)
{
	struct smoothing *c = ctx;

	if (c->problem[worker])
		return;
	float *volume = c->volume[worker], *work = c->work[worker];
	gather_volume(c->im, c->g, (int)t, c->fast ? work : volume, work);
	if (c->fast)
		gauss_fast(c->im->grid.n, c->compat, work, volume);
	c->problem[worker] = image_put(c->out, (int)t, volume);
	image_forget(c->im, (int)t);
}

static struct error *smooth_all(struct node_env *env, struct smoothing *c, struct out *out)
{
	const struct image *im = c->im;
	int workers = par_workers(env->n_threads, im->n_vol);
	size_t size = (size_t)grid_size(&im->grid), work = c->fast ? size : gather_work(c->g) + 1;

	c->volume = NEW_N(env->arena, float *, workers);
	c->work = NEW_N(env->arena, float *, workers);
	c->problem = NEW_N(env->arena, struct error *, workers);
	TRY(image_create_out(&c->out, out, &im->grid, im->n_vol, im->tr_s, IMAGE_FLOAT32, env->arena));
	for (int w = 0; w < workers; w++) {
		c->volume[w] = arena_alloc(env->arena, size, sizeof(float));
		c->work[w] = arena_alloc(env->arena, work, sizeof(float));
	}
	par_for(env->n_threads, im->n_vol, smooth_one, c);
	TRY(error_first(workers, c->problem));
	return image_finish(c->out);
}

struct error *image_smooth_run(struct node_env *env, const struct image_smooth_params *params,
                               const struct image_smooth_inputs *in, const struct image_smooth_outputs *out)
{
	struct image im;
	struct gauss *g = NULL;
	struct fwhm fwhm = { params->n_fwhm, params->fwhm_mm };
	struct smoothing c = { .im = &im, .fast = params->kernel == IMAGE_SMOOTH_KERNEL_FAST,
	                       .compat = params->compat == IMAGE_SMOOTH_COMPAT_NILEARN };
	struct error *e = NULL;

	TRY(image_of(&im, in->image, env->arena));
	if (!c.fast)
		e = fwhm_gauss(&g, &fwhm, &im.grid, env->arena);
	if (c.compat)
		gather_truncate(g, &im);
	c.g = g;
	if (!e)
		e = smooth_all(env, &c, out->image);
	image_close(&im);
	return e;
}

struct error *image_smooth_shape(struct shape *s, const struct image_smooth_params *params)
{
	struct image_facts im, smooth;
	int64_t size;

	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	if (params->kernel == IMAGE_SMOOTH_KERNEL_FAST && (params->n_fwhm != 1 || params->fwhm_mm[0] != 6))
		shape_warning(s, "fwhm", "it is not used, as the fast kernel has no width");
	if (params->kernel == IMAGE_SMOOTH_KERNEL_GAUSSIAN)
		fwhm_check(s, &(struct fwhm){ params->n_fwhm, params->fwhm_mm }, &im.grid, "fwhm");
	smooth = image_facts_new(&im.grid, im.n_vol, im.tr_s, "float32");
	smooth.space = im.space;
	shape_out(s, "image", image_facts_to(&smooth, s->arena));
	size = grid_size(&im.grid);
	s->passing = 4 * size * im.n_vol;
	s->memory = im.bytes + s->passing + 64 * size + (8 << 20);
	s->seconds = 1e-8 * (double)size * im.n_vol + 0.005;
	return NULL;
}
