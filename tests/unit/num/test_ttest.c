/* moments.h and ttest.h: worked numbers of scipy 1.10.1, and identities. */
#include "check.h"

#include <math.h>

#include "num/moments.h"
#include "num/stat_tails.h"
#include "num/ttest.h"

static const double a[] = { 1, 2, 4, 7, 3 }, b[] = { 2.5, 8, 6, 9.5 }, c[] = { 0, 1.5, -2 };

/* Groups of one voxel, plus a constant, times a factor. */
struct group { int n; const double *x; };

static struct moments *add(int n_group, const struct group *g, double plus, double times)
{
	struct moments *m = NEW(check_arena(), struct moments);

	moments_begin(m, 1, n_group, NEW_N(check_arena(), int, n_group), NEW_N(check_arena(), double, (int)moments_size(1, n_group)));
	for (int k = 0; k < n_group; k++)
		for (int i = 0; i < g[k].n; i++)
			moments_add(m, k, &(double){ plus + times * g[k].x[i] });
	return m;
}

static const struct group ab[] = { { 5, a }, { 4, b }, { 3, c } };

TEST(two_groups_agree_with_scipy)
{
	const struct moments *m = add(2, ab, 0, 1);
	struct ttest t = ttest_equal(m, 0);

	CHECK_NEAR(t.t, -1.7520236987094688, 1e-14);
	CHECK_NEAR(t.dof, 7, 0);
	CHECK_NEAR(exp(ttest_log_p(t, TTEST_BOTH)), 0.12322862364727721, 1e-14);
	CHECK_NEAR(-ttest_log_p(t, TTEST_BOTH) / M_LN10, 0.9092884021699664, 1e-13);
	CHECK_NEAR(exp(ttest_log_p(t, TTEST_LESS)), 0.06161431182363861, 1e-14);
	CHECK_NEAR(exp(ttest_log_p(t, TTEST_GREATER)), 1 - 0.06161431182363861, 1e-14);
	t = ttest_welch(m, 0);
	CHECK_NEAR(t.t, -1.6932897666124869, 1e-14);
	CHECK_NEAR(t.dof, 5.529799265906015, 1e-13);
	CHECK_NEAR(exp(ttest_log_p(t, TTEST_BOTH)), 0.145542190709437, 1e-14);
}

TEST(one_sample_agrees_with_scipy)
{
	struct ttest t = ttest_one(add(1, ab, 0, 1), 0, 2);

	CHECK_NEAR(t.t, 1.3598002073001698, 1e-14);
	CHECK_NEAR(t.dof, 4, 0);
	CHECK_NEAR(exp(ttest_log_p(t, TTEST_BOTH)), 0.24549203685029755, 1e-14);
}

TEST(one_way_analysis_agrees_with_scipy)
{
	struct ftest f = ftest_oneway(add(3, ab, 0, 1), 0);

	CHECK_NEAR(f.f, 6.26302399756987, 1e-13);
	CHECK_NEAR(f.dof1, 2, 0);
	CHECK_NEAR(f.dof2, 9, 0);
	CHECK_NEAR(exp(ftest_log_p(f)), 0.019758406826022798, 1e-14);
	CHECK_NEAR(-ftest_log_p(f) / M_LN10, 1.7042480766796366, 1e-13);
}

/* F of two groups is t squared, with the same p. */
TEST(two_groups_make_the_same_of_f_and_t)
{
	const struct moments *m = add(2, ab, 0, 1);
	struct ttest t = ttest_equal(m, 0);
	struct ftest f = ftest_oneway(m, 0);

	CHECK_NEAR(f.f, t.t * t.t, 1e-13);
	CHECK_NEAR(ftest_log_p(f), ttest_log_p(t, TTEST_BOTH), 1e-13);
}

/* Sums of squares of 1e6 + x would keep 4 digits of the variance in double, and none in float. */
TEST(far_from_0_nothing_is_lost)
{
	struct ttest t = ttest_equal(add(2, ab, 1048576, 1), 0), w = ttest_welch(add(2, ab, -3e9, 1), 0);

	CHECK_NEAR(t.t, -1.7520236987094688, 1e-14);
	CHECK_NEAR(w.t, -1.6932897666124869, 1e-14);
	CHECK_NEAR(ftest_oneway(add(3, ab, 1048576, 1), 0).f, 6.26302399756987, 1e-13);
	CHECK_NEAR(ttest_one(add(1, ab, 1048576, 1), 0, 1048578).t, 1.3598002073001698, 1e-14);
}

/* A power of two leaves all bits of t. Squares of variances would be below the least number there is, or above the largest. */
TEST(units_do_not_matter)
{
	for (int k = -300; k <= 300; k += 600) {
		CHECK(ttest_welch(add(2, ab, 0, ldexp(1, k)), 0).dof == ttest_welch(add(2, ab, 0, 1), 0).dof);
		CHECK(ttest_equal(add(2, ab, 0, ldexp(1, k)), 0).t == ttest_equal(add(2, ab, 0, 1), 0).t);
	}
}

TEST(what_does_not_vary_is_no_number_or_infinite)
{
	static const double third[] = { 1 / 3.0, 1 / 3.0, 1 / 3.0 }, tenth[] = { 0.1, 0.1, 0.1, 0.1 };
	const struct group same[] = { { 3, third }, { 2, third } }, other[] = { { 3, third }, { 4, tenth } };

	CHECK(isnan(ttest_equal(add(2, same, 0, 1), 0).t));
	CHECK(isnan(ttest_welch(add(2, same, 0, 1), 0).t));
	CHECK(isnan(ftest_oneway(add(2, same, 0, 1), 0).f));
	CHECK(isnan(ttest_one(add(1, same, 0, 1), 0, 1 / 3.0).t));
	CHECK(isnan(ttest_log_p((struct ttest){ NAN, 3 }, TTEST_BOTH)));
	CHECK(ttest_equal(add(2, other, 0, 1), 0).t == INFINITY);
	CHECK(ttest_welch(add(2, other, 0, -1), 0).t == -INFINITY);
	CHECK(ftest_oneway(add(2, other, 0, 1), 0).f == INFINITY);
	CHECK(ttest_log_p((struct ttest){ -INFINITY, 3 }, TTEST_BOTH) == -INFINITY);
	CHECK(ttest_log_p((struct ttest){ -INFINITY, 3 }, TTEST_GREATER) == 0);
}

TEST(a_value_that_is_no_number_makes_none)
{
	for (int at = 0; at < 3; at++)
		for (int k = 0; k < 2; k++) {
			double x[] = { 1, 5, 2 };
			const struct group g[] = { { 5, a }, { 3, x } };

			x[at] = k ? INFINITY : NAN;
			CHECK(isnan(ttest_equal(add(2, g, 0, 1), 0).t));
			CHECK(isnan(ttest_welch(add(2, g, 0, 1), 0).t));
			CHECK(isnan(ftest_oneway(add(2, g, 0, 1), 0).f));
			CHECK(isnan(moments_square(add(2, g, 0, 1), 1, 0)));
		}
}

/* mpmath: -log10 of the two-sided p of t = 1000 with 300 degrees of freedom. */
TEST(p_below_the_least_number_keeps_its_logarithm)
{
	struct ttest t = { 1000, 300 };

	CHECK(exp(ttest_log_p(t, TTEST_BOTH)) == 0);
	CHECK_NEAR(-ttest_log_p(t, TTEST_BOTH) / M_LN10, 529.78826988712234, 1e-10);
	CHECK(ttest_log_p((struct ttest){ 0, 7 }, TTEST_BOTH) == 0);
}

/* Blocks of several voxels, against sums over each in two passes. */
TEST(moments_of_a_block_are_those_of_two_passes)
{
	enum { N = 37, T = 50, G = 3 };
	double x[T][N], mean[G] = { 0 }, square[G] = { 0 };
	int count[G], group[T], n[G] = { 0 };
	struct moments m;

	moments_begin(&m, N, G, count, NEW_N(check_arena(), double, (int)moments_size(N, G)));
	for (int t = 0; t < T; t++) {
		group[t] = t < G ? t : (int)(3 * check_random());
		n[group[t]]++;
		for (int v = 0; v < N; v++)
			x[t][v] = 500 + v + 3 * group[t] + check_random();
		moments_add(&m, group[t], x[t]);
	}
	for (int v = 0; v < N; v++) {
		memset(mean, 0, sizeof mean);
		memset(square, 0, sizeof square);
		for (int t = 0; t < T; t++)
			mean[group[t]] += x[t][v] / n[group[t]];
		for (int t = 0; t < T; t++)
			square[group[t]] += (x[t][v] - mean[group[t]]) * (x[t][v] - mean[group[t]]);
		for (int g = 0; g < G; g++) {
			CHECK_INT(count[g], n[g]);
			CHECK_NEAR(moments_mean(&m, g, v), mean[g] - x[0][v], 1e-11);
			CHECK_NEAR(moments_square(&m, g, v), square[g], 1e-11);
		}
	}
}
