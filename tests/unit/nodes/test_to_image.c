/* signals.to_image: signals go back to where they came from, found by name. */
#include "regions.h"

#include "base/json.h"
#include "img/series.h"
#include "signals.to_image.node.h"

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
	                           mask_where(narrow), NULL, 1);
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
	struct made m = run_maps((struct signals_maps_params){ .allow_overlap = true }, h_image(&g, 3, 2, IMAGE_FLOAT32, x), maps_image(2), NULL, 1);

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

static const char *problems(const char *series, const struct item *labels, bool maps)
{
	static const char image[] = "{\"dim\":[6,7,5,1],\"affine\":[[2,0,0,-10],[0,3,0,5],[0,0,4,2]],\"tr\":0,"
		"\"type\":\"int16\",\"bytes\":420,\"space\":\"\"}";
	struct shape *s = h_shape();
	struct doc *d[2];

	CHECK_OK(json_read(&d[0], series, strlen(series), "facts", check_arena()));
	CHECK_OK(json_read(&d[1], image, strlen(image), "facts", check_arena()));
	h_given(s, "signals", d[0], NULL);
	h_given(s, "labels", d[1], labels);
	if (maps)
		h_given(s, "maps", d[1], NULL);
	CHECK_OK(signals_to_image_shape(s, &plain));
	return h_problems(s);
}

TEST(shapes_find_wrong_columns_before_anything_runs)
{
	const struct item *labels = labels_image(IMAGE_INT16);

	CHECK_TEXT(problems("{\"rows\":4,\"columns\":[\"1\",\"7\"],\"tr\":2}", labels, false), "");
	CHECK_TEXT(problems("{\"rows\":4,\"columns\":[\"1\",\"8\"],\"tr\":2}", NULL, false), "");
	CHECK(strstr(problems("{\"rows\":4,\"columns\":[\"1\",\"8\"],\"tr\":2}", labels, false),
	             "error labels: signals has a column '8', but labels has none of that name"));
	CHECK(strstr(problems("{\"rows\":4,\"columns\":2,\"tr\":2}", labels, false),
	             "error labels: signals has 2 columns, labels has 3 labels"));
	CHECK(strstr(problems("{\"rows\":4,\"columns\":2,\"tr\":2}", labels, true), "several of labels, maps and seeds are given"));
}
