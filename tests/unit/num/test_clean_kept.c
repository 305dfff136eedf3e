/* clean.h with censored volumes, several runs and projections: nilearn 0.12.1's numbers, and identities. */
#include "check.h"

#include <math.h>

#include "num/bands.h"
#include "num/clean.h"

enum { N = 40 };

static const struct clean_options plain = { true, CLEAN_SCALE_NONE, true, NAN, NAN, 2, 5 };

static void example(double x[N][3])
{
	for (int t = 0; t < N; t++) {
		x[t][0] = sin(.7 * t) + .02 * t + 3;
		x[t][1] = cos(1.9 * t) + .1 * (t % 5);
		x[t][2] = 7;
	}
}

/* The volumes without those of gone [n_gone], ascending. */
static int without(int n_vol, int n_gone, const int *gone, int *keep)
{
	int n = 0;

	for (int t = 0; t < n_vol; t++) {
		bool out = false;

		for (int k = 0; k < n_gone; k++)
			out |= gone[k] == t;
		if (!out)
			keep[n++] = t;
	}
	return n;
}

/* must: columns 0 and 1 of the first row. */
static void check_first(struct clean_options o, int n_gone, const int *gone, const double must[2])
{
	double x[N][3];
	int keep[N], n_keep = without(N, n_gone, gone, keep);
	const struct clean *c = clean_new_kept(&o, N, n_keep, keep, 0, NULL, check_arena());

	CHECK_INT(c->n_keep, n_keep);
	example(x);
	clean_double(c, 3, &x[0][0], &x[0][0], 1, check_arena());
	for (int k = 0; k < 2; k++)
		CHECK_NEAR(x[0][k], must[k], 1e-9);
	CHECK_NEAR(x[n_keep - 1][2], 0, 1e-10);
}

TEST(censored_volumes_are_filled_before_a_filter)
{
	struct clean_options o = plain;

	o.high_pass_hz = .05;
	check_first(o, 3, (int[]){ 3, 4, 20 }, (double[]){ 0.004786747140203, 0.00002489965988689 });
	o.mirror = true;
	check_first(o, 3, (int[]){ 3, 4, 20 }, (double[]){ 0.004786747140203, 0.00002489965988689 });
	check_first(o, 3, (int[]){ 0, 1, 39 }, (double[]){ 0.76169858494, -0.629376729706 });
}

/* Whatever the censored volumes hold, also what is not a number, nothing of it comes through. */
TEST(what_is_censored_has_no_say)
{
	static const int gone[] = { 0, 1, 7, 8, 20, 39 };
	double x[N][3], y[N][3];
	int keep[N], n_keep = without(N, 6, gone, keep);

	for (int turn = 0; turn < 24; turn++) {
		struct clean_options o = plain;

		o.high_pass_hz = turn & 1 ? .02 : NAN;
		o.drop_ends = (turn & 2) != 0;
		o.fill = turn & 4 ? FILL_LOMB_SCARGLE : FILL_SPLINE;
		o.way = turn & 8 ? CLEAN_PROJECTION : CLEAN_BUTTERWORTH;
		o.despike = turn >= 16;
		const struct clean *c = clean_new_kept(&o, N, n_keep, keep, 0, NULL, check_arena());

		example(x);
		example(y);
		for (int k = 0; k < 6; k++)
			y[gone[k]][1] = y[gone[k]][0] = k % 2 ? 1e6 : NAN;
		clean_double(c, 3, &x[0][0], &x[0][0], 1, check_arena());
		clean_double(c, 3, &y[0][0], &y[0][0], 1, check_arena());
		CHECK(memcmp(x, y, (size_t)n_keep * sizeof x[0]) == 0);
	}
}

TEST(volumes_at_the_ends_may_stay_outside_the_filter)
{
	static const int gone[] = { 0, 1, 9, 39 };
	int keep[N], n_keep = without(N, 4, gone, keep);
	double x[N][3], y[N][3];
	struct clean_options o = plain;

	o.high_pass_hz = .02;
	o.drop_ends = true;
	const struct clean *c = clean_new_kept(&o, N, n_keep, keep, 0, NULL, check_arena());
	CHECK_INT(c->n_span, 37);
	CHECK_INT(c->n_fill, 1);
	CHECK_INT(clean_span(&o, N, n_keep, keep), 37);
	example(x);
	example(y);
	clean_double(c, 3, &x[0][0], &x[0][0], 1, check_arena());
	/* The same as the shorter series with only volume 7 of it censored. */
	n_keep = without(37, 1, (int[]){ 7 }, keep);
	clean_double(clean_new_kept(&o, 37, n_keep, keep, 0, NULL, check_arena()), 3, &y[2][0], &y[2][0], 1, check_arena());
	for (int t = 0; t < n_keep; t++)
		for (int k = 0; k < 2; k++)
			CHECK_NEAR(x[t][k], y[t + 2][k], 1e-12);
}

/* ---- projection ---- */

enum { T = 60, C = 3, GONE = 5 };
static const int gone_of_t[GONE] = { 0, 11, 12, 13, 58 };
static const struct band band = { .02, .1, false };

static double dot(int n, const int *keep, const double *column, int stride, const double *y)
{
	double sum = 0;

	for (int t = 0; t < n; t++)
		sum += column[(long)keep[t] * stride] * y[t];
	return sum;
}

/* What is left is orthogonal to all that is to go, and what was taken leaves nothing: a projection is nothing else. */
static void check_projection(const struct clean *c, int n_keep, const int *keep, const double *conf, const double *fourier,
                             int n_fourier)
{
	double x[T], y[T], taken[T], line[T], one[T];

	for (int t = 0; t < T; t++) {
		x[t] = 100 * check_random();
		line[t] = t;
		one[t] = 1;
	}
	clean_double(c, 1, x, y, 1, check_arena());
	for (int k = 0; k < n_fourier; k++)
		CHECK_NEAR(dot(n_keep, keep, fourier + k, n_fourier, y), 0, 1e-9);
	for (int k = 0; k < C; k++)
		CHECK_NEAR(dot(n_keep, keep, conf + k, C, y), 0, 1e-9);
	CHECK_NEAR(dot(n_keep, keep, line, 1, y), 0, 1e-9);
	CHECK_NEAR(dot(n_keep, keep, one, 1, y), 0, 1e-9);
	for (int k = 0, t = 0; t < T; t++)
		taken[t] = k < n_keep && keep[k] == t ? x[t] - y[k++] : 0;
	clean_double(c, 1, taken, taken, 1, check_arena());
	for (int t = 0; t < n_keep; t++)
		CHECK_NEAR(taken[t], 0, 1e-9);
}

TEST(a_projection_takes_out_all_at_once)
{
	struct clean_options o = plain;
	int keep[T], n_keep = without(T, GONE, gone_of_t, keep), n_fourier = bands_count(T, 2, &band);
	double *fourier = NEW_N(check_arena(), double, T * n_fourier), conf[T * C];

	bands_basis(T, 2, &band, fourier);
	for (int k = 0; k < T * C; k++)
		conf[k] = check_random() * 5 + k / C * .1;
	o.way = CLEAN_PROJECTION;
	o.high_pass_hz = band.from_hz;
	o.low_pass_hz = band.to_hz;
	const struct clean *c = clean_new_kept(&o, T, n_keep, keep, C, conf, check_arena());
	CHECK_INT(c->band.n, n_fourier);
	CHECK_INT(c->confounds.n, C);
	CHECK_NEAR(c->dof, n_keep - 2 - n_fourier - C, 0);
	check_projection(c, n_keep, keep, conf, fourier, n_fourier);
}

TEST(a_projection_knows_what_it_took_before)
{
	struct clean_options o = plain;
	double conf[T * 4];

	o.way = CLEAN_PROJECTION;
	o.high_pass_hz = .1;
	for (int t = 0; t < T; t++) {
		conf[t * 4] = 3 * t + 100;                            /* the trend */
		conf[t * 4 + 1] = 1e4 * cos(2 * M_PI * 3 * t / T);    /* below the band */
		conf[t * 4 + 2] = cos(2 * M_PI * 20 * t / T);
		conf[t * 4 + 3] = conf[t * 4 + 1] + 10 * conf[t * 4 + 2];
	}
	const struct clean *c = clean_new(&o, T, 4, conf, check_arena());
	CHECK_INT(c->confounds.n, 1);
	o.standardize_confounds = false;
	CHECK_INT(clean_new(&o, T, 4, conf, check_arena())->confounds.n, 1);
}

/* Waves of the band pass as they are, the others are gone; the mean stays when only fast waves go. */
TEST(a_projection_passes_the_band_alone)
{
	struct clean_options o = plain;
	double x[T * 2];

	o.way = CLEAN_PROJECTION;
	o.detrend = false;
	o.low_pass_hz = .1;
	o.stop_hz[0] = .03;
	o.stop_hz[1] = .04;
	for (int t = 0; t < T; t++) {
		double stay = 5 + sin(2 * M_PI * 2 * t / T) + cos(2 * M_PI * 12 * t / T);

		x[t * 2] = stay;
		x[t * 2 + 1] = stay + 3 * sin(2 * M_PI * 4 * t / T) + 2 * cos(2 * M_PI * 13 * t / T);
	}
	const struct clean *c = clean_new(&o, T, 0, NULL, check_arena());
	clean_double(c, 2, x, x, 1, check_arena());
	for (int t = 0; t < T; t++) {
		double stay = 5 + sin(2 * M_PI * 2 * t / T) + cos(2 * M_PI * 12 * t / T);

		CHECK_NEAR(x[t * 2], stay, 1e-12);
		CHECK_NEAR(x[t * 2 + 1], stay, 1e-12);
	}
}

/* ---- runs ---- */

enum { V = 37, LONG = 70, SHORT = 50 };

/* Two runs whose volumes alternate while both last. */
static void alternate(int *a, int *b)
{
	int i = 0, j = 0;

	for (int t = 0; t < LONG + SHORT; t++)
		if ((t % 2 == 0 && i < LONG) || j == SHORT)
			a[i++] = t;
		else
			b[j++] = t;
}

TEST(runs_are_cleaned_each_by_itself)
{
	int row_a[LONG], row_b[SHORT], out_a[LONG], out_b[SHORT], keep[LONG], n_keep = without(LONG, 2, (int[]){ 3, 30 }, keep);
	double x[(LONG + SHORT) * V], a[LONG * V], b[SHORT * V], y[(LONG + SHORT) * V];

	alternate(row_a, row_b);
	for (int k = 0; k < (LONG + SHORT) * V; k++)
		x[k] = check_random() + 10;
	for (int scale = CLEAN_SCALE_NONE; scale <= CLEAN_SCALE_PSC; scale++) {
		struct clean_options o = { true, (enum clean_scale)scale, true, .02, NAN, 2, 5 };
		const struct clean *run[2] = { clean_new_kept(&o, LONG, n_keep, keep, 0, NULL, check_arena()),
		                               clean_new(&o, SHORT, 0, NULL, check_arena()) };
		struct clean_runs r = { LONG + SHORT, 2, run, (const int *const[]){ row_a, row_b }, n_keep + SHORT,
		                        (const int *const[]){ out_a, out_b } };

		for (int k = 0; k < LONG; k++)
			out_a[k] = SHORT + k;
		for (int k = 0; k < SHORT; k++)
			out_b[k] = k;
		memcpy(y, x, sizeof x);
		clean_runs_double(&r, V, y, y, 3, check_arena());
		for (int k = 0; k < LONG * V; k++)
			a[k] = x[row_a[k / V] * V + k % V];
		for (int k = 0; k < SHORT * V; k++)
			b[k] = x[row_b[k / V] * V + k % V];
		clean_double(run[0], V, a, a, 1, check_arena());
		clean_double(run[1], V, b, b, 1, check_arena());
		CHECK(memcmp(y, b, sizeof b) == 0);
		CHECK(memcmp(y + SHORT * V, a, (size_t)(n_keep * V) * sizeof *a) == 0);
	}
}

/* ---- what is counted ---- */

TEST(squares_add_up_and_do_not_depend_on_threads)
{
	enum { W = 1000 };
	float *x = NEW_N(check_arena(), float, T * W), *y = NEW_N(check_arena(), float, T * W);
	double conf[T];
	struct clean_options o = { true, CLEAN_SCALE_NONE, true, .02, .2, 2, 5 };

	for (int k = 0; k < T * W; k++)
		x[k] = (float)(1000 + 10 * check_random() + k / W * .3);
	for (int t = 0; t < T; t++)
		conf[t] = x[t * W] + x[t * W + 1];
	const struct clean *c = clean_new(&o, T, 1, conf, check_arena());
	const struct clean_runs r = { .n_vol = T, .n_run = 1, .run = &c, .n_out = T };
	const struct clean_report one = clean_runs_float(&r, W, x, y, 1, check_arena());
	double left = 0;

	for (int n_threads = 2; n_threads < 5; n_threads++) {
		const struct clean_report more = clean_runs_float(&r, W, x, y, n_threads, check_arena());

		CHECK(memcmp(&one, &more, sizeof one) == 0);
	}
	for (int k = 1; k < CLEAN_N_STAGES; k++)
		CHECK(one.square[k] < one.square[k - 1]);
	for (int w = 0; w < W; w++) {
		double mean = 0;

		for (int t = 0; t < T; t++)
			mean += y[t * W + w] / (double)T;
		for (int t = 0; t < T; t++)
			left += (y[t * W + w] - mean) * (y[t * W + w] - mean);
	}
	CHECK_NEAR(one.square[CLEAN_FREED] / left, 1, 1e-5);
}

TEST(columns_are_counted_by_what_is_wrong_with_them)
{
	double x[N * 20];
	struct clean_options o = plain;
	struct clean_report report;

	for (int turn = 0; turn < 4; turn++) {
		for (int k = 0; k < N * 20; k++)
			x[k] = k % 20 < 3 ? 1e6 / 3 : check_random();
		x[7 * 20 + 5] = INFINITY;
		x[8 * 20 + 6] = NAN;
		o.detrend = turn & 1;
		o.make_finite = turn & 2;
		const struct clean *c = clean_new(&o, N, 0, NULL, check_arena());
		const struct clean_runs r = { .n_vol = N, .n_run = 1, .run = &c, .n_out = N };

		report = clean_runs_double(&r, 20, x, x, 2, check_arena());
		CHECK_INT(report.n_constant, 3);
		CHECK_INT(report.n_not_finite, 2);
		CHECK(isfinite(report.square[CLEAN_BEFORE]) && report.square[CLEAN_FREED] > 0);
		CHECK(isfinite(x[9 * 20 + 7]));
		CHECK(o.make_finite ? isfinite(x[7 * 20 + 5]) && isfinite(x[9 * 20 + 6]) : !isfinite(x[8 * 20 + 6]));
	}
}

TEST(spikes_are_moved_before_anything_else)
{
	double x[T * 17], y[T * 17];
	struct clean_options o = plain;
	struct clean_report report;

	o.despike = true;
	for (int k = 0; k < T * 17; k++)
		x[k] = 100 + check_random();
	x[30 * 17 + 4] += 50;
	const struct clean *c = clean_new(&o, T, 0, NULL, check_arena());
	const struct clean_runs r = { .n_vol = T, .n_run = 1, .run = &c, .n_out = T };
	report = clean_runs_double(&r, 17, x, y, 1, check_arena());
	CHECK(report.n_despiked >= 1);
	CHECK(fabs(y[30 * 17 + 4]) < 3);
}

TEST(one_kept_volume_is_left_as_it_is)
{
	double x[N * 2], out[N * 2];
	int keep[1] = { 17 };

	for (int k = 0; k < N * 2; k++)
		x[k] = k;
	for (int scale = CLEAN_SCALE_NONE; scale <= CLEAN_SCALE_MAX; scale++) {
		struct clean_options o = plain;

		o.scale = (enum clean_scale)scale;
		clean_double(clean_new_kept(&o, N, 1, keep, 0, NULL, check_arena()), 2, x, out, 1, check_arena());
		CHECK(out[0] == 34 && out[1] == 35);
	}
}
