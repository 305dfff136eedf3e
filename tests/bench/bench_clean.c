/* bench_clean - how long it takes to clean a matrix of floats where it lies: detrending, band-pass, 15 confounds, z-scores.
 *
 *   bench_clean VOLUMES COLUMNS WAY THREADS N     WAY: butterworth, projection; seconds of N turns, as JSON */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#include "base/arena.h"
#include "num/clean.h"

enum { N_CONF = 15 };

/* Getting ready counts, as it does for the peer. */
static double turn(const struct clean_options *o, int n_vol, long n_col, const double *conf, float *x, int n_threads)
{
	struct arena *a = arena_new();
	double start = now_s();

	clean_float(clean_new(o, n_vol, N_CONF, conf, a), n_col, x, x, n_threads, a);
	start = now_s() - start;
	arena_free(a);
	return start;
}

int main(int argc, char **argv)
{
	struct clean_options o = { true, CLEAN_SCALE_ZSCORE_SAMPLE, true, 0.01, 0.1, 2, 5 };
	struct arena *a = arena_new();
	unsigned state = 1;

	if (argc != 6) {
		fprintf(stderr, "usage: bench_clean VOLUMES COLUMNS WAY THREADS N\n");
		return 2;
	}
	int n_vol = atoi(argv[1]), n_threads = atoi(argv[4]), n = atoi(argv[5]);
	long n_col = atol(argv[2]);
	float *x = arena_alloc(a, (size_t)n_vol * (size_t)n_col, sizeof *x);
	double *conf = NEW_N(a, double, n_vol * N_CONF);

	o.way = strcmp(argv[3], "projection") == 0 ? CLEAN_PROJECTION : CLEAN_BUTTERWORTH;
	for (int k = 0; k < n_vol * N_CONF; k++)
		conf[k] = noise(&state);
	for (int k = 0; k < n; k++) {
		for (size_t i = 0; i < (size_t)n_vol * (size_t)n_col; i++)
			x[i] = (float)(10000 + 100 * noise(&state));
		printf("%s%.6f", k ? ", " : "[", turn(&o, n_vol, n_col, conf, x, n_threads));
		fflush(stdout);
	}
	printf("]\n");
	arena_free(a);
	return 0;
}
