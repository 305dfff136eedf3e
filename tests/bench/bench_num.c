/* bench_num - how long smoothing and cleaning take per voxel, on data of the size of one run.
 *
 *   bench_num [threads]     the best of five turns is printed */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "num/clean.h"
#include "num/gauss.h"
#include "num/rng.h"
#include "num/stat.h"

enum { NI = 50, NJ = 59, NK = 50, N_VOL = 168, N_VOX = 31000, N_CONF = 14, TURNS = 5 };

struct bench {
	int n_threads;
	struct arena *a;
	struct gauss *gauss;
	struct gauss_source source, source_int16;
	struct clean *clean;
	int32_t *index;
	float *smooth, *rows, *cleaned, *map;
	double seed[N_VOL];
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void smooth_float(struct bench *b)
{
	gauss_smooth_volumes(b->gauss, &b->source, b->smooth, b->n_threads, b->a);
}

static void smooth_int16(struct bench *b)
{
	gauss_smooth_volumes(b->gauss, &b->source_int16, b->smooth, b->n_threads, b->a);
}

static void smooth_gather(struct bench *b)
{
	gauss_smooth_gather(b->gauss, &b->source_int16, N_VOX, b->index, b->rows, b->n_threads, b->a);
}

static void clean_rows(struct bench *b)
{
	clean_float(b->clean, N_VOX, b->rows, b->cleaned, b->n_threads, b->a);
}

static void correlate(struct bench *b)
{
	stat_correlate(STAT_PEARSON, N_VOL, N_VOX, b->seed, b->rows, b->map, b->n_threads);
}

static void mean(struct bench *b)
{
	stat_mean(N_VOL, N_VOX, b->rows, b->map, b->n_threads);
}

static const struct { const char *name; void (*run)(struct bench *); double n_values; } runs[] = {
	{ "smooth float", smooth_float, (double)NI * NJ * NK * N_VOL },
	{ "smooth int16", smooth_int16, (double)NI * NJ * NK * N_VOL },
	{ "smooth and gather", smooth_gather, (double)NI * NJ * NK * N_VOL },
	{ "clean", clean_rows, (double)N_VOX * N_VOL },
	{ "correlate", correlate, (double)N_VOX * N_VOL },
	{ "mean over time", mean, (double)N_VOX * N_VOL },
};

static void set_up(struct bench *b)
{
	const int n[3] = { NI, NJ, NK };
	const double affine[3][4] = { { 4 }, { 0, 4 }, { 0, 0, 4 } }, fwhm_mm[3] = { 6, 6, 6 };
	const struct clean_options o = { true, CLEAN_SCALE_ZSCORE, true, 0.01, 0.1, 2, 5 };
	long size = (long)NI * NJ * NK, all = size * N_VOL;
	double sigma[3], *conf = NEW_N(b->a, double, N_VOL * N_CONF);
	float *voxel = NEW_N(b->a, float, all);
	int16_t *raw = NEW_N(b->a, int16_t, all);
	struct rng r = rng_new(1, 0);

	gauss_sigma(affine, fwhm_mm, sigma);
	b->gauss = gauss_new(n, sigma, b->a);
	for (long v = 0; v < all; v++) {
		raw[v] = (int16_t)rng_below(&r, 1000);
		voxel[v] = raw[v];
	}
	for (int k = 0; k < N_VOL * N_CONF; k++)
		conf[k] = rng_normal(&r);
	for (int t = 0; t < N_VOL; t++)
		b->seed[t] = rng_normal(&r);
	b->source = (struct gauss_source){ .n_vol = N_VOL, .voxel = voxel };
	b->source_int16 = (struct gauss_source){ .n_vol = N_VOL, .raw = raw, .slope = 0.5 };
	b->clean = clean_new(&o, N_VOL, N_CONF, conf, b->a);
	b->index = NEW_N(b->a, int32_t, N_VOX);
	for (int v = 0; v < N_VOX; v++)
		b->index[v] = (int32_t)(v * (size - 1) / (N_VOX - 1));
	b->smooth = NEW_N(b->a, float, all);
	b->rows = NEW_N(b->a, float, (long)N_VOX * N_VOL);
	b->cleaned = NEW_N(b->a, float, (long)N_VOX * N_VOL);
	b->map = NEW_N(b->a, float, N_VOX);
}

int main(int argc, char **argv)
{
	struct bench b = { .n_threads = argc > 1 ? atoi(argv[1]) : 1, .a = arena_new() };

	set_up(&b);
	printf("%d thread(s), %d x %d x %d x %d, radius %d, %d columns, %d confounds\n", b.n_threads, NI, NJ, NK, N_VOL,
	       b.gauss->radius[0], N_VOX, b.clean->confounds.n);
	for (size_t k = 0; k < sizeof runs / sizeof *runs; k++) {
		double best = INFINITY;

		for (int turn = 0; turn < TURNS; turn++) {
			double start = now_s();

			runs[k].run(&b);
			best = fmin(best, now_s() - start);
		}
		printf("%-18s %7.1f ms %6.2f ns/value\n", runs[k].name, best * 1e3, best * 1e9 / runs[k].n_values);
	}
	arena_free(b.a);
	return 0;
}
