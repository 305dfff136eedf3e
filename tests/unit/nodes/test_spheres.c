#include "harness.h"

#include <math.h>

#include "base/doc.h"
#include "base/json.h"
#include "img/facts.h"
#include "img/table.h"
#include "signals.spheres.node.h"
#include "signals/sphere.h"

static const char seeds_json[] = "[[-5, 12, 9], [-9.6, 6, 3.9]]";

/* Everything about one call. */
struct call {
	const struct item *bold, *mask;
	const char *seeds;
	struct signals_spheres_params p;
	struct out *signals, *coverage;
	int threads;
};

static struct error *call(struct call *c)
{
	c->signals = h_out();
	c->coverage = h_out();
	c->p.standardize_confounds = true;
	return signals_spheres_run(h_env(c->threads ? c->threads : 1), &c->p,
	                           &(struct signals_spheres_inputs){ .bold = c->bold, .mask = c->mask,
	                                                             .seeds = h_literal("coords", c->seeds ? c->seeds : seeds_json) },
	                           &(struct signals_spheres_outputs){ c->signals, c->coverage, h_out() });
}

static const float *rows(struct call *c)
{
	int n_row, n_col;

	CHECK_OK(call(c));
	return h_series(c->signals, &n_row, &n_col);
}

/* A cell of the coverage table as a number. */
static double covered(const struct call *c, int row, const char *column)
{
	struct table t;
	double x;
	int col;

	CHECK_OK(table_of(&t, h_item(c->coverage, "table"), check_arena()));
	CHECK_OK(table_need(&col, &t, column));
	CHECK(table_number(&x, table_cell(&t, row, col)));
	return x;
}

#define RADIUS(...) .radius_mm = (double[]){ __VA_ARGS__ }, .n_radius = sizeof (double[]){ __VA_ARGS__ } / sizeof(double)

TEST(spheres_agree_with_the_worked_examples)
{
	static const double must[][5] = { { 3, 10.75, 7.125, 8, 4 }, { 4, 8.083333333333, 7.6875, 12, 8 },
	                                  { 6, 8.60119047619, 8.617647058824, 42, 17 } };
	struct call c = { .bold = h_f4(4, IMAGE_FLOAT32) };
	const float *x = rows(&c);

	CHECK_NEAR(x[0], 13.25, 0);
	CHECK_NEAR(x[1], 0, 0);
	for (int i = 0; i < 3; i++) {
		c.p = (struct signals_spheres_params){ RADIUS(must[i][0]), .allow_overlap = true };
		x = rows(&c);
		CHECK_NEAR(x[0], must[i][1], 1e-6);
		CHECK_NEAR(x[1], must[i][2], 1e-6);
		if (i > 0) {
			CHECK_NEAR(covered(&c, 0, "voxels"), must[i][3], 0);
			CHECK_NEAR(covered(&c, 1, "voxels"), must[i][4], 0);
		}
	}
}

TEST(a_radius_for_each_seed)
{
	struct call c = { .bold = h_f4(4, IMAGE_FLOAT32), .p = { RADIUS(3, 4), .allow_overlap = true } };
	const float *x = rows(&c);

	CHECK_NEAR(x[0], 10.75, 1e-6);
	CHECK_NEAR(x[1], 7.6875, 1e-6);
	c.p = (struct signals_spheres_params){ RADIUS(3, 4, 5) };
	CHECK_ERROR(call(&c), "3 radii for 2 seeds");
}

TEST(integer_means_are_truncated_only_when_asked)
{
	struct call c = { .bold = h_f4(4, IMAGE_INT16), .p = { RADIUS(3) } };
	const float *x = rows(&c);

	CHECK_NEAR(x[0], 10.25, 1e-6);
	CHECK_NEAR(x[1], 7, 1e-6);
	c.p.compat = SIGNALS_SPHERES_COMPAT_NILEARN;
	x = rows(&c);
	CHECK_NEAR(x[0], 10, 0);
	CHECK_NEAR(x[1], 7, 0);
}

/* Two volumes of n^3 voxels of this size, 0 but for one. */
static const struct item *point(double mm, int n, const int low[3], const int at[3])
{
	struct grid g = { { n, n, n }, { { mm, 0, 0, low[0] * mm }, { 0, mm, 0, low[1] * mm }, { 0, 0, mm, low[2] * mm } } };
	float *x = NEW_N(check_arena(), float, 2 * grid_size(&g));

	x[grid_index(&g, at[0], at[1], at[2])] = 1;
	return h_image(&g, 2, 2, IMAGE_FLOAT32, x);
}

static int ball_size(double mm, int n, double radius)
{
	int mid = n / 2;
	struct call c = { .bold = point(mm, n, (int[3]){ 0, 0, 0 }, (int[3]){ mid, mid, mid }), .p = { RADIUS(radius) },
	                  .seeds = arena_printf(check_arena(), "[[%.17g, %.17g, %.17g]]", mm * mid, mm * mid, mm * mid) };
	const float *x = rows(&c);

	CHECK_NEAR(covered(&c, 0, "coverage"), 1, 0);
	CHECK_NEAR(covered(&c, 0, "voxels"), 1 / (double)x[0], 1e-3);
	return (int)covered(&c, 0, "voxels");
}

TEST(spheres_have_as_many_voxels_as_they_must)
{
	CHECK_INT(ball_size(2, 13, 4), 33);
	CHECK_INT(ball_size(2, 13, 5), 81);
	CHECK_INT(ball_size(2, 13, 6), 123);
	CHECK_INT(ball_size(2, 13, 8), 257);
	CHECK_INT(ball_size(3, 9, 6), 33);
	CHECK_INT(ball_size(1, 25, 10), 4169);
}

/* Where neither the voxel's size nor its place is a binary fraction, voxels on the surface are lost by rounding. (A file's
 * affine is in single precision: this one is not from a file.) */
static int surface(double mm, double radius)
{
	struct grid g = { { 24, 24, 24 }, { { mm, 0, 0, -10 * mm }, { 0, mm, 0, -12 * mm }, { 0, 0, mm, -11 * mm } } };
	const double seed[1][3] = { { 2 * mm, 0, mm } };
	struct spheres o = { .grid = &g, .n_radius = 1, .radius_mm = &radius };
	struct sphere s;

	CHECK_OK(spheres_find(&s, &o, &(struct coords){ .n = 1, .xyz = seed }, check_arena()));
	CHECK_INT(s.n_full, s.n);
	return s.n;
}

TEST(voxels_on_the_surface_round_as_nilearns)
{
	CHECK_INT(surface(2.4, 4.8), 30);
	CHECK_INT(surface(3.3, 6.6), 32);
	CHECK_INT(surface(2, 4), 33);
}

TEST(nilearn_adds_the_voxel_of_truncated_millimetres)
{
	struct grid g = { { 6, 6, 6 }, { { 0.8, 0, 0, -2 }, { 0, 0.8, 0, -2 }, { 0, 0, 0.8, -2 } } };
	float *x = NEW_N(check_arena(), float, 2 * grid_size(&g));
	struct call c = { .seeds = "[[0.3, 0.3, 0.3]]" };

	x[grid_index(&g, 2, 2, 2)] = 4;
	x[grid_index(&g, 3, 3, 3)] = 8;
	c.bold = h_image(&g, 2, 2, IMAGE_FLOAT32, x);
	CHECK_NEAR(rows(&c)[0], 8, 0);
	c.p.compat = SIGNALS_SPHERES_COMPAT_NILEARN;
	CHECK_NEAR(rows(&c)[0], 6, 0);
}

TEST(spheres_tell_how_much_of_them_there_is)
{
	struct call c = { .bold = point(2, 13, (int[3]){ 0, 0, 0 }, (int[3]){ 6, 6, 6 }), .p = { RADIUS(4) },
	                  .seeds = "{\"corner\": [0, 0, 0], \"middle\": [12, 12, 12]}" };

	rows(&c);
	CHECK_NEAR(covered(&c, 0, "voxels"), 11, 0);
	CHECK_NEAR(covered(&c, 0, "voxels_whole"), 33, 0);
	CHECK_NEAR(covered(&c, 0, "coverage"), 11.0 / 33, 1e-12);
	CHECK_NEAR(covered(&c, 1, "coverage"), 1, 0);
	CHECK_NEAR(covered(&c, 1, "z"), 12, 0);
	CHECK(strstr(h_notes(), "1 of 2 spheres are not whole; the least has 11 of 33 voxels: seed 0 'corner' (0, 0, 0)"));
}

/* More voxels than anybody would count, and seeds beyond all numbers of voxels. */
TEST(spheres_of_any_size_and_place_end)
{
	struct call c = { .bold = point(0.001, 5, (int[3]){ 0, 0, 0 }, (int[3]){ 2, 2, 2 }), .p = { RADIUS(1000) },
	                  .seeds = "[[0, 0, 0]]" };

	rows(&c);
	CHECK_NEAR(covered(&c, 0, "voxels"), 125, 0);
	CHECK(covered(&c, 0, "voxels_whole") >= 1e15);
	c.seeds = "[[1e300, -1e300, 0]]";
	CHECK_ERROR(call(&c), "holds no voxel");
	c.seeds = "[[1e17, 0, 0]]";
	CHECK_ERROR(call(&c), "holds no voxel");
}

/* ---- masks ---- */
static struct grid cube(void)
{
	return (struct grid){ { 9, 9, 9 }, { { 2, 0, 0, -8 }, { 0, 2, 0, -8 }, { 0, 0, 2, -8 } } };
}

/* A ramp along i, so that a mean tells which voxels were used. */
static const struct item *ramp(float nan_at, int t_nan)
{
	struct grid g = cube();
	float *x = NEW_N(check_arena(), float, 3 * grid_size(&g));

	for (long v = 0; v < 3 * grid_size(&g); v++)
		x[v] = (float)(v % 9);
	if (t_nan >= 0)
		x[t_nan * grid_size(&g) + grid_index(&g, 5, 4, 4)] = nan_at;
	return h_image(&g, 3, 2, IMAGE_FLOAT32, x);
}

static const struct item *half(const struct grid *g, int from)
{
	float *x = NEW_N(check_arena(), float, grid_size(g));

	for (long v = 0; v < grid_size(g); v++)
		x[v] = v % g->n[0] >= from;
	return h_image(g, 1, 0, IMAGE_FLOAT32, x);
}

TEST(a_mask_cuts_spheres)
{
	struct grid g = cube();
	struct call c = { .bold = ramp(0, -1), .mask = half(&g, 4), .p = { RADIUS(2) }, .seeds = "[[0, 0, 0]]" };

	CHECK_NEAR(rows(&c)[0], (5 * 4 + 5) / 6.0, 1e-6);
	CHECK_NEAR(covered(&c, 0, "voxels"), 6, 0);
	CHECK_NEAR(covered(&c, 0, "voxels_whole"), 7, 0);
	c.mask = half(&g, 7);
	CHECK_ERROR(call(&c), "the sphere of seed 0 (0, 0, 0) holds no voxel of the mask, only 7 of bold outside of it");
}

TEST(a_mask_on_another_grid_is_brought_when_asked)
{
	struct grid fine = { { 18, 18, 18 }, { { 1, 0, 0, -8.5 }, { 0, 1, 0, -8.5 }, { 0, 0, 1, -8.5 } } };
	struct call c = { .bold = ramp(0, -1), .mask = half(&fine, 8), .p = { RADIUS(2) }, .seeds = "[[0, 0, 0]]" };

	CHECK_ERROR(call(&c), "must share a grid; `resampling: data` takes the mask onto the data's");
	c.p.resampling = SIGNALS_SPHERES_RESAMPLING_DATA;
	CHECK_NEAR(rows(&c)[0], (5 * 4 + 5) / 6.0, 1e-6);
	fine.affine[0][3] = 100;
	c.mask = half(&fine, 8);
	CHECK_ERROR(call(&c), "lies inside bold");
}

/* ---- values that are no number ---- */
TEST(voxels_that_are_no_number_are_left_out_and_told)
{
	static const float bad[] = { NAN, INFINITY };

	for (int i = 0; i < 2; i++) {
		struct call c = { .bold = ramp(bad[i], 1), .p = { RADIUS(2) }, .seeds = "[[0, 0, 0], [2, 6, 6]]" };
		const float *x = rows(&c);

		for (int t = 0; t < 3; t++)
			CHECK_NEAR(x[2 * t], (5 * 4 + 3) / 6.0, 1e-6);
		CHECK_NEAR(x[1], 5, 0);
		CHECK(strstr(h_notes(), "1 voxels in 1 of 2 spheres are NaN or infinite at some time and left out"));
		CHECK_NEAR(covered(&c, 0, "voxels"), 6, 0);
		c.p.compat = SIGNALS_SPHERES_COMPAT_NILEARN;
		x = rows(&c);
		CHECK_NEAR(x[0], 4, 1e-6);
		CHECK_NEAR(x[2], (7 * 4 - 5) / 7.0, 1e-6);
	}
}

TEST(a_sphere_of_nothing_but_nan_is_an_error)
{
	struct call c = { .bold = ramp(NAN, 2), .seeds = "{\"PCC\": [2, 0, 0]}" };

	CHECK_ERROR(call(&c), "seed 0 'PCC' (2, 0, 0) holds no voxel that is a number at all times: each of its 1 is NaN");
	c.p.n_smoothing = 1;
	c.p.smoothing_mm = (double[]){ 4 };
	CHECK(isfinite(rows(&c)[4]));
	CHECK(strstr(h_notes(), "1 of 1 voxels in spheres are NaN or infinite at some time; such values count as 0"));
}

/* ---- bits and words ---- */
TEST(spheres_have_the_same_bits_for_any_thread_count)
{
	struct call c = { .bold = h_f4(40, IMAGE_INT16), .p = { RADIUS(5), .allow_overlap = true, .detrend = true,
	                                                        .smoothing_mm = (double[]){ 5 }, .n_smoothing = 1 } };
	const char *one;

	for (int smooth = 0; smooth < 2; smooth++) {
		c.p.n_smoothing = smooth;
		c.threads = 1;
		rows(&c);
		one = h_digest(c.signals, "series.npy");
		c.threads = 5;
		rows(&c);
		CHECK_TEXT(h_digest(c.signals, "series.npy"), one);
	}
}

TEST(spheres_say_what_is_wrong_with_seeds)
{
	struct call c = { .bold = h_f4(4, IMAGE_INT16), .p = { RADIUS(8) }, .seeds = "[[500, 0, 0], [0, 12, 9], [-600, 0, 0]]" };

	CHECK_ERROR(call(&c), "seed 0 (500, 0, 0) holds no voxel of bold, which is 6x7x5 at 2x3x4 mm and covers x -10 .. 0, "
	            "y 5 .. 23, z 2 .. 18 mm; 1 other holds none either: seed 2 (-600, 0, 0)");
	c.seeds = seeds_json;
	CHECK_ERROR(call(&c), "seed 0 (-5, 12, 9) and seed 1 (-9.6, 6, 3.9) share voxels");
	c.p = (struct signals_spheres_params){ .names = (const char *const[]){ "PCC" }, .n_names = 1 };
	CHECK_ERROR(call(&c), "1 text for 2 seeds");
	c.p = (struct signals_spheres_params){ .names = (const char *const[]){ "PCC", "PCC" }, .n_names = 2 };
	CHECK_ERROR(call(&c), "two of the names are 'PCC' (number 1 and 2)");
}

static struct doc *facts(const char *json)
{
	struct doc *d;

	CHECK_OK(json_read(&d, json, strlen(json), "facts", check_arena()));
	return d;
}

static const char *problems(const char *seeds, const struct item *mask)
{
	struct signals_spheres_params p = { RADIUS(3) };
	struct shape *s = h_shape();
	struct series_facts series;
	struct table_facts coverage;

	h_given(s, "bold", facts("{\"dim\":[6,7,5,168],\"affine\":[[2,0,0,-10],[0,3,0,5],[0,0,4,2]],\"tr\":2,"
	                         "\"type\":\"int16\",\"bytes\":70560,\"space\":\"\"}"), NULL);
	h_given(s, "seeds", NULL, h_literal("coords", seeds));
	if (mask)
		h_given(s, "mask", NULL, mask);
	CHECK_OK(signals_spheres_shape(s, &p));
	CHECK(series_facts_from(&series, shape_in(s, "out.signals"), check_arena()));
	CHECK_INT(series.n_col, 1);
	CHECK(table_facts_from(&coverage, shape_in(s, "out.coverage"), check_arena()));
	CHECK_INT(coverage.n_row, 1);
	return h_problems(s);
}

TEST(shapes_find_spheres_outside)
{
	struct grid g = h_f4_grid();

	CHECK_TEXT(problems("[[-6, 11, 6]]", NULL), "");
	CHECK_TEXT(problems("[[-6, 11, 6]]", half(&g, 2)), "");
	CHECK(strstr(problems("[[-6, 11, 60]]", NULL), "error seeds: the sphere of seed 0 (-6, 11, 60) holds no voxel of bold"));
	CHECK(strstr(problems("[[-10, 23, 18]]", half(&g, 2)), "holds no voxel of the mask"));
}
