/* signals.labels, signals.maps and signals.to_image: the worked numbers of F4, and what is told when regions and data do not
 * go together. */
#include "harness.h"

#include <math.h>

#include "base/doc.h"
#include "base/json.h"
#include "img/series.h"
#include "img/table.h"
#include "signals.labels.node.h"
#include "signals.maps.node.h"
#include "signals.to_image.node.h"

/* ---- labels ---- */
static int label_at(int i, int j, int k)
{
	if (i == 5 && j == 6 && k == 4)
		return 7;
	return i < 2 ? 3 : i < 4 && j < 3 ? 1 : 0;
}

static const struct item *labels_image(enum image_type type)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, grid_size(&g));

	for (int v = 0; v < grid_size(&g); v++) {
		int at[3];

		grid_voxel(&g, v, at);
		x[v] = (float)label_at(at[0], at[1], at[2]);
	}
	return h_image(&g, 1, 0, type, x);
}

/* Zero where axis i is first or last. */
static const struct item *narrow_mask(void)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, grid_size(&g));

	for (int v = 0; v < grid_size(&g); v++)
		x[v] = v % 6 != 0 && v % 6 != 5;
	return h_image(&g, 1, 0, IMAGE_UINT8, x);
}

struct made { struct out *signals, *coverage, *used, *record; struct error *error; int n_row, n_col; const float *x; };

static struct made run_labels(struct signals_labels_params p, const struct item *bold, const struct item *labels,
                              const struct item *mask, const struct item *names, int threads)
{
	struct made m = { h_out(), h_out(), h_out(), h_out(), .n_row = 0 };

	p.standardize_confounds = true;
	m.error = signals_labels_run(h_env(threads), &p,
	                             &(struct signals_labels_inputs){ .bold = bold, .labels = labels, .mask = mask, .names = names },
	                             &(struct signals_labels_outputs){ .signals = m.signals, .coverage = m.coverage,
	                                                               .labels_used = m.used, .record = m.record });
	if (!m.error)
		m.x = h_series(m.signals, &m.n_row, &m.n_col);
	return m;
}

static void expect_row(struct made m, int n, const double must[])
{
	CHECK_OK(m.error);
	CHECK_INT(m.n_col, n);
	for (int k = 0; k < n; k++)
		CHECK_NEAR(m.x[k], must[k], 1e-5);
}

static const char *cell(const struct out *coverage, int row, const char *column)
{
	struct table t;

	CHECK_OK(table_of(&t, h_item(coverage, "table"), check_arena()));
	return table_cell(&t, row, table_find(&t, column));
}

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
	struct made m = run_labels(p, h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_INT16), narrow_mask(), NULL, 1);

	expect_row(m, 2, must);
	CHECK(strstr(h_notes(), "1 of 3 labels have too little coverage and no column: '7' (0)"));
	CHECK_TEXT(cell(m.coverage, 1, "coverage"), "0.5");
	CHECK_TEXT(cell(m.coverage, 1, "voxels_used"), "35");
	CHECK_TEXT(cell(m.coverage, 2, "kept"), "0");
	p.keep_masked_labels = true;
	expect_row(run_labels(p, h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_INT16), narrow_mask(), NULL, 1), 3, must);
	CHECK(strstr(h_notes(), "1 of 3 labels have no voxel, their columns are 0: '7' (0)"));
	p.min_coverage = 0.6;
	m = run_labels(p, h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_INT16), narrow_mask(), NULL, 1);
	expect_row(m, 1, must);
	CHECK(strstr(h_notes(), "'3' (0.5), '7' (0)"));
}

TEST(labels_are_called_by_their_names)
{
	const struct item *bold = h_f4(4, IMAGE_INT16), *labels = labels_image(IMAGE_UINT8);
	static const char *const tables[] = {
		"index\tname\n7\tV5\n1\tV1\n3\tM1\n9\tA1\n", "value\tname\n7\tV5\n1\tV1\n3\tM1\n", "7\tV5\n1\tV1\n3\tM1\n",
		"c0\tc1\tc2\n7\tV5\t255\n1\tV1\t0\n3\tM1\t0\n",
	};

	for (int k = 0; k < 3; k++) {
		struct made m = run_labels((struct signals_labels_params){ 0 }, bold, labels, NULL, h_table(tables[k]), 1);

		CHECK_OK(m.error);
		CHECK_TEXT(cell(m.coverage, 0, "name"), "V1");
		CHECK_TEXT(cell(m.coverage, 1, "name"), "M1");
		CHECK_TEXT(cell(m.coverage, 2, "name"), "V5");
	}
	CHECK_ERROR(run_labels((struct signals_labels_params){ 0 }, bold, labels, NULL, h_table(tables[3]), 1).error,
	            "must have a column index (or value) of whole numbers, and a column name");
	CHECK_OK(run_labels((struct signals_labels_params){ 0 }, bold, labels, NULL,
	                    h_literal("table", "[[1, \"V1\"], [3, \"M1\"]]"), 1).error);
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

/* F4 with NaN in one voxel of label 1 at one time, and everywhere in label 7. */
static const struct item *broken_bold(void)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, 4 * grid_size(&g));
	struct image im;

	CHECK_OK(image_of(&im, h_f4(4, IMAGE_FLOAT32), check_arena()));
	for (int t = 0; t < 4; t++)
		image_volume(&im, t, NONFINITE_KEEP, x + t * 210);
	image_close(&im);
	x[2 * 210 + grid_index(&g, 2, 0, 0)] = NAN;
	for (int t = 0; t < 4; t++)
		x[t * 210 + 209] = t % 2 ? INFINITY : NAN;
	return h_image(&g, 4, 2, IMAGE_FLOAT32, x);
}

TEST(voxels_that_are_no_number_do_not_count)
{
	struct signals_labels_params p = { 0 };
	struct made whole = run_labels(p, h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_INT16), NULL, NULL, 1);
	struct made m = run_labels(p, broken_bold(), labels_image(IMAGE_INT16), NULL, NULL, 1);
	double first = (14 % 17);   /* F4[2, 0, 0, 0] */

	CHECK_OK(m.error);
	CHECK(strstr(h_notes(), "2 of 101 voxels of regions are left out: they are NaN or infinite in some volume"));
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
	CHECK_ERROR(run_labels(p, h_f4(4, IMAGE_INT16), h_image(&g, 1, 0, IMAGE_FLOAT32, x), narrow_mask(), NULL, 1).error,
	            "no label is left: of the 1, '-3' the first, none has a voxel in bold and the mask");
	CHECK_OK(run_labels(p, h_f4(4, IMAGE_INT16), h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL, NULL, 1).error);
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

/* ---- maps ---- */
static double map_at(int k, int i, int j, int l)
{
	return k == 0 ? exp(-((i - 1) * (i - 1) + (j - 2) * (j - 2)) / 4.0) : exp(-((i - 4) * (i - 4) + (l - 2) * (l - 2)) / 3.0);
}

/* The two maps of numerics, times sign, and a third that is twice the first when n is 3. */
static float *map_weights(int n, double sign)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, n * grid_size(&g));

	for (int v = 0; v < grid_size(&g); v++) {
		int at[3];

		grid_voxel(&g, v, at);
		for (int k = 0; k < n; k++)
			x[k * 210 + v] = (float)(sign * (k == 2 ? 2 : 1) * map_at(k % 2, at[0], at[1], at[2]));
	}
	return x;
}

static const struct item *maps_image(int n)
{
	struct grid g = h_f4_grid();

	return h_image(&g, n, 0, IMAGE_FLOAT64, map_weights(n, 1));
}

static struct made run_maps(struct signals_maps_params p, const struct item *bold, const struct item *maps,
                            const struct item *mask, int threads)
{
	struct made m = { h_out(), h_out(), NULL, h_out(), .n_row = 0 };

	p.standardize_confounds = true;
	m.error = signals_maps_run(h_env(threads), &p,
	                           &(struct signals_maps_inputs){ .bold = bold, .maps = maps, .mask = mask },
	                           &(struct signals_maps_outputs){ .signals = m.signals, .coverage = m.coverage,
	                                                           .record = m.record });
	if (!m.error)
		m.x = h_series(m.signals, &m.n_row, &m.n_col);
	return m;
}

static const struct item *mask_where(bool (*inside)(const int at[3]))
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, grid_size(&g));

	for (int v = 0; v < grid_size(&g); v++) {
		int at[3];

		grid_voxel(&g, v, at);
		x[v] = inside(at);
	}
	return h_image(&g, 1, 0, IMAGE_UINT8, x);
}

static bool first_three(const int at[3])
{
	return at[0] < 3;
}

static bool corner(const int at[3])
{
	return at[0] == 5 && at[1] == 6 && at[2] == 4;
}

static const struct signals_maps_params maps_default = { .allow_overlap = true };

TEST(maps_agree_with_the_worked_numbers)
{
	static const double all[] = { 12.307602587653, 12.799680855704 }, some[] = { 11.384646664378, 22.32743330672 };
	struct made m = run_maps(maps_default, h_f4(4, IMAGE_FLOAT32), maps_image(2), mask_where(first_three), 1);

	expect_row(m, 2, some);
	CHECK_TEXT(cell(m.coverage, 0, "voxels_used"), "105");
	expect_row(run_maps(maps_default, h_f4(4, IMAGE_FLOAT32), maps_image(2), NULL, 1), 2, all);
	CHECK_TEXT(h_notes(), "");
}

TEST(maps_that_are_sums_of_others_give_the_smallest_signals)
{
	static const double all[] = { 12.307602587653 / 5, 12.799680855704, 2 * 12.307602587653 / 5 };

	expect_row(run_maps(maps_default, h_f4(4, IMAGE_FLOAT32), maps_image(3), NULL, 1), 3, all);
	CHECK(strstr(h_notes(), "3 maps have rank 2"));
}

TEST(maps_overlap_only_when_they_may)
{
	struct signals_maps_params p = { 0 };
	struct grid g = h_f4_grid();
	float *x = map_weights(2, 1);

	CHECK_ERROR(run_maps(p, h_f4(4, IMAGE_FLOAT32), maps_image(2), NULL, 1).error,
	            "maps '0' and '1' both have weight in voxel (0, 0, 0): allow_overlap");
	for (int v = 0; v < 210; v++) {
		x[v] = v % 6 < 3 ? x[v] : 0;
		x[210 + v] = v % 6 < 3 ? 0 : x[210 + v];
	}
	CHECK_OK(run_maps(p, h_f4(4, IMAGE_FLOAT32), h_image(&g, 2, 0, IMAGE_FLOAT32, x), NULL, 1).error);
	x[210] = -0.5f;
	CHECK_ERROR(run_maps(p, h_f4(4, IMAGE_FLOAT32), h_image(&g, 2, 0, IMAGE_FLOAT32, x), NULL, 1).error, "both have weight");
	p.compat = SIGNALS_MAPS_COMPAT_NILEARN;
	CHECK_OK(run_maps(p, h_f4(4, IMAGE_FLOAT32), h_image(&g, 2, 0, IMAGE_FLOAT32, x), NULL, 1).error);
}

TEST(masked_maps_are_dropped_and_told_or_zero_when_asked)
{
	struct signals_maps_params p = maps_default;
	struct grid g = h_f4_grid();
	float *x = map_weights(2, 1);
	const struct item *maps;
	struct made m;

	for (int v = 0; v < 210; v++)
		x[210 + v] = v == 0;
	maps = h_image(&g, 2, 0, IMAGE_FLOAT32, x);
	m = run_maps(p, h_f4(4, IMAGE_FLOAT32), maps, mask_where(corner), 1);
	CHECK_OK(m.error);
	CHECK_INT(m.n_col, 1);
	CHECK(strstr(h_notes(), "1 of 2 maps have too little coverage and no column: '1' (0)"));
	p.keep_masked_maps = true;
	m = run_maps(p, h_f4(4, IMAGE_FLOAT32), maps, mask_where(corner), 1);
	CHECK_INT(m.n_col, 2);
	CHECK_NEAR(m.x[1], 0, 0);
	x[209] = 0;
	p.keep_masked_maps = false;
	CHECK_ERROR(run_maps(p, h_f4(4, IMAGE_FLOAT32), h_image(&g, 2, 0, IMAGE_FLOAT32, x), mask_where(corner), 1).error,
	            "no map is left: of the 2, '0' the first");
}

TEST(negative_weights_count_within_a_mask)
{
	struct signals_maps_params p = maps_default;
	struct grid g = h_f4_grid();
	const struct item *maps = h_image(&g, 2, 0, IMAGE_FLOAT64, map_weights(2, -1));
	static const double some[] = { -11.384646664378, -22.32743330672 };

	expect_row(run_maps(p, h_f4(4, IMAGE_FLOAT32), maps, mask_where(first_three), 1), 2, some);
	p.compat = SIGNALS_MAPS_COMPAT_NILEARN;
	CHECK_ERROR(run_maps(p, h_f4(4, IMAGE_FLOAT32), maps, mask_where(first_three), 1).error, "no map is left");
}

TEST(maps_leave_out_voxels_that_are_no_number)
{
	bool differs = false;
	struct made m = run_maps(maps_default, broken_bold(), maps_image(2), NULL, 1), whole;

	CHECK_OK(m.error);
	CHECK(strstr(h_notes(), "2 of 210 voxels with weight are left out"));
	whole = run_maps(maps_default, h_f4(4, IMAGE_FLOAT32), maps_image(2), NULL, 1);
	for (int i = 0; i < 8; i++) {
		CHECK_NEAR(m.x[i], whole.x[i], 0.5);
		differs |= m.x[i] != whole.x[i];
	}
	CHECK(differs);
}

TEST(maps_give_the_same_bits_for_any_thread_count)
{
	struct signals_maps_params p = { .allow_overlap = true, .detrend = true, .standardize = 1 };
	struct made one = run_maps(p, h_f4(21, IMAGE_INT16), maps_image(2), NULL, 1);
	struct made five = run_maps(p, h_f4(21, IMAGE_INT16), maps_image(2), NULL, 5);

	CHECK_OK(one.error);
	CHECK_TEXT(h_digest(five.signals, "series.npy"), h_digest(one.signals, "series.npy"));
}

TEST(maps_on_another_grid_are_moved)
{
	struct signals_maps_params p = maps_default;
	struct grid g = h_f4_grid(), fine = g;
	float *x = NEW_N(check_arena(), float, 11 * 7 * 5);
	struct made m;

	/* halves of voxels along i, centres on the data's: a line between the centres has the same values there */
	fine.n[0] = 11;
	fine.affine[0][0] = 1;
	for (int v = 0; v < 11 * 7 * 5; v++) {
		int at[3];

		grid_voxel(&fine, v, at);
		x[v] = (float)(0.5 * (map_at(0, at[0] / 2, at[1], at[2]) + map_at(0, (at[0] + 1) / 2, at[1], at[2])));
	}
	m = run_maps(p, h_f4(4, IMAGE_FLOAT32), h_image(&fine, 1, 0, IMAGE_FLOAT32, x), NULL, 1);
	CHECK_OK(m.error);
	CHECK(strstr(h_notes(), "maps (11x7x5"));
	CHECK_TEXT(cell(m.coverage, 0, "coverage"), "1");
	expect_row(run_maps(p, h_f4(4, IMAGE_FLOAT32), h_image(&g, 1, 0, IMAGE_FLOAT32, map_weights(1, 1)), NULL, 1), 1,
	           (double[]){ m.x[0] });
	p.resampling_target = SIGNALS_MAPS_RESAMPLING_TARGET_NONE;
	CHECK_ERROR(run_maps(p, h_f4(4, IMAGE_FLOAT32), h_image(&fine, 1, 0, IMAGE_FLOAT32, x), NULL, 1).error, "maps is 11x7x5");
	p.resampling_target = SIGNALS_MAPS_RESAMPLING_TARGET_MAPS;
	CHECK_OK(run_maps(p, h_f4(4, IMAGE_FLOAT32), h_image(&fine, 1, 0, IMAGE_FLOAT32, x), NULL, 1).error);
	CHECK(strstr(h_notes(), "bold (6x7x5"));
	p.resampling_target = SIGNALS_MAPS_RESAMPLING_TARGET_MASK;
	CHECK_ERROR(run_maps(p, h_f4(4, IMAGE_FLOAT32), maps_image(2), NULL, 1).error, "no mask is given");
	CHECK_OK(run_maps(p, h_f4(4, IMAGE_FLOAT32), h_image(&fine, 1, 0, IMAGE_FLOAT32, x), mask_where(first_three), 1).error);
}

/* ---- back to images ---- */
static const struct item *signals_of(int n_row, int n_col, const char *const *name, const float *x)
{
	struct series s = { n_row, n_col, 2, name, x, { 0 } };
	struct out *o = h_out();

	CHECK_OK(series_write(out_blob(o, "series.npy"), out_blob(o, "series.json"), &s, check_arena()));
	return h_item(o, "series");
}

/* The image, [row][voxel]; NULL where error is set. */
static float *back(struct signals_to_image_params p, struct signals_to_image_inputs in, struct error **error)
{
	struct out *o = h_out();

	*error = signals_to_image_run(h_env(3), &p, &in, &(struct signals_to_image_outputs){ o });
	return *error ? NULL : h_voxels(o);
}

static const struct signals_to_image_params plain;
static const float three[6] = { 1.5f, -2, 4, 10, 20, 30 };

TEST(voxels_go_back_into_their_mask)
{
	struct grid g = h_f4_grid();
	float row[70];
	struct error *e;
	float *x;

	for (int v = 0; v < 70; v++)
		row[v] = (float)(v + 1);
	x = back(plain, (struct signals_to_image_inputs){ .signals = signals_of(2, 35, NULL, row),
	                                                  .mask = mask_where(first_three) }, &e);
	CHECK_ERROR(e, "signals has 35 columns, mask has 105 voxels: they must be as many");
	x = back(plain, (struct signals_to_image_inputs){ .signals = signals_of(2, 1, NULL, row), .mask = mask_where(corner) }, &e);
	CHECK_OK(e);
	CHECK_NEAR(x[209], 1, 0);
	CHECK_NEAR(x[210 + 209], 2, 0);
	CHECK_NEAR(x[208], 0, 0);
	CHECK_INT(grid_index(&g, 5, 6, 4), 209);
}

TEST(labels_find_their_columns_by_name)
{
	static const char *const names[] = { "7", "1", "3" }, *const other[] = { "V1", "M1", "V5" }, *const mixed[] = { "1", "V", "7" };
	const struct item *labels = labels_image(IMAGE_INT16);
	struct error *e;
	float *x = back(plain, (struct signals_to_image_inputs){ .signals = signals_of(2, 3, names, three), .labels = labels }, &e);

	CHECK_OK(e);
	CHECK_NEAR(x[209], 1.5, 0);
	CHECK_NEAR(x[2], -2, 0);
	CHECK_NEAR(x[210], 30, 0);
	x = back(plain, (struct signals_to_image_inputs){ .signals = signals_of(2, 3, NULL, three), .labels = labels }, &e);
	CHECK_NEAR(x[209], 4, 0);
	x = back(plain, (struct signals_to_image_inputs){ .signals = signals_of(3, 2, names, three), .labels = labels }, &e);
	CHECK(strstr(h_notes(), "1 of 3 labels have no column and are 0"));
	CHECK_NEAR(x[209], 1.5, 0);
	CHECK_NEAR(x[0], 0, 0);
	x = back(plain, (struct signals_to_image_inputs){ .signals = signals_of(2, 3, other, three), .labels = labels }, &e);
	CHECK(strstr(h_notes(), "no column is called like one of the labels ('V1' and '1' are the first)"));
	CHECK_NEAR(x[209], 4, 0);
	x = back(plain, (struct signals_to_image_inputs){ .signals = signals_of(2, 3, other, three), .labels = labels,
	                                                  .names = h_table("index\tname\n1\tV5\n3\tV1\n7\tM1\n") }, &e);
	CHECK_NEAR(x[209], -2, 0);
	back(plain, (struct signals_to_image_inputs){ .signals = signals_of(2, 3, mixed, three), .labels = labels }, &e);
	CHECK_ERROR(e, "signals has a column 'V', but labels has none of that name (2 of 3 columns have one)");
	back(plain, (struct signals_to_image_inputs){ .signals = signals_of(3, 2, other, three), .labels = labels }, &e);
	CHECK_ERROR(e, "signals has 2 columns, labels has 3 labels: they must be as many, or both have the same names");
	x = back(plain, (struct signals_to_image_inputs){ .signals = signals_of(2, 3, names, three), .labels = labels,
	                                                  .mask = mask_where(first_three) }, &e);
	CHECK_OK(e);
	CHECK_NEAR(x[209], 0, 0);
	CHECK_NEAR(x[2], -2, 0);
}

/* What signals.labels made goes back without a shift, though a label was dropped. */
TEST(a_dropped_label_does_not_shift_the_others)
{
	struct made m = run_labels((struct signals_labels_params){ 0 }, h_f4(4, IMAGE_FLOAT32), labels_image(IMAGE_INT16),
	                           narrow_mask(), NULL, 1);
	struct error *e;
	float *x = back(plain, (struct signals_to_image_inputs){ .signals = h_item(m.signals, "series"),
	                                                         .labels = labels_image(IMAGE_INT16) }, &e);

	CHECK_OK(e);
	CHECK_NEAR(x[0], m.x[1], 0);
	CHECK_NEAR(x[2], m.x[0], 0);
	CHECK_NEAR(x[209], 0, 0);
	x = back(plain, (struct signals_to_image_inputs){ .signals = h_item(m.signals, "series"),
	                                                  .labels = h_item(m.used, "labels") }, &e);
	CHECK_OK(e);
	CHECK_NEAR(x[1], m.x[1], 0);
	CHECK_NEAR(x[0], 0, 0);
}

TEST(maps_are_summed_by_their_weights)
{
	struct error *e;
	float *x = back(plain, (struct signals_to_image_inputs){ .signals = signals_of(3, 2, NULL, three), .maps = maps_image(2) }, &e);
	struct grid g = h_f4_grid();

	CHECK_OK(e);
	for (int v = 0; v < 210; v++) {
		int at[3];

		grid_voxel(&g, v, at);
		CHECK_NEAR(x[v], 1.5 * map_at(0, at[0], at[1], at[2]) - 2 * map_at(1, at[0], at[1], at[2]), 1e-6);
	}
	/* and least squares finds the signals again */
	struct made m = run_maps(maps_default, h_image(&g, 3, 2, IMAGE_FLOAT32, x), maps_image(2), NULL, 1);

	for (int i = 0; i < 6; i++)
		CHECK_NEAR(m.x[i], three[i], 1e-4);
}

TEST(spheres_that_overlap_share_their_voxels)
{
	static const char seeds[] = "[[-10, 5, 2], [-8, 5, 2]]";
	struct signals_to_image_params p = { .radius_mm = (double[]){ 2 }, .n_radius = 1 };
	struct signals_to_image_inputs in = { .signals = signals_of(3, 2, NULL, three), .seeds = h_literal("coords", seeds),
	                                      .mask = mask_where(first_three) };
	struct error *e;
	float *x;

	back(p, in, &e);
	CHECK_ERROR(e, "share voxels");
	p.allow_overlap = true;
	x = back(p, in, &e);
	CHECK_OK(e);
	CHECK_NEAR(x[0], -0.25, 0);
	CHECK_NEAR(x[1], -0.25, 0);
	CHECK_NEAR(x[2], -2, 0);
	CHECK_NEAR(x[3], 0, 0);
	in.mask = NULL;
	back(p, in, &e);
	CHECK_ERROR(e, "seeds need a mask, whose grid is that of the image");
	in.labels = labels_image(IMAGE_INT16);
	back(p, in, &e);
	CHECK_ERROR(e, "several of labels, maps and seeds are given: it must be one, or a mask alone");
	back(p, (struct signals_to_image_inputs){ .signals = in.signals }, &e);
	CHECK_ERROR(e, "neither a mask nor one of labels, maps and seeds are given");
}
