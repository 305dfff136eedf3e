/* despike.h: the least sum of |residuals| found by a linear program (scipy 1.10.1 linprog), identities, odd columns. */
#include "check.h"

#include <math.h>

#include "num/despike.h"
#include "num/despike_fit.h"
#include "num/filter.h"

/* The same in all lanes, but for a factor and a level. */
static double *example(int n)
{
	double *x = NEW_N(check_arena(), double, n * FILTER_LANES);

	for (int t = 0; t < n; t++) {
		double y = 1000 + .3 * t - .002 * t * t + 8 * sin(2 * M_PI * 2 * t / n) + 5 * cos(.7 * t);

		y += 4 * sin(2.3 * t + .5) + 3 * cos(1.1 * t * t);
		y += (t == 20 ? 60 : 0) - (t == 57 ? 45 : 0) - (t == 58 ? 40 : 0) + (t == 100 % n ? 25 : 0);
		for (int l = 0; l < FILTER_LANES; l++)
			x[t * FILTER_LANES + l] = y * (1 + 3 * l) - 500 * l;
	}
	return x;
}

static long despike(int n, double *x)
{
	const struct despike *d = despike_new(n, 2.5, 4, check_arena());

	return despike_run(d, x, NEW_N(check_arena(), double, despike_work(d)));
}

static double *copy(int n, const double *x)
{
	double *y = NEW_N(check_arena(), double, n * FILTER_LANES);

	memcpy(y, x, (size_t)n * FILTER_LANES * sizeof *x);
	return y;
}

static double *residuals(int n, const double *x)
{
	double *r = NEW_N(check_arena(), double, n * FILTER_LANES);
	struct despike_fit f;

	despike_fit_new(&f, n, n / 30, check_arena());
	despike_fit_run(&f, x, r, NEW_N(check_arena(), double, despike_fit_work(&f)));
	return r;
}

/* min sum |residual| and the deviation that follows, from the linear program. */
static void check_against_the_program(int n, double must_sum, double must_sigma)
{
	double *x = example(n), *r = residuals(n, x), sum = 0, small[200];

	for (int t = 0; t < n; t++) {
		small[t] = fabs(r[t * FILTER_LANES]);
		sum += small[t];
	}
	CHECK(sum >= must_sum * (1 - 1e-12));
	CHECK_NEAR(sum / must_sum, 1, 1e-3);
	for (int a = 0; a < n; a++)  /* a plain sort for the median */
		for (int b = a + 1; b < n; b++)
			if (small[b] < small[a]) {
				double c = small[a];

				small[a] = small[b];
				small[b] = c;
			}
	/* Fits whose L1 sums are within 0.1 % of the least have medians of residuals that differ by several per cent, as a
	 * linear program's and ours do here (by 5 to 5.5); the sum itself is held to 0.1 % above. */
	CHECK_NEAR(sqrt(M_PI / 2) * (small[n / 2 - 1] + small[n / 2]) / 2 / must_sigma, 1, .06);
}

TEST(the_fit_is_nearly_the_best_one)
{
	check_against_the_program(60, 382.86343583990936, 4.786912068792933);
	check_against_the_program(168, 816.009148493356, 4.229560480149419);
}

TEST(spikes_are_moved_and_the_rest_stays)
{
	enum { N = 168 };
	const int at[] = { 20, 57, 58, 100 };
	const double must[] = { 1029.975180301875, 985.4189854244472, 985.2711615926107, 1035.0943925440265 };
	double *x = example(N), *before = copy(N, x);
	long moved = despike(N, x), changed = 0;

	for (int k = 0; k < 4; k++)
		CHECK_NEAR(x[at[k] * FILTER_LANES], must[k], 1);
	for (int i = 0; i < N * FILTER_LANES; i++)
		changed += x[i] != before[i];
	CHECK_INT(moved, changed);
	CHECK(moved >= 8 * FILTER_LANES && moved <= 12 * FILTER_LANES);
}

TEST(level_and_scale_do_not_matter)
{
	enum { N = 60 };
	double *x = example(N);

	despike(N, x);
	for (int t = 0; t < N; t++)
		for (int l = 1; l < FILTER_LANES; l++)
			CHECK_NEAR((x[t * FILTER_LANES + l] + 500 * l) / (1 + 3 * l), x[t * FILTER_LANES], 1e-8);
}

TEST(no_value_is_beyond_the_second_threshold_and_order_is_kept)
{
	enum { N = 60 };
	double *x = example(N), *before = copy(N, x), *r = residuals(N, x);

	despike(N, x);
	for (int t = 0; t < N; t++) {
		double kept = r[t * FILTER_LANES] + x[t * FILTER_LANES] - before[t * FILTER_LANES];

		CHECK(fabs(kept) <= 4 * 5.5);
		CHECK(kept * r[t * FILTER_LANES] >= 0);
	}
}

TEST(odd_columns_stay_as_they_are)
{
	enum { N = 40 };
	double *x = example(N), *before;

	for (int t = 0; t < N; t++) {
		x[t * FILTER_LANES + 1] = 12345.678;
		x[t * FILTER_LANES + 2] = 0;
		x[t * FILTER_LANES + 4] = t == 7 ? 100 : 3;    /* the median residual is 0 */
		x[t * FILTER_LANES + 5] = 3 + .1 * t;          /* a curve of the fit */
	}
	x[7 * FILTER_LANES + 3] = NAN;
	x[9 * FILTER_LANES + 6] = INFINITY;
	before = copy(N, x);
	CHECK(despike(N, x) > 0);
	for (int t = 0; t < N; t++)
		for (int l = 1; l < 7; l++) {
			double is = x[t * FILTER_LANES + l], was = before[t * FILTER_LANES + l];

			CHECK(l == 4 ? fabs(is - was) < 100 : memcmp(&is, &was, sizeof is) == 0);
		}
}

TEST(runs_that_are_too_short_stay)
{
	for (int n = 1; n < DESPIKE_MIN_VOLUMES; n++) {
		double *x = example(n), *before = copy(n, x);

		CHECK_INT(despike(n, x), 0);
		CHECK(memcmp(x, before, (size_t)n * FILTER_LANES * sizeof *x) == 0);
	}
}

TEST(a_lane_does_not_depend_on_its_neighbours)
{
	enum { N = 75 };
	double *x = example(N), *y = copy(N, x);

	for (int t = 0; t < N; t++)
		for (int l = 0; l < FILTER_LANES; l++)
			if (l != 6)
				y[t * FILTER_LANES + l] = check_random() < .1 ? NAN : check_random();
	despike(N, x);
	despike(N, y);
	for (int t = 0; t < N; t++)
		CHECK(x[t * FILTER_LANES + 6] == y[t * FILTER_LANES + 6]);
}
