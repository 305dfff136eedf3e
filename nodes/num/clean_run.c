/* The chain over the columns of a matrix, a block of columns at a time. */
#include "num/clean.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/arena.h"
#include "num/block.h"
#include "num/par.h"

enum {
	WIDTH = FILTER_LANES,
	GROUP = 16,  /* blocks a thread takes at once; neighbours share pages */
};

struct job {
	const struct clean *c;
	long n_col;
	const void *in;
	void *out;
	bool is_double;
	double *work;           /* [worker][n_work] */
	size_t n_work;          /* a block with the filter's padding, then the basis' coefficients */
	double *before, *after; /* [n_col]: means before and after the chain; PSC only */
	bool use_before;        /* PSC relates to the mean before the chain */
	atomic_long n_constant;
};

/* One block: columns first .. first + n - 1, of n_vol samples x [n_vol][WIDTH]. */
struct block {
	const struct clean *c;
	int n;
	double *x;
	double before[WIDTH], mean[WIDTH], factor[WIDTH];
};

static void take_mean(const struct block *b, double *mean)
{
	block_weighted_sum(b->c->n_vol, NULL, b->x, mean);
	for (int l = 0; l < WIDTH; l++)
		mean[l] /= b->c->n_vol;
}

static const double all_one[WIDTH] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

/* Detrends, filters and frees of confounds; coefficient [n_basis][WIDTH] is work space. */
static void run_chain(struct block *b, double *coefficient)
{
	const struct clean *c = b->c;

	take_mean(b, b->before);
	if (c->line) {
		block_shift_and_scale(c->n_vol, b->before, all_one, b->x);
		block_weighted_sum(c->n_vol, c->line, b->x, coefficient);
		block_subtract_fit(c->n_vol, 1, c->line, coefficient, b->x);
	}
	filter_run(&c->filter, c->n_vol, b->x - (long)c->filter.pad * WIDTH);
	for (int r = 0; r < c->n_basis; r++)
		block_weighted_sum(c->n_vol, c->basis + (size_t)r * (size_t)c->n_vol, b->x, coefficient + r * WIDTH);
	if (c->n_basis > 0)
		block_subtract_fit(c->n_vol, c->n_basis, c->basis, coefficient, b->x);
}

/* What the chain left of a constant column is rounding, not to be blown up by a division. */
static bool is_rounding(const struct block *b, int lane, double size)
{
	return size < DBL_EPSILON || size < 1000 * DBL_EPSILON * fabs(b->before[lane]);
}

/* Divides by the standard deviation; lanes that are constant become 0. Returns how many. */
static long scale_zscore(struct block *b, int n_lost)
{
	long n_constant = 0;

	take_mean(b, b->mean);
	block_shift_and_scale(b->c->n_vol, b->mean, all_one, b->x);
	block_sum_of_squares(b->c->n_vol, b->x, b->factor);
	for (int l = 0; l < WIDTH; l++) {
		double sd = sqrt(b->factor[l] / (b->c->n_vol - n_lost));
		bool constant = is_rounding(b, l, sd);

		n_constant += constant && l < b->n;
		b->factor[l] = constant ? 0 : 1 / sd;
		b->mean[l] = 0;
	}
	block_shift_and_scale(b->c->n_vol, b->mean, b->factor, b->x);
	return n_constant;
}

static long scale_max(struct block *b)
{
	long n_constant = 0;

	for (int l = 0; l < WIDTH; l++) {
		double max = 0;

		for (int t = 0; t < b->c->n_vol; t++)
			max = fmax(max, fabs(b->x[t * WIDTH + l]));
		n_constant += is_rounding(b, l, max) && l < b->n;
		b->factor[l] = is_rounding(b, l, max) ? 0 : 1 / max;
		b->mean[l] = 0;
	}
	block_shift_and_scale(b->c->n_vol, b->mean, b->factor, b->x);
	return n_constant;
}

/* PSC needs all columns' means before it can scale any, so here the mean is only set apart. */
static long scale_block(const struct job *job, struct block *b, long first)
{
	if (job->c->n_vol == 1)
		return 0;
	switch (job->c->options.scale) {
	case CLEAN_SCALE_ZSCORE:
	case CLEAN_SCALE_ZSCORE_SAMPLE:
		return scale_zscore(b, job->c->options.scale == CLEAN_SCALE_ZSCORE_SAMPLE);
	case CLEAN_SCALE_MAX:
		return scale_max(b);
	case CLEAN_SCALE_PSC:
		take_mean(b, b->mean);
		block_shift_and_scale(b->c->n_vol, b->mean, all_one, b->x);
		memcpy(job->before + first, b->before, (size_t)b->n * sizeof(double));
		memcpy(job->after + first, b->mean, (size_t)b->n * sizeof(double));
		return 0;
	case CLEAN_SCALE_NONE:
		return 0;
	}
	return 0;
}

static void load(const struct job *job, long first, struct block *b)
{
	if (job->is_double)
		block_load_double(job->c->n_vol, job->n_col, (const double *)job->in + first, b->n, b->x);
	else
		block_load_float(job->c->n_vol, job->n_col, (const float *)job->in + first, b->n, b->x);
}

static void store(const struct job *job, long first, const struct block *b)
{
	if (job->is_double)
		block_store_double(job->c->n_vol, job->n_col, b->x, b->n, (double *)job->out + first);
	else
		block_store_float(job->c->n_vol, job->n_col, b->x, b->n, (float *)job->out + first);
}

static void clean_group(void *ctx, long group, int worker)
{
	struct job *job = ctx;
	double *work = job->work + (size_t)worker * job->n_work;
	size_t n_rows = (size_t)job->c->n_vol + 2 * (size_t)job->c->filter.pad;
	long first = group * GROUP * WIDTH, end = first + GROUP * WIDTH, n_constant = 0;

	if (end > job->n_col)
		end = job->n_col;
	for (; first < end; first += WIDTH) {
		struct block b = { .c = job->c, .n = end - first < WIDTH ? (int)(end - first) : WIDTH };

		b.x = work + (size_t)job->c->filter.pad * WIDTH;
		load(job, first, &b);
		run_chain(&b, work + n_rows * WIDTH);
		n_constant += scale_block(job, &b, first);
		store(job, first, &b);
	}
	atomic_fetch_add(&job->n_constant, n_constant);
}

/* nilearn's test of whether the chain took the mean away; NaN columns have no say. */
static bool mean_is_gone(const struct job *job)
{
	double before = 0, after = 0;

	for (long v = 0; v < job->n_col; v++)
		if (isfinite(job->before[v]) && isfinite(job->after[v])) {
			before += fabs(job->before[v]);
			after += fabs(job->after[v]);
		}
	return after / before < 0.1;
}

/* The second half of PSC: what is stored has mean 0 already. */
static void finish_psc(void *ctx, long group, int worker)
{
	struct job *job = ctx;
	double *x = job->work + (size_t)worker * job->n_work;
	long first = group * GROUP * WIDTH, end = first + GROUP * WIDTH, n_constant = 0;

	if (end > job->n_col)
		end = job->n_col;
	for (; first < end; first += WIDTH) {
		struct block b = { .c = job->c, .n = end - first < WIDTH ? (int)(end - first) : WIDTH, .x = x };

		load(job, first, &b);
		for (int l = 0; l < b.n; l++) {
			double mean = fabs(job->after[first + l] + (job->use_before ? job->before[first + l] : 0));

			b.factor[l] = mean < DBL_EPSILON ? 0 : 100 / mean;
			n_constant += b.factor[l] == 0;
		}
		block_shift_and_scale(b.c->n_vol, b.mean, b.factor, b.x);
		store(job, first, &b);
	}
	atomic_fetch_add(&job->n_constant, n_constant);
}

static long clean_all(struct job *job, int n_threads, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	const struct clean *c = job->c;
	long n_groups = (job->n_col + GROUP * WIDTH - 1) / (GROUP * WIDTH);
	size_t n_rows = (size_t)c->n_vol + 2 * (size_t)c->filter.pad + (size_t)(c->n_basis > 1 ? c->n_basis : 1);

	assert(c->n_basis >= 0 && !(c->cutoffs.facts & FILTER_FACT_IMPOSSIBLE));
	job->n_work = n_rows * WIDTH;
	job->work = arena_alloc(scratch, (size_t)par_workers(n_threads, n_groups) * job->n_work, sizeof(double));
	if (c->options.scale == CLEAN_SCALE_PSC) {
		job->before = NEW_N(scratch, double, job->n_col);
		job->after = NEW_N(scratch, double, job->n_col);
	}
	par_for(n_threads, n_groups, clean_group, job);
	if (c->options.scale == CLEAN_SCALE_PSC && c->n_vol > 1) {
		job->use_before = mean_is_gone(job);
		job->in = job->out;
		par_for(n_threads, n_groups, finish_psc, job);
	}
	arena_reset(scratch, mark);
	return job->n_constant;
}

long clean_float(const struct clean *c, long n_col, const float *in, float *out, int n_threads,
                 struct arena *scratch)
{
	struct job job = { .c = c, .n_col = n_col, .in = in, .out = out };

	return clean_all(&job, n_threads, scratch);
}

long clean_double(const struct clean *c, long n_col, const double *in, double *out, int n_threads,
                  struct arena *scratch)
{
	struct job job = { .c = c, .n_col = n_col, .in = in, .out = out, .is_double = true };

	return clean_all(&job, n_threads, scratch);
}
