/* Dilation, erosion and their kin against scipy.ndimage 1.11, balls against distances, and empty masks on their way through. */
#include "harness.h"

#include <math.h>
#include <string.h>

#include "img/empty.h"
#include "img/facts.h"
#include "img/mask.h"
#include "mask.and.node.h"
#include "mask.close.node.h"
#include "mask.dilate.node.h"
#include "mask.erode.node.h"
#include "mask.fill.node.h"
#include "mask.not.node.h"
#include "mask.open.node.h"
#include "num/structure.h"

static const struct grid grid = { { 9, 8, 7 }, { { 2, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 4, 0 } } };
enum { SIZE = 9 * 8 * 7 };

/* 294 voxels all over the grid. */
static const struct item *scattered(void)
{
	float x[SIZE];

	for (int v = 0; v < SIZE; v++) {
		int at[3];

		grid_voxel(&grid, v, at);
		x[v] = (7 * at[0] * at[0] + 13 * at[1] * at[2] + 29 * at[2] + 3 * at[0] * at[1]) % 11 < 6;
	}
	return h_image(&grid, 1, 0, IMAGE_FLOAT32, x);
}

static const struct item *one_voxel(void)
{
	float x[SIZE] = { 0 };

	x[grid_index(&grid, 4, 4, 3)] = 1;
	return h_image(&grid, 1, 0, IMAGE_FLOAT32, x);
}

static const struct item *nothing(void)
{
	return h_image(&grid, 1, 0, IMAGE_FLOAT32, (float[SIZE]){ 0 });
}

static void check_sum(const struct out *o, int n, long sum)
{
	const float *x = h_voxels(o);
	long is = 0;
	int count = 0;

	for (int v = 0; v < SIZE; v++) {
		count += x[v] != 0;
		is += x[v] != 0 ? v : 0;
	}
	CHECK_INT(count, n);
	CHECK_INT(is, sum);
}

#define RUN(node, params, mask, o) node##_run(h_env(1), &(struct node##_params)params, &(struct node##_inputs){ mask }, &(struct node##_outputs){ o })
#define ARGS(...) { __VA_ARGS__ }

TEST(shapes_are_those_of_scipy)
{
	static const struct { int n; long sum; } closed[] = { { 386, 98563 }, { 454, 115261 }, { 484, 121765 } };
	static const struct { int n; long sum; } filled[] = { { 298, 76413 }, { 294, 75128 }, { 294, 75128 } };
	const struct item *m = scattered();

	for (int k = 0; k < 3; k++) {
		struct out *o;

		CHECK_OK(RUN(mask_dilate, ARGS((enum mask_dilate_neighbours)k, 1), m, o = h_out()));
		check_sum(o, 504, 126756);
		CHECK_OK(RUN(mask_erode, ARGS((enum mask_erode_neighbours)k, 1), m, o = h_out()));
		check_sum(o, k ? 0 : 2, k ? 0 : 475);
		CHECK_OK(RUN(mask_open, ARGS((enum mask_open_neighbours)k, 1), m, o = h_out()));
		check_sum(o, k ? 0 : 14, k ? 0 : 3325);
		CHECK_OK(RUN(mask_close, ARGS((enum mask_close_neighbours)k, 1), m, o = h_out()));
		check_sum(o, closed[k].n, closed[k].sum);
		CHECK_OK(RUN(mask_fill, ARGS((enum mask_fill_neighbours)k), m, o = h_out()));
		check_sum(o, filled[k].n, filled[k].sum);
	}
}

/* numerics 6.3. */
TEST(one_voxel_grows_as_the_neighbourhood_says)
{
	static const int voxels[3][3] = { { 7, 25, 63 }, { 19, 93, 263 }, { 27, 125, 343 } };
	static const enum components_touch touch[] = { COMPONENTS_FACES, COMPONENTS_EDGES, COMPONENTS_CORNERS };
	const int n[3] = { 9, 9, 9 }, five[3] = { 5, 5, 5 };
	unsigned char x[9 * 9 * 9];

	for (int k = 0; k < 3; k++)
		for (int times = 1; times <= 3; times++) {
			int count = 0;

			memset(x, 0, sizeof x);
			x[4 + 9 * (4 + 9 * 4)] = 1;
			CHECK_INT(structure_dilate(x, n, structure_touch(touch[k], check_arena()), times, check_arena()), times);
			for (size_t v = 0; v < sizeof x; v++)
				count += x[v];
			CHECK_INT(count, voxels[k][times - 1]);
		}
	memset(x, 1, 125);
	structure_erode(x, five, structure_touch(COMPONENTS_FACES, check_arena()), 2, check_arena());
	for (int v = 0; v < 125; v++)
		CHECK_INT(x[v], v == 62);
}

/* An oblique, sheared grid: a voxel is in the dilation of one voxel when its centre is near enough. */
TEST(balls_are_measured_in_the_world)
{
	static const double step[3][3] = { { 1.7, 0.4, -0.2 }, { -0.5, 2.1, 0.3 }, { 0.2, -0.6, 2.9 } };
	const int n[3] = { 9, 8, 7 };

	for (double mm = 0; mm < 14; mm += 0.7) {
		const struct structure *s = structure_ball(step, mm, n, check_arena());
		unsigned char x[SIZE] = { 0 };

		x[grid_index(&grid, 3, 5, 2)] = 1;
		structure_dilate(x, n, s, 1, check_arena());
		for (int v = 0; v < SIZE; v++) {
			double far = 0;
			int at[3];

			grid_voxel(&grid, v, at);
			for (int d = 0; d < 3; d++) {
				double w = (at[0] - 3) * step[0][d] + (at[1] - 5) * step[1][d] + (at[2] - 2) * step[2][d];

				far += w * w;
			}
			CHECK_INT(x[v], sqrt(far) <= mm);
		}
	}
}

TEST(a_radius_takes_voxels_at_that_very_distance)
{
	struct out *o;

	CHECK_OK(RUN(mask_dilate, ARGS(.iterations = 1, .has_radius = true, .radius_mm = 5), one_voxel(), o = h_out()));
	check_sum(o, 25, 25 * 256);
	CHECK_OK(RUN(mask_dilate, ARGS(.iterations = 1, .has_radius = true, .radius_mm = 4), one_voxel(), o = h_out()));
	check_sum(o, 13, 13 * 256);
	CHECK_OK(RUN(mask_close, ARGS(.iterations = 1, .has_radius = true, .radius_mm = 9), one_voxel(), o = h_out()));
	check_sum(o, 1, 256);
	CHECK_OK(RUN(mask_open, ARGS(.iterations = 1, .has_radius = true, .radius_mm = 2), one_voxel(), o = h_out()));
	check_sum(o, 0, 0);
	CHECK_TEXT(h_notes(), "the mask is empty: nothing is left of 1 voxel\n");
	CHECK_ERROR(RUN(mask_open, ARGS(.iterations = 2, .has_radius = true, .radius_mm = 2), one_voxel(), h_out()), "a radius stands instead");
}

/* What lies beyond one slice is outside, one voxel away. */
TEST(a_ball_finds_what_is_beyond_a_slice)
{
	static const double step[3][3] = { { 3, 0, 0 }, { 0, 3, 0 }, { 0, 0, 4 } };
	const int slice[3] = { 5, 5, 1 }, column[3] = { 1, 5, 5 };
	unsigned char x[25];

	for (double mm = 3.5; mm < 5; mm += 1) {
		long n = 0;

		memset(x, 1, sizeof x);
		structure_erode(x, slice, structure_ball(step, mm, slice, check_arena()), 1, check_arena());
		for (int v = 0; v < 25; v++)
			n += x[v];
		CHECK_INT(n, mm < 4 ? 9 : 0);
	}
	memset(x, 1, sizeof x);
	structure_erode(x, column, structure_ball(step, 3, column, check_arena()), 1, check_arena());
	for (int v = 0; v < 25; v++)
		CHECK_INT(x[v], 0);
}

/* A voxel of the closing is in no ball that is clear of the mask, whose centre may lie anywhere. */
static bool is_closed(const float *x, const int n[3], const int at[3], int reach)
{
	int c[3], v[3];

	for (c[0] = at[0] - reach; c[0] <= at[0] + reach; c[0]++)
		for (c[1] = at[1] - reach; c[1] <= at[1] + reach; c[1]++)
			for (c[2] = at[2] - reach; c[2] <= at[2] + reach; c[2]++) {
				bool meets = hypot(hypot(c[0] - at[0], c[1] - at[1]), c[2] - at[2]) > reach;

				for (v[0] = 0; v[0] < n[0] && !meets; v[0]++)
					for (v[1] = 0; v[1] < n[1] && !meets; v[1]++)
						for (v[2] = 0; v[2] < n[2] && !meets; v[2]++)
							meets = x[v[0] + n[0] * (v[1] + n[1] * v[2])] != 0 &&
							        hypot(hypot(v[0] - c[0], v[1] - c[1]), v[2] - c[2]) <= reach;
				if (!meets)
					return false;
			}
	return true;
}

/* Two slices and a ball that reaches four: on a larger grid of zeros it does, so it must here. */
TEST(a_closing_has_the_whole_ball_in_thin_grids)
{
	static const struct grid thin = { { 8, 6, 2 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	float x[96] = { 0 };
	struct out *o = h_out();

	for (int v = 0; v < 96; v++)
		x[v] = (5 * v * v + 3 * v) % 7 == 1;
	CHECK_OK(RUN(mask_close, ARGS(.iterations = 1, .has_radius = true, .radius_mm = 4),
	             h_image(&thin, 1, 0, IMAGE_FLOAT32, x), o));
	for (int v = 0; v < 96; v++) {
		int at[3];

		grid_voxel(&thin, v, at);
		CHECK_INT(h_voxels(o)[v], is_closed(x, thin.n, at, 4));
	}
	CHECK_ERROR(RUN(mask_close, ARGS(.iterations = 1, .has_radius = true, .radius_mm = 9),
	                h_image(&thin, 1, 0, IMAGE_FLOAT32, x), h_out()),
	            "a ball of 9 mm is too large for a grid of 8x6x2 at 1 mm, must be smaller");
}

TEST(what_a_mask_leaves_out)
{
	struct out *o;

	CHECK_OK(RUN(mask_not, ARGS(0), one_voxel(), o = h_out()));
	check_sum(o, SIZE - 1, SIZE * (SIZE - 1) / 2 - 256);
	CHECK_OK(RUN(mask_not, ARGS(0), nothing(), o = h_out()));
	check_sum(o, SIZE, SIZE * (SIZE - 1) / 2);
}

/* A ring in one slice: the hole is that of its plane. */
TEST(a_slice_has_holes_too)
{
	const int n[3] = { 3, 3, 1 };
	unsigned char x[9] = { 1, 1, 1, 1, 0, 1, 1, 1, 1 };

	CHECK_INT(structure_fill(x, n, COMPONENTS_FACES, check_arena()), 1);
	CHECK_INT(x[4], 1);
}

TEST(an_empty_mask_stays_empty_and_tells_how_it_became_so)
{
	struct out *both = h_out(), *grown = h_out();
	const struct item *a = scattered(), *b = nothing();
	struct mask m;

	CHECK_OK(mask_and_run(h_env(1), &(struct mask_and_params){ 1, false }, &(struct mask_and_inputs){ .a = a, .b = b },
	                      &(struct mask_and_outputs){ both, h_out() }));
	CHECK_OK(RUN(mask_dilate, ARGS(.iterations = 1), h_item(both, "mask"), grown));
	check_sum(grown, 0, 0);
	CHECK_TEXT(h_notes(), "the mask is empty, as the one given is\n");
	CHECK_ERROR(mask_read(&m, h_item(grown, "mask"), NULL, NULL, check_arena()),
	            "the mask is empty: mask.and: the mask is empty: no voxel is in all of the 2 masks, at most in 1 of them "
	            "(the mask a has 294 voxels, the mask b has 0 voxels); mask.dilate: the mask is empty, as the one given is");
	CHECK(empty_of(a, check_arena()) == NULL);
}

TEST(shapes_tell_what_cannot_be)
{
	struct image_facts f = image_facts_new(&grid, 1, 0, "uint8");
	struct shape *s = h_shape();

	h_given(s, "mask", image_facts_to(&f, check_arena()), NULL);
	CHECK_OK(mask_erode_shape(s, &(struct mask_erode_params){ .iterations = 4 }));
	CHECK_OK(mask_dilate_shape(s, &(struct mask_dilate_params){ .iterations = 1, .has_radius = true, .radius_mm = 1.9 }));
	CHECK_OK(mask_dilate_shape(s, &(struct mask_dilate_params){ .iterations = 3, .has_radius = true, .radius_mm = 3 }));
	CHECK_OK(mask_close_shape(s, &(struct mask_close_params){ .iterations = 1000 }));
	CHECK_TEXT(h_problems(s),
	           "warning iterations: no voxel can be left: the grid has 8 voxels along axis 1, and the erosion eats 4 from both ends\n"
	           "warning radius: 1.9 mm reach no neighbour: the mask stays as it is on a grid of 9x8x7 at 2x3x4 mm\n"
	           "error radius: a radius stands instead of neighbours and iterations: give one or the other\n"
	           "error iterations: with a margin of 1000 voxels the grid has too many, must be less\n");
	CHECK(s->memory > 0);
	f.n_vol = 3;
	s = h_shape();
	h_given(s, "mask", image_facts_to(&f, check_arena()), NULL);
	CHECK_OK(mask_fill_shape(s, &(struct mask_fill_params){ 0 }));
	CHECK_TEXT(h_problems(s), "error mask: the mask has 3 volumes, must have one\n");
}
