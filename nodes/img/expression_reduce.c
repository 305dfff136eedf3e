/* What a formula needs to know of all voxels, or of all volumes. Sums are made a block by itself, eight lanes wide, and
 * the blocks are added in order, so the bits do not depend on threads. A percentile of everything is found without a
 * copy: the values' bits, made to sort as integers, are counted 16 at a time. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "img/expression_code.h"
#include "num/par.h"

enum { DIGITS = 4, DIGIT_BITS = 16, RADIX = 1 << DIGIT_BITS, SORT_ROOM = 1 << 18 };   /* doubles that are sorted at once */

struct pass {
	const struct expression *e;
	const struct reduction *r;
	const struct expression_source *s;
	long n_blocks, block;      /* voxels of a block */
	double **stack;            /* [worker] */
	double *part;              /* [n_vol * n_blocks] */
	double mean;               /* what is subtracted before squares are summed */
	bool squares;
	uint64_t prefix, mask;     /* values whose bits under the mask are the prefix are counted */
	int shift;                 /* of the digit that is counted */
	int64_t **count;           /* [worker][RADIX] */
	uint64_t above;            /* the least value above this is sought */
	double **sorting;          /* [worker][n_vol * block] */
};

static long length(const struct pass *p, long block)
{
	long left = p->s->n_voxel - block * p->block;

	return left < p->block ? left : p->block;
}

static const double *values(const struct pass *p, int t, long block, int worker)
{
	return expression_block(p->e, &p->r->of, p->s, t, block * p->block, length(p, block), p->stack[worker]);
}

/* ---- sums and extremes ---- */
static double sum_of(const double *x, long n)
{
	double lane[8] = { 0 };
	long v = 0;

	for (; v + 8 <= n; v += 8)
		for (int k = 0; k < 8; k++)
			lane[k] += x[v + k];
	for (; v < n; v++)
		lane[0] += x[v];
	return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

static double sum_of_squares(const double *x, long n, double mean)
{
	double lane[8] = { 0 };
	long v = 0;

	for (; v + 8 <= n; v += 8)
		for (int k = 0; k < 8; k++)
			lane[k] += (x[v + k] - mean) * (x[v + k] - mean);
	for (; v < n; v++)
		lane[0] += (x[v] - mean) * (x[v] - mean);
	return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

/* The lesser (sign 1) or greater (sign -1) of two; NaN when either is. */
static double extreme(double x, double y, int sign)
{
	return isnan(x) || sign * x < sign * y ? x : y;
}

static double extreme_of(const double *x, long n, int sign)
{
	double m = x[0];

	for (long v = 1; v < n; v++)
		m = extreme(m, x[v], sign);
	return m;
}

static int sign_of(const struct reduction *r)
{
	return r->how == REDUCE_MAX ? -1 : 1;
}

static bool is_extreme(const struct reduction *r)
{
	return r->how == REDUCE_MIN || r->how == REDUCE_MAX;
}

static void total_block(void *ctx, long item, int worker)
{
	const struct pass *p = ctx;
	long block = item % p->n_blocks, n = length(p, block);
	const double *x = values(p, (int)(item / p->n_blocks), block, worker);

	p->part[item] = is_extreme(p->r) ? extreme_of(x, n, sign_of(p->r)) : p->squares ? sum_of_squares(x, n, p->mean)
	                                                                                 : sum_of(x, n);
}

static double total(struct pass *p, int n_threads)
{
	long n = p->r->n_vol * p->n_blocks;
	double sum = 0;

	par_for(n_threads, n, total_block, p);
	if (is_extreme(p->r))
		return extreme_of(p->part, n, sign_of(p->r));
	for (long k = 0; k < n; k++)
		sum += p->part[k];
	return sum;
}

static double spread(const struct reduction *r, double squares, double n)
{
	double var = squares / (n - r->ddof);

	return r->how == REDUCE_STD ? sqrt(var) : var;
}

static double total_of_all(struct pass *p, int n_threads)
{
	double n = (double)p->s->n_voxel * p->r->n_vol, sum = total(p, n_threads);

	if (p->r->how == REDUCE_SUM || is_extreme(p->r))
		return sum;
	if (p->r->how == REDUCE_MEAN)
		return sum / n;
	p->mean = sum / n;
	p->squares = true;
	return spread(p->r, total(p, n_threads), n);
}

/* ---- percentiles ---- */
/* Between the values of ranks floor(rank) and the next, as numpy does. */
static double between(double x, double y, double part)
{
	return part >= 0.5 ? y - (y - x) * (1 - part) : x + (y - x) * part;
}

/* Bits that sort as the numbers do; NaN is above everything. */
static uint64_t bits_of(double x)
{
	uint64_t b;

	if (isnan(x))
		return UINT64_MAX;
	memcpy(&b, &x, sizeof b);
	return b >> 63 ? ~b : b | 1ull << 63;
}

static double number_of(uint64_t b)
{
	double x;

	b = b >> 63 ? b & ~(1ull << 63) : ~b;
	memcpy(&x, &b, sizeof x);
	return x;
}

static void count_block(void *ctx, long item, int worker)
{
	const struct pass *p = ctx;
	long block = item % p->n_blocks, n = length(p, block);
	const double *x = values(p, (int)(item / p->n_blocks), block, worker);
	int64_t *count = p->count[worker];

	for (long v = 0; v < n; v++) {
		uint64_t b = bits_of(x[v]);

		if ((b & p->mask) == p->prefix)
			count[b >> p->shift & (RADIX - 1)]++;
	}
}

static void least_above_block(void *ctx, long item, int worker)
{
	const struct pass *p = ctx;
	long block = item % p->n_blocks, n = length(p, block);
	const double *x = values(p, (int)(item / p->n_blocks), block, worker);
	double least = NAN;

	for (long v = 0; v < n; v++)
		if (bits_of(x[v]) > p->above && !(x[v] >= least))
			least = x[v];
	p->part[item] = least;
}

/* Narrows the prefix to the digit that holds rank; *rank becomes the rank within it, *n how many there are. */
static void narrow(struct pass *p, int64_t *rank, int64_t *n, int workers)
{
	int digit = 0;

	for (;; digit++) {
		*n = 0;
		for (int w = 0; w < workers; w++)
			*n += p->count[w][digit];
		if (*rank < *n || digit == RADIX - 1)
			break;
		*rank -= *n;
	}
	p->prefix |= (uint64_t)digit << p->shift;
	p->mask |= (uint64_t)(RADIX - 1) << p->shift;
}

static double percentile_of_all(struct pass *p, int n_threads)
{
	long items = p->r->n_vol * p->n_blocks;
	int workers = par_workers(n_threads, items);
	double exact = ((double)p->s->n_voxel * p->r->n_vol - 1) * (p->r->number / 100);
	int64_t rank = (int64_t)floor(exact), n = 0;
	double low, high = NAN;

	for (int d = DIGITS - 1; d >= 0; d--) {
		p->shift = d * DIGIT_BITS;
		for (int w = 0; w < workers; w++)
			memset(p->count[w], 0, RADIX * sizeof **p->count);
		par_for(n_threads, items, count_block, p);
		/* NaN, the highest there is, makes the result NaN. */
		for (int w = 0; w < workers; w++)
			if (d == DIGITS - 1 && p->count[w][RADIX - 1])
				return NAN;
		narrow(p, &rank, &n, workers);
	}
	low = number_of(p->prefix);
	if (rank + 1 < n || exact == floor(exact))
		return low;
	p->above = p->prefix;
	par_for(n_threads, items, least_above_block, p);
	for (long k = 0; k < items; k++)
		high = isnan(high) || p->part[k] < high ? p->part[k] : high;
	return between(low, high, exact - floor(exact));
}

static int compare(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

/* Of n numbers in any order, which are sorted. */
static double percentile_of(double *x, int n, double number)
{
	double exact = (n - 1) * (number / 100);
	int low = (int)floor(exact);

	for (int k = 0; k < n; k++)
		if (isnan(x[k]))
			return NAN;
	qsort(x, (size_t)n, sizeof *x, compare);
	return low + 1 < n ? between(x[low], x[low + 1], exact - low) : x[low];
}

/* ---- over time ---- */
static void sort_block(struct pass *p, long block, int worker)
{
	long n = length(p, block);
	int n_vol = p->r->n_vol;
	double *x = p->sorting[worker], *out = p->r->volume + block * p->block;

	for (int t = 0; t < n_vol; t++) {
		const double *at = values(p, t, block, worker);

		for (long v = 0; v < n; v++)
			x[v * n_vol + t] = at[v];
	}
	for (long v = 0; v < n; v++)
		out[v] = percentile_of(x + v * n_vol, n_vol, p->r->number);
}

static void add_block(const struct pass *p, long block, int worker, double *sum)
{
	long n = length(p, block);
	int sign = sign_of(p->r);

	for (int t = 0; t < p->r->n_vol; t++) {
		const double *x = values(p, t, block, worker);

		for (long v = 0; v < n; v++)
			sum[v] = t == 0 ? x[v] : is_extreme(p->r) ? extreme(sum[v], x[v], sign) : sum[v] + x[v];
	}
}

static void add_squares(const struct pass *p, long block, int worker, const double *mean, double *sum)
{
	long n = length(p, block);

	for (int t = 0; t < p->r->n_vol; t++) {
		const double *x = values(p, t, block, worker);

		for (long v = 0; v < n; v++)
			sum[v] += (x[v] - mean[v]) * (x[v] - mean[v]);
	}
}

static void time_block(void *ctx, long block, int worker)
{
	struct pass *p = ctx;
	const struct reduction *r = p->r;
	double sum[EXPRESSION_BLOCK] = { 0 }, *out = r->volume + block * p->block;
	long n = length(p, block);

	if (r->how == REDUCE_PERCENTILE) {
		sort_block(p, block, worker);
		return;
	}
	add_block(p, block, worker, out);
	if (r->how == REDUCE_SUM || is_extreme(r))
		return;
	for (long v = 0; v < n; v++)
		out[v] /= r->n_vol;
	if (r->how == REDUCE_MEAN)
		return;
	add_squares(p, block, worker, out, sum);
	for (long v = 0; v < n; v++)
		out[v] = spread(r, sum[v], r->n_vol);
}

/* ---- one after the other ---- */
static void make_room(struct pass *p, int workers, struct arena *a)
{
	bool percentile = p->r->how == REDUCE_PERCENTILE, over_time = p->r->over_time;

	p->stack = NEW_N(a, double *, workers);
	p->count = NEW_N(a, int64_t *, workers);
	p->sorting = NEW_N(a, double *, workers);
	p->part = over_time ? NULL : arena_alloc(a, (size_t)(p->r->n_vol * p->n_blocks), sizeof *p->part);
	for (int w = 0; w < workers; w++) {
		p->stack[w] = arena_alloc(a, expression_stack(p->e), sizeof **p->stack);
		if (percentile && !over_time)
			p->count[w] = arena_alloc(a, RADIX, sizeof **p->count);
		if (percentile && over_time)
			p->sorting[w] = arena_alloc(a, (size_t)(p->r->n_vol * p->block), sizeof **p->sorting);
	}
}

static void reduce(struct expression *e, struct reduction *r, const struct expression_source *s, int n_threads,
                   struct arena *a)
{
	struct pass p = { .e = e, .r = r, .s = s, .block = EXPRESSION_BLOCK };

	if (r->how == REDUCE_PERCENTILE && r->over_time && r->n_vol > SORT_ROOM / EXPRESSION_BLOCK)
		p.block = r->n_vol < SORT_ROOM ? SORT_ROOM / r->n_vol : 1;
	p.n_blocks = (s->n_voxel + p.block - 1) / p.block;
	if (r->over_time)
		r->volume = arena_alloc(a, (size_t)s->n_voxel, sizeof *r->volume);
	struct arena_mark start = arena_mark(a);

	make_room(&p, par_workers(n_threads, r->over_time ? p.n_blocks : r->n_vol * p.n_blocks), a);
	if (r->over_time)
		par_for(n_threads, p.n_blocks, time_block, &p);
	else
		r->total = r->how == REDUCE_PERCENTILE ? percentile_of_all(&p, n_threads) : total_of_all(&p, n_threads);
	arena_reset(a, start);
}

void expression_reduce(struct expression *e, const struct expression_source *s, int n_threads, struct arena *a)
{
	for (int k = 0; k < e->n_reduction; k++)
		reduce(e, &e->reduction[k], s, n_threads, a);
}

bool expression_not_finite(const struct expression *e, double *x, int *at, int *len)
{
	for (int k = 0; k < e->n_reduction; k++) {
		const struct reduction *r = &e->reduction[k];

		if (r->over_time || isfinite(r->total))
			continue;
		*x = r->total;
		*at = r->at;
		*len = r->len;
		return true;
	}
	return false;
}
