/* filter.h: scipy's numbers, the analytic gain of Butterworth's formula, cut-off rules. */
#include "check.h"

#include <float.h>
#include <math.h>

#include "num/filter.h"

enum { N = 60 };

static void example(double x[N])
{
	for (int t = 0; t < N; t++)
		x[t] = sin(.7 * t) + .02 * t + 3 + cos(1.9 * t);
}

static struct filter design(double high_pass_hz, double low_pass_hz, double tr_s, int order)
{
	struct filter_cutoffs cut = filter_cutoffs(high_pass_hz, low_pass_hz, tr_s, order);
	struct filter f;

	CHECK_INT(cut.facts & FILTER_FACT_IMPOSSIBLE, 0);
	filter_design(&f, &cut, tr_s, order);
	return f;
}

static void run(const struct filter *f, int n, double *x)
{
	filter_series(f, n, x, NEW_N(check_arena(), double, (n + 2 * f->pad) * FILTER_LANES));
}

static void check_example(double high_pass_hz, double low_pass_hz, const double must[4])
{
	struct filter f = design(high_pass_hz, low_pass_hz, 2, 5);
	const int places[4] = { 0, 1, 30, 59 };
	double x[N];

	example(x);
	run(&f, N, x);
	for (int k = 0; k < 4; k++)
		CHECK_NEAR(x[places[k]], must[k], 1e-10);
}

TEST(filtered_values_are_those_of_scipy)
{
	check_example(NAN, .1, (double[4]){ 3.9992117516896197, 3.7712018132587075, 4.437138313602718, 4.278282330054024 });
	check_example(.01, NAN,
	              (double[4]){ 0.008822608188681691, -0.5761213799852359, 1.8769044845273575, 0.07508329459445617 });
	check_example(.01, .1,
	              (double[4]){ -0.013199957293499015, -0.17776290083974927, 0.9480813409771627, 0.09304630576561176 });
}

TEST(padding_is_that_of_scipy)
{
	CHECK_INT(design(.01, NAN, 2, 5).pad, 18);
	CHECK_INT(design(NAN, .1, 2, 5).pad, 18);
	CHECK_INT(design(.01, .1, 2, 5).pad, 33);
	CHECK_INT(design(NAN, NAN, 2, 5).pad, 0);
}

/* Forward and backward: |H|^2 = 1 / (1 + x^(2 N)), x the frequency warped by the bilinear transform. */
TEST(gain_is_that_of_the_formula_for_all_orders)
{
	const double tr_s = 1.5, low = .2, high = .03;

	for (int order = 1; order <= FILTER_MAX_ORDER; order++) {
		struct filter f_low = design(NAN, low, tr_s, order), f_high = design(high, NAN, tr_s, order);
		struct filter f_band = design(high, low, tr_s, order);
		double w_low = tan(M_PI * low * tr_s), w_high = tan(M_PI * high * tr_s);

		for (double hz = .005; hz < .33; hz += .013) {
			double w = tan(M_PI * hz * tr_s), x = (w * w - w_low * w_high) / (w * (w_low - w_high));

			CHECK_NEAR(filter_gain(&f_low, hz), 1 / (1 + pow(w / w_low, 2 * order)), 1e-6);
			CHECK_NEAR(filter_gain(&f_high, hz), 1 / (1 + pow(w_high / w, 2 * order)), 1e-6);
			CHECK_NEAR(filter_gain(&f_band, hz), 1 / (1 + pow(x, 2 * order)), 1e-6);
		}
	}
}

TEST(a_low_pass_keeps_a_straight_line_and_a_high_pass_takes_a_constant)
{
	struct filter low = design(NAN, .1, 2, 5), high = design(.01, NAN, 2, 5);
	double line[N], constant[N];

	for (int t = 0; t < N; t++) {
		line[t] = 3 - .25 * t;
		constant[t] = 1e4;
	}
	run(&high, N, constant);
	for (int t = 0; t < N; t++)
		CHECK_NEAR(constant[t], 0, 1e-8);
	run(&low, N, line);
	for (int t = 5; t < N - 5; t++)
		CHECK_NEAR(line[t], 3 - .25 * t, 1e-2);
}

TEST(a_nan_stays_in_its_column)
{
	struct filter f = design(.01, .1, 2, 5);
	double x[N], *block = NEW_N(check_arena(), double, (N + 2 * f.pad) * FILTER_LANES);
	double *mid = block + f.pad * FILTER_LANES;

	example(x);
	for (int t = 0; t < N; t++)
		for (int l = 0; l < FILTER_LANES; l++)
			mid[t * FILTER_LANES + l] = x[t];
	mid[3 * FILTER_LANES + 5] = NAN;
	filter_run(&f, N, block);
	run(&f, N, x);
	for (int t = 0; t < N; t++)
		for (int l = 0; l < FILTER_LANES; l++)
			CHECK(l == 5 ? isnan(mid[t * FILTER_LANES + l]) : mid[t * FILTER_LANES + l] == x[t]);
}

TEST(cutoffs_are_clipped_as_in_nilearn)
{
	struct filter_cutoffs c = filter_cutoffs(NAN, .25, 2, 5);
	const double eps32 = FLT_EPSILON;

	CHECK_INT(c.band, FILTER_LOW);
	CHECK_INT(c.facts, FILTER_FACT_LOW_CLIPPED);
	CHECK(c.low_pass_hz == .25 - .25 * 10 * eps32);
	c = filter_cutoffs(-1, .1, 2, 5);
	CHECK_INT(c.band, FILTER_BAND);
	CHECK_INT(c.facts, FILTER_FACT_NEGATIVE);
	CHECK(c.high_pass_hz == .25 * eps32);
	c = filter_cutoffs(.3, .4, 2, 5);
	CHECK_INT(c.band, FILTER_NONE);
	CHECK_INT(c.facts, FILTER_FACT_UNFILTERED | FILTER_FACT_LOW_CLIPPED | FILTER_FACT_HIGH_CLIPPED);
	CHECK_INT(filter_cutoffs(NAN, NAN, 0, 0).facts, 0);
}

TEST(impossible_filters_are_told)
{
	CHECK_INT(filter_cutoffs(0, NAN, 2, 5).facts, FILTER_FACT_ZERO);
	CHECK_INT(filter_cutoffs(.1, .1, 2, 5).facts, FILTER_FACT_CROSSED);
	CHECK_INT(filter_cutoffs(.01, NAN, 0, 5).facts, FILTER_FACT_BAD_RATE);
	CHECK_INT(filter_cutoffs(.01, NAN, NAN, 5).facts, FILTER_FACT_BAD_RATE);
	CHECK_INT(filter_cutoffs(.01, INFINITY, 2, 5).facts, FILTER_FACT_BAD_RATE);
	CHECK_INT(filter_cutoffs(.01, NAN, 2, 0).facts, FILTER_FACT_BAD_ORDER);
	CHECK_INT(filter_cutoffs(.01, NAN, 2, FILTER_MAX_ORDER + 1).facts, FILTER_FACT_BAD_ORDER);
	CHECK_INT(filter_cutoffs(.01, NAN, 2, 0).band, FILTER_NONE);
}

TEST(cosines_are_counted_and_made_as_in_nilearn)
{
	double c[20][2];

	CHECK_INT(cosine_count(375, .01, 374 * .8 / 374), 5);
	CHECK_INT(cosine_count(375, .01, .8), 6);
	CHECK_INT(cosine_count(20, .03, 2), 2);
	CHECK_INT(cosine_count(20, 100, 2), 19);
	CHECK_INT(cosine_count(20, -1, 2), 0);
	CHECK_INT(cosine_count(20, NAN, 2), 0);
	cosine_basis(20, 2, c);
	CHECK_NEAR(c[0][0], .31525294135, 1e-10);
	CHECK_NEAR(c[0][1], .312334477467, 1e-10);
	double dot = 0, square = 0;
	for (int t = 0; t < 20; t++) {
		dot += c[t][0] * c[t][1];
		square += c[t][0] * c[t][0];
	}
	CHECK_NEAR(dot, 0, 1e-14);
	CHECK_NEAR(square, 1, 1e-14);
}
