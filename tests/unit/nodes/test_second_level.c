/* Group models: numerics 8.1, and what becomes of voxels that some subjects lack. */
#include "harness.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "glm.second_level.node.h"
#include "img/facts.h"
#include "img/glm.h"
#include "img/table.h"

enum { N = 8 };
static const struct grid small = { { 8, 9, 7 }, { { 3, 0, 0, -15 }, { 0, 3, 0, -12 }, { 0, 0, 3, -9 } } };

/* numerics 8.1: S_s */
static double map_value(int s, int i, int j, int k)
{
	double bump = 3 * exp(-((i - 2) * (i - 2) + (j - 3) * (j - 3) + (k - 3) * (k - 3)) / 3.0);
	double dip = 2.5 * exp(-((i - 6) * (i - 6) + (j - 6) * (j - 6) + (k - 3) * (k - 3)) / 3.0);

	return ((7 * i + 13 * j + 29 * k + 11 * s) % 17 - 8) * 0.3 + bump - dip;
}

static long at(int i, int j, int k)
{
	return grid_index(&small, i, j, k);
}

static float *map_of(int s)
{
	float *x = NEW_N(check_arena(), float, grid_size(&small));

	for (int k = 0; k < 7; k++)
		for (int j = 0; j < 9; j++)
			for (int i = 0; i < 8; i++)
				x[at(i, j, k)] = (float)map_value(s, i, j, k);
	return x;
}

static struct item keyed(const struct item *it, const char *cell)
{
	struct item out = *it;

	out.cell = cell;
	return out;
}

static const char *const cells[N] = { "01", "02", "03", "04", "05", "06", "07", "08" };

/* The maps; of subject `spoiled` (-1: none) voxels i < 2 are `with`. */
static struct items maps(int spoiled, float with)
{
	struct item *it = NEW_N(check_arena(), struct item, N);

	for (int s = 0; s < N; s++) {
		float *x = map_of(s);

		for (long v = 0; v < grid_size(&small) && s == spoiled; v++)
			x[v] = v % 8 < 2 ? with : x[v];
		it[s] = keyed(h_image(&small, 1, 0, IMAGE_FLOAT32, x), cells[s]);
	}
	return (struct items){ N, it };
}

/* Every voxel, as numerics has it: S_s is 0 in some voxels, which count as values only with compat. */
static const struct item *whole(void)
{
	float *x = NEW_N(check_arena(), float, grid_size(&small));

	for (long v = 0; v < grid_size(&small); v++)
		x[v] = 1;
	return h_image(&small, 1, 0, IMAGE_FLOAT32, x);
}

struct fitted { struct out *glm, *mask, *n, *design; struct glm g; struct error *error; };

static struct fitted fit(struct glm_second_level_params p, struct glm_second_level_inputs in, int threads)
{
	struct fitted f = { .glm = h_out(), .mask = h_out(), .n = h_out(), .design = h_out() };

	f.error = glm_second_level_run(h_env(threads), &p, &in, &(struct glm_second_level_outputs){ f.glm, f.mask, f.n,
	                                                                                            f.design });
	if (!f.error)
		CHECK_OK(glm_read(&f.g, h_item(f.glm, "glm"), check_arena()));
	return f;
}

static struct glm_second_level_params compat(void)
{
	return (struct glm_second_level_params){ .compat = GLM_SECOND_LEVEL_COMPAT_NILEARN };
}

static long place(const struct glm *g, int i, int j, int k)
{
	for (long v = 0; v < g->n; v++)
		if (g->index[v] == at(i, j, k))
			return v;
	return -1;
}

/* Variance of an effect whose column has the length 8 squared and is orthogonal to the others. */
static double variance(const struct glm *g, int i, int j, int k)
{
	return g->run[0].variance[place(g, i, j, k)] / 8;
}

TEST(one_sample)
{
	struct fitted f = fit(compat(), (struct glm_second_level_inputs){ .images = maps(-1, 0), .mask = whole() }, 1);
	long v;

	CHECK_OK(f.error);
	v = place(&f.g, 2, 3, 3);
	CHECK(f.g.group);
	CHECK_INT(f.g.n, grid_size(&small));
	CHECK_INT(f.g.n_run, 1);
	CHECK_TEXT(f.g.run[0].column[0], "intercept");
	CHECK_INT(f.g.run[0].n_part, 1);
	CHECK_NEAR(f.g.run[0].dof[0], 7, 1e-15);
	CHECK_NEAR(f.g.run[0].beta[v], 3.149399076308951, 1e-7);
	CHECK_NEAR(variance(&f.g, 2, 3, 3), .2989285714285715, 1e-7);
	CHECK_NEAR(f.g.run[0].beta[v] / sqrt(variance(&f.g, 2, 3, 3)), 5.760285146308403, 2e-6);
	CHECK_NEAR(f.g.data[5 * f.g.n + v], map_value(5, 2, 3, 3), 1e-6);
	glm_close(&f.g);
}

/* A column of groups, whose name is not of a level: design [grp = 1 x 4, -1 x 4; 1]. */
TEST(two_groups)
{
	const struct item *table = h_table("sub\tgrp\n01\t1\n02\t1\n03\t1\n04\t1\n05\t-1\n06\t-1\n07\t-1\n08\t-1\n");
	struct glm_second_level_params p = compat();
	struct fitted f;
	long v;

	p.formula = "grp";
	f = fit(p, (struct glm_second_level_inputs){ .images = maps(-1, 0), .mask = whole(), .table = { 1, table } }, 1);
	CHECK_OK(f.error);
	v = place(&f.g, 2, 3, 3);
	CHECK_TEXT(f.g.run[0].column[0], "grp");
	CHECK_TEXT(f.g.run[0].column[1], "intercept");
	CHECK_NEAR(f.g.run[0].beta[v], -.225, 1e-7);
	CHECK_NEAR(variance(&f.g, 2, 3, 3), .34031249999999996, 1e-7);
	glm_close(&f.g);
}

TEST(smoothed)
{
	static const double five[] = { 5 };
	struct glm_second_level_params p = compat();
	struct fitted f;

	p.n_smoothing = 1;
	p.smoothing_mm = five;
	f = fit(p, (struct glm_second_level_inputs){ .images = maps(-1, 0), .mask = whole() }, 1);
	CHECK_OK(f.error);
	CHECK_NEAR(f.g.run[0].beta[place(&f.g, 2, 3, 3)] / sqrt(variance(&f.g, 2, 3, 3)), 61.48300402299187, 2e-3);
	glm_close(&f.g);
}

/* A voxel that is 0 or NaN in one subject is not fitted, and n says how many have it. */
TEST(voxels_that_all_have)
{
	const float bad[] = { 0, NAN, INFINITY };

	for (int k = 0; k < 3; k++) {
		struct fitted f = fit((struct glm_second_level_params){ 0 }, (struct glm_second_level_inputs){ .images = maps(3,
		                                                                                                              bad[k]) }, 1);
		float *n = h_voxels(f.n), *mask = h_voxels(f.mask);

		CHECK_OK(f.error);
		for (long v = 0; v < f.g.n; v++)
			CHECK(f.g.index[v] % 8 >= 2);
		CHECK_NEAR(n[at(2, 3, 3)], 8, 0.1);
		CHECK_NEAR(n[at(1, 3, 3)], 7, 0.1);
		CHECK_NEAR(mask[at(1, 3, 3)], 0, 0.1);
		CHECK_NEAR(mask[at(2, 3, 3)], 1, 0.1);
		CHECK(strstr(h_notes(), "in fewer than all 8 subjects"));
		glm_close(&f.g);
	}
}

TEST(voxels_that_enough_have)
{
	struct glm_second_level_params p = { .has_at_least = true, .at_least = 6 };
	struct fitted f = fit(p, (struct glm_second_level_inputs){ .images = maps(3, NAN), .mask = whole() }, 2);
	double mean = 0, square = 0;
	long v;

	CHECK_OK(f.error);
	v = place(&f.g, 1, 3, 3);
	CHECK(v >= 0 && f.g.run[0].n_part >= 2 && f.g.run[0].part);
	for (int s = 0; s < N; s++)
		mean += s == 3 ? 0 : map_value(s, 1, 3, 3) / 7;
	for (int s = 0; s < N; s++)
		square += s == 3 ? 0 : pow(map_value(s, 1, 3, 3) - mean, 2);
	CHECK_NEAR(f.g.run[0].beta[v], mean, 1e-6);
	CHECK_NEAR(f.g.run[0].variance[v], square / 6, 1e-6);
	CHECK_NEAR(f.g.run[0].dof[f.g.run[0].part[v]], 6, 1e-15);
	CHECK_INT(f.g.run[0].row_in[f.g.run[0].part[v] * N + 3], 0);
	CHECK_INT(f.g.run[0].row_in[f.g.run[0].part[v] * N + 4], 1);
	CHECK(isnan(f.g.data[3 * f.g.n + v]));
	v = place(&f.g, 2, 3, 3);
	CHECK_INT(f.g.run[0].row_in[f.g.run[0].part[v] * N + 3], 1);
	CHECK_NEAR(f.g.run[0].dof[f.g.run[0].part[v]], 7, 1e-15);
	glm_close(&f.g);
}

/* A subject alone in its group: where it has no value the groups cannot be compared. */
TEST(voxels_that_cannot_tell_groups_apart)
{
	const struct item *table = h_table("sub\tgroup\n01\ta\n02\ta\n03\ta\n04\tb\n05\ta\n06\ta\n07\ta\n08\ta\n");
	struct glm_second_level_params p = { .has_at_least = true, .at_least = 6, .formula = "group" };
	struct fitted f = fit(p, (struct glm_second_level_inputs){ .images = maps(3, NAN), .table = { 1, table } }, 1);

	CHECK_OK(f.error);
	CHECK_TEXT(f.g.run[0].column[1], "group[b]");
	for (long v = 0; v < f.g.n; v++)
		CHECK(f.g.index[v] % 8 >= 2);
	CHECK(strstr(h_notes(), "cannot tell the design's columns apart"));
	glm_close(&f.g);
}

TEST(pairs_are_subtracted_by_key)
{
	struct items images = maps(-1, 0), minus = maps(2, NAN);
	struct item *turned = NEW_N(check_arena(), struct item, N);
	struct glm_second_level_params p = { .has_at_least = true, .at_least = 5 };
	struct fitted f;
	double mean = 0;

	for (int s = 0; s < N; s++)   /* 02 - 01, 03 - 02, ..., 01 - 08, in another order */
		turned[N - 1 - s] = keyed(&minus.item[(s + 7) % N], cells[s]);
	f = fit(p, (struct glm_second_level_inputs){ .images = images, .minus = { N, turned } }, 1);
	CHECK_OK(f.error);
	for (int s = 0; s < N; s++)
		mean += (map_value(s, 4, 3, 3) - map_value((s + 7) % N, 4, 3, 3)) / N;
	CHECK_NEAR(f.g.run[0].beta[place(&f.g, 4, 3, 3)], mean, 1e-6);
	CHECK_NEAR(f.g.data[3 * f.g.n + place(&f.g, 4, 3, 3)], map_value(3, 4, 3, 3) - map_value(2, 4, 3, 3), 1e-6);
	CHECK(isnan(f.g.data[3 * f.g.n + place(&f.g, 1, 3, 3)]));
	CHECK(!isnan(f.g.data[2 * f.g.n + place(&f.g, 1, 3, 3)]));
	glm_close(&f.g);
	turned[0].cell = "11";
	f = fit(p, (struct glm_second_level_inputs){ .images = images, .minus = { N, turned } }, 1);
	CHECK_ERROR(f.error, "there is an image of 08, but none in minus");
}

TEST(a_ready_design)
{
	const struct item *design = h_table("a\tb\n1\t0\n1\t1\n1\t0\n1\t1\n1\t0\n1\t1\n1\t0\n1\t3\n");
	struct glm_second_level_inputs in = { .images = maps(-1, 0), .design = design };
	struct fitted f = fit((struct glm_second_level_params){ 0 }, in, 1);

	CHECK_OK(f.error);
	CHECK_INT(f.g.run[0].n_col, 2);
	CHECK_TEXT(f.g.run[0].column[1], "b");
	CHECK_NEAR(f.g.run[0].design[15], 3, 1e-15);
	CHECK_NEAR(f.g.run[0].dof[0], 6, 1e-15);
	glm_close(&f.g);
	f = fit((struct glm_second_level_params){ .formula = "1" }, in, 1);
	CHECK_ERROR(f.error, "a ready design is given, so there is nothing for formula to do");
}

TEST(dependent_columns_lose_nothing)
{
	const struct item *design = h_table("a\tb\tc\n1\t1\t0\n1\t0\t1\n1\t1\t0\n1\t0\t1\n1\t1\t0\n1\t0\t1\n1\t1\t0\n1\t0\t1\n");
	struct glm_second_level_inputs in = { .images = maps(-1, 0), .design = design };
	struct fitted f = fit((struct glm_second_level_params){ 0 }, in, 1), c;

	CHECK_OK(f.error);
	CHECK(strstr(h_notes(), "a, b and c depend on each other"));
	CHECK_NEAR(f.g.run[0].dof[0], 6, 1e-15);
	c = fit(compat(), in, 1);
	CHECK_OK(c.error);
	CHECK_NEAR(c.g.run[0].variance[place(&c.g, 4, 3, 3)] * 5, f.g.run[0].variance[place(&f.g, 4, 3, 3)] * 6, 1e-9);
	glm_close(&f.g);
	glm_close(&c.g);
}

TEST(any_number_of_threads_makes_the_same_bits)
{
	struct glm_second_level_params p = { .has_at_least = true, .at_least = 5, .formula = "x" };
	const struct item *table = h_table("sub\tx\n01\t1\n02\t4\n03\t2\n04\t7\n05\t3\n06\t9\n07\t5\n08\t2\n");
	struct glm_second_level_inputs in = { .images = maps(3, NAN), .table = { 1, table } };
	struct fitted one = fit(p, in, 1), two = fit(p, in, 2);

	CHECK_OK(one.error);
	CHECK_OK(two.error);
	CHECK_TEXT(h_digest(one.glm, "glm.bin"), h_digest(two.glm, "glm.bin"));
	CHECK_TEXT(h_digest(one.glm, "glm.json"), h_digest(two.glm, "glm.json"));
}

/* ---- what cannot be ---- */
TEST(impossible_groups_are_told)
{
	struct items all = maps(-1, 0), one = { 1, all.item };
	struct item *mixed = NEW_N(check_arena(), struct item, N);
	struct grid other = small;
	struct fitted f;

	f = fit((struct glm_second_level_params){ 0 }, (struct glm_second_level_inputs){ .images = one }, 1);
	CHECK_ERROR(f.error, "there is one image 01, a group needs two or more");
	memcpy(mixed, all.item, N * sizeof *mixed);
	other.affine[0][3] = -18;
	mixed[4] = keyed(h_image(&other, 1, 0, IMAGE_FLOAT32, map_of(4)), "05");
	f = fit((struct glm_second_level_params){ 0 }, (struct glm_second_level_inputs){ .images = { N, mixed } }, 1);
	CHECK_ERROR(f.error, "image 05 and image 01 are both 8x9x7, but lie differently");
	mixed[4] = keyed(h_image(&(struct grid){ { 8, 9, 3 }, { { 3 }, { 0, 3 }, { 0, 0, 3 } } }, 2, 0, IMAGE_FLOAT32,
	                         map_of(4)), "05");
	f = fit((struct glm_second_level_params){ 0 }, (struct glm_second_level_inputs){ .images = { N, mixed } }, 1);
	CHECK_ERROR(f.error, "image 05 has 2 volumes, must have one");
	f = fit((struct glm_second_level_params){ .has_at_least = true, .at_least = 9 },
	        (struct glm_second_level_inputs){ .images = all }, 1);
	CHECK_ERROR(f.error, "at_least is 9, but there are 8 images");
	f = fit((struct glm_second_level_params){ .formula = "age" }, (struct glm_second_level_inputs){ .images = all }, 1);
	CHECK_ERROR(f.error, "the formula speaks of 'age', but there is no table");
}

TEST(an_empty_map_leaves_nothing)
{
	struct items all = maps(-1, 0);
	struct item *it = NEW_N(check_arena(), struct item, N);
	struct fitted f;

	memcpy(it, all.item, N * sizeof *it);
	it[6] = keyed(h_image(&small, 1, 0, IMAGE_FLOAT32, NEW_N(check_arena(), float, grid_size(&small))), "07");
	f = fit((struct glm_second_level_params){ 0 }, (struct glm_second_level_inputs){ .images = { N, it } }, 1);
	CHECK_ERROR(f.error,
	            "no voxel has a value (finite and not 0) in all 8 subjects: at most 7 have the same one; image 07 has 0");
}
