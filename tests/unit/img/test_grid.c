#include "img/grid.h"

#include <math.h>

#include "check.h"

static const struct grid base = { { 50, 59, 50 }, { { 4, 0, 0, -98 }, { 0, 4, 0, -134 }, { 0, 0, 4, -72 } } };

TEST(index_and_voxel_are_inverse)
{
	int voxel[3];

	CHECK_INT(grid_size(&base), 147500);
	CHECK_INT(grid_index(&base, 1, 2, 3), 1 + 50 * (2 + 59 * 3));
	for (long v = 0; v < grid_size(&base); v += 977) {
		grid_voxel(&base, v, voxel);
		CHECK_INT(grid_index(&base, voxel[0], voxel[1], voxel[2]), v);
	}
}

TEST(inverse_undoes_random_affines)
{
	for (int n = 0; n < 200; n++) {
		struct grid g = base;
		double inverse[3][4], x[3], y[3], id[3][4];

		for (int e = 0; e < 12; e++)
			g.affine[e / 4][e % 4] = 10 * check_random() - 5;
		if (!grid_inverse(&g, inverse))
			continue;
		for (int d = 0; d < 3; d++)
			x[d] = 100 * check_random();
		grid_world(&g, x, y);
		affine_apply(inverse, y, y);
		affine_multiply(id, inverse, g.affine);
		for (int d = 0; d < 3; d++) {
			CHECK_NEAR(y[d], x[d], 1e-6);
			for (int c = 0; c < 4; c++)
				CHECK_NEAR(id[d][c], d == c, 1e-7);
		}
	}
}

TEST(flat_affines_have_no_inverse)
{
	struct grid g = base;
	double inverse[3][4];

	g.affine[2][2] = 0;
	CHECK(!grid_inverse(&g, inverse));
	g.affine[2][2] = NAN;
	CHECK(!grid_inverse(&g, inverse));
	g.affine[2][2] = INFINITY;
	CHECK(!grid_inverse(&g, inverse));
	for (int d = 0; d < 3; d++)
		g.affine[d][d] = 1e-6;   /* small is not flat */
	CHECK(grid_inverse(&g, inverse));
	CHECK_NEAR(inverse[1][1], 1e6, 1e-3);
}

TEST(grids_are_the_same_within_tolerance)
{
	struct grid g = base;

	CHECK(grid_same(&g, &base));
	g.affine[0][3] += 98 * 0.9e-5;
	CHECK(grid_same(&g, &base));
	CHECK_OK(grid_check(&g, "the mask", &base, "the image"));
	g.affine[0][3] += 98 * 0.2e-5;
	CHECK(!grid_same(&g, &base));
	g = base;
	g.affine[0][3] = -96;
	CHECK_ERROR(grid_check(&g, "the mask", &base, "the image"), "row 1, column 4 of the affine is -96, must be -98");
	g.n[0] = 40;
	CHECK_ERROR(grid_check(&g, "the mask", &base, "the image"),
	            "the mask is 40x59x50 at 4 mm, the image 50x59x50 at 4 mm: they must share a grid");
}

TEST(grids_have_words)
{
	struct grid g = base;

	CHECK_TEXT(grid_text(&g, check_arena()), "50x59x50 at 4 mm");
	g.affine[2][2] = -3.5;
	CHECK_TEXT(grid_text(&g, check_arena()), "50x59x50 at 4x4x3.5 mm");
}
