#include "fmri/box.h"

#include <math.h>

#include "base/arena.h"
#include "num/par.h"
#include "num/simd.h"

/* The truth of comparing lanes_float. */
typedef int lanes_bits __attribute__((vector_size(32), aligned(4), may_alias));

/* What one worker has seen; merging does not depend on who saw what. */
struct seen {
	double low, high;
	bool nan;
	int start[3], stop[3];
	float *plane;      /* [nj][ni] */
};

struct looking {
	const struct image *im;
	struct seen *seen;   /* [worker] */
	double threshold;
};

/* Plane `item` of all planes of all volumes. */
static const float *read_plane(const struct looking *c, long item, int worker, long *n)
{
	const struct grid *g = &c->im->grid;
	int t = (int)(item / g->n[2]), k = (int)(item % g->n[2]);
	const float *stored = image_floats(c->im, t);

	*n = (long)g->n[0] * g->n[1];
	if (stored)
		return stored + k * *n;
	image_part(c->im, t, k * *n, *n, NONFINITE_KEEP, c->seen[worker].plane);
	return c->seen[worker].plane;
}

/* low is above high where there was nothing. */
static void extend(struct seen *s, double low, double high)
{
	s->low = low < s->low ? low : s->low;
	s->high = high > s->high ? high : s->high;
}

/* Minima and maxima of SETS times LANES columns, as compilers do not see by themselves that they are many. */
NUM_CLONES static void range_of(long n, const float *x, struct seen *s)
{
	enum { SETS = 4, STEP = SETS * LANES };
	const lanes_float least = -INFINITY - (lanes_float){ 0 };
	lanes_float low[SETS] = { -least, -least, -least, -least }, high[SETS] = { least, least, least, least };
	lanes_bits nan = { 0 };
	long v = 0;

	for (; v + STEP <= n; v += STEP)
		for (int k = 0; k < SETS; k++) {
			lanes_float y = *(const lanes_float *)(x + v + k * LANES);
			lanes_bits less = y < low[k], more = y > high[k];

			low[k] = (lanes_float)(((lanes_bits)y & less) | ((lanes_bits)low[k] & ~less));
			high[k] = (lanes_float)(((lanes_bits)y & more) | ((lanes_bits)high[k] & ~more));
			nan |= y != y;
		}
	for (; v < n; v++) {
		extend(s, x[v], x[v]);
		s->nan |= x[v] != x[v];
	}
	for (int i = 0; i < STEP; i++) {
		extend(s, low[i / LANES][i % LANES], high[i / LANES][i % LANES]);
		s->nan |= nan[i % LANES] != 0;
	}
}

void floats_range(long n, const float *x, double *low, double *high)
{
	struct seen s = { .low = *low, .high = *high };

	range_of(n, x, &s);
	*low = s.low;
	*high = s.high;
}

/* After a volume's last plane. */
static void let_go(const struct looking *c, long item)
{
	int planes = c->im->grid.n[2];

	if (item % planes == planes - 1)
		image_forget(c->im, (int)(item / planes));
}

static void range_of_plane(void *ctx, long item, int worker)
{
	const struct looking *c = ctx;
	long n;
	const float *x = read_plane(c, item, worker, &n);

	range_of(n, x, &c->seen[worker]);
	let_go(c, item);
}

static void look(struct looking *c, par_fn *fn, int n_threads, struct arena *a)
{
	const struct grid *g = &c->im->grid;
	long n_items = (long)g->n[2] * c->im->n_vol;
	int workers = par_workers(n_threads, n_items);

	c->seen = NEW_N(a, struct seen, workers);
	for (int w = 0; w < workers; w++) {
		struct seen *s = &c->seen[w];

		*s = (struct seen){ .low = INFINITY, .high = -INFINITY, .start = { g->n[0], g->n[1], g->n[2] } };
		s->plane = arena_alloc(a, (size_t)g->n[0] * (size_t)g->n[1], sizeof(float));
	}
	par_for(n_threads, n_items, fn, c);
	for (int w = 1; w < workers; w++) {
		struct seen *all = &c->seen[0], *s = &c->seen[w];

		extend(all, s->low, s->high);
		all->nan |= s->nan;
		for (int d = 0; d < 3; d++) {
			all->start[d] = s->start[d] < all->start[d] ? s->start[d] : all->start[d];
			all->stop[d] = s->stop[d] > all->stop[d] ? s->stop[d] : all->stop[d];
		}
	}
}

void image_range(const struct image *im, double *low, double *high, int n_threads, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	struct looking c = { .im = im };

	look(&c, range_of_plane, n_threads, a);
	*low = c.seen[0].low;
	*high = c.seen[0].high;
	arena_reset(a, mark);
}

static void include(struct seen *s, int d, int place)
{
	if (place < s->start[d])
		s->start[d] = place;
	if (place >= s->stop[d])
		s->stop[d] = place + 1;
}

static void box_of_plane(void *ctx, long item, int worker)
{
	const struct looking *c = ctx;
	const struct grid *g = &c->im->grid;
	struct seen *s = &c->seen[worker];
	long n;
	const float *x = read_plane(c, item, worker, &n);

	for (int j = 0; j < g->n[1]; j++, x += g->n[0]) {
		int first = 0, last = g->n[0] - 1;

		while (first <= last && !(fabs(x[first]) > c->threshold))
			first++;
		if (first > last)
			continue;
		while (!(fabs(x[last]) > c->threshold))
			last--;
		include(s, 0, first);
		include(s, 0, last);
		include(s, 1, j);
		include(s, 2, (int)(item % g->n[2]));
	}
	let_go(c, item);
}

void image_box(struct box *out, const struct image *im, double rtol, int n_threads, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	struct looking c = { .im = im };

	look(&c, range_of_plane, n_threads, a);
	out->nan = c.seen[0].nan;
	c.threshold = rtol * fmax(fmax(-c.seen[0].low, c.seen[0].high), 0);
	if (isinf(c.threshold))   /* an infinity says nothing of what is small */
		c.threshold = 0;
	look(&c, box_of_plane, n_threads, a);
	out->empty = c.seen[0].stop[0] == 0;
	for (int d = 0; d < 3; d++) {
		out->start[d] = out->empty ? 0 : c.seen[0].start[d];
		out->stop[d] = out->empty ? im->grid.n[d] : c.seen[0].stop[d];
	}
	arena_reset(a, mark);
}
