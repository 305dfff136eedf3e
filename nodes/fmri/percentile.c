#include "fmri/percentile.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "img/image.h"
#include "img/mask.h"
#include "num/par.h"

/* Doubles that are not negative are in the order of their bits, so a value is found by its bits from the top, 16 at a time,
 * each time by a histogram of those that begin like it. */
enum { DIGIT = 16, BINS = 1 << DIGIT };

struct search {
	const struct percentile_of *of;
	double **work;           /* [worker][values of a volume] */
	int64_t **bins;          /* [worker][BINS] */
	int64_t *top;            /* [BINS] of the first digit, which all ranks share */
	int workers, n_threads;
	int shift;               /* of the digit that is counted */
	uint64_t prefix;         /* what is above it */
};

static uint64_t bits_of(double x)
{
	uint64_t bits;

	x = fabs(x);             /* -0 is 0 */
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

/* The values of volume t; how many. */
static long values(const struct percentile_of *of, int t, double *x)
{
	long size = of->mask ? of->mask->n : grid_size(&of->im->grid), n = 0;

	if (of->mask)
		image_gather_double(of->im, t, NONFINITE_ZERO, size, of->mask->index, x);
	else
		image_volume_double(of->im, t, NONFINITE_ZERO, x);
	if (of->magnitude)
		return size;
	for (long v = 0; v < size; v++)
		if (x[v] >= 0)
			x[n++] = x[v];
	return n;
}

static void count_volume(void *ctx, long t, int worker)
{
	const struct search *s = ctx;
	double *x = s->work[worker];
	int64_t *bins = s->bins[worker];
	long n = values(s->of, (int)t, x);
	bool all = s->shift == 64 - DIGIT;

	for (long v = 0; v < n; v++) {
		uint64_t bits = bits_of(x[v]);

		if (all || bits >> (s->shift + DIGIT) == s->prefix)
			bins[(bits >> s->shift) & (BINS - 1)]++;
	}
}

/* A histogram of all volumes is left in bins[0]; whole numbers, so the order of threads does not matter. */
static const int64_t *histogram(struct search *s)
{
	for (int w = 0; w < s->workers; w++)
		memset(s->bins[w], 0, BINS * sizeof **s->bins);
	par_for(s->n_threads, s->of->im->n_vol, count_volume, s);
	for (int w = 1; w < s->workers; w++)
		for (int b = 0; b < BINS; b++)
			s->bins[0][b] += s->bins[w][b];
	return s->bins[0];
}

/* The sorted value number rank. */
static double ranked(struct search *s, int64_t rank)
{
	double x;

	s->prefix = 0;
	for (s->shift = 64 - DIGIT; s->shift >= 0; s->shift -= DIGIT) {
		const int64_t *bins = s->shift == 64 - DIGIT ? s->top : histogram(s);
		uint64_t b = 0;

		for (; b < BINS - 1 && rank >= bins[b]; b++)
			rank -= bins[b];
		s->prefix = s->prefix << DIGIT | b;
	}
	memcpy(&x, &s->prefix, sizeof x);
	return x;
}

long percentile_find(double *out, const struct percentile_of *of, double percent, int n_threads, struct arena *a)
{
	int workers = par_workers(n_threads, of->im->n_vol);
	struct search s = { of, NEW_N(a, double *, workers), NEW_N(a, int64_t *, workers), NEW_N(a, int64_t, BINS), workers,
	                    n_threads, 64 - DIGIT, 0 };
	int64_t n = 0;

	for (int w = 0; w < workers; w++) {
		s.work[w] = arena_alloc(a, (size_t)grid_size(&of->im->grid), sizeof(double));
		s.bins[w] = arena_alloc(a, BINS, sizeof(int64_t));
	}
	memcpy(s.top, histogram(&s), BINS * sizeof *s.top);
	for (int b = 0; b < BINS; b++)
		n += s.top[b];
	if (n > 0) {
		double at = percent / 100 * (double)(n - 1), low = floor(at), w0 = low + 1 - at, w1 = at - low;

		*out = ranked(&s, (int64_t)low);
		if (w1 > 0)
			*out = (*out * w0 + ranked(&s, (int64_t)low + 1) * w1) / (w0 + w1);
	}
	return n;
}
