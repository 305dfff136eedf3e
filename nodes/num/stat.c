#include "num/stat.h"

#include <math.h>
#include <stdatomic.h>

#include "num/par.h"
#include "num/simd.h"

/* Columns taken together: their sums stay in the first-level cache, a few hundred rows of them in the second. */
enum { CHUNK = 256 };

struct job {
	enum stat_norm norm;
	int n_vol;
	long n_col;
	const float *x;       /* [n_vol][n_col] */
	const double *seed;   /* [n_vol] */
	double seed_mean, seed_length;
	float *out;           /* [n_col], or NULL */
	double *out_double;   /* [n_col], or NULL */
	atomic_long n_nan;
};

NUM_CLONES static void add_row(int n, const float *row, double *sum)
{
	for (int c = 0; c < n; c++)
		sum[c] += row[c];
}

/* dot += weight (x - mean), square += (x - mean)^2 */
NUM_CLONES static void add_products(int n, const float *row, const double *mean, double weight, double *dot,
                                    double *square)
{
	for (int c = 0; c < n; c++) {
		double d = row[c] - mean[c];

		dot[c] += weight * d;
		square[c] += d * d;
	}
}

static int chunk_width(const struct job *job, long chunk)
{
	long left = job->n_col - chunk * CHUNK;

	return left < CHUNK ? (int)left : CHUNK;
}

static void chunk_mean(const struct job *job, long chunk, double mean[CHUNK])
{
	int n = chunk_width(job, chunk);

	for (int c = 0; c < n; c++)
		mean[c] = 0;
	for (int t = 0; t < job->n_vol; t++)
		add_row(n, job->x + t * job->n_col + chunk * CHUNK, mean);
	for (int c = 0; c < n; c++)
		mean[c] /= job->n_vol;
}

static void mean_chunk(void *ctx, long chunk, int worker)
{
	const struct job *job = ctx;
	double mean[CHUNK];
	long first = chunk * CHUNK;

	(void)worker;
	chunk_mean(job, chunk, mean);
	for (int c = 0; c < chunk_width(job, chunk); c++)
		if (job->out)
			job->out[first + c] = (float)mean[c];
		else
			job->out_double[first + c] = mean[c];
}

static void correlate_chunk(void *ctx, long chunk, int worker)
{
	struct job *job = ctx;
	double mean[CHUNK] = { 0 }, dot[CHUNK] = { 0 }, square[CHUNK] = { 0 };
	int n = chunk_width(job, chunk);
	long n_nan = 0;

	(void)worker;
	if (job->norm == STAT_PEARSON)
		chunk_mean(job, chunk, mean);
	for (int t = 0; t < job->n_vol; t++)
		add_products(n, job->x + t * job->n_col + chunk * CHUNK, mean, job->seed[t] - job->seed_mean, dot, square);
	for (int c = 0; c < n; c++) {
		double r = dot[c] / job->n_vol;

		/* Rounding may carry |r| past 1 by an ulp; a NaN passes both comparisons untouched. */
		if (job->norm == STAT_PEARSON) {
			r = dot[c] / (sqrt(square[c]) * job->seed_length);
			r = r > 1 ? 1 : r < -1 ? -1 : r;
		}
		n_nan += isnan(r) != 0;
		job->out[chunk * CHUNK + c] = (float)r;
	}
	atomic_fetch_add(&job->n_nan, n_nan);
}

static long n_chunks(long n_col)
{
	return (n_col + CHUNK - 1) / CHUNK;
}

void stat_mean(int n_vol, long n_col, const float *x, float out[], int n_threads)
{
	struct job job = { .n_vol = n_vol, .n_col = n_col, .x = x, .out = out };

	par_for(n_threads, n_chunks(n_col), mean_chunk, &job);
}

void stat_mean_double(int n_vol, long n_col, const float *x, double out[], int n_threads)
{
	struct job job = { .n_vol = n_vol, .n_col = n_col, .x = x, .out_double = out };

	par_for(n_threads, n_chunks(n_col), mean_chunk, &job);
}

long stat_correlate(enum stat_norm norm, int n_vol, long n_col, const double seed[], const float *x, float out[],
                    int n_threads)
{
	struct job job = { .norm = norm, .n_vol = n_vol, .n_col = n_col, .x = x, .seed = seed, .out = out };
	double square = 0;

	for (int t = 0; t < n_vol && norm == STAT_PEARSON; t++)
		job.seed_mean += seed[t] / n_vol;
	for (int t = 0; t < n_vol; t++)
		square += (seed[t] - job.seed_mean) * (seed[t] - job.seed_mean);
	job.seed_length = sqrt(square);
	par_for(n_threads, n_chunks(n_col), correlate_chunk, &job);
	return job.n_nan;
}

long stat_fisher_z(long n, const float r[], float z[])
{
	long n_infinite = 0;

	for (long c = 0; c < n; c++) {
		double x = r[c];

		n_infinite += fabs(x) >= 1;
		z[c] = fabs(x) >= 1 ? (x > 0 ? INFINITY : -INFINITY) : (float)atanh(x);
	}
	return n_infinite;
}
