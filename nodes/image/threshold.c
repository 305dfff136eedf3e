/* image.threshold - values within a threshold, and clusters that are too small, become 0. nilearn's threshold_img. */
#include "image.threshold.node.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/empty_write.h"
#include "fmri/mask_facts.h"
#include "fmri/percentile.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/mask.h"
#include "num/cluster_find.h"
#include "num/par.h"

/* What one thread works with and has seen. */
struct part {
	double *x;               /* [grid_size] */
	float *out;              /* [grid_size] */
	struct arena *scratch;
	long left;               /* voxels that remain */
	double low, high;        /* of the values inside */
	struct error *problem;   /* the first */
};

struct cutting {
	const struct image *im;
	const struct mask *mask; /* or NULL */
	double threshold;
	struct cluster_cut cut;
	struct image_writer *out;
	struct part *part;       /* [worker] */
};

static bool remains(const struct cluster_cut *c, double v)
{
	return cluster_cut_above(c, v) || cluster_cut_below(c, v);
}

static void cut(const struct cutting *c, struct part *p)
{
	for (long v = 0; v < grid_size(&c->im->grid); v++) {
		bool inside = !c->mask || c->mask->inside[v];

		p->out[v] = inside && remains(&c->cut, p->x[v]) ? (float)p->x[v] : 0;
		if (inside && p->x[v] < p->low)
			p->low = p->x[v];
		if (inside && p->x[v] > p->high)
			p->high = p->x[v];
	}
}

/* Clusters on one side that have too few voxels become 0. */
static void drop_small(const struct cutting *c, struct part *p, bool below)
{
	struct arena_mark start = arena_mark(p->scratch);
	struct clusters large;

	clusters_find(&large, &c->cut, below, c->im->grid.n, p->x, c->mask ? c->mask->inside : NULL, p->scratch);
	for (long v = 0; v < grid_size(&c->im->grid); v++)
		if (p->out[v] != 0 && (below ? p->out[v] < 0 : p->out[v] > 0) && large.label[v] == 0)
			p->out[v] = 0;
	arena_reset(p->scratch, start);
}

static void cut_volume(void *ctx, long t, int worker)
{
	const struct cutting *c = ctx;
	struct part *p = &c->part[worker];

	if (p->problem)
		return;
	image_volume_double(c->im, (int)t, NONFINITE_ZERO, p->x);
	cut(c, p);
	for (int below = 0; below < 2 && c->cut.min_voxels > 1; below++)
		drop_small(c, p, below);
	for (long v = 0; v < grid_size(&c->im->grid); v++)
		p->left += p->out[v] != 0;
	p->problem = image_put(c->out, (int)t, p->out);
}

static struct part *parts_new(int workers, long size, struct arena *a)
{
	struct part *part = NEW_N(a, struct part, workers);

	for (int w = 0; w < workers; w++)
		part[w] = (struct part){ arena_alloc(a, (size_t)size, sizeof(double)), arena_alloc(a, (size_t)size, sizeof(float)),
			                 arena_new(), 0, INFINITY, -INFINITY, NULL };
	return part;
}

/* Adds up what the threads have seen in part[0]; the first problem, if any. */
static struct error *join(struct part *part, int workers)
{
	struct error *first = part[0].problem;

	for (int w = 1; w < workers; w++) {
		part[0].left += part[w].left;
		part[0].low = fmin(part[0].low, part[w].low);
		part[0].high = fmax(part[0].high, part[w].high);
		if (first)
			error_free(part[w].problem);
		else
			first = part[w].problem;
	}
	return first;
}

static struct error *cut_all(struct node_env *env, struct cutting *c, struct out *out)
{
	const struct image *im = c->im;
	long size = grid_size(&im->grid), inside = (c->mask ? c->mask->n : size) * im->n_vol;
	int workers = par_workers(env->n_threads, im->n_vol);

	TRY(image_create_out(&c->out, out, &im->grid, im->n_vol, im->tr_s, IMAGE_FLOAT32, env->arena));
	c->part = parts_new(workers, size, env->arena);
	par_for(env->n_threads, im->n_vol, cut_volume, c);
	for (int w = 0; w < workers; w++)
		arena_free(c->part[w].scratch);
	TRY(join(c->part, workers));
	TRY(image_finish(c->out));
	if (c->part[0].left == 0)
		return empty_write(env, out, NULL, "image.threshold", "no voxel remains at a threshold of %g: values are from %g to %g",
		                   c->threshold, c->part[0].low, c->part[0].high);
	node_note(env, "%ld of %ld voxels remain at a threshold of %g", c->part[0].left, inside, c->threshold);
	return NULL;
}

/* What does not go together; where is the parameter. NULL: nothing. */
static const char *problem_of(const struct image_threshold_params *p, const char **where)
{
	*where = "threshold";
	if (p->has_threshold && p->has_percentile)
		return "threshold and percentile exclude each other";
	if (!p->has_threshold && !p->has_percentile)
		return "either threshold or percentile is needed";
	if (p->has_threshold && p->two_sided && p->threshold < 0)
		return "a negative threshold keeps what is below it, which cannot be two-sided: give a positive one, or two_sided: false";
	*where = "cluster_volume";
	return p->cluster_threshold > 0 && p->has_cluster_volume ? "cluster_threshold and cluster_volume exclude each other" : NULL;
}

static struct error *settle(struct cutting *c, const struct image_threshold_params *params, struct node_env *env)
{
	c->threshold = params->threshold;
	if (params->has_percentile &&
	    percentile_find(&c->threshold, &(struct percentile_of){ c->im, c->mask, params->two_sided }, params->percentile,
	                    env->n_threads, env->arena) == 0)
		return error_new(ERR_DATA, "no value of the image is 0 or more, so they have no percentile: the one-sided "
		                 "percentile is that of such values");
	/* As the voxels are: the number 0.1 is also what a float image has for 0.1, which a threshold of 0.1 removes. */
	if (c->im->type == IMAGE_FLOAT32 && c->im->slope == 1 && c->im->inter == 0)
		c->threshold = (float)c->threshold;
	c->cut.above = params->two_sided || c->threshold >= 0 ? c->threshold : INFINITY;
	c->cut.below = params->two_sided ? -c->threshold : c->threshold < 0 ? c->threshold : -INFINITY;
	c->cut.min_voxels = params->cluster_threshold;
	if (params->has_cluster_volume)   /* less the rounding of the affine's entries */
		c->cut.min_voxels = (1 - 1e-6) * params->cluster_volume_mm3 / grid_voxel_mm3(&c->im->grid);
	return NULL;
}

struct error *image_threshold_run(struct node_env *env, const struct image_threshold_params *params,
                                  const struct image_threshold_inputs *in, const struct image_threshold_outputs *out)
{
	struct image im;
	struct mask mask = { 0 };
	struct cutting c = { .im = &im, .mask = in->mask ? &mask : NULL,
	                     .cut.touch = COMPONENTS_FACES };
	const char *where, *problem = problem_of(params, &where);

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(image_of(&im, in->image, env->arena));
	if (in->mask)
		TRY(mask_read(&mask, in->mask, &im.grid, "the image", env->arena));
	TRY(settle(&c, params, env));
	TRY(cut_all(env, &c, out->image));
	image_close(&im);
	return NULL;
}

struct error *image_threshold_shape(struct shape *s, const struct image_threshold_params *params)
{
	struct image_facts im, cut_im;
	const char *where, *problem = problem_of(params, &where);
	int64_t size;

	if (problem)
		shape_error(s, where, "%s", problem);
	if (!image_facts_from(&im, shape_in(s, "image"), s->arena))
		return NULL;
	mask_facts_check(s, "mask", &im.grid, "the image");
	cut_im = image_facts_new(&im.grid, im.n_vol, im.tr_s, "float32");
	cut_im.space = im.space;
	shape_out(s, "image", image_facts_to(&cut_im, s->arena));
	size = grid_size(&im.grid);
	s->memory = im.bytes + cut_im.bytes + 60 * size + (8 << 20);
	s->seconds = 1e-8 * (double)size * im.n_vol * (params->has_percentile ? 2 : 1) + 0.005;
	return NULL;
}
