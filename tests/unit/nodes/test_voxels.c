/* signals.voxels: masks of its own and on other grids, values that are no number, types. Numbers are nilearn's. */
#include "harness.h"

#include <math.h>
#include <stdlib.h>

#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "img/facts.h"
#include "signals.voxels.node.h"

/* Everything about one call. */
struct call {
	const struct item *bold, *mask;
	struct signals_voxels_params p;
	struct out *signals, *used;
	int threads, n_row, n_col;
};

static struct error *call(struct call *c)
{
	c->signals = h_out();
	c->used = h_out();
	c->p.standardize_confounds = true;
	return signals_voxels_run(h_env(c->threads ? c->threads : 1), &c->p,
	                          &(struct signals_voxels_inputs){ .bold = c->bold, .mask = c->mask },
	                          &(struct signals_voxels_outputs){ c->signals, c->used, h_out() });
}

static const float *rows(struct call *c)
{
	CHECK_OK(call(c));
	return h_series(c->signals, &c->n_row, &c->n_col);
}

#define FWHM(mm) .smoothing_mm = (double[]){ mm }, .n_smoothing = 1

/* A mask of the box low .. high - 1 on a grid. */
static const struct item *box(const struct grid *g, const int low[3], const int high[3])
{
	float *x = NEW_N(check_arena(), float, grid_size(g));

	for (int i = low[0]; i < high[0]; i++)
		for (int j = low[1]; j < high[1]; j++)
			for (int k = low[2]; k < high[2]; k++)
				x[grid_index(g, i, j, k)] = 1;
	return h_image(g, 1, 0, IMAGE_UINT8, x);
}

static void check_row(const float *x, int n, const double must[], double tol)
{
	for (int v = 0; v < n; v++)
		CHECK_NEAR(x[v], must[v], tol);
}

/* The numbers of image.smooth's test; nilearn smooths bytes as bytes. */
TEST(smoothing_keeps_bytes_when_nilearn_is_asked_for)
{
	struct grid g = h_f4_grid();
	long size = grid_size(&g);
	float *x = NEW_N(check_arena(), float, 2 * size), *inside = NEW_N(check_arena(), float, size);
	struct image im;

	CHECK_OK(image_of(&im, h_f4(2, IMAGE_INT16), check_arena()));
	for (int t = 0; t < 2; t++)
		image_volume(&im, t, NONFINITE_KEEP, x + t * size);
	inside[0] = inside[grid_index(&g, 2, 3, 1)] = 1;
	struct call c = { .bold = h_image(&g, 2, 2, IMAGE_UINT8, x), .mask = h_image(&g, 1, 0, IMAGE_UINT8, inside),
	                  .p = { FWHM(4), .compat = SIGNALS_VOXELS_COMPAT_NILEARN } };

	check_row(rows(&c), 2, (double[]){ 3, 7 }, 0);
	c.p.compat = SIGNALS_VOXELS_COMPAT_NONE;
	CHECK(rows(&c)[0] != 3 && rows(&c)[1] != 7);
}

/* ---- a mask on another grid ---- */

/* The same voxels on a grid that begins one voxel lower. */
static const struct item *shifted_mask(void)
{
	struct grid g = h_f4_grid();

	g.affine[0][3] -= 2;
	return box(&g, (int[]){ 3, 2, 1 }, (int[]){ 5, 5, 4 });
}

TEST(another_grid_is_an_error_with_its_ways_out)
{
	struct call c = { .bold = h_f4(4, IMAGE_FLOAT32), .mask = shifted_mask() };

	CHECK_ERROR(call(&c), "row 1, column 4 of the affine is -12, must be -10; they must share a grid; `resampling: mask` "
	            "takes the data onto the mask's grid, `resampling: data` the mask onto the data's");
}

TEST(data_that_lie_whole_voxels_off_are_right_unless_nilearn_is_asked_for)
{
	static const double right[] = { 1, 13.25, 8.5, 14.5 }, nilearn[] = { 15.5, 10.75, 6, 11.75 };
	struct call c = { .bold = h_f4(4, IMAGE_FLOAT32), .mask = shifted_mask() };

	c.p.resampling = SIGNALS_VOXELS_RESAMPLING_MASK;
	check_row(rows(&c), 4, right, 0);
	CHECK_INT(c.n_col, 18);
	c.p.compat = SIGNALS_VOXELS_COMPAT_NILEARN;
	check_row(rows(&c), 4, nilearn, 0);
	c.p.compat = SIGNALS_VOXELS_COMPAT_NONE;
	c.p.resampling = SIGNALS_VOXELS_RESAMPLING_DATA;
	check_row(rows(&c), 4, right, 0);
	CHECK_INT(c.n_col, 18);
}

/* Between the data's voxels; all of the grid is inside the data. */
static struct grid between(void)
{
	return (struct grid){ { 4, 5, 4 }, { { 2, 0, 0, -9 }, { 0, 3, 0, 6.5 }, { 0, 0, 4, 3 } } };
}

TEST(data_go_onto_the_masks_grid_before_they_are_smoothed)
{
	static const double plain[] = { 9.488105, 6.10052, 9.750051, 11.375266 };
	static const double whole[] = { 8.367979, 8.696811, 8.289278, 8.7893095 };
	static const double cropped[] = { 8.362482, 8.732139, 8.32493, 8.846043 };
	struct grid g = between();
	struct call c = { .bold = h_f4(4, IMAGE_FLOAT32), .mask = box(&g, (int[]){ 1, 3, 1 }, (int[]){ 3, 4, 3 }),
	                  .p = { .resampling = SIGNALS_VOXELS_RESAMPLING_MASK } };

	check_row(rows(&c), 4, plain, 2e-6);
	c.p = (struct signals_voxels_params){ .resampling = SIGNALS_VOXELS_RESAMPLING_MASK, FWHM(6) };
	check_row(rows(&c), 4, whole, 2e-6);
	c.p.compat = SIGNALS_VOXELS_COMPAT_NILEARN;
	check_row(rows(&c), 4, cropped, 2e-6);
}

TEST(the_mask_that_was_used_is_on_the_grid_of_the_signals)
{
	struct grid g = between(), data = h_f4_grid();
	struct call c = { .bold = h_f4(4, IMAGE_FLOAT32), .mask = box(&g, (int[]){ 1, 3, 1 }, (int[]){ 3, 4, 3 }),
	                  .p = { .resampling = SIGNALS_VOXELS_RESAMPLING_MASK } };
	struct image im;

	rows(&c);
	CHECK_OK(image_of(&im, h_item(c.used, "mask"), check_arena()));
	CHECK(grid_same(&im.grid, &g));
	image_close(&im);
	c.p.resampling = SIGNALS_VOXELS_RESAMPLING_DATA;
	rows(&c);
	CHECK_OK(image_of(&im, h_item(c.used, "mask"), check_arena()));
	CHECK(grid_same(&im.grid, &data));
	image_close(&im);
	g.affine[2][3] = 500;
	c.mask = box(&g, (int[]){ 1, 3, 1 }, (int[]){ 3, 4, 3 });
	CHECK_ERROR(call(&c), "none of the 4 voxels of the mask (4x5x4 at 2x3x4 mm) lies inside bold");
}

/* ---- bits ---- */

/* Random whole numbers that every type holds. */
static float *numbers(int n_vol)
{
	float *x = NEW_N(check_arena(), float, n_vol * 210);

	for (int v = 0; v < n_vol * 210; v++)
		x[v] = (float)(int)(100 * check_random());
	return x;
}

TEST(resampling_gives_the_same_bits_for_any_type_and_thread_count)
{
	struct grid g = h_f4_grid(), onto = between();
	float *x = numbers(8);
	const char *one = NULL;

	for (int smooth = 0; smooth < 2; smooth++, one = NULL)
		for (enum image_type type = IMAGE_UINT8; type <= IMAGE_FLOAT64; type++) {
			struct call c = { .bold = h_image(&g, 8, 2, type, x), .mask = box(&onto, (int[]){ 0, 3, 1 }, (int[]){ 3, 4, 3 }),
			                  .p = { .resampling = SIGNALS_VOXELS_RESAMPLING_MASK, FWHM(5) }, .threads = 1 + (int)type % 3 };

			c.p.n_smoothing = smooth;
			rows(&c);
			one = one ? one : h_digest(c.signals, "series.npy");
			CHECK_TEXT(h_digest(c.signals, "series.npy"), one);
		}
}

/* Only what is wanted is computed; what comes out is what smoothing everything gives. */
TEST(smoothing_of_few_voxels_has_the_bits_of_smoothing_all)
{
	struct grid g = h_f4_grid();
	const struct item *bold = h_image(&g, 4, 2, IMAGE_UINT16, numbers(4));
	struct call all = { .bold = bold, .mask = box(&g, (int[]){ 0, 0, 0 }, (int[]){ 6, 7, 5 }), .p = { FWHM(4) } };
	const float *whole = rows(&all);

	for (int n = 0; n < 20; n++) {
		int low[3], high[3], at = 0;

		for (int d = 0; d < 3; d++) {
			low[d] = (int)(check_random() * g.n[d]);
			high[d] = low[d] + 1 + (int)(check_random() * (g.n[d] - low[d]));
		}
		struct call c = { .bold = bold, .mask = box(&g, low, high), .p = { FWHM(4) } };
		const float *x = rows(&c);

		for (int i = low[0]; i < high[0]; i++)
			for (int j = low[1]; j < high[1]; j++)
				for (int k = low[2]; k < high[2]; k++, at++)
					CHECK(x[at] == whole[(i * 7 + j) * 5 + k]);
		CHECK_INT(at, c.n_col);
	}
}

/* ---- masks made of the data ---- */

/* A bright ball in air: numerics' V14, three times. */
static const struct item *ball(void)
{
	struct grid g = { { 14, 14, 14 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	float *x = NEW_N(check_arena(), float, 3 * grid_size(&g));

	for (int i = 0; i < 14; i++)
		for (int j = 0; j < 14; j++)
			for (int k = 0; k < 14; k++)
				for (int t = 0; t < 3; t++)
					x[t * grid_size(&g) + grid_index(&g, i, j, k)] =
						(float)(((i - 6) * (i - 6) + (j - 7) * (j - 7) + (k - 6.5) * (k - 6.5) < 22 ? 100 : 5) +
						        0.3 * ((7 * i + 13 * j + 29 * k) % 17));
	return h_image(&g, 3, 2, IMAGE_FLOAT32, x);
}

TEST(the_epi_strategy_finds_the_ball)
{
	struct call c = { .bold = ball(), .p = { .mask_strategy = SIGNALS_VOXELS_MASK_STRATEGY_EPI } };

	rows(&c);
	CHECK_INT(c.n_col, 378);
	c.p.mask_strategy = SIGNALS_VOXELS_MASK_STRATEGY_BACKGROUND;
	rows(&c);
	CHECK(c.n_col > 2000);
}

TEST(an_image_of_one_value_has_no_mask)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, 3 * 210);
	struct call c = { .bold = h_image(&g, 3, 2, IMAGE_FLOAT32, x) };

	CHECK_ERROR(call(&c), "no voxel of bold is inside the mask made of it (mask_strategy: background");
}

/* ---- values that are no number ---- */
static const struct item *with_nan(int n_bad, bool always)
{
	struct grid g = h_f4_grid();
	float *x = numbers(4);

	for (int t = 0; t < 4; t++)
		for (int v = 0; v < n_bad; v++)
			if (always || t == 2)
				x[t * 210 + v] = v % 2 ? NAN : -INFINITY;
	return h_image(&g, 4, 2, IMAGE_FLOAT32, x);
}

TEST(values_that_are_no_number_count_as_0_and_are_told)
{
	struct grid g = h_f4_grid();
	struct call c = { .bold = with_nan(3, false), .mask = box(&g, (int[]){ 0, 0, 0 }, (int[]){ 6, 7, 5 }) };
	const float *x = rows(&c);

	CHECK_NEAR(x[2 * 210], 0, 0);
	CHECK(strstr(h_notes(), "3 of 210 voxels are NaN or infinite at some time, 0 of them always; such values count as 0"));
	c.bold = with_nan(3, true);
	c.p = (struct signals_voxels_params){ FWHM(4) };
	x = rows(&c);
	for (int v = 0; v < 4 * 210; v++)
		CHECK(isfinite(x[v]));
	CHECK(strstr(h_notes(), "3 of 210 voxels are NaN or infinite at some time, 3 of them always"));
}

TEST(data_of_nothing_but_nan_are_an_error)
{
	struct grid g = h_f4_grid(), onto = between();
	struct call c = { .bold = with_nan(210, true), .mask = box(&g, (int[]){ 0, 0, 0 }, (int[]){ 6, 7, 5 }) };

	CHECK_ERROR(call(&c), "bold has no number in any of its 210 voxels inside the mask: all are NaN or infinite");
	c.mask = box(&onto, (int[]){ 0, 0, 0 }, (int[]){ 2, 2, 2 });
	c.p.resampling = SIGNALS_VOXELS_RESAMPLING_MASK;
	CHECK_ERROR(call(&c), "bold has no number in any of its 210 voxels: all are NaN or infinite");
}

/* ---- confounds of the data's own, and the record ---- */
TEST(confounds_of_high_variance_are_taken_out)
{
	struct grid g = h_f4_grid();
	const struct item *bold = h_image(&g, 40, 2, IMAGE_FLOAT32, numbers(40));
	struct call plain = { .bold = bold, .mask = box(&g, (int[]){ 0, 0, 0 }, (int[]){ 6, 7, 5 }), .p = { .detrend = true } };
	struct call less = plain;
	const float *x, *y;
	double before = 0, after = 0;

	less.p.high_variance_confounds = true;
	x = rows(&plain);
	y = rows(&less);
	for (int v = 0; v < 40 * 210; v++) {
		before += x[v] * x[v];
		after += y[v] * y[v];
	}
	CHECK(after < 0.95 * before && after > 0.7 * before);
	less.bold = h_f4(4, IMAGE_FLOAT32);
	CHECK_ERROR(call(&less), "high_variance_confounds takes 5 of the whole image, which is not possible");
}

/* ---- at check time ---- */
static const char *problems(const struct item *mask, struct signals_voxels_params p, int n_vol, int *n_col)
{
	struct shape *s = h_shape();
	struct series_facts f;
	struct doc *d;
	const char *text = arena_printf(check_arena(), "{\"dim\":[6,7,5,%d],\"affine\":[[2,0,0,-10],[0,3,0,5],[0,0,4,2]],\"tr\":2,"
	                                "\"type\":\"int16\",\"bytes\":70560,\"space\":\"\"}", n_vol);

	CHECK_OK(json_read(&d, text, strlen(text), "facts", check_arena()));
	h_given(s, "bold", d, NULL);
	if (mask)
		h_given(s, "mask", NULL, mask);
	CHECK_OK(signals_voxels_shape(s, &p));
	*n_col = series_facts_from(&f, shape_in(s, "out.signals"), check_arena()) ? f.n_col : -1;
	return h_problems(s);
}

TEST(shapes_count_voxels_on_either_grid)
{
	struct signals_voxels_params none = { 0 }, mask = { .resampling = SIGNALS_VOXELS_RESAMPLING_MASK },
	                             data = { .resampling = SIGNALS_VOXELS_RESAMPLING_DATA };
	struct grid g = between();
	int n;

	CHECK(strstr(problems(shifted_mask(), none, 168, &n), "error mask: the mask and bold are both 6x7x5, but lie differently"));
	CHECK_TEXT(problems(shifted_mask(), mask, 168, &n), "");
	CHECK_INT(n, 18);
	CHECK_TEXT(problems(shifted_mask(), data, 168, &n), "");
	CHECK_INT(n, 18);
	g.affine[0][3] = 300;
	CHECK(strstr(problems(box(&g, (int[]){ 0, 0, 0 }, (int[]){ 1, 1, 1 }), data, 168, &n), "error mask: none of the 1 voxels"));
	CHECK(strstr(problems(NULL, none, 1, &n), "error bold: bold has one volume, must have a run of them"));
	none.high_variance_confounds = true;
	CHECK(strstr(problems(NULL, none, 5, &n), "error high_variance_confounds: bold has 5 volumes, 5 confounds of what is detrended need at least 7"));
}
