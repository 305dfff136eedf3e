#include "fmri/resampled_inside.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "fmri/box.h"
#include "img/convert.h"
#include "node/node.h"
#include "num/par.h"

enum { NAMES_MAX = 1 << 26 };   /* bytes of names.tsv */

bool resampling_clips(const struct resample *r, const struct resampling *how)
{
	return how->clip && !resample_copies(r) && how->kind == RESAMPLE_CONTINUOUS;
}

/* nilearn's range: 0 belongs to it, because beyond the image there are zeros. A bound that is 0 has no sign, as it would be that
 * of the first zero that some thread came upon. */
static void set_clip(struct resample *r, const struct image *im, const struct resampling *how, int n_threads,
                     struct arena *a)
{
	double low, high;

	if (!resampling_clips(r, how))
		return;
	image_range(im, &low, &high, n_threads, a);
	resample_clip(r, low < 0 ? low : 0, high > 0 ? high : 0);
}

/* Any NaN at all makes nilearn's box the whole image. */
static struct error *pad_like_nilearn(struct resample *r, const struct image *im, int n_threads, struct arena *a)
{
	struct box box;
	int shift[3];

	if (!resample_shifts(r, shift))
		return NULL;
	image_box(&box, im, 1e-8, n_threads, a);
	for (int d = 0; d < 3 && box.nan; d++) {
		box.start[d] = 0;
		box.stop[d] = im->grid.n[d];
	}
	if (!resample_pad(r, box.start, box.stop))
		return error_new(ERR_DATA, "the image's content lies outside the grid that it is resampled to, where nilearn "
		                 "fails: leave out compat: nilearn");
	return NULL;
}

/* All but the range to clip to. */
static struct error *plan(struct resample **out, const struct image *im, const struct grid *to, const struct resampling *how,
                          int n_threads, struct arena *a)
{
	*out = NULL;
	if (!how->force && grid_same(&im->grid, to))
		return NULL;
	*out = resample_new(im->grid.n, im->grid.affine, to->n, to->affine, how->kind, how->edge, how->fill, a);
	if (!*out)
		return error_new(ERR_DATA, "the affine of the grid to resample to has no inverse");
	if (how->edge == RESAMPLE_FILL && !how->force)
		TRY(pad_like_nilearn(*out, im, n_threads, a));
	return NULL;
}

struct error *resampling_new(struct resample **out, const struct image *im, const struct grid *to,
                             const struct resampling *how, int n_threads, struct arena *a)
{
	TRY(plan(out, im, to, how, n_threads, a));
	if (*out && !im->stream)
		set_clip(*out, im, how, n_threads, a);
	return NULL;
}

struct clipping {
	const struct image *im;
	struct resample **r;
	const struct resampling *how;
	int threads_each;
	struct arena **scratch;        /* [worker] */
};

static void clip_one(void *ctx, long k, int worker)
{
	const struct clipping *c = ctx;

	if (c->r[k])
		set_clip(c->r[k], &c->im[k], c->how, c->threads_each, c->scratch[worker]);
}

/* Many small images each on a thread, few by all threads. */
static void clip_all(struct clipping *c, int n, int n_threads, struct arena *a)
{
	int workers = n < n_threads ? 1 : par_workers(n_threads, n);

	c->threads_each = workers == 1 ? n_threads : 1;
	c->scratch = NEW_N(a, struct arena *, workers);
	for (int w = 0; w < workers; w++)
		c->scratch[w] = arena_new();
	par_for(workers, n, clip_one, c);
	for (int w = 0; w < workers; w++)
		arena_free(c->scratch[w]);
}

struct error *resampled_new(struct resampled **out, int *wrong, int n, const struct image *im, const struct grid *to,
                            const struct resampling *how, int n_threads, struct arena *a)
{
	struct clipping c = { .im = im, .r = NEW_N(a, struct resample *, n), .how = how };

	*out = NEW_N(a, struct resampled, n);
	for (*wrong = 0; *wrong < n; ++*wrong)
		TRY(plan(&c.r[*wrong], &im[*wrong], to, how, n_threads, a));
	clip_all(&c, n, n_threads, a);
	for (int k = 0; k < n; k++)
		(*out)[k] = (struct resampled){ &im[k], c.r[k] };
	return NULL;
}

struct error *resample_for(struct resample **out, const struct image *im, const struct grid *to,
                           enum resample_kind kind, bool clip, enum resample_edge edge, int n_threads, struct arena *a)
{
	return resampling_new(out, im, to, &(struct resampling){ kind, edge, clip, false, 0 }, n_threads, a);
}

struct volumes {
	struct putting c;
	const struct resampled **of;   /* [n_vol] the image that volume t of the output comes from */
	const int *t;                  /* [n_vol] and which of its volumes */
};

/* Voxel `index` of a volume in this machine's byte order; -1: the empty one. */
static void copy_voxel(const struct image *im, const unsigned char *volume, int index, const char *empty, char *out)
{
	int size = image_type_bytes(im->type);

	for (int b = 0; b < size; b++)
		out[b] = index < 0 ? empty[b] : (char)volume[(long)index * size + (im->swapped ? size - 1 - b : b)];
}

/* Integers as they are stored. */
static void copy_raw(const struct resampled *s, const struct grid *g, int t, double fill, char *out)
{
	const struct image *im = s->im;
	int size = image_type_bytes(im->type), index[256];
	const unsigned char *volume = im->raw + (size_t)t * (size_t)grid_size(&im->grid) * (size_t)size;
	float value = (float)fill;
	_Alignas(8) char empty[8];

	convert_from_float(im->type, 1, &value, empty);
	for (long line = 0; line < (long)g->n[1] * g->n[2]; line++)
		for (int i = 0; i < g->n[0]; i += 256) {
			int n = g->n[0] - i < 256 ? g->n[0] - i : 256;

			for (int o = 0; o < n; o++)
				index[o] = (int)(line * g->n[0] + i + o);
			if (s->r)
				resample_nearest(s->r, (int[3]){ i, (int)(line % g->n[1]), (int)(line / g->n[1]) }, n, index);
			for (int o = 0; o < n; o++, out += size)
				copy_voxel(im, volume, index[o], empty, out);
		}
}

const void *putting_make(const struct putting *c, const struct resampled *s, int t, int worker)
{
	const float *in = image_floats(s->im, t);

	if (c->raw) {
		copy_raw(s, c->g, t, c->fill, (char *)c->out[worker]);
		return c->out[worker];
	}
	if (!in) {
		image_volume(s->im, t, NONFINITE_KEEP, c->in[worker]);
		in = c->in[worker];
	}
	if (!s->r)
		return in;
	resample_volume_by(s->r, in, c->out[worker], c->threads_each, c->work[worker]);
	return c->out[worker];
}

struct error *putting_put(const struct putting *c, int t, const void *voxel)
{
	return c->raw ? image_put_raw(c->w, t, voxel) : image_put(c->w, t, voxel);
}

/* What was read is let go of, so that one volume of each worker is in memory, not all. */
static struct error *put_one(const struct volumes *v, int volume, int worker)
{
	const struct resampled *s = v->of[volume];
	struct error *e = putting_put(&v->c, volume, putting_make(&v->c, s, v->t[volume], worker));

	image_forget(s->im, v->t[volume]);
	return e;
}

static void put_volume(void *ctx, long volume, int worker)
{
	const struct volumes *v = ctx;

	if (!v->c.problem[worker])
		v->c.problem[worker] = put_one(v, (int)volume, worker);
}

int putting_workers(struct putting *c, int n_vol, int n_threads)
{
	int workers = n_vol < n_threads ? 1 : par_workers(n_threads, n_vol);

	c->threads_each = workers == 1 ? n_threads : 1;
	return workers;
}

void putting_room(struct putting *c, int n, const struct resampled *source, int workers, struct arena *a)
{
	long in = 0, out = grid_size(c->g) * (c->raw ? 2 : 1);
	size_t work = 1;

	for (int k = 0; k < n; k++) {
		const struct resampled *s = &source[k];
		size_t size = s->r && !c->raw ? resample_work_size_of(s->r, c->threads_each) : 0;

		work = size > work ? size : work;
		in = grid_size(&s->im->grid) > in ? grid_size(&s->im->grid) : in;
	}
	c->in = NEW_N(a, float *, workers);
	c->out = NEW_N(a, float *, workers);
	c->work = NEW_N(a, double *, workers);
	c->problem = NEW_N(a, struct error *, workers);
	for (int w = 0; w < workers; w++) {
		c->in[w] = arena_alloc(a, (size_t)in, sizeof(float));
		c->out[w] = arena_alloc(a, (size_t)out, sizeof(float));
		c->work[w] = arena_alloc(a, work, sizeof(double));
	}
}

struct error *resampled_put(struct node_env *env, int n, const struct resampled *source, const struct grid *g, bool raw,
                            double fill, struct image_writer *w)
{
	struct volumes c = { .c = { .g = g, .w = w, .raw = raw, .fill = fill } };
	int n_vol = 0, workers, *t;

	for (int k = 0; k < n; k++)
		n_vol += source[k].im->n_vol;
	c.of = NEW_N(env->arena, const struct resampled *, n_vol);
	c.t = t = NEW_N(env->arena, int, n_vol);
	for (int k = 0, at = 0; k < n; k++)
		for (int v = 0; v < source[k].im->n_vol; v++, at++) {
			c.of[at] = &source[k];
			t[at] = v;
		}
	workers = putting_workers(&c.c, n_vol, env->n_threads);
	putting_room(&c.c, n, source, workers, env->arena);
	par_for(workers, n_vol, put_volume, &c);
	return error_first(workers, c.c.problem);
}

long resampled_memory(const struct grid *from, const struct grid *to, int n_threads)
{
	long planes = from->n[2] > to->n[2] ? from->n[2] : to->n[2];
	double mid = ((double)(from->n[0] > to->n[0] ? from->n[0] : to->n[0]) + 3) *
	             ((double)(from->n[1] > to->n[1] ? from->n[1] : to->n[1]) + 3) * ((double)planes + 3);

	return (long)fmin((8 * mid + 13.0 * (double)grid_size(from) + 8.0 * (double)grid_size(to)) * n_threads, 1e18);
}

bool image_is_raw(const struct image *im)
{
	return im->slope == 1 && im->inter == 0 && im->type != IMAGE_FLOAT32 && im->type != IMAGE_FLOAT64;
}

struct error *resampled_names(const struct item *it, struct out *out, struct arena *a)
{
	const char *path = item_blob(it, "names.tsv");
	char *text;
	size_t n;

	if (!path)
		return NULL;
	TRY(file_read(&text, &n, path, NAMES_MAX, a));
	return file_write(out_blob(out, "names.tsv"), text, n);
}
