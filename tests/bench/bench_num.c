/* bench_num - how long the kernels take, on data of the size of one run.
 *
 *   bench_num [THREADS]                   the best of five turns each
 *   bench_num smooth THREADS VOLUMES N    seconds of N turns of smoothing 40 x 64 x 64 voxels of 3.5 x 3.75 x 3.75 mm
 *                                         by 6 mm in memory, as JSON */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#include "base/arena.h"
#include "num/block.h"
#include "num/clean.h"
#include "num/despike.h"
#include "num/fill.h"
#include "num/gauss.h"
#include "num/rng.h"
#include "num/stat.h"

enum { NI = 50, NJ = 59, NK = 50, N_VOL = 168, N_CONF = 14, TURNS = 5 };

struct bench {
	int n_threads;
	struct arena *a;
	struct gauss *gauss;
	struct gauss_source source, source_int16;
	struct clean *clean;
	struct despike *despike;
	struct fill *spline, *lomb_scargle;
	long n_vox;
	int32_t *index;         /* an ellipsoid */
	float *smooth, *rows, *cleaned, *map;
	double seed[N_VOL], *block, *work;
};

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
	gauss_smooth_gather(b->gauss, &b->source_int16, b->n_vox, b->index, b->rows, b->n_threads, b->a);
}

static void clean_rows(struct bench *b)
{
	clean_float(b->clean, b->n_vox, b->rows, b->cleaned, b->n_threads, b->a);
}

static void correlate(struct bench *b)
{
	stat_correlate(STAT_PEARSON, N_VOL, b->n_vox, b->seed, b->rows, b->map, b->n_threads);
}

static void mean(struct bench *b)
{
	stat_mean(N_VOL, b->n_vox, b->rows, b->map, b->n_threads);
}

/* Block after block of columns, on one thread. */
static void despike(struct bench *b)
{
	for (long v = 0; v + FILTER_LANES <= b->n_vox; v += FILTER_LANES) {
		block_load_float(N_VOL, NULL, b->n_vox, b->rows + v, FILTER_LANES, b->block);
		despike_run(b->despike, b->block, b->work);
	}
}

static void fill_all(struct bench *b, const struct fill *f)
{
	for (long v = 0; v + FILTER_LANES <= b->n_vox; v += FILTER_LANES) {
		block_load_float(N_VOL, NULL, b->n_vox, b->rows + v, FILTER_LANES, b->block);
		fill_run(f, b->block, b->work);
	}
}

static void fill_spline(struct bench *b)
{
	fill_all(b, b->spline);
}

static void fill_lomb_scargle(struct bench *b)
{
	fill_all(b, b->lomb_scargle);
}

enum { WHOLE, MASK };
static const struct { const char *name; void (*run)(struct bench *); int values; } runs[] = {
	{ "smooth float", smooth_float, WHOLE },
	{ "smooth int16", smooth_int16, WHOLE },
	{ "smooth a mask", smooth_gather, MASK },
	{ "despike", despike, MASK },
	{ "fill: spline", fill_spline, MASK },
	{ "fill: Lomb-Scargle", fill_lomb_scargle, MASK },
	{ "clean", clean_rows, MASK },
	{ "correlate", correlate, MASK },
	{ "mean over time", mean, MASK },
};

static void choose_voxels(struct bench *b)
{
	const int n[3] = { NI, NJ, NK };

	b->index = NEW_N(b->a, int32_t, NI * NJ * NK);
	for (int32_t v = 0; v < NI * NJ * NK; v++) {
		int at[3] = { v % NI, v / NI % NJ, v / (NI * NJ) };
		double r = 0;

		for (int d = 0; d < 3; d++)
			r += pow((at[d] - 0.5 * n[d]) / (0.37 * n[d]), 2);
		if (r < 1)
			b->index[b->n_vox++] = v;
	}
}

static void choose_volumes(struct bench *b)
{
	int keep[N_VOL], fill[N_VOL], n_keep = 0, n_fill = 0;
	size_t work;

	for (int t = 0; t < N_VOL; t++)
		if (t % 7 == 3 || t % 11 == 4)
			fill[n_fill++] = t;
		else
			keep[n_keep++] = t;
	b->spline = fill_new(FILL_SPLINE, N_VOL, n_keep, keep, n_fill, fill, true, 2, b->a);
	b->lomb_scargle = fill_new(FILL_LOMB_SCARGLE, N_VOL, n_keep, keep, n_fill, fill, true, 2, b->a);
	b->despike = despike_new(N_VOL, 2.5, 4, b->a);
	work = fill_work(b->lomb_scargle) + fill_work(b->spline) + despike_work(b->despike);
	b->work = NEW_N(b->a, double, work);
	b->block = NEW_N(b->a, double, N_VOL * FILTER_LANES);
}

static void set_up(struct bench *b)
{
	const int n[3] = { NI, NJ, NK };
	const double affine[3][4] = { { 4 }, { 0, 4 }, { 0, 0, 4 } }, fwhm_mm[3] = { 6, 6, 6 };
	const struct clean_options o = { .detrend = true, .scale = CLEAN_SCALE_ZSCORE, .standardize_confounds = true,
	                                 .high_pass_hz = 0.01, .low_pass_hz = 0.1, .tr_s = 2, .order = 5 };
	long size = (long)NI * NJ * NK, all = size * N_VOL;
	double sigma[3], *conf = NEW_N(b->a, double, N_VOL * N_CONF);
	float *voxel = NEW_N(b->a, float, all);
	int16_t *raw = NEW_N(b->a, int16_t, all);
	struct rng r = rng_new(1, 0);

	gauss_sigma(affine, fwhm_mm, sigma);
	b->gauss = gauss_new(n, sigma, b->a);
	for (long v = 0; v < all; v++)
		voxel[v] = raw[v] = (int16_t)rng_below(&r, 1000);
	for (int k = 0; k < N_VOL * N_CONF; k++)
		conf[k] = rng_normal(&r);
	for (int t = 0; t < N_VOL; t++)
		b->seed[t] = rng_normal(&r);
	b->source = (struct gauss_source){ .n_vol = N_VOL, .voxel = voxel };
	b->source_int16 = (struct gauss_source){ .n_vol = N_VOL, .raw = raw, .slope = 0.5 };
	b->clean = clean_new(&o, N_VOL, N_CONF, conf, b->a);
	choose_voxels(b);
	choose_volumes(b);
	b->smooth = NEW_N(b->a, float, all);
	b->rows = NEW_N(b->a, float, b->n_vox * N_VOL);
	b->cleaned = NEW_N(b->a, float, b->n_vox * N_VOL);
	b->map = NEW_N(b->a, float, b->n_vox);
}

/* A pattern is enough: no time depends on the values. */
static void smooth_turns(int n_threads, int n_vol, int n_turns)
{
	const int n[3] = { 40, 64, 64 };
	const double affine[3][4] = { { 3.5 }, { 0, 3.75 }, { 0, 0, 3.75 } }, fwhm_mm[3] = { 6, 6, 6 };
	size_t all = (size_t)(n[0] * n[1] * n[2]) * (size_t)n_vol;
	struct arena *a = arena_new();
	float *voxel = arena_alloc(a, all, sizeof *voxel), *out = arena_alloc(a, all, sizeof *out);
	const struct gauss_source in = { .n_vol = n_vol, .voxel = voxel };
	double sigma[3];

	for (size_t v = 0; v < all; v++)
		voxel[v] = (float)(v * 2654435761 % 1000);
	memset(out, 0, all * sizeof *out);
	gauss_sigma(affine, fwhm_mm, sigma);
	const struct gauss *g = gauss_new(n, sigma, a);
	for (int turn = 0; turn < n_turns; turn++) {
		double start = now_s();

		gauss_smooth_volumes(g, &in, out, n_threads, a);
		printf("%s%.6f", turn ? ", " : "[", now_s() - start);
	}
	puts("]");
	arena_free(a);
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "smooth") == 0) {
		smooth_turns(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
		return 0;
	}
	struct bench b = { .n_threads = argc > 1 ? atoi(argv[1]) : 1, .a = arena_new() };

	set_up(&b);
	printf("%d thread(s), %d x %d x %d x %d, radius %d, %ld columns, %d confounds\n", b.n_threads, NI, NJ, NK, N_VOL,
	       b.gauss->radius[0], b.n_vox, b.clean->confounds.n);
	for (size_t k = 0; k < sizeof runs / sizeof *runs; k++) {
		double best = INFINITY, n = (double)N_VOL * (runs[k].values == WHOLE ? NI * NJ * NK : (double)b.n_vox);

		for (int turn = 0; turn < TURNS; turn++) {
			double start = now_s();

			runs[k].run(&b);
			best = fmin(best, now_s() - start);
		}
		printf("%-18s %7.1f ms %6.2f ns/value\n", runs[k].name, best * 1e3, best * 1e9 / n);
	}
	arena_free(b.a);
	return 0;
}
