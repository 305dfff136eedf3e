/* bench_permute - how long a one-sample permutation test takes, on 30 x 40 x 25 voxels in memory.
 *
 *   bench_permute SUBJECTS PERMUTATIONS WHAT THREADS N     WHAT: t, clusters, tfce; seconds of N turns, as JSON */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#include "base/arena.h"
#include "num/permute.h"
#include "num/rng.h"

enum { NI = 30, NJ = 40, NK = 25, N = NI * NJ * NK };

struct plan { int n_row, n_perm, n_threads; bool clusters, tfce; };

/* Getting ready counts, as it does for the peer. */
static double turn(const struct plan *p, const float *y)
{
	static const struct tfce_options enhance = { .e = 0.5, .h = 2, .steps = 100, .two_sided = true };
	struct arena *a = arena_new();
	double start = now_s(), *x = NEW_N(a, double, p->n_row);
	int *where = NEW_N(a, int, N);
	struct permute_max *max = NEW_N(a, struct permute_max, p->n_perm);
	struct permute_wanted w = { .two_sided = true, .clusters = p->clusters, .threshold = 3.5 };

	for (int r = 0; r < p->n_row; r++)
		x[r] = 1;
	for (int v = 0; v < N; v++)
		where[v] = v;
	struct permute_test *test = permute_test_new(p->n_row, x, 0, NULL, a);
	struct permute_draw *draw = permute_draw_new(true, p->n_row, NULL, 1, a);
	struct permute_data *data = permute_data_new(test, N, y, N, where, p->n_threads, a);

	if (p->clusters || p->tfce)
		w.neighbours = neighbours_new((const int[]){ NI, NJ, NK }, N, where, COMPONENTS_FACES, a);
	w.tfce = p->tfce ? tfce_new(&enhance, w.neighbours, a) : NULL;
	permute_run(test, draw, data, &w, 1, p->n_perm, max, p->n_threads, a);
	start = now_s() - start;
	arena_free(a);
	return start;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct rng r = rng_new(1, 0);

	if (argc != 6) {
		fprintf(stderr, "usage: bench_permute SUBJECTS PERMUTATIONS WHAT THREADS N\n");
		return 2;
	}
	struct plan p = { atoi(argv[1]), atoi(argv[2]), atoi(argv[4]), strcmp(argv[3], "clusters") == 0,
		          strcmp(argv[3], "tfce") == 0 };
	float *y = arena_alloc(a, (size_t)p.n_row * N, sizeof *y);

	for (long i = 0; i < (long)p.n_row * N; i++)
		y[i] = (float)rng_normal(&r);
	for (int k = 0; k < atoi(argv[5]); k++)
		printf("%s%.6f", k ? ", " : "[", turn(&p, y));
	printf("]\n");
	arena_free(a);
	return 0;
}
