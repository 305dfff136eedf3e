/* fill.h: scipy's CubicSpline (1.10.1), polynomials, a slow Lomb-Scargle series. */
#include "check.h"

#include <math.h>

#include "num/fill.h"
#include "num/filter.h"

enum { MAX = 80 };

/* One series y at the kept rows, the same in all lanes but for a factor; what is filled goes to out[n_fill]. */
static void fill_rows(enum fill_kind kind, int n_vol, int n_keep, const int *keep, const double *y, int n_fill,
                      const int *fill, double *out)
{
	const struct fill *f = fill_new(kind, n_vol, n_keep, keep, n_fill, fill, true, 2.5, check_arena());
	double *x = NEW_N(check_arena(), double, n_vol * FILTER_LANES), *work = NEW_N(check_arena(), double, fill_work(f));

	for (int t = 0; t < n_vol * FILTER_LANES; t++)
		x[t] = NAN;
	for (int k = 0; k < n_keep; k++)
		for (int l = 0; l < FILTER_LANES; l++)
			x[keep[k] * FILTER_LANES + l] = y[k] * (1 + l);
	fill_run(f, x, work);
	for (int r = 0; r < n_fill; r++) {
		out[r] = x[fill[r] * FILTER_LANES];
		for (int l = 0; l < FILTER_LANES; l++)
			CHECK_NEAR(x[fill[r] * FILTER_LANES + l], out[r] * (1 + l), 1e-11 * (1 + l));
	}
}

TEST(a_spline_has_the_values_of_scipy)
{
	const int keep[] = { 1, 2, 3, 5, 7, 8 }, fill[] = { 0, 4, 6, 9 };
	const int keep4[] = { 0, 1, 3, 7 }, fill4[] = { 2, 4, 5, 6, 8 };
	const double y[] = { 1, 3, 2, 5, 4, 4 }, y4[] = { 2, -1, 4, 4 };
	const double must[] = { -10.903846153846, 3.201923076923, 4.942307692308, 6.76923076923077 };
	const double must4[] = { 0.30952380952380887, 8.142857142857144, 10.80952380952381, 10.07142857142857,
	                         -9.333333333333336 };
	double out[5];

	fill_rows(FILL_SPLINE, 10, 6, keep, y, 4, fill, out);
	for (int r = 0; r < 4; r++)
		CHECK_NEAR(out[r], must[r], 1e-11);
	fill_rows(FILL_SPLINE, 9, 4, keep4, y4, 5, fill4, out);
	for (int r = 0; r < 5; r++)
		CHECK_NEAR(out[r], must4[r], 1e-11);
}

TEST(few_rows_give_a_constant_a_line_a_parabola)
{
	const int keep[] = { 0, 2, 3 }, fill[] = { 1, 4, 5 };
	const double y[] = { 1, 3, 2 };
	double out[3];

	fill_rows(FILL_SPLINE, 6, 3, keep, y, 3, fill, out);
	CHECK_NEAR(out[0], 2.666666666666667, 1e-14);
	CHECK_NEAR(out[1], -0.3333333333333335, 1e-14);
	CHECK_NEAR(out[2], -4, 1e-14);
	fill_rows(FILL_SPLINE, 6, 2, keep, y, 3, fill, out);
	CHECK_NEAR(out[0], 2, 1e-14);
	CHECK_NEAR(out[2], 6, 1e-14);
	fill_rows(FILL_SPLINE, 6, 1, keep, y, 3, fill, out);
	CHECK(out[0] == 1 && out[2] == 1);
}

static double cubic(int t)
{
	double u = (t - 20) / 30.0;

	return 1 + u * (2 + u * (u - 3));
}

/* Rows to keep by chance, at least 4. */
static int choose(int n_vol, double share, int *keep)
{
	int n = 0;

	for (int t = 0; t < n_vol; t++)
		if ((t >= 3 && t <= 6) || check_random() < share)
			keep[n++] = t;
	return n;
}

TEST(a_spline_keeps_cubics_and_kept_rows)
{
	for (int turn = 0; turn < 30; turn++) {
		int keep[MAX], fill[MAX], n_vol = 8 + (int)(check_random() * (MAX - 8)), n_keep = choose(n_vol, .6, keep);
		double y[MAX], out[MAX];

		for (int k = 0; k < n_keep; k++)
			y[k] = cubic(keep[k]);
		for (int t = 0; t < n_vol; t++)
			fill[t] = t;
		fill_rows(FILL_SPLINE, n_vol, n_keep, keep, y, n_vol, fill, out);
		for (int t = 0; t < n_vol; t++)
			CHECK_NEAR(out[t], cubic(t), 1e-9);
		for (int k = 0; k < n_keep; k++)
			CHECK(out[keep[k]] == y[k]);
	}
}

/* As the formulas of fill.h say, one frequency after the other; h has mean 0. */
static void slow_lomb_scargle(int n_vol, int n_keep, const int *keep, const double *h, double *all)
{
	double span = keep[n_keep - 1] - keep[0];

	for (int k = 1; k <= 4 * n_keep; k++) {
		double w = 2 * M_PI * k / (8 * span), s2 = 0, c2 = 0, hc = 0, hs = 0, cc = 0, ss = 0;

		for (int i = 0; i < n_keep; i++) {
			s2 += sin(2 * w * keep[i]);
			c2 += cos(2 * w * keep[i]);
		}
		double tau = atan2(s2, c2) / (2 * w);
		for (int i = 0; i < n_keep; i++) {
			double c = cos(w * (keep[i] - tau)), s = sin(w * (keep[i] - tau));

			hc += h[i] * c;
			hs += h[i] * s;
			cc += c * c;
			ss += s * s;
		}
		for (int t = 0; t < n_vol; t++)
			all[t] += hc / cc * cos(w * (t - tau)) + hs / ss * sin(w * (t - tau));
	}
}

static double deviation(int n, const double *x)
{
	double mean = 0, sum = 0;

	for (int i = 0; i < n; i++)
		mean += x[i] / n;
	for (int i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return sqrt(sum / (n - 1));
}

TEST(lomb_scargle_is_the_sum_of_its_waves)
{
	for (int turn = 0; turn < 10; turn++) {
		int keep[MAX], fill[MAX], n_vol = 20 + (int)(check_random() * (MAX - 20)), n_keep = choose(n_vol, .6, keep);
		double y[MAX], out[MAX], all[MAX] = { 0 }, mean = 0;

		for (int k = 0; k < n_keep; k++) {
			y[k] = sin(keep[k] * .31) + check_random() + 3;
			mean += y[k] / n_keep;
		}
		for (int t = 0; t < n_vol; t++)
			fill[t] = t;
		fill_rows(FILL_LOMB_SCARGLE, n_vol, n_keep, keep, y, n_vol, fill, out);
		for (int k = 0; k < n_keep; k++)
			y[k] -= mean;
		slow_lomb_scargle(n_vol, n_keep, keep, y, all);
		double factor = deviation(n_keep, y) / deviation(n_vol, all);
		for (int t = 0; t < n_vol; t++)
			CHECK_NEAR(out[t], mean + all[t] * factor, 1e-9);
		CHECK_NEAR(deviation(n_vol, out), deviation(n_keep, y), 1e-9);
	}
}

/* What fill.h says of the method: the values are drawn to the mean, by more than half. */
TEST(lomb_scargle_gives_a_sine_with_a_lower_amplitude)
{
	int keep[MAX], fill[MAX], n_keep = 0, n_fill = 0;
	double y[MAX], out[MAX];

	for (int t = 0; t < MAX; t++) {
		if (t % 9 == 4 || t % 13 == 7) {
			fill[n_fill++] = t;
		} else {
			keep[n_keep] = t;
			y[n_keep++] = 5 + sin(2 * M_PI * t / 16);
		}
	}
	fill_rows(FILL_LOMB_SCARGLE, MAX, n_keep, keep, y, n_fill, fill, out);
	for (int r = 0; r < n_fill; r++)
		CHECK_NEAR(out[r], 5, .5);
}

TEST(constants_and_one_kept_row_stay_finite_in_lomb_scargle)
{
	const int keep[] = { 2, 3, 5, 6 }, fill[] = { 0, 4, 9 };
	const double y[] = { 7, 7, 7, 7 };
	double out[3];

	for (int n_keep = 1; n_keep <= 4; n_keep++) {
		fill_rows(FILL_LOMB_SCARGLE, 10, n_keep, keep, y, 3, fill, out);
		for (int r = 0; r < 3; r++)
			CHECK_NEAR(out[r], 7, 1e-12);
	}
}

TEST(without_extrapolation_rows_outside_stay)
{
	const int keep[] = { 3, 4, 6, 8 }, fill[] = { 0, 2, 5, 7, 9 }, *outside;
	const struct fill *f = fill_new(FILL_SPLINE, 10, 4, keep, 5, fill, false, 2, check_arena());
	double x[10 * FILTER_LANES], *work = NEW_N(check_arena(), double, fill_work(f));

	for (int t = 0; t < 10 * FILTER_LANES; t++)
		x[t] = t / FILTER_LANES;
	fill_run(f, x, work);
	CHECK_INT(fill_outside(f, &outside), 3);
	CHECK(outside[0] == 0 && outside[1] == 2 && outside[2] == 9);
	for (int t = 0; t < 10 * FILTER_LANES; t++)
		CHECK_NEAR(x[t], t / FILTER_LANES, 1e-12);
}

TEST(what_is_not_a_number_stays_in_its_lane)
{
	const int keep[] = { 0, 1, 3, 4, 6 }, fill[] = { 2, 5 };

	for (int kind = FILL_SPLINE; kind <= FILL_LOMB_SCARGLE; kind++) {
		const struct fill *f = fill_new((enum fill_kind)kind, 7, 5, keep, 2, fill, true, 2, check_arena());
		double x[7 * FILTER_LANES], *work = NEW_N(check_arena(), double, fill_work(f));

		for (int t = 0; t < 7 * FILTER_LANES; t++)
			x[t] = check_random();
		x[3 * FILTER_LANES + 5] = NAN;
		fill_run(f, x, work);
		for (int l = 0; l < FILTER_LANES; l++)
			CHECK((l == 5) == isnan(x[2 * FILTER_LANES + l]));
	}
}
