/* clean.h: nilearn.signal.clean's numbers (0.12.1), projections, threads. */
#include "check.h"

#include <math.h>

#include "num/clean.h"

enum { N = 40 };

static const struct clean_options defaults = { true, CLEAN_SCALE_ZSCORE, true, NAN, NAN, 2, 5 };

static void example(double x[N][3], double conf[N][3])
{
	for (int t = 0; t < N; t++) {
		x[t][0] = sin(.7 * t) + .02 * t + 3;
		x[t][1] = cos(1.9 * t) + .1 * (t % 5);
		x[t][2] = 7;
		conf[t][0] = sin(.3 * t);
		conf[t][1] = t % 7;
		conf[t][2] = 2 * (t % 7) + 1;
	}
}

/* must: columns 0 and 1 of rows 0 and 17; column 2, which is constant, must become 0. */
static void check_rows(struct clean_options o, int n_conf, const double *conf, const double must[4])
{
	double x[N][3], unused[N][3], out[N][3];
	const struct clean *c = clean_new(&o, N, n_conf, conf, check_arena());

	example(x, unused);
	clean_double(c, 3, &x[0][0], &out[0][0], 1, check_arena());
	for (int col = 0; col < 2; col++) {
		CHECK_NEAR(out[0][col], must[col], 1e-8 * fmax(1, fabs(must[col])));
		if (!isnan(must[2 + col]))
			CHECK_NEAR(out[17][col], must[2 + col], 1e-8 * fmax(1, fabs(must[2 + col])));
	}
	CHECK_NEAR(out[17][2], 0, 1e-10);
}

TEST(scalings_are_those_of_nilearn)
{
	struct clean_options o = defaults;

	check_rows(o, 0, NULL, (double[4]){ -0.100102800924, 1.065970305999, -0.966782001494, 0.863275204831 });
	o.scale = CLEAN_SCALE_ZSCORE_SAMPLE;
	check_rows(o, 0, NULL, (double[4]){ -0.09884359607, 1.052561340702, NAN, NAN });
	o.scale = CLEAN_SCALE_PSC;
	check_rows(o, 0, NULL, (double[4]){ -2.047090476425, 371.697956080856, NAN, NAN });
	o.detrend = false;
	check_rows(o, 0, NULL, (double[4]){ -13.139678221736, 382.494526682312, NAN, NAN });
}

TEST(confounds_and_filters_are_those_of_nilearn)
{
	double x[N][3], conf[N][3];
	struct clean_options o = defaults;

	example(x, conf);
	o.scale = CLEAN_SCALE_NONE;
	check_rows(o, 3, &conf[0][0], (double[4]){ -0.118497624084, 0.935205062587, -0.719265341315, 0.590304126017 });
	o.high_pass_hz = .05;
	check_rows(o, 0, NULL, (double[4]){ 0.004795085875, 0.000270711616, -0.469379184462, 0.640904087695 });
	o.scale = CLEAN_SCALE_ZSCORE_SAMPLE;
	check_rows(o, 3, &conf[0][0], (double[4]){ -0.143264477184, 0.053650921234, -1.081663183776, 0.941409506345 });
}

TEST(cosines_as_confounds_are_those_of_nilearn)
{
	double x[N][3], conf[N][3], cosine[N][N], both[N * (N + 3)], alone[N * N];
	struct clean_options o = defaults;
	int n = cosine_count(N, .02, 2);

	example(x, conf);
	cosine_basis(N, n, (double (*)[n])cosine);
	for (int t = 0; t < N; t++)
		for (int k = 0; k < n + 3; k++) {
			double v = k < 3 ? conf[t][k] : ((double *)cosine)[t * n + k - 3];

			both[t * (n + 3) + k] = v;
			if (k >= 3)
				alone[t * n + k - 3] = v;
		}
	o.scale = CLEAN_SCALE_NONE;
	check_rows(o, n, alone, (double[4]){ -0.018752377019, 0.678295920432, NAN, NAN });
	check_rows(o, n + 3, both, (double[4]){ -0.199146438127, 0.75540007627, NAN, NAN });
}

TEST(dependent_confounds_count_once)
{
	double x[N][3], conf[N][3];
	struct clean_options o = defaults;

	example(x, conf);
	for (int turn = 0; turn < 4; turn++) {
		o.detrend = turn & 1;
		o.high_pass_hz = turn & 2 ? .01 : NAN;
		CHECK_INT(clean_new(&o, N, 3, &conf[0][0], check_arena())->confounds.n, 2);
	}
	conf[3][1] = NAN;
	CHECK_INT(clean_new(&o, N, 3, &conf[0][0], check_arena())->confounds.n, -1);
}

TEST(constant_confounds_explain_nothing_when_their_mean_is_gone)
{
	double conf[N];
	struct clean_options o = defaults;

	for (int t = 0; t < N; t++)
		conf[t] = 1000.1;
	CHECK_INT(clean_new(&o, N, 1, conf, check_arena())->confounds.n, 0);
	o.standardize_confounds = false;
	CHECK_INT(clean_new(&o, N, 1, conf, check_arena())->confounds.n, 0);
	o.detrend = false;
	CHECK_INT(clean_new(&o, N, 1, conf, check_arena())->confounds.n, 1);
}

/* What is left has nothing of the basis, cleaning it again changes nothing, and the chain is linear. */
TEST(the_chain_is_a_projection_and_linear)
{
	enum { T = 90, C = 6, V = 37 };
	double conf[T * C], x[T * V], once[T * V], twice[T * V], sum[T * V];
	struct clean_options o = defaults;

	o.scale = CLEAN_SCALE_NONE;
	for (int k = 0; k < T * C; k++)
		conf[k] = check_random() + k / C * .01;
	for (int k = 0; k < T * V; k++)
		x[k] = check_random() * 100;
	const struct clean *c = clean_new(&o, T, C, conf, check_arena());
	CHECK_INT(c->confounds.n, C);
	CHECK_NEAR(c->dof, T - C - 2, 1e-12);
	clean_double(c, V, x, once, 1, check_arena());
	clean_double(c, V, once, twice, 1, check_arena());
	for (int k = 0; k < T * V; k++) {
		CHECK_NEAR(twice[k], once[k], 1e-10);
		sum[k] = 3 * x[k] - (k % V ? x[k - 1] : 0);
	}
	clean_double(c, V, sum, twice, 1, check_arena());
	for (int k = 0; k < T * V; k++)
		CHECK_NEAR(twice[k], 3 * once[k] - (k % V ? once[k - 1] : 0), 1e-10);
	for (int r = 0; r < C; r++)
		for (int v = 0; v < V; v++) {
			double dot = 0;

			for (int t = 0; t < T; t++)
				dot += c->confounds.row[r * T + t] * once[t * V + v];
			CHECK_NEAR(dot, 0, 1e-10);
		}
}

TEST(filters_take_degrees_of_freedom)
{
	struct clean_options o = defaults;

	o.high_pass_hz = .01;
	o.low_pass_hz = .1;
	const struct clean *c = clean_new(&o, 200, 0, NULL, check_arena());
	/* The band has (.1 - .01) / .25 of the frequencies up to Nyquist. */
	CHECK_NEAR(c->dof, 200 * .36, 6);
	CHECK_INT(clean_pad_needed(&o), 33);
	CHECK_INT(clean_pad_needed(&defaults), 0);
}

TEST(impossible_cutoffs_are_told)
{
	struct clean_options o = defaults;

	o.high_pass_hz = 0;
	CHECK_INT(clean_new(&o, 100, 0, NULL, check_arena())->cutoffs.facts, FILTER_FACT_ZERO);
	CHECK_INT(clean_pad_needed(&o), 0);
}

TEST(constant_columns_become_zero_and_are_counted)
{
	double x[N * 20];
	struct clean_options o = defaults;

	o.detrend = false;
	o.high_pass_hz = .01;
	for (int k = 0; k < N * 20; k++)
		x[k] = k % 20 < 3 ? 1e6 / 3 : check_random();
	const struct clean *c = clean_new(&o, N, 0, NULL, check_arena());
	CHECK_INT(clean_double(c, 20, x, x, 1, check_arena()), 3);
	for (int t = 0; t < N; t++)
		CHECK(x[t * 20] == 0 && x[t * 20 + 2] == 0 && x[t * 20 + 3] != 0);
}

TEST(one_volume_is_left_as_it_is)
{
	double x[3] = { 1, -2, 1e9 }, out[3];

	for (int scale = CLEAN_SCALE_NONE; scale <= CLEAN_SCALE_MAX; scale++) {
		struct clean_options o = defaults;

		o.scale = (enum clean_scale)scale;
		clean_double(clean_new(&o, 1, 0, NULL, check_arena()), 3, x, out, 1, check_arena());
		CHECK(memcmp(x, out, sizeof x) == 0);
	}
}

TEST(a_nan_spoils_its_own_column_only)
{
	enum { V = 21 };
	double x[N * V], clean[N * V], spoilt[N * V];

	for (int scale = CLEAN_SCALE_NONE; scale <= CLEAN_SCALE_PSC; scale++) {
		struct clean_options o = defaults;

		o.scale = (enum clean_scale)scale;
		o.high_pass_hz = .02;
		for (int k = 0; k < N * V; k++)
			x[k] = check_random();
		const struct clean *c = clean_new(&o, N, 0, NULL, check_arena());
		clean_double(c, V, x, clean, 1, check_arena());
		x[5 * V + 17] = NAN;
		clean_double(c, V, x, spoilt, 1, check_arena());
		for (int k = 0; k < N * V; k++)
			CHECK(k % V == 17 ? isnan(spoilt[k]) : spoilt[k] == clean[k]);
	}
}

/* Any number of threads, in place or not, float or double: the same bits (of float). */
TEST(threads_and_places_do_not_change_a_bit)
{
	enum { T = 50, V = 1111, C = 3 };
	float *x = NEW_N(check_arena(), float, T * V), *one = NEW_N(check_arena(), float, T * V);
	float *out = NEW_N(check_arena(), float, T * V);
	double *wide = NEW_N(check_arena(), double, T * V), conf[T * C];

	for (int k = 0; k < T * C; k++)
		conf[k] = check_random();
	for (int k = 0; k < T * V; k++)
		wide[k] = x[k] = (float)(check_random() * 1000);
	for (int scale = CLEAN_SCALE_NONE; scale <= CLEAN_SCALE_MAX; scale++) {
		struct clean_options o = { true, (enum clean_scale)scale, true, .02, .15, 2, 5 };
		const struct clean *c = clean_new(&o, T, C, conf, check_arena());

		clean_float(c, V, x, one, 1, check_arena());
		for (int n_threads = 1; n_threads <= 4; n_threads++) {
			memcpy(out, x, (size_t)(T * V) * sizeof *x);
			clean_float(c, V, out, out, n_threads, check_arena());
			CHECK(memcmp(out, one, (size_t)(T * V) * sizeof *x) == 0);
		}
		double *wide_out = NEW_N(check_arena(), double, T * V);
		clean_double(c, V, wide, wide_out, 2, check_arena());
		for (int k = 0; k < T * V; k++)
			CHECK_NEAR(one[k], wide_out[k], 2e-7 * fmax(1, fabs(wide_out[k])));
	}
}
