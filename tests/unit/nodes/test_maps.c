/* signals.maps: the worked numbers of F4, overlap, rank, grids. */
#include "regions.h"

#include <math.h>

#include "base/json.h"

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
	CHECK(strstr(h_notes(), "2 of 210 voxels of regions are left out"));
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

static const char *problems(struct signals_maps_params p, const char *maps_dim, const struct item *maps)
{
	static const char text[] = "{\"dim\":[%s],\"affine\":[[2,0,0,-10],[0,3,0,5],[0,0,4,2]],\"tr\":2,\"type\":\"int16\","
		"\"bytes\":70560,\"space\":\"\"}";
	struct shape *s = h_shape();
	struct doc *d[2];

	for (int k = 0; k < 2; k++) {
		const char *json = arena_printf(check_arena(), text, k ? maps_dim : "6,7,5,168");

		CHECK_OK(json_read(&d[k], json, strlen(json), "facts", check_arena()));
	}
	h_given(s, "bold", d[0], NULL);
	h_given(s, "maps", d[1], maps);
	CHECK_OK(signals_maps_shape(s, &p));
	return h_problems(s);
}

TEST(shapes_find_wrong_maps_before_anything_runs)
{
	struct signals_maps_params p = maps_default;

	CHECK_TEXT(problems(p, "6,7,5,2", maps_image(2)), "");
	CHECK_TEXT(problems(p, "12,7,5,2", NULL), "");
	p.allow_overlap = false;
	CHECK(strstr(problems(p, "6,7,5,2", maps_image(2)), "error maps: maps '0' and '1' both have weight"));
	p.resampling_target = SIGNALS_MAPS_RESAMPLING_TARGET_NONE;
	CHECK(strstr(problems(p, "12,7,5,2", NULL), "error maps: resampling_target is none: maps is 12x7x5"));
	p.resampling_target = SIGNALS_MAPS_RESAMPLING_TARGET_MASK;
	CHECK(strstr(problems(p, "12,7,5,2", NULL), "error maps: resampling_target is mask, but no mask is given"));
}
