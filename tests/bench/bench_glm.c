/* bench_glm - how long it takes to fit a matrix of floats in memory under autoregressive noise, scaled to percent.
 *
 *   bench_glm VOLUMES VOXELS ORDER THREADS N
 * JSON: seconds of N turns; of the median turn the share spent in products with the design (none of it in BLAS), and
 * how many seconds BLAS needs for the same products on one thread. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#include "base/arena.h"
#include "num/glm_fit_inside.h"
#include "num/linalg.h"
#include "num/par.h"

enum { TASKS = 4, COLUMNS = 20 };

/* Blocks of trials, slow cosines, a constant: as in the study of faces. */
static void make_design(int n_row, double *x)
{
	for (int t = 0; t < n_row; t++)
		for (int c = 0; c < COLUMNS; c++)
			x[t * COLUMNS + c] = c < TASKS ? (t * (c + 3)) % 37 < 9 : cos(M_PI / n_row * (t + 0.5) * (c - TASKS));
}

struct job {
	const struct glm_fit *fit;
	int n_row, size;
	long n;
	const float *y;
	struct glm_fit_out out;
	double **block, **work;      /* [worker] */
	bool product;                /* only that */
};

static void turn_block(void *ctx, long item, int worker)
{
	const struct job *j = ctx;
	long first = item * j->size;
	int n = (int)(j->n - first < j->size ? j->n - first : j->size);
	double *block = j->block[worker];
	struct glm_fit_out out = { j->out.stride, j->out.beta + first, j->out.variance + first, j->out.rho + first,
	                           j->out.kind + first };

	for (int v = 0; j->product && v < n; v += LANES)
		glm_product(&j->fit->shifted, block + v, j->size, j->work[worker]);
	if (j->product)
		return;
	for (int t = 0; t < j->n_row; t++)
		for (int v = 0; v < n; v++)
			block[t * j->size + v] = j->y[t * j->n + first + v];
	glm_fit_run(j->fit, n, block, &out, j->work[worker]);
}

static double turn(struct job *j, const double *x, int order, int n_threads)
{
	struct arena *a = arena_new();
	struct glm_fit_options o = { .percent = true, .bins = 100, .dof = j->n_row - COLUMNS };
	int workers = par_workers(n_threads, j->n);
	double start = now_s();

	j->fit = glm_fit_new(glm_model_new(j->n_row, COLUMNS, x, order, a), &o, a);
	j->size = glm_fit_block(j->fit);
	j->block = NEW_N(a, double *, workers);
	j->work = NEW_N(a, double *, workers);
	for (int w = 0; w < workers; w++) {
		j->block[w] = NEW_N(a, double, j->size * j->n_row);
		j->work[w] = NEW_N(a, double, glm_fit_work(j->fit));
	}
	par_for(n_threads, (j->n + j->size - 1) / j->size, turn_block, j);
	start = now_s() - start;
	arena_free(a);
	return start;
}

/* The same sums by BLAS, a block at a time, on one thread. */
static double blas(const struct job *j, int n_out, struct arena *a)
{
	int size = j->size;
	double *left = NEW_N(a, double, n_out * j->n_row), *right = NEW_N(a, double, j->n_row * size);
	double *out = NEW_N(a, double, n_out * size), start = now_s();

	for (long first = 0; first < j->n; first += size)
		linalg_product(n_out, size, j->n_row, left, right, false, out);
	return now_s() - start;
}

static int by_value(const void *x, const void *y)
{
	double p = *(const double *)x, q = *(const double *)y;

	return (p > q) - (p < q);
}

static double median_of(struct job *j, const double *x, int order, int n_threads, int n, double *seconds)
{
	double sorted[64];

	for (int k = 0; k < n; k++)
		seconds[k] = sorted[k] = turn(j, x, order, n_threads);
	qsort(sorted, (size_t)n, sizeof *sorted, by_value);
	return sorted[n / 2];
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	unsigned state = 1;
	double seconds[64], other[64];

	if (argc != 6 || atoi(argv[5]) < 1 || atoi(argv[5]) > 64) {
		fprintf(stderr, "usage: bench_glm VOLUMES VOXELS ORDER THREADS N\n");
		return 2;
	}
	int n_row = atoi(argv[1]), order = atoi(argv[3]), n_threads = atoi(argv[4]), n = atoi(argv[5]);
	struct job j = { .n_row = n_row, .n = atol(argv[2]) };
	size_t voxels = (size_t)j.n;
	float *y = arena_alloc(a, (size_t)n_row * voxels, sizeof *y);
	double *x = NEW_N(a, double, n_row * COLUMNS);

	make_design(n_row, x);
	for (size_t k = 0; k < (size_t)n_row * voxels; k++)
		y[k] = (float)(1000 + 20 * noise(&state) + (k >= voxels ? 0.4 * ((double)y[k - voxels] - 1000) : 0));
	j.y = y;
	j.out = (struct glm_fit_out){ voxels, NEW_N(a, double, COLUMNS * voxels), NEW_N(a, double, voxels),
	                              NEW_N(a, double, (size_t)order * voxels + 1), NEW_N(a, unsigned char, voxels) };
	double median = median_of(&j, x, order, n_threads, n, seconds);

	j.product = true;
	double product = median_of(&j, x, order, n_threads, n, other);

	printf("{\"seconds\": [");
	for (int k = 0; k < n; k++)
		printf("%s%.6f", k ? ", " : "", seconds[k]);
	printf("], \"product_share\": %.3f, \"blas_s\": %.6f}\n", product / median, blas(&j, (order + 1) * COLUMNS, a));
	arena_free(a);
	return 0;
}
