/* The chain over the columns of a matrix and its runs, a block of columns at a time. */
#include "num/clean.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/block.h"
#include "num/clean_block.h"
#include "num/par.h"

enum {
	WIDTH = FILTER_LANES,
	GROUP = 16,  /* blocks a thread takes at once; neighbours share pages */
};

/* Sums over the columns of a group, which are added up in order when all are there. */
struct sums {
	double square[CLEAN_N_STAGES];
	long n_despiked;
};

struct job {
	const struct clean_runs *r;
	enum clean_scale scale;
	long n_col, n_groups;
	const void *in;
	void *out;
	bool is_double;
	double *work;            /* [worker][n_work] */
	size_t n_work;           /* a block of all runs that are done, then room for one run */
	struct sums *sums;       /* [n_groups] */
	unsigned char *flag;     /* [n_col] */
	double *before, *after;  /* [n_run][n_col]: means before detrending and after the chain; PSC only */
	bool *use_before;        /* [n_run] PSC relates to the mean before */
};

static void load(const struct job *job, int n_vol, const int *rows, long first, int n, double *x)
{
	if (job->is_double)
		block_load_double(n_vol, rows, job->n_col, (const double *)job->in + first, n, x);
	else
		block_load_float(n_vol, rows, job->n_col, (const float *)job->in + first, n, x);
}

static void store(const struct job *job, long first, int n, const double *x)
{
	if (job->is_double)
		block_store_double(job->r->n_out, job->n_col, x, n, (double *)job->out + first);
	else
		block_store_float(job->r->n_out, job->n_col, x, n, (float *)job->out + first);
}

/* What has to be remembered of a block: sums, flags, and for PSC the means that all columns have a say in. */
static void remember(struct job *job, const struct clean_block *b, int run, long first)
{
	struct sums *s = &job->sums[first / (GROUP * WIDTH)];
	long at = run * job->n_col + first;

	s->n_despiked += b->n_despiked;
	for (int k = 0; k < CLEAN_N_STAGES; k++)
		s->square[k] += b->square[k];
	for (int l = 0; l < b->n; l++)
		job->flag[first + l] |= b->flag[l];
	if (job->scale == CLEAN_SCALE_PSC) {
		memcpy(job->before + at, b->before, (size_t)b->n * sizeof(double));
		memcpy(job->after + at, b->mean, (size_t)b->n * sizeof(double));
	}
}

/* One block of columns: all runs are read before anything is written, since out may be in. */
static void clean_columns(struct job *job, long first, int n, double *done)
{
	const struct clean_runs *r = job->r;
	double *room = done + (r->row ? (size_t)r->n_out * WIDTH : 0);
	struct clean_block b = { 0 };

	for (int k = 0; k < r->n_run; k++) {
		b = (struct clean_block){ .c = r->run[k], .n = n };
		clean_block_place(&b, room);
		load(job, b.c->n_vol, r->row ? r->row[k] : NULL, first, n, b.x);
		clean_block_chain(&b);
		clean_block_scale(&b);
		remember(job, &b, k, first);
		if (r->row)
			block_spread(b.c->n_keep, r->out_row[k], b.x, done);
	}
	store(job, first, n, r->row ? done : b.x);
}

static void clean_group(void *ctx, long group, int worker)
{
	struct job *job = ctx;
	long first = group * GROUP * WIDTH, end = first + GROUP * WIDTH;

	if (end > job->n_col)
		end = job->n_col;
	for (; first < end; first += WIDTH)
		clean_columns(job, first, end - first < WIDTH ? (int)(end - first) : WIDTH,
		              job->work + (size_t)worker * job->n_work);
}

/* ---- the second half of PSC ---- */

/* nilearn's test of whether the chain took the mean away; columns that are not finite have no say. */
static bool mean_is_gone(const struct job *job, int run)
{
	const double *before = job->before + run * job->n_col, *after = job->after + run * job->n_col;
	double sum_before = 0, sum_after = 0;

	for (long v = 0; v < job->n_col; v++)
		if (isfinite(before[v]) && isfinite(after[v])) {
			sum_before += fabs(before[v]);
			sum_after += fabs(after[v]);
		}
	return sum_after / sum_before < 0.1;
}

/* 100 / |mean| of one run's columns; 0 where there is no mean. A single volume stays as it is. */
static void set_factors(struct job *job, int run, long first, int n, double *factor)
{
	long at = run * job->n_col + first;

	for (int l = 0; l < n; l++) {
		double mean = fabs(job->after[at + l] + (job->use_before[run] ? job->before[at + l] : 0));

		factor[l] = mean < DBL_EPSILON ? 0 : 100 / mean;
		if (job->r->run[run]->n_keep == 1)
			factor[l] = 1;
		else if (factor[l] == 0)
			job->flag[first + l] |= CLEAN_FLAG_CONSTANT;
	}
}

static void scale_rows(const struct job *job, int run, const double *factor, double *x)
{
	for (int k = 0; k < job->r->run[run]->n_keep; k++) {
		double *row = x + (job->r->out_row ? job->r->out_row[run][k] : k) * (long)WIDTH;

		for (int l = 0; l < WIDTH; l++)
			row[l] *= factor[l];
	}
}

/* What is stored has mean 0 already. */
static void finish_psc(void *ctx, long group, int worker)
{
	struct job *job = ctx;
	double *x = job->work + (size_t)worker * job->n_work, factor[WIDTH] = { 0 };
	long first = group * GROUP * WIDTH, end = first + GROUP * WIDTH;

	if (end > job->n_col)
		end = job->n_col;
	for (; first < end; first += WIDTH) {
		int n = end - first < WIDTH ? (int)(end - first) : WIDTH;

		load(job, job->r->n_out, NULL, first, n, x);
		for (int k = 0; k < job->r->n_run; k++) {
			set_factors(job, k, first, n, factor);
			scale_rows(job, k, factor, x);
		}
		store(job, first, n, x);
	}
}

/* ---- all columns ---- */

static size_t block_room(const struct clean_runs *r)
{
	size_t room = 0;

	for (int k = 0; k < r->n_run; k++) {
		size_t n = clean_block_room(r->run[k]);

		assert(r->run[k]->confounds.n >= 0 && r->run[k]->n_span > r->run[k]->pad);
		room = n > room ? n : room;
	}
	return room + (r->row ? (size_t)r->n_out * WIDTH : 0);
}

static struct clean_report add_up(const struct job *job)
{
	struct clean_report sum = { 0 };

	for (long g = 0; g < job->n_groups; g++) {
		sum.n_despiked += job->sums[g].n_despiked;
		for (int k = 0; k < CLEAN_N_STAGES; k++)
			sum.square[k] += job->sums[g].square[k];
	}
	for (long v = 0; v < job->n_col; v++) {
		sum.n_constant += (job->flag[v] & CLEAN_FLAG_CONSTANT) != 0;
		sum.n_not_finite += (job->flag[v] & CLEAN_FLAG_NOT_FINITE) != 0;
	}
	return sum;
}

static void run_psc(struct job *job, int n_threads)
{
	for (int k = 0; k < job->r->n_run; k++)
		job->use_before[k] = mean_is_gone(job, k);
	job->in = job->out;
	par_for(n_threads, job->n_groups, finish_psc, job);
}

static struct clean_report clean_all(struct job *job, int n_threads, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct clean_report report;
	size_t n_means = 0;

	job->scale = job->r->run[0]->options.scale;
	job->n_groups = (job->n_col + GROUP * WIDTH - 1) / (GROUP * WIDTH);
	job->n_work = block_room(job->r);
	job->work = arena_alloc(scratch, (size_t)par_workers(n_threads, job->n_groups) * job->n_work, sizeof(double));
	job->sums = NEW_N(scratch, struct sums, job->n_groups);
	job->flag = NEW_N(scratch, unsigned char, job->n_col);
	if (job->scale == CLEAN_SCALE_PSC)
		n_means = (size_t)job->r->n_run * (size_t)job->n_col;
	job->before = NEW_N(scratch, double, n_means);
	job->after = NEW_N(scratch, double, n_means);
	job->use_before = NEW_N(scratch, bool, job->r->n_run);
	par_for(n_threads, job->n_groups, clean_group, job);
	if (job->scale == CLEAN_SCALE_PSC)
		run_psc(job, n_threads);
	report = add_up(job);
	arena_reset(scratch, mark);
	return report;
}

struct clean_report clean_runs_float(const struct clean_runs *r, long n_col, const float *in, float *out, int n_threads,
                                     struct arena *scratch)
{
	struct job job = { .r = r, .n_col = n_col, .in = in, .out = out };

	return clean_all(&job, n_threads, scratch);
}

struct clean_report clean_runs_double(const struct clean_runs *r, long n_col, const double *in, double *out, int n_threads,
                                      struct arena *scratch)
{
	struct job job = { .r = r, .n_col = n_col, .in = in, .out = out, .is_double = true };

	return clean_all(&job, n_threads, scratch);
}

long clean_float(const struct clean *c, long n_col, const float *in, float *out, int n_threads,
                 struct arena *scratch)
{
	const struct clean_runs r = { .n_vol = c->n_vol, .n_run = 1, .run = &c, .n_out = c->n_keep };

	return clean_runs_float(&r, n_col, in, out, n_threads, scratch).n_constant;
}

long clean_double(const struct clean *c, long n_col, const double *in, double *out, int n_threads,
                  struct arena *scratch)
{
	const struct clean_runs r = { .n_vol = c->n_vol, .n_run = 1, .run = &c, .n_out = c->n_keep };

	return clean_runs_double(&r, n_col, in, out, n_threads, scratch).n_constant;
}
