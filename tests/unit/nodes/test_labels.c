/* signals.labels: the worked numbers of F4, and what is told when labels and data do not go together. */
#include "regions.h"

#include <math.h>

#include "base/json.h"

TEST(labels_agree_with_the_worked_numbers)
{
	static const struct { int strategy; double must[3]; } cases[] = {
		{ SIGNALS_LABELS_STRATEGY_MEAN, { 8.533333333333, 8.471428571429, 9 } },
		{ SIGNALS_LABELS_STRATEGY_MEDIAN, { 8.5, 8.375, 9 } },
		{ SIGNALS_LABELS_STRATEGY_SUM, { 256, 593, 9 } },
		{ SIGNALS_LABELS_STRATEGY_STANDARD_DEVIATION, { 4.858726399194, 4.982387346792, 0 } },
		{ SIGNALS_LABELS_STRATEGY_VARIANCE, { 4.858726399194 * 4.858726399194, 4.982387346792 * 4.982387346792, 0 } },
	};

	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
		expect_row(run_labels((struct signals_labels_params){ .strategy = (enum signals_labels_strategy)cases[k].strategy },
		                      h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_FLOAT64), NULL, NULL, 1), 3, cases[k].must);
}

TEST(masked_labels_are_dropped_and_told_or_zero_when_asked)
{
	static const double must[] = { 8.533333333333, 8.328571428571, 0 };
	struct signals_labels_params p = { 0 };
	struct made m = run_labels(p, h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_INT16), mask_where(narrow), NULL, 1);

	expect_row(m, 2, must);
	CHECK(strstr(h_notes(), "1 of 3 labels have too little coverage and no column: '7' (0)"));
	CHECK_TEXT(cell(m.coverage, 1, "coverage"), "0.5");
	CHECK_TEXT(cell(m.coverage, 1, "voxels_used"), "35");
	CHECK_TEXT(cell(m.coverage, 2, "kept"), "0");
	p.keep_masked_labels = true;
	expect_row(run_labels(p, h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_INT16), mask_where(narrow), NULL, 1), 3, must);
	CHECK(strstr(h_notes(), "1 of 3 labels have no voxel, their columns are 0: '7' (0)"));
	p.min_coverage = 0.6;
	m = run_labels(p, h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_INT16), mask_where(narrow), NULL, 1);
	expect_row(m, 1, must);
	CHECK(strstr(h_notes(), "'3' (0.5), '7' (0)"));
}

TEST(labels_are_called_by_their_names)
{
	const struct item *bold = h_f4(4, IMAGE_INT16), *labels = labels_image(IMAGE_UINT8);
	static const char *const tables[] = {
		"index\tname\n7\tV5\n1\tV1\n3\tM1\n9\tA1\n", "value\tname\n7\tV5\n1\tV1\n3\tM1\n", "7\tV5\n1\tV1\n3\tM1\n",
		"c0\tc1\tc2\n7\tV5\t255\n1\tV1\t0\n3\tM1\t0\n", "number\ttext\n7\tV5\n1\tV1\n3\tM1\n",
	};

	for (int k = 0; k < 4; k++) {
		struct made m = run_labels((struct signals_labels_params){ 0 }, bold, labels, NULL, h_table(tables[k]), 1);

		CHECK_OK(m.error);
		CHECK_TEXT(cell(m.coverage, 0, "name"), "V1");
		CHECK_TEXT(cell(m.coverage, 1, "name"), "M1");
		CHECK_TEXT(cell(m.coverage, 2, "name"), "V5");
	}
	CHECK_ERROR(run_labels((struct signals_labels_params){ 0 }, bold, labels, NULL, h_table(tables[4]), 1).error,
	            "must have a column index (or value) of whole numbers, and a column name");
	CHECK_OK(run_labels((struct signals_labels_params){ 0 }, bold, labels, NULL,
	                    h_literal("table", "[[1, \"V1\"], [3, \"M1\"]]"), 1).error);
	CHECK(strstr(h_notes(), "1 of 3 regions has no name in `names` and is called by number, the first 7\n"));
	CHECK_ERROR(run_labels((struct signals_labels_params){ 0 }, bold, labels, NULL, h_table("index\tname\n1\ta\n1\tb\n"), 1).error,
	            "the label 1 has two names, 'a' and 'b'");
	CHECK_ERROR(run_labels((struct signals_labels_params){ 0 }, bold, labels, NULL, h_table("index\tname\n1.5\ta\n"), 1).error,
	            "'1.5' is no label");
}

TEST(labels_of_one_name_are_told_apart)
{
	struct made m = run_labels((struct signals_labels_params){ 0 }, h_f4(4, IMAGE_INT16), labels_image(IMAGE_INT32), NULL,
	                           h_table("index\tname\n1\tV\n3\tV\n7\tW\n"), 1);

	CHECK_OK(m.error);
	CHECK_TEXT(cell(m.coverage, 0, "name"), "V 1");
	CHECK_TEXT(cell(m.coverage, 1, "name"), "V 3");
	CHECK_TEXT(cell(m.coverage, 2, "name"), "W");
}

TEST(another_label_is_background)
{
	struct made m = run_labels((struct signals_labels_params){ .background_label = 3 }, h_f4(4, IMAGE_FLOAT32),
	                           labels_image(IMAGE_INT8), NULL, NULL, 1);

	CHECK_OK(m.error);
	CHECK_INT(m.n_col, 3);
	CHECK_TEXT(cell(m.coverage, 0, "name"), "0");
	CHECK_NEAR(m.x[1], 8.533333333333, 1e-5);
}

TEST(voxels_that_are_no_number_do_not_count)
{
	struct signals_labels_params p = { 0 };
	struct made whole = run_labels(p, h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_INT16), NULL, NULL, 1);
	struct made m = run_labels(p, broken_bold(), labels_image(IMAGE_INT16), NULL, NULL, 1);
	double first = (14 % 17);   /* F4[2, 0, 0, 0] */

	CHECK_OK(m.error);
	CHECK(strstr(h_notes(), "2 of 101 voxels of regions are left out: bold is NaN or infinite there in some volume"));
	CHECK(strstr(h_notes(), "'7' (0)"));
	CHECK_INT(m.n_col, 2);
	CHECK_NEAR(m.x[0], (30 * whole.x[0] - first) / 29, 1e-5);
	CHECK_TEXT(cell(m.coverage, 0, "voxels_used"), "29");
	p.compat = SIGNALS_LABELS_COMPAT_NILEARN;
	m = run_labels(p, broken_bold(), labels_image(IMAGE_INT16), NULL, NULL, 1);
	CHECK_INT(m.n_col, 3);
	CHECK_NEAR(m.x[0], whole.x[0], 0);
	CHECK_NEAR(m.x[2], 0, 0);
}

TEST(labels_move_onto_the_data_and_data_onto_labels)
{
	struct signals_labels_params p = { 0 };
	struct grid g = h_f4_grid(), wide = g;
	struct made m;
	float *x = NEW_N(check_arena(), float, 12 * 7 * 5);

	/* halves of voxels along i, from one voxel before the data's first */
	wide.n[0] = 12;
	wide.affine[0][0] = 1;
	wide.affine[0][3] = g.affine[0][3] - 2.5;
	for (int v = 0; v < 12 * 7 * 5; v++)
		x[v] = v % 12 < 2 ? 4 : v % 12 < 6 ? 5 : 0;
	m = run_labels(p, h_f4(4, IMAGE_FLOAT32), h_image(&wide, 1, 0, IMAGE_UINT8, x), NULL, NULL, 1);
	CHECK_OK(m.error);
	CHECK(strstr(h_notes(), "labels (12x7x5"));
	CHECK(strstr(h_notes(), "'4' (0)"));
	CHECK_INT(m.n_col, 1);
	CHECK_TEXT(cell(m.coverage, 1, "coverage"), "1");
	CHECK_TEXT(cell(m.coverage, 1, "voxels"), "140");
	CHECK_TEXT(cell(m.coverage, 1, "voxels_used"), "70");
	CHECK_NEAR(m.x[0], 8.471428571429, 1e-5);
	p.resampling_target = SIGNALS_LABELS_RESAMPLING_TARGET_LABELS;
	m = run_labels(p, h_f4(4, IMAGE_FLOAT32), h_image(&wide, 1, 0, IMAGE_UINT8, x), NULL, NULL, 1);
	CHECK_OK(m.error);
	CHECK(strstr(h_notes(), "bold (6x7x5"));
	CHECK_INT(m.n_col, 1);
	CHECK_TEXT(cell(m.coverage, 1, "voxels_used"), "140");
	p.resampling_target = SIGNALS_LABELS_RESAMPLING_TARGET_NONE;
	CHECK_ERROR(run_labels(p, h_f4(4, IMAGE_FLOAT32), h_image(&wide, 1, 0, IMAGE_UINT8, x), NULL, NULL, 1).error,
	            "labels is 12x7x5");
}

TEST(wrong_labels_are_told)
{
	struct signals_labels_params p = { 0 };
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, 2 * grid_size(&g));

	CHECK_ERROR(run_labels(p, h_f4(4, IMAGE_INT16), h_image(&g, 1, 0, IMAGE_INT16, x), NULL, NULL, 1).error,
	            "has no labels: every voxel is 0");
	CHECK_ERROR(run_labels(p, h_f4(4, IMAGE_INT16), h_image(&g, 2, 2, IMAGE_INT16, x), NULL, NULL, 1).error, "must");
	x[8] = 0.5f;
	CHECK_ERROR(run_labels(p, h_f4(4, IMAGE_INT16), h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL, NULL, 1).error,
	            "voxel (2, 1, 0) is 0.5, labels must be whole numbers");
	x[8] = INFINITY;
	CHECK_ERROR(run_labels(p, h_f4(4, IMAGE_INT16), h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL, NULL, 1).error,
	            "voxel (2, 1, 0) is inf");
	x[8] = 0;
	x[209] = -3;
	CHECK_ERROR(run_labels(p, h_f4(4, IMAGE_INT16), h_image(&g, 1, 0, IMAGE_FLOAT32, x), mask_where(narrow), NULL, 1).error,
	            "no label is left: of the 1, '-3' the first, none has a voxel in bold and the mask");
	CHECK_OK(run_labels(p, h_f4(4, IMAGE_INT16), h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL, NULL, 1).error);
}

TEST(labels_that_lie_elsewhere_are_told)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, grid_size(&g));

	x[0] = 1;
	g.affine[1][3] = 500;
	CHECK_ERROR(run_labels((struct signals_labels_params){ 0 }, h_f4(4, IMAGE_INT16), h_image(&g, 1, 0, IMAGE_INT16, x), NULL,
	                       NULL, 1).error, "labels and bold are apart: along y labels lie from 500 to 518 mm, bold from 5 to 23 mm");
}

TEST(labels_of_one_volume_are_one_row)
{
	struct made m = run_labels((struct signals_labels_params){ 0 }, h_f4(1, IMAGE_INT16), labels_image(IMAGE_INT16), NULL,
	                           NULL, 1);

	CHECK_OK(m.error);
	CHECK_INT(m.n_row, 1);
	CHECK_INT(m.n_col, 3);
}

TEST(labels_give_the_same_bits_for_any_thread_count)
{
	struct signals_labels_params p = { .smoothing_mm = (double[]){ 5 }, .n_smoothing = 1, .detrend = true, .standardize = 1 };

	for (int k = 0; k < 7; k++) {
		struct made one, five;

		p.strategy = (enum signals_labels_strategy)k;
		one = run_labels(p, h_f4(8, IMAGE_INT16), labels_image(IMAGE_INT16), NULL, NULL, 1);
		five = run_labels(p, h_f4(8, IMAGE_INT16), labels_image(IMAGE_INT16), NULL, NULL, 5);
		CHECK_OK(one.error);
		CHECK_TEXT(h_digest(five.signals, "series.npy"), h_digest(one.signals, "series.npy"));
		CHECK_TEXT(h_digest(five.used, "image.nii"), h_digest(one.used, "image.nii"));
	}
}

TEST(voxels_beside_a_missing_number_do_not_count_either)
{
	struct signals_labels_params p = { .resampling_target = SIGNALS_LABELS_RESAMPLING_TARGET_LABELS };
	struct grid g = h_f4_grid(), fine = g;
	float *x = NEW_N(check_arena(), float, 11 * 7 * 5);
	struct made m;

	fine.n[0] = 11;
	fine.affine[0][0] = 1;
	for (int v = 0; v < 11 * 7 * 5; v++)
		x[v] = (float)(1 + v % 11 / 6);
	m = run_labels(p, broken_bold(), h_image(&fine, 1, 0, IMAGE_UINT8, x), NULL, NULL, 1);
	CHECK_OK(m.error);
	CHECK(strstr(h_notes(), "voxels of regions are left out: bold is NaN or infinite there in some volume"));
	for (int i = 0; i < 8; i++)
		CHECK(m.x[i] > 6 && m.x[i] < 11);
}

/* ---- before anything is computed ---- */
static struct doc *facts(const char *dim, const char *type)
{
	const char *json = arena_printf(check_arena(), "{\"dim\":[%s],\"affine\":[[2,0,0,-10],[0,3,0,5],[0,0,4,2]],\"tr\":2,"
	                                "\"type\":\"%s\",\"bytes\":70560,\"space\":\"\"}", dim, type);
	struct doc *d;

	CHECK_OK(json_read(&d, json, strlen(json), "facts", check_arena()));
	return d;
}

static const char *problems(struct signals_labels_params p, const char *labels_dim, const struct item *labels,
                            const struct item *mask)
{
	struct shape *s = h_shape();

	h_given(s, "bold", facts("6,7,5,168", "int16"), NULL);
	h_given(s, "labels", facts(labels_dim, "int16"), labels);
	if (mask)
		h_given(s, "mask", facts("6,7,5,1", "uint8"), mask);
	CHECK_OK(signals_labels_shape(s, &p));
	return h_problems(s);
}

static int64_t memory(const char *labels_dim)
{
	struct signals_labels_params p = { 0 };
	struct shape *s = h_shape();

	h_given(s, "bold", facts("6,7,5,168", "int16"), NULL);
	h_given(s, "labels", facts(labels_dim, "int16"), NULL);
	CHECK_OK(signals_labels_shape(s, &p));
	return s->memory;
}

/* Of each voxel of the labels: two bytes of file, which region it is, whether it was reached, where it lies in the data. */
TEST(the_memory_of_fine_labels_is_predicted)
{
	CHECK(memory("12,14,10,1") - memory("6,7,5,1") >= (12 * 14 * 10 - 6 * 7 * 5) * 11);
}

TEST(shapes_find_wrong_labels_before_anything_runs)
{
	struct signals_labels_params none = { .resampling_target = SIGNALS_LABELS_RESAMPLING_TARGET_NONE }, p = { 0 };
	struct signals_labels_params wide = { .smoothing_mm = (double[]){ 50 }, .n_smoothing = 1 };
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, grid_size(&g));

	CHECK_TEXT(problems(p, "6,7,5,1", labels_image(IMAGE_INT16), NULL), "");
	CHECK_TEXT(problems(p, "12,7,5,1", NULL, NULL), "");
	CHECK(strstr(problems(p, "6,7,5,4", NULL, NULL), "error labels: labels has 4 volumes, must have one (signals.maps takes"));
	CHECK(strstr(problems(none, "12,7,5,1", NULL, NULL), "error labels: resampling_target is none: labels is 12x7x5"));
	CHECK(strstr(problems(wide, "6,7,5,1", NULL, NULL), "warning smoothing: "));
	x[3] = 1.25f;
	CHECK(strstr(problems(p, "6,7,5,1", h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL), "voxel (3, 0, 0) is 1.25, labels must be"));
	x[3] = 4;
	CHECK(strstr(problems(p, "6,7,5,1", h_image(&g, 1, 0, IMAGE_FLOAT32, x), mask_where(corner)), "error labels: no label is left"));
}
