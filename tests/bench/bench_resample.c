/* Seconds that 40 volumes of 4 mm take to become 2 mm by cubic splines, in memory.  bench_resample THREADS AFFINE...
 * AFFINE: 12 numbers, as many times as there are lattices; prints a JSON list. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#include "base/arena.h"
#include "num/par.h"
#include "num/resample.h"

enum { VOLUMES = 40, N_FROM = 50 * 59 * 50, N_TO = 100 * 118 * 100 };

struct volumes {
	const struct resample *r;
	const float *in;
	float *out;
	double *work;
	size_t n_work;
};

static void one(void *ctx, long t, int worker)
{
	const struct volumes *v = ctx;

	resample_volume(v->r, v->in + t * N_FROM, v->out + t * N_TO, v->work + (size_t)worker * v->n_work);
}

int main(int argc, char **argv)
{
	static const int from_n[3] = { 50, 59, 50 }, to_n[3] = { 100, 118, 100 };
	static const double from[3][4] = { { 4, 0, 0, -98 }, { 0, 4, 0, -132 }, { 0, 0, 4, -78 } };
	struct arena *a = arena_new();
	int threads = argc > 1 ? atoi(argv[1]) : 1;
	float *in = NEW_N(a, float, (size_t)VOLUMES * N_FROM), *out = NEW_N(a, float, (size_t)VOLUMES * N_TO);

	for (long v = 0; v < (long)VOLUMES * N_FROM; v++)
		in[v] = (float)(v * 7919 % 1009);
	for (int k = 2; k + 12 <= argc; k += 12) {
		struct volumes v = { .in = in, .out = out };
		struct resample *r;
		double to[3][4], start = now_s();

		for (int e = 0; e < 12; e++)
			to[e / 4][e % 4] = atof(argv[k + e]);
		v.r = r = resample_new(from_n, from, to_n, to, RESAMPLE_CONTINUOUS, RESAMPLE_CLAMP, 0, a);
		resample_clip(r, 0, 1008);
		v.n_work = resample_work_size(r);
		v.work = arena_alloc(a, (size_t)par_workers(threads, VOLUMES) * v.n_work, sizeof(double));
		par_for(threads, VOLUMES, one, &v);
		printf("%s%.6f", k > 2 ? ", " : "[", now_s() - start);
	}
	puts("]");
	arena_free(a);
	return 0;
}
