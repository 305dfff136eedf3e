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

/* scipy 1.10.1: sosfiltfilt(butter(5, 0.1, 'low', output='sos', fs=0.5), x, padtype=, padlen=) */
TEST(other_ends_are_those_of_scipy)
{
	static const struct { enum filter_ends ends; int pad; double must[4]; } row[] = {
		{ FILTER_ENDS_EVEN, -1, { 3.376997727629756, 3.554293081081103, 4.4371686898416876, 3.736787778778734 } },
		{ FILTER_ENDS_CONSTANT, -1, { 3.6881047396596878, 3.662747447169905, 4.437153501722203, 4.007535054416378 } },
		{ FILTER_ENDS_NONE, -1, { 3.688104732192418, 3.662747452112049, 4.437069586827073, 5.10237236444946 } },
		{ FILTER_ENDS_ODD, 7, { 4.014175255748688, 3.7949722670421786, 4.437133418650597, 4.2151218701338315 } },
		{ FILTER_ENDS_CONSTANT, 40, { 3.688104739659885, 3.6627474471699126, 4.437153503520956, 4.007531844344699 } },
	};
	const int places[4] = { 0, 1, 30, 59 };

	for (int r = 0; r < 5; r++) {
		struct filter f = design(NAN, .1, 2, 5);
		double x[N];

		filter_set_ends(&f, row[r].ends, row[r].pad);
		example(x);
		run(&f, N, x);
		for (int k = 0; k < 4; k++)
			CHECK_NEAR(x[places[k]], row[r].must[k], 1e-10);
	}
}

static struct filter design_stop(double from_hz, double to_hz, double tr_s, int order)
{
	struct filter_cutoffs cut = filter_stop_cutoffs(from_hz, to_hz, tr_s, order);
	struct filter f;

	CHECK_INT(cut.facts & FILTER_FACT_IMPOSSIBLE, 0);
	filter_design(&f, &cut, tr_s, order);
	return f;
}

/* scipy 1.10.1: sosfiltfilt(butter(order, [from, to], 'bandstop', output='sos', fs=0.5), x) */
TEST(a_band_is_stopped_as_in_scipy)
{
	static const struct { double from_hz, to_hz; int order, pad; double must[4]; } cases[] = {
		{ .05, .1, 5, 33, { 3.972739710005124, 3.1750078310891823, 4.5128823922090735, 4.31201031559896 } },
		{ .1, .2, 3, 21, { 3.998333317862106, 3.819512663265481, 4.432900220586621, 4.278913579048627 } },
		{ .02, .24, 1, 9, { 4.05002470450117, 3.876297305120042, 3.681125907776595, 4.295058003335028 } },
		{ .08, .12, 4, 27, { 3.988526499987957, 3.8016450562308317, 5.32155335009552, 4.273964097998064 } },
	};
	const int places[4] = { 0, 1, 30, 59 };

	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		struct filter f = design_stop(cases[c].from_hz, cases[c].to_hz, 2, cases[c].order);
		double x[N];

		CHECK_INT(f.pad, cases[c].pad);
		example(x);
		run(&f, N, x);
		for (int k = 0; k < 4; k++)
			CHECK_NEAR(x[places[k]], cases[c].must[k], 1e-10);
	}
}

TEST(all_orders_are_those_of_scipy)
{
	static const struct { double high, low; int order; double must[4]; } cases[] = {
		{ NAN, .1, 1, { 4.000000465878614, 3.590375251393195, 4.459306590118491, 4.279221368660485 } },
		{ NAN, .1, 2, { 3.999790420889829, 3.6747809017648905, 4.4476572492402635, 4.27883989374996 } },
		{ NAN, .1, 8, { 3.999752771457363, 3.7827940223652674, 4.438019951291689, 4.280215553099664 } },
		{ .01, NAN, 1, { -0.13422690892132594, -0.6951682831181715, 1.6865241308462882, 0.17980220838929215 } },
		{ .01, NAN, 2, { -0.07252710592193165, -0.6514577232058414, 1.8057948608273375, -0.08998625604614856 } },
		{ .01, NAN, 8, { -0.013897988953671447, -0.6087282249672784, 1.8392932600839744, -0.017287699008472768 } },
		{ .01, .1, 1, { -0.08777564166301832, -0.39101226848587767, 0.8942416963169204, -0.30824398992928975 } },
		{ .01, .1, 2, { -0.02120664321629276, -0.23206041998133553, 0.9464324977214108, 0.04777789467255397 } },
		{ .01, .1, 8, { -0.014838642768259774, -0.1653570260121681, 0.9050289288691088, 0.03859617454834141 } },
	};
	const int places[4] = { 0, 1, 30, 59 };

	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		struct filter f = design(cases[c].high, cases[c].low, 2, cases[c].order);
		double x[N];

		example(x);
		run(&f, N, x);
		for (int k = 0; k < 4; k++)
			CHECK_NEAR(x[places[k]], cases[c].must[k], 1e-7);
	}
}

TEST(cutoffs_of_a_stopped_band_are_clipped)
{
	struct filter_cutoffs c = filter_stop_cutoffs(.1, .3, 2, 5);

	CHECK(c.band == FILTER_STOP && c.facts == FILTER_FACT_HIGH_CLIPPED && c.high_pass_hz < .25);
	c = filter_stop_cutoffs(.3, .4, 2, 5);
	CHECK(c.band == FILTER_NONE && c.facts & FILTER_FACT_UNFILTERED);
	CHECK(filter_stop_cutoffs(.2, .1, 2, 5).facts & FILTER_FACT_CROSSED);
	CHECK(filter_stop_cutoffs(0, .1, 2, 5).facts & FILTER_FACT_ZERO);
	CHECK(filter_stop_cutoffs(.1, .2, 0, 5).facts & FILTER_FACT_BAD_RATE);
	CHECK(filter_stop_cutoffs(.1, .2, 2, 17).facts & FILTER_FACT_BAD_ORDER);
	CHECK(filter_stop_cutoffs(NAN, .2, 2, 5).facts & FILTER_FACT_BAD_RATE);
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
		struct filter f_band = design(high, low, tr_s, order), f_stop = design_stop(high, low, tr_s, order);
		double w_low = tan(M_PI * low * tr_s), w_high = tan(M_PI * high * tr_s);

		for (double hz = .005; hz < .33; hz += .013) {
			double w = tan(M_PI * hz * tr_s), x = (w * w - w_low * w_high) / (w * (w_low - w_high));

			CHECK_NEAR(filter_gain(&f_low, hz), 1 / (1 + pow(w / w_low, 2 * order)), 1e-6);
			CHECK_NEAR(filter_gain(&f_high, hz), 1 / (1 + pow(w_high / w, 2 * order)), 1e-6);
			CHECK_NEAR(filter_gain(&f_band, hz), 1 / (1 + pow(x, 2 * order)), 1e-6);
			CHECK_NEAR(filter_gain(&f_stop, hz), 1 / (1 + pow(1 / x, 2 * order)), 1e-6);
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
