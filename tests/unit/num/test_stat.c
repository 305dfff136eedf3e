/* stat.h: against sums written the plain way, and identities. */
#include "check.h"

#include <math.h>

#include "num/stat.h"

enum { T = 31, V = 777 };

static float *random_matrix(void)
{
	float *x = NEW_N(check_arena(), float, T * V);

	for (int k = 0; k < T * V; k++)
		x[k] = (float)(check_random() * 10 - 3);
	return x;
}

static void random_seed(double seed[T])
{
	for (int t = 0; t < T; t++)
		seed[t] = check_random() + 5;
}

TEST(means_are_sums_in_double_over_n)
{
	const float *x = random_matrix();
	float mean[V], again[V];
	double wide[V];

	stat_mean(T, V, x, mean, 1);
	stat_mean_double(T, V, x, wide, 2);
	for (int v = 0; v < V; v++) {
		double sum = 0;

		for (int t = 0; t < T; t++)
			sum += x[t * V + v];
		CHECK(wide[v] == sum / T);
		CHECK(mean[v] == (float)wide[v]);
	}
	for (int n_threads = 2; n_threads <= 4; n_threads++) {
		stat_mean(T, V, x, again, n_threads);
		CHECK(memcmp(again, mean, sizeof mean) == 0);
	}
}

/* The other formula for r, with sums of squares. */
TEST(correlations_agree_with_the_textbook_formula)
{
	const float *x = random_matrix();
	double seed[T];
	float r[V], again[V];

	random_seed(seed);
	CHECK_INT(stat_correlate(STAT_PEARSON, T, V, seed, x, r, 1), 0);
	for (int v = 0; v < V; v++) {
		long double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;

		for (int t = 0; t < T; t++) {
			long double a = seed[t], b = x[t * V + v];

			sx += a;
			sy += b;
			sxx += a * a;
			syy += b * b;
			sxy += a * b;
		}
		CHECK_NEAR(r[v], (double)((T * sxy - sx * sy) / sqrtl((T * sxx - sx * sx) * (T * syy - sy * sy))), 1e-7);
	}
	for (int n_threads = 2; n_threads <= 4; n_threads++) {
		stat_correlate(STAT_PEARSON, T, V, seed, x, again, n_threads);
		CHECK(memcmp(again, r, sizeof r) == 0);
	}
}

TEST(a_column_like_the_seed_has_r_one_and_a_constant_one_has_none)
{
	float x[T][5], r[5];
	double seed[T];

	random_seed(seed);
	for (int t = 0; t < T; t++) {
		seed[t] = (float)seed[t];
		x[t][0] = (float)seed[t];
		x[t][1] = -2 * (float)seed[t];
		x[t][2] = 1.1f;
		x[t][3] = t == 4 ? NAN : 1;
		x[t][4] = (float)(t % 2);
	}
	CHECK_INT(stat_correlate(STAT_PEARSON, T, 5, seed, &x[0][0], r, 1), 2);
	CHECK_NEAR(r[0], 1, 1e-7);
	CHECK_NEAR(r[1], -1, 1e-7);
	CHECK(isnan(r[2]) && isnan(r[3]) && fabsf(r[4]) < 1);
}

TEST(the_dot_product_over_n_is_as_it_is_said)
{
	const float *x = random_matrix();
	double seed[T];
	float r[V];

	random_seed(seed);
	stat_correlate(STAT_DOT_N, T, V, seed, x, r, 2);
	for (int v = 0; v < V; v += 13) {
		double sum = 0;

		for (int t = 0; t < T; t++)
			sum += seed[t] * x[t * V + v];
		CHECK_NEAR(r[v], sum / T, 1e-5);
	}
}

TEST(fisher_z_counts_what_is_infinite)
{
	const float r[6] = { 0.5f, -0.5f, 1, -1, 1.5f, NAN };
	float z[6];

	CHECK_INT(stat_fisher_z(6, r, z), 3);
	CHECK_NEAR(z[0], 0.5493061443340549, 1e-7);
	CHECK_NEAR(z[1], -0.5493061443340549, 1e-7);
	CHECK(z[2] == INFINITY && z[3] == -INFINITY && z[4] == INFINITY && isnan(z[5]));
}
