/* An image that passes by onto another grid: workers take its volumes in turn, each copies one and makes it while the next is
 * taken.
 *
 * Splines are clipped to the range of the whole image and 0, of which volumes that come later know more. The upper bound is
 * applied in the end, in the file: rounding to float is monotone and the bounds are floats, so a result clipped after it was
 * rounded is the one that is clipped before. So is a lower bound below 0; but of 0, which most images have, this does not hold:
 * a result that is too small for a float would then be -0 and not 0. As splines go below 0 wherever an image is 0, nearly all
 * volumes would be written twice, too. So when the first volume has nothing negative, results are clipped to 0 at once, and a
 * negative value in a later one means that the range must be known first. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/spare.h"
#include "fmri/box.h"
#include "fmri/resampled_inside.h"
#include "node/node.h"
#include "num/par.h"

struct range { double low, high; };   /* low above high: of nothing */
static const struct range nothing = { INFINITY, -INFINITY };

struct passing {
	struct putting c;
	struct image *im;
	const struct resample *r;
	bool clips, above_zero;        /* above_zero: with a lower bound of 0 from the first volume on */
	size_t volume;                 /* bytes */
	pthread_mutex_t turn;          /* of who takes the next volume */
	int next;
	bool failed;
	struct image *view;            /* [worker] the volume that it copied, as an image of its own */
	struct range *seen;            /* [worker] of the image's values */
	struct range *made;            /* [n_vol] of the results; fill counts */
	struct range bounds;
	const unsigned char *empty;    /* [grid_size] 1: fill, which is not clipped; NULL: need not be known */
	int *beyond;                   /* the volumes that go beyond the bounds */
};

/* A volume's number, -1 after a failure. */
static struct error *take(struct passing *p, int worker, int *t)
{
	struct error *e = NULL;

	if (pthread_mutex_trylock(&p->turn) != 0) {
		spare_rest();
		pthread_mutex_lock(&p->turn);
		spare_go_on();
	}
	*t = p->failed ? -1 : p->next++;
	if (*t >= 0)
		e = image_step(p->im, *t);
	if (*t >= 0 && !e)
		memcpy((void *)p->view[worker].raw, p->im->raw, p->volume);
	p->failed |= e != NULL;
	pthread_mutex_unlock(&p->turn);
	return e;
}

static struct error *look_at(struct passing *p, int t, int worker, const float *made)
{
	const struct image *view = &p->view[worker];
	const float *in = image_floats(view, 0);
	struct range *seen = &p->seen[worker], *is = &p->made[t];

	floats_range(grid_size(&view->grid), in ? in : p->c.in[worker], &seen->low, &seen->high);
	floats_range(grid_size(p->c.g), made, &is->low, &is->high);
	if (!p->above_zero || seen->low >= 0)
		return NULL;
	return error_new(ERR_WHOLE, "volume %d of %s has negative values, the first one none, so that the range of the whole image "
	                 "must be known before", t, p->im->path);
}

static struct error *put_next(struct passing *p, int worker)
{
	struct resampled source = { &p->view[worker], p->r };
	const void *made;
	int t;

	TRY(take(p, worker, &t));
	if (t < 0)
		return NULL;
	made = putting_make(&p->c, &source, 0, worker);
	if (p->clips)
		TRY(look_at(p, t, worker, made));
	return putting_put(&p->c, t, made);
}

static void put_volume(void *ctx, long turn, int worker)
{
	struct passing *p = ctx;

	(void)turn;
	if (p->c.problem[worker] || !(p->c.problem[worker] = put_next(p, worker)))
		return;
	pthread_mutex_lock(&p->turn);
	p->failed = true;
	pthread_mutex_unlock(&p->turn);
}

/* ---- the end ---- */
static void clip_volume(void *ctx, long k, int worker)
{
	struct passing *p = ctx;
	float *x = p->c.out[worker], low = (float)p->bounds.low, high = (float)p->bounds.high;
	struct error **problem = &p->c.problem[worker];

	if (*problem || (*problem = image_get_raw(p->c.w, p->beyond[k], x)))
		return;
	for (long v = 0; v < grid_size(p->c.g); v++) {
		float y = x[v] < low ? low : x[v];   /* NaN stays */

		if (!p->empty || !p->empty[v])
			x[v] = y > high ? high : y;
	}
	*problem = image_replace_raw(p->c.w, p->beyond[k], x);
}

static const unsigned char *find_empty(const struct resample *r, const struct grid *g, struct arena *a)
{
	unsigned char *empty = arena_alloc(a, (size_t)grid_size(g), 1);
	int *nearest = NEW_N(a, int, g->n[0]);

	for (int k = 0; k < g->n[2]; k++)
		for (int j = 0; j < g->n[1]; j++) {
			resample_nearest(r, (int[3]){ 0, j, k }, g->n[0], nearest);
			for (int i = 0; i < g->n[0]; i++)
				empty[grid_index(g, i, j, k)] = nearest[i] < 0;
		}
	return empty;
}

/* Now that the range is known. */
static struct error *clip_all(struct passing *p, int workers, double fill, struct arena *a)
{
	struct range *b = &p->bounds;
	float empty = (float)fill;
	int n = 0;

	*b = (struct range){ 0, 0 };
	for (int k = 0; k < workers; k++) {
		b->low = p->seen[k].low < b->low ? p->seen[k].low : b->low;
		b->high = p->seen[k].high > b->high ? p->seen[k].high : b->high;
	}
	p->beyond = NEW_N(a, int, p->im->n_vol);
	for (int t = 0; t < p->im->n_vol; t++)
		if (p->made[t].low < b->low || p->made[t].high > b->high)
			p->beyond[n++] = t;
	if (n && (empty < b->low || empty > b->high))
		p->empty = find_empty(p->r, p->c.g, a);
	par_for(workers, n, clip_volume, p);
	return error_first(workers, p->c.problem);
}

/* ---- the beginning ---- */
static void make_room(struct passing *p, int workers, struct arena *a)
{
	p->volume = (size_t)grid_size(&p->im->grid) * (size_t)image_type_bytes(p->im->type);
	p->view = NEW_N(a, struct image, workers);
	p->seen = NEW_N(a, struct range, workers);
	p->made = NEW_N(a, struct range, p->im->n_vol);
	for (int k = 0; k < workers; k++) {
		p->view[k] = *p->im;
		p->view[k].stream = NULL;
		p->view[k].n_vol = 1;
		p->view[k].raw = arena_alloc(a, p->volume, 1);
		p->seen[k] = nothing;
	}
	for (int t = 0; t < p->im->n_vol; t++)
		p->made[t] = nothing;
}

static struct error *look_at_first(struct passing *p, struct resample *r)
{
	struct range is = nothing;

	TRY(image_step(p->im, 0));
	image_volume(p->im, 0, NONFINITE_KEEP, p->c.in[0]);
	floats_range(grid_size(&p->im->grid), p->c.in[0], &is.low, &is.high);
	p->above_zero = is.low >= 0;
	resample_clip(r, p->above_zero ? 0 : -INFINITY, INFINITY);
	return NULL;
}

struct error *resampled_pass(struct node_env *env, struct image *im, struct resample *r, const struct resampling *how,
                             const struct grid *g, bool raw, struct image_writer *w)
{
	struct passing p = { .c = { .g = g, .w = w, .raw = raw, .fill = how->fill }, .im = im, .r = r };
	int workers = putting_workers(&p.c, im->n_vol, env->n_threads);
	struct error *e;

	p.clips = r && resampling_clips(r, how);
	putting_room(&p.c, 1, &(struct resampled){ im, r }, workers, env->arena);
	make_room(&p, workers, env->arena);
	if (p.clips)
		TRY(look_at_first(&p, r));
	pthread_mutex_init(&p.turn, NULL);
	par_for(workers, im->n_vol, put_volume, &p);
	pthread_mutex_destroy(&p.turn);
	e = error_first(workers, p.c.problem);
	return e || !p.clips ? e : clip_all(&p, workers, how->fill, env->arena);
}
