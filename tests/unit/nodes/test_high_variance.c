/* Expected numbers are those of nilearn 0.12.1 and scipy 1.10.1 on the same made-up values. */
#include "harness.h"

#include <math.h>
#include <string.h>

#include "base/doc.h"
#include "confounds.high_variance.node.h"
#include "fmri/motion.h"
#include "fmri/sidecar.h"
#include "img/facts.h"
#include "img/series.h"
#include "img/table.h"

/* ---- the filter of motion ---- */
static double course(double tr_s, int t)
{
	return sin(2 * M_PI * 0.05 * tr_s * t) + 0.3 * sin(2 * M_PI * 0.27 * tr_s * t + 1);
}

static void check_filter(struct motion_filter m, const double *must, bool breathing)
{
	double x[60];
	struct filter f;
	const char *problem = motion_filter_design(&f, &m, 60, check_arena());

	CHECK_TEXT(problem ? problem : "", "");
	for (int t = 0; t < 60; t++)
		x[t] = breathing ? course(m.tr_s, t) : sin(2 * M_PI * 0.05 * m.tr_s * t);
	motion_filter_run(&f, 60, x, check_arena());
	CHECK_NEAR(x[0], must[0], 1e-12);
	CHECK_NEAR(x[7], must[1], 1e-12);
	CHECK_NEAR(x[30], must[2], 1e-12);
	CHECK_NEAR(x[59], must[3], 1e-12);
}

TEST(motion_loses_the_band_of_breathing)
{
	static const double notch[] = { 0.25520014595289264, 0.961744766179061, 0.9445100701170168, 0.6063009116818463 };
	static const double low[] = { 0.25936662205522165, 0.905395133657015, 0.896071515561695, 0.626156182885463 };
	static const double to_nyquist[] = { 0.25228995045727753, -0.9686166910466473, 0.9462408916771485, 0.3506790619292723 };
	static const double above[] = { 0.0008105402808369667, 0.02220415893316611, 2.7493786827342825e-06, -0.8095347120573537 };

	check_filter((struct motion_filter){ 0.2, 0.3, 2, 0.8 }, notch, true);
	check_filter((struct motion_filter){ 0.1, INFINITY, 2, 0.8 }, low, true);
	check_filter((struct motion_filter){ 0.2, 0.3, 2, 2.2 }, to_nyquist, true);   /* 0.1545 Hz up to Nyquist */
	check_filter((struct motion_filter){ 0.2, 0.3, 2, 3 }, above, false);         /* seen as 0.0333 to 0.1333 Hz */
}

static void no_filter(struct motion_filter m, int n_vol, const char *text)
{
	struct filter f;
	const char *problem = motion_filter_design(&f, &m, n_vol, check_arena());

	CHECK(problem && strstr(problem, text));
}

TEST(filters_that_cannot_be_are_told)
{
	no_filter((struct motion_filter){ 0.3, 0.2, 2, 0.8 }, 60, "the band ends at 0.2 Hz, must end above 0.3 Hz");
	no_filter((struct motion_filter){ 0.3, INFINITY, 2, 2 }, 60, "shows frequencies up to 0.25 Hz");
	no_filter((struct motion_filter){ 0.3, 0.6, 2, 2 }, 60, "folds onto 0 Hz at a TR of 2 s");
	no_filter((struct motion_filter){ 0.3, 1e9, 2, 2 }, 60, "far above what a TR of 2 s shows");
	no_filter((struct motion_filter){ 0.2, 0.3, 2, 0.8 }, 8, "8 volumes are too few for this filter");
}

/* ---- sidecars ---- */
static struct error *parse(const struct doc **d, const char *text)
{
	return sidecar_parse(d, text, strlen(text), "x.json", check_arena());
}

TEST(sidecars_are_read_as_python_writes_them)
{
	const struct doc *d;
	double tr_s;

	CHECK_OK(parse(&d, "\xef\xbb\xbf{\"A\": NaN, \"B\": [-Infinity, Infinity], \"C\": \"NaN \\\" NaN\", \"RepetitionTime\": 0.72}"));
	CHECK_TEXT(doc_text(d, "A", ""), "null");
	CHECK_TEXT(doc_text(d, "C", ""), "NaN \" NaN");
	CHECK_OK(sidecar_tr(&tr_s, d));
	CHECK_NEAR(tr_s, 0.72, 0);
	CHECK_OK(parse(&d, "{}"));
	CHECK_OK(sidecar_tr(&tr_s, d));
	CHECK_NEAR(tr_s, 0, 0);
	CHECK_OK(parse(&d, "{\"RepetitionTime\": \"2\"}"));
	CHECK_ERROR(sidecar_tr(&tr_s, d), "RepetitionTime is 2, must be a positive number");
	CHECK_OK(parse(&d, "{\"RepetitionTime\": -1}"));
	CHECK_ERROR(sidecar_tr(&tr_s, d), "RepetitionTime is -1, must be");
	CHECK_OK(parse(&d, "{\"RepetitionTime\": [2]}"));
	CHECK_ERROR(sidecar_tr(&tr_s, d), "RepetitionTime is a list or a map");
	CHECK_ERROR(parse(&d, "[1]"), "this is no map of names and values");
	CHECK_ERROR(parse(&d, "{\"A\": nan}"), "a value");
	CHECK_ERROR(parse(&d, ""), "");
}

/* ---- high variance ---- */
enum { HV_T = 12, HV_V = 60 };

static struct series hv_series(void)
{
	float *x = NEW_N(check_arena(), float, HV_T * HV_V);

	for (int t = 0; t < HV_T; t++)
		for (int v = 0; v < HV_V; v++)
			x[t * HV_V + v] = (float)((1 + v % 7) * sin(0.3 * t * (1 + v % 4) + v) + 0.1 * t + ((t * (v + 3)) % 11) * 0.2);
	return (struct series){ .n_row = HV_T, .n_col = HV_V, .tr_s = 2, .x = x };
}

static const struct item *as_series(const struct series *s)
{
	struct out *o = h_out();

	CHECK_OK(series_write(out_blob(o, "series.npy"), out_blob(o, "series.json"), s, check_arena()));
	return h_item(o, "series");
}

/* The same values as an image of 5 x 4 x 3 voxels, columns in the order of the file. */
static const struct item *as_image(const struct series *s)
{
	struct grid g = { { 5, 4, 3 }, { { 2, 0, 0, 0 }, { 0, 2, 0, 0 }, { 0, 0, 2, 0 } } };

	return h_image(&g, s->n_row, s->tr_s, IMAGE_FLOAT32, s->x);
}

static struct error *high_variance(const double **x, struct confounds_high_variance_inputs in, int n, double percentile,
                                   bool detrend, int threads)
{
	struct confounds_high_variance_params p = { n, percentile, detrend };
	struct out *o = h_out();
	struct table t;

	TRY(confounds_high_variance_run(h_env(threads), &p, &in, &(struct confounds_high_variance_outputs){ o }));
	CHECK_OK(table_of(&t, h_item(o, "table"), check_arena()));
	CHECK_TEXT(t.column[0], "high_variance_0");
	return table_all_numbers(x, &t, check_arena());
}

TEST(high_variance_is_nilearns_up_to_the_sign)
{
	static const double must[3][3] = { { 0.13870079944858624, -0.09403528206654505, -0.461419492230733 },
	                                   { 0.5914949507993884, 0.07488276310185762, 0.15950974176035798 },
	                                   { 0.13247011244425, -0.3447588476421588, -0.2709936213593483 } };
	static const double raw[3][2] = { { -0.05892884385976599, -0.1815745676849542 },
	                                  { -0.21164902310707343, 0.1480060532758201 },
	                                  { -0.0642951715131508, 0.15182759109316257 } };
	struct series s = hv_series();
	const struct confounds_high_variance_inputs in = { .signals = as_series(&s) }, image = { .image = as_image(&s) };
	const double *x, *y;

	CHECK_OK(high_variance(&x, in, 3, 20, true, 1));
	CHECK_OK(high_variance(&y, image, 3, 20, true, 4));
	for (int i = 0; i < 3; i++)
		for (int c = 0; c < 3; c++)
			CHECK_NEAR(x[(i == 2 ? 11 : 5 * i) * 3 + c], must[i][c], 1e-10);
	CHECK(memcmp(x, y, HV_T * 3 * sizeof *x) == 0);
	CHECK_OK(high_variance(&x, in, 2, 50, false, 1));
	for (int i = 0; i < 3; i++)
		for (int c = 0; c < 2; c++)
			CHECK_NEAR(x[(i == 2 ? 11 : 5 * i) * 2 + c], raw[i][c], 1e-10);
}

TEST(high_variance_leaves_out_what_is_not_finite)
{
	struct series s = hv_series(), more = s;
	float *x = NEW_N(check_arena(), float, HV_T * (HV_V + 2));
	const double *p, *q;

	for (int t = 0; t < HV_T; t++) {
		memcpy(x + t * (HV_V + 2), s.x + t * HV_V, HV_V * sizeof *x);
		x[t * (HV_V + 2) + HV_V] = t == 4 ? NAN : 1000.0f * (float)t * (float)t;
		x[t * (HV_V + 2) + HV_V + 1] = t == 4 ? INFINITY : 1;
	}
	more.n_col += 2;
	more.x = x;
	CHECK_OK(high_variance(&p, (struct confounds_high_variance_inputs){ .signals = as_series(&s) }, 3, 20, true, 1));
	CHECK_OK(high_variance(&q, (struct confounds_high_variance_inputs){ .signals = as_series(&more) }, 3, 20, true, 1));
	CHECK(memcmp(p, q, HV_T * 3 * sizeof *p) == 0);
}

TEST(high_variance_in_a_mask_is_that_of_its_voxels)
{
	struct series s = hv_series(), inner = { .n_row = HV_T, .n_col = 20, .tr_s = 2 };
	struct grid g = { { 5, 4, 3 }, { { 2, 0, 0, 0 }, { 0, 2, 0, 0 }, { 0, 0, 2, 0 } } };
	float mask[HV_V] = { 0 }, *x = NEW_N(check_arena(), float, HV_T * 20);
	const double *p, *q;

	for (int t = 0; t < HV_T; t++)
		memcpy(x + t * 20, s.x + t * HV_V + 20, 20 * sizeof *x);   /* the slice k = 1 */
	for (int v = 20; v < 40; v++)
		mask[v] = 1;
	inner.x = x;
	CHECK_OK(high_variance(&p, (struct confounds_high_variance_inputs){ .signals = as_series(&inner) }, 2, 50, true, 1));
	CHECK_OK(high_variance(&q, (struct confounds_high_variance_inputs){ .image = as_image(&s),
	                           .mask = h_image(&g, 1, 0, IMAGE_FLOAT32, mask) }, 2, 50, true, 2));
	for (int k = 0; k < HV_T * 2; k++)
		CHECK_NEAR(p[k], q[k], 1e-12);
}

static const char *variance_problems(int n_vol, int n_col, struct confounds_high_variance_params p)
{
	struct shape *s = h_shape();
	struct series_facts f = { n_vol, n_col, 2, NULL };

	h_given(s, "signals", series_facts_to(&f, check_arena()), NULL);
	CHECK_OK(confounds_high_variance_shape(s, &p));
	return h_problems(s);
}

TEST(high_variance_says_what_cannot_be)
{
	struct series s = hv_series(), flat = { .n_row = HV_T, .n_col = 4, .tr_s = 2, .x = NEW_N(check_arena(), float, HV_T * 4) };
	const struct confounds_high_variance_inputs in = { .signals = as_series(&s) };
	const double *x;

	CHECK_ERROR(high_variance(&x, in, 11, 100, true, 1), "11 confounds were asked for, 12 volumes without their trend have at most 10");
	CHECK_ERROR(high_variance(&x, in, 5, 2, true, 1), "2 of 60 columns are above the percentile");
	CHECK_ERROR(high_variance(&x, (struct confounds_high_variance_inputs){ .signals = as_series(&flat) }, 1, 50, true, 1),
	            "0 of 4 columns are above the percentile");
	CHECK_ERROR(high_variance(&x, (struct confounds_high_variance_inputs){ 0 }, 1, 50, true, 1), "neither image nor signals");
	CHECK(strstr(variance_problems(12, 60, (struct confounds_high_variance_params){ 11, 100, true }), "error n: 11 confounds"));
	CHECK(strstr(variance_problems(12, 60, (struct confounds_high_variance_params){ 5, 2, true }), "2% of 60 columns are fewer"));
	CHECK(strstr(variance_problems(1, 60, (struct confounds_high_variance_params){ 5, 2, true }), "signals has one volume"));
	CHECK_TEXT(variance_problems(12, 600, (struct confounds_high_variance_params){ 5, 2, true }), "");
}
