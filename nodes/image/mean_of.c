/* image.mean_of - the mean of several images, in the order of their keys, on the grid of the first. */
#include "image.mean_of.node.h"

#include "base/arena.h"
#include "base/text.h"
#include "fmri/resampled.h"
#include "fmri/several.h"
#include "img/facts.h"
#include "img/image.h"

/* What must hold of headers alone. */
static struct error *check(const struct several *s, const struct image_mean_of_params *p, struct arena *a)
{
	for (int k = 1; k < s->n; k++)
		if (s->im[k].n_vol != s->im[0].n_vol)
			return error_new(ERR_DATA, "%s has %d volume%s, %s has %d: they must be as many", s->name[k], s->im[k].n_vol,
			                 PLURAL(s->im[k].n_vol), s->name[0], s->im[0].n_vol);
	return p->resample ? NULL : several_on(s, &s->im[0].grid, NULL, a);
}

struct summing {
	const struct several *images;
	struct resample **r;     /* [n] NULL: on the grid already */
	double *sum, *work;
	float *in, *x;
	int n_threads;
};

/* How each image comes onto the first's grid, and room for the largest. */
static struct error *prepare(struct summing *c, const struct image_mean_of_params *p, struct node_env *env)
{
	enum resample_edge edge = p->compat == IMAGE_MEAN_OF_COMPAT_NILEARN ? RESAMPLE_FILL : RESAMPLE_CLAMP;
	const struct several *s = c->images;
	size_t size = (size_t)grid_size(&s->im[0].grid), work = 1, in = 1;

	c->r = NEW_N(env->arena, struct resample *, s->n);
	for (int k = 0; k < s->n; k++) {
		size_t n = (size_t)grid_size(&s->im[k].grid), need;

		TRY(resample_for(&c->r[k], &s->im[k], &s->im[0].grid, RESAMPLE_CONTINUOUS, true, edge, env->n_threads, env->arena));
		need = c->r[k] ? resample_work_size_of(c->r[k], env->n_threads) : 0;
		work = need > work ? need : work;
		in = n > in ? n : in;
	}
	c->sum = arena_alloc(env->arena, size, sizeof *c->sum);
	c->x = arena_alloc(env->arena, size, sizeof *c->x);
	c->in = arena_alloc(env->arena, in, sizeof *c->in);
	c->work = arena_alloc(env->arena, work, sizeof *c->work);
	c->n_threads = env->n_threads;
	return NULL;
}

static void mean_volume(const struct summing *c, int t)
{
	const struct several *s = c->images;
	long size = grid_size(&s->im[0].grid);

	for (long v = 0; v < size; v++)
		c->sum[v] = 0;
	for (int k = 0; k < s->n; k++) {
		image_volume(&s->im[k], t, NONFINITE_KEEP, c->r[k] ? c->in : c->x);
		if (c->r[k])
			resample_volume_by(c->r[k], c->in, c->x, c->n_threads, c->work);
		for (long v = 0; v < size; v++)
			c->sum[v] += c->x[v];
	}
	for (long v = 0; v < size; v++)
		c->x[v] = (float)(c->sum[v] / s->n);
}

struct error *image_mean_of_run(struct node_env *env, const struct image_mean_of_params *params,
                                const struct image_mean_of_inputs *in, const struct image_mean_of_outputs *out)
{
	struct several s;
	struct summing c = { .images = &s };
	struct image_writer *w;

	TRY(several_open(&s, &in->images, env->arena));
	TRY(check(&s, params, env->arena));
	TRY(prepare(&c, params, env));
	TRY(image_create_out(&w, out->image, &s.im[0].grid, s.im[0].n_vol, s.im[0].tr_s, IMAGE_FLOAT32, env->arena));
	for (int t = 0; t < s.im[0].n_vol; t++) {
		mean_volume(&c, t);
		TRY(image_put(w, t, c.x));
	}
	several_close(&s);
	return image_finish(w);
}

struct error *image_mean_of_shape(struct shape *s, const struct image_mean_of_params *params)
{
	struct image_facts first, mean;
	struct several images;
	struct error *e;

	if (!several_facts(&images, s, "images"))
		return NULL;
	image_facts_from(&first, shape_in_n(s, "images", 0), s->arena);
	e = check(&images, params, s->arena);
	if (e)
		shape_error(s, "images", "%s", e->text);
	error_free(e);
	mean = image_facts_new(&first.grid, first.n_vol, first.tr_s, "float32");
	mean.space = first.space;
	shape_out(s, "image", image_facts_to(&mean, s->arena));
	s->memory = first.bytes * shape_n(s, "images") + 4 * grid_size(&first.grid) * (first.n_vol + 3) + (8 << 20);
	if (params->resample)
		s->memory += 2 * resampled_memory(&first.grid, &first.grid, 2);
	return NULL;
}
