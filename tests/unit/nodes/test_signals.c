#include "harness.h"

#include <math.h>

#include "base/doc.h"
#include "base/json.h"
#include "connectome.seed_to_voxel.node.h"
#include "img/facts.h"
#include "signals.clean.node.h"
#include "signals.spheres.node.h"
#include "signals.voxels.node.h"

static const char seeds_json[] = "[[-5, 12, 9], [-9.6, 6, 3.9]]";

static struct out *voxels(const struct item *im, const struct item *mask, const struct item *confounds,
                          struct signals_voxels_params p, struct out *mask_out, int threads)
{
	struct out *o = h_out();

	p.standardize_confounds = true;
	CHECK_OK(signals_voxels_run(h_env(threads), &p, &(struct signals_voxels_inputs){ .bold = im, .mask = mask, .confounds = confounds },
	                            &(struct signals_voxels_outputs){ o, mask_out }));
	return o;
}

static const struct item *small_mask(void)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, grid_size(&g));

	for (int i = 2; i < 4; i++)
		for (int j = 2; j < 5; j++)
			for (int k = 1; k < 4; k++)
				x[grid_index(&g, i, j, k)] = 2.5;
	return h_image(&g, 1, 0, IMAGE_FLOAT32, x);
}

TEST(voxels_come_in_c_order_and_smoothed)
{
	static const double must[] = { 8.355775374076, 8.551869382578, 8.570832807345, 8.322634498043 };
	struct signals_voxels_params p = { .smoothing_mm = (double[]){ 6 }, .n_smoothing = 1 };
	int rows, columns;
	const float *x = h_series(voxels(h_f4(4, IMAGE_FLOAT32), small_mask(), NULL, p, h_out(), 1), &rows, &columns);

	CHECK_INT(rows, 4);
	CHECK_INT(columns, 18);
	for (int v = 0; v < 4; v++)
		CHECK_NEAR(x[v], must[v], 1e-5);
	x = h_series(voxels(h_f4(4, IMAGE_FLOAT32), small_mask(), NULL, (struct signals_voxels_params){ 0 }, h_out(),
	                    1), &rows, &columns);
	CHECK_NEAR(x[0], (14 + 26 + 29) % 17 + 0.25 * (5 % 5), 0);
	CHECK_NEAR(x[1], (14 + 26 + 58) % 17 + 0.25 * (6 % 5), 0);
}

static const char confounds_text[] = "a\tb\n1\t0.5\n2\t1\n4\t-3\n0\t2\n1\t1\n7\t0\n2\t2\n1\t5\n";

TEST(voxels_give_the_same_bits_for_any_type_and_thread_count)
{
	struct signals_voxels_params p = { .smoothing_mm = (double[]){ 5 }, .n_smoothing = 1, .detrend = true,
	                                   .standardize = 1 };
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, 8 * 210);
	const struct item *im = h_f4(8, IMAGE_INT16), *table = h_table(confounds_text);
	const char *one;

	for (int v = 0; v < 8 * 210; v++)
		x[v] = (float)(int)(100 * check_random());
	im = h_image(&g, 8, 2, IMAGE_INT16, x);
	one = h_digest(voxels(im, small_mask(), table, p, h_out(), 1), "series.npy");
	CHECK_TEXT(h_digest(voxels(im, small_mask(), table, p, h_out(), 5), "series.npy"), one);
	for (enum image_type type = IMAGE_UINT8; type <= IMAGE_FLOAT64; type++)
		CHECK_TEXT(h_digest(voxels(h_image(&g, 8, 2, type, x), small_mask(), table, p, h_out(), 2), "series.npy"),
		           one);
}

TEST(what_is_left_has_nothing_of_the_confounds)
{
	struct signals_voxels_params p = { .detrend = true, .standardize = 1 };
	static const double b[8] = { 0.5, 1, -3, 2, 1, 0, 2, 5 };
	int rows, columns;
	const float *x = h_series(voxels(h_f4(8, IMAGE_FLOAT32), small_mask(), h_table(confounds_text), p, h_out(), 1),
	                          &rows, &columns);

	for (int v = 0; v < columns; v++) {
		double line = 0, dot = 0, square = 0;

		for (int t = 0; t < 8; t++) {
			line += (t - 3.5) * x[t * columns + v];
			dot += b[t] * x[t * columns + v];
			square += x[t * columns + v] * x[t * columns + v];
		}
		CHECK_NEAR(line, 0, 1e-4);
		CHECK_NEAR(dot, 0, 1e-4);
		CHECK_NEAR(square, 7, 1e-4);
	}
}

static struct error *voxel_error(const char *confounds, struct signals_voxels_params p)
{
	return signals_voxels_run(h_env(1), &p, &(struct signals_voxels_inputs){ .bold = h_f4(8, IMAGE_INT16), .mask = small_mask(),
	                          .confounds = confounds ? h_table(confounds) : NULL }, &(struct signals_voxels_outputs){ h_out(),
	                                                                                                     h_out() });
}

TEST(cleaning_says_what_does_not_go_together)
{
	struct signals_voxels_params none = { 0 }, band = { .high_pass_hz = 0.01, .has_high_pass = true,
	                                                    .low_pass_hz = 0.1, .has_low_pass = true };
	struct signals_voxels_params crossed = band, fast = { .high_pass_hz = 0.3, .has_high_pass = true };
	struct signals_voxels_params cosine = { .low_pass_hz = 0.1, .has_low_pass = true, .filter = 1 };

	crossed.high_pass_hz = 0.2;
	CHECK_ERROR(voxel_error("a\n1\n2\n", none), "confounds have 2 rows, bold has 8 volumes");
	CHECK_ERROR(voxel_error("a\tfd\n1\tn/a\n2\t1\n4\t-3\n0\t2\n1\t1\n7\t0\n2\t2\n1\t5\n", none),
	            "the confound 'fd' is 'n/a' in row 1");
	CHECK_ERROR(voxel_error(NULL, band), "there are 8 volumes, the filter needs more than 33");
	CHECK_ERROR(voxel_error(NULL, crossed), "high_pass must be the lower one");
	CHECK_ERROR(voxel_error(NULL, fast), "must be below 0.25 Hz");
	CHECK_ERROR(voxel_error(NULL, cosine), "cosine needs high_pass");
}

TEST(a_spline_over_a_long_gap_is_noted)
{
	struct signals_voxels_params p = { .detrend = true, .high_pass_hz = 0.01, .has_high_pass = true, .low_pass_hz = 0.1,
	                                   .has_low_pass = true, .filter_order = 5 };
	struct buf kept = { .arena = check_arena() };

	for (int t = 0; t < 100; t++)
		buf_printf(&kept, "%s%s", t ? ", " : "[", t >= 65 && t < 95 ? "false" : "true");
	buf_add(&kept, "]");
	struct signals_voxels_inputs in = { .bold = h_f4(100, IMAGE_INT16), .mask = small_mask(),
	                                    .sample_mask = h_literal("table", kept.text) };

	CHECK_OK(signals_voxels_run(h_env(1), &p, &in, &(struct signals_voxels_outputs){ h_out(), h_out() }));
	CHECK(strstr(h_notes(), "the spline over 30 censored volumes runs away: detrending it adds "));
	p.fill = SIGNALS_VOXELS_FILL_LOMB_SCARGLE;
	CHECK_OK(signals_voxels_run(h_env(1), &p, &in, &(struct signals_voxels_outputs){ h_out(), h_out() }));
	CHECK(!strstr(h_notes(), "runs away"));
}

static struct doc *facts(const char *json)
{
	struct doc *d;

	CHECK_OK(json_read(&d, json, strlen(json), "facts", check_arena()));
	return d;
}

static const char bold_facts[] = "{\"dim\":[6,7,5,168],\"affine\":[[2,0,0,-10],[0,3,0,5],[0,0,4,2]],\"tr\":%s,"
	"\"type\":\"int16\",\"bytes\":70560,\"space\":\"\"}";

static const char *voxels_problems(const char *tr, const char *table, struct signals_voxels_params p)
{
	struct shape *s = h_shape();

	h_given(s, "bold", facts(arena_printf(check_arena(), bold_facts, tr)), NULL);
	if (table)
		h_given(s, "confounds", facts(table), NULL);
	CHECK_OK(signals_voxels_shape(s, &p));
	return h_problems(s);
}

TEST(shapes_find_problems_before_anything_runs)
{
	struct signals_voxels_params tr = { .tr_s = 2, .has_tr = true }, low = { .low_pass_hz = 0.4,
	                                                                         .has_low_pass = true };
	struct signals_voxels_params wide = { .smoothing_mm = (double[]){ 50 }, .n_smoothing = 1 };

	CHECK_TEXT(voxels_problems("2", NULL, tr), "");
	CHECK(strstr(voxels_problems("2.5", NULL, tr), "error tr: tr is 2 s, but bold has a TR of 2.5 s"));
	CHECK(strstr(voxels_problems("1", NULL, tr), "warning tr: "));
	CHECK(strstr(voxels_problems("0", NULL, low), "error low_pass: a filter needs the time between volumes"));
	CHECK(strstr(voxels_problems("2", NULL, low), "warning low_pass: "));
	CHECK(strstr(voxels_problems("2", NULL, wide), "warning smoothing: "));
	CHECK(strstr(voxels_problems("2", "{\"rows\":167,\"columns\":[\"a\"]}", tr),
	             "error confounds: confounds have 167 rows, bold has 168 volumes"));
}

TEST(shapes_count_what_is_left_of_the_signals)
{
	struct signals_voxels_params band = { .high_pass_hz = 0.01, .has_high_pass = true, .low_pass_hz = 0.03,
	                                      .has_low_pass = true, .detrend = true };
	struct buf b = { .arena = check_arena() };

	buf_add(&b, "{\"rows\":168,\"columns\":[");
	for (int c = 0; c < 20; c++)
		buf_printf(&b, "%s\"c%d\"", c ? "," : "", c);
	buf_add(&b, "]}");
	CHECK(strstr(voxels_problems("2", b.text, band), "nothing would be left"));
}

/* Tables are looked into at check time when they exist. */
TEST(shapes_look_into_confounds_that_exist)
{
	struct signals_voxels_params none = { 0 };
	struct shape *s = h_shape();

	h_given(s, "bold", facts(arena_printf(check_arena(), bold_facts, "2")), NULL);
	h_given(s, "confounds", NULL, h_table("a\tfd\n1\tn/a\n2\t1\n"));
	CHECK_OK(signals_voxels_shape(s, &none));
	CHECK(strstr(h_problems(s), "error confounds: "));
	CHECK(strstr(h_problems(s), "'fd' is 'n/a' in row 1"));
}

TEST(shapes_compare_the_seed_with_the_voxels)
{
	struct connectome_seed_to_voxel_params p = { 0 };
	struct shape *s = h_shape();

	h_given(s, "seed", facts("{\"rows\":100,\"columns\":1,\"tr\":2}"), NULL);
	h_given(s, "voxels", facts("{\"rows\":99,\"columns\":18,\"tr\":2}"), NULL);
	CHECK_OK(connectome_seed_to_voxel_shape(s, &p));
	CHECK(strstr(h_problems(s), "seed has 100 times, voxels have 99"));
}

/* ---- correlation ---- */

static struct error *correlate(const struct item *im, const char *column, int compat, struct out *r, struct out *z)
{
	struct connectome_seed_to_voxel_params p = { .column = column, .has_column = column != NULL, .compat = compat };
	struct out *s = h_out(), *v = h_out(), *m = h_out();
	struct signals_spheres_params sp = { .allow_overlap = true };

	CHECK_OK(signals_spheres_run(h_env(1), &sp, &(struct signals_spheres_inputs){ .bold = im,
	         .seeds = h_literal("coords",
	                            column ? seeds_json : "[[-6, 11, 6]]") }, &(struct signals_spheres_outputs){ s, h_out(), h_out() }));
	CHECK_OK(signals_voxels_run(h_env(1), &(struct signals_voxels_params){ 0 },
	         &(struct signals_voxels_inputs){ .bold = im,
	                                          .mask = small_mask() }, &(struct signals_voxels_outputs){ v, m }));
	return connectome_seed_to_voxel_run(h_env(1), &p, &(struct connectome_seed_to_voxel_inputs){ h_item(s, "series"),
	                                    h_item(v, "series"), h_item(m,
	                                                                "mask") }, &(struct connectome_seed_to_voxel_outputs){ r, z });
}

TEST(a_seed_voxel_correlates_fully_with_itself)
{
	struct grid g = h_f4_grid();
	struct out *r = h_out(), *z = h_out();
	long at = grid_index(&g, 2, 2, 1), other = grid_index(&g, 3, 3, 2);
	float *x, *y;

	CHECK_OK(correlate(h_f4(9, IMAGE_FLOAT32), NULL, 0, r, z));
	x = h_voxels(r);
	y = h_voxels(z);
	CHECK_NEAR(x[at], 1, 1e-6);
	CHECK(isfinite(y[at]) && y[at] > 5);
	CHECK_NEAR(x[0], 0, 0);
	CHECK(fabsf(x[other]) < 1);
	CHECK_NEAR(y[other], atanh(x[other]), 1e-5);
}

TEST(a_voxel_without_variance_has_no_correlation)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, 9 * 210);
	struct out *r = h_out(), *z = h_out();

	for (int v = 0; v < 9 * 210; v++)
		x[v] = v % 210 == grid_index(&g, 3, 3, 2) ? 7 : (float)check_random();
	CHECK_OK(correlate(h_image(&g, 9, 2, IMAGE_FLOAT32, x), NULL, 0, r, z));
	CHECK(isnan(h_voxels(r)[grid_index(&g, 3, 3, 2)]));
	CHECK(isnan(h_voxels(z)[grid_index(&g, 3, 3, 2)]));
	CHECK(strstr(h_notes(), "1 voxels have a constant signal"));
}

TEST(a_seed_of_several_columns_is_chosen_by_name_or_number)
{
	const struct item *im = h_f4(9, IMAGE_FLOAT32);

	CHECK_OK(correlate(im, "1", 0, h_out(), h_out()));
	CHECK_ERROR(correlate(im, "2", 0, h_out(), h_out()), "column is '2'");
	CHECK_ERROR(correlate(im, "PCC", 0, h_out(), h_out()), "column is 'PCC'");
}
