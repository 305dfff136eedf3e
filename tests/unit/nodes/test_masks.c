#include "harness.h"

#include <math.h>
#include <string.h>

#include "fmri/epi_mask.h"
#include "fmri/mask_facts.h"
#include "fmri/volumes.h"
#include "img/facts.h"
#include "mask.and.node.h"
#include "mask.background.node.h"
#include "mask.epi.node.h"
#include "mask.or.node.h"

enum { N = 14, SIZE = N * N * N };

static const struct grid v14_grid = { { N, N, N }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };

/* numerics' V14: a ball in noise, or in a constant when outside is one. */
static void v14(double *x, double outside)
{
	for (int k = 0; k < N; k++)
		for (int j = 0; j < N; j++)
			for (int i = 0; i < N; i++) {
				double r = (i - 6) * (i - 6) + (j - 7) * (j - 7) + (k - 6.5) * (k - 6.5);
				double noise = 0.3 * ((7 * i + 13 * j + 29 * k) % 17);

				x[grid_index(&v14_grid, i, j, k)] = r < 22 ? 100 + noise : outside > 0 ? outside : 5 + noise;
			}
	for (long v = 0; v < SIZE && isnan(outside); v++)
		x[v] = x[v] < 50 ? (double)NAN : x[v];
}

static const struct item *image(const double *x)
{
	float *y = NEW_N(check_arena(), float, SIZE);

	for (int v = 0; v < SIZE; v++)
		y[v] = (float)x[v];
	return h_image(&v14_grid, 1, 0, IMAGE_FLOAT32, y);
}

static const struct item *v14_image(double outside)
{
	double *x = NEW_N(check_arena(), double, SIZE);

	v14(x, outside);
	return image(x);
}

/* The sum of i + 14 j + 196 k over the voxels inside, and how many they are. */
static int count_of(const struct out *o, long *sum)
{
	const float *x = h_voxels(o);
	int n = 0;

	*sum = 0;
	for (int v = 0; v < SIZE; v++) {
		*sum += x[v] != 0 ? v : 0;
		n += x[v] != 0;
	}
	return n;
}

/* ---- mask.background ---- */
static struct error *background(const struct item *im, int border, bool connected, int opening, struct out *o)
{
	const struct mask_background_params p = { border, connected, opening };

	return mask_background_run(h_env(2), &p, &(struct mask_background_inputs){ im },
	                           &(struct mask_background_outputs){ o });
}

static int background_count(double outside, int border, bool connected, int opening)
{
	struct out *o = h_out();
	long sum;

	CHECK_OK(background(v14_image(outside), border, connected, opening, o));
	return count_of(o, &sum);
}

TEST(the_background_mask_agrees_with_the_worked_example)
{
	CHECK_INT(background_count(3, 2, false, 0), 418);
	CHECK_INT(background_count(3, 2, true, 2), 378);
	CHECK_INT(background_count(NAN, 2, false, 0), 418);
	CHECK_INT(background_count(3, 1000, false, 0), 418);
}

TEST(an_empty_background_mask_is_refused_in_words)
{
	double *x = NEW_N(check_arena(), double, SIZE);

	CHECK_ERROR(background(v14_image(3), 2, true, 6, h_out()), "opening is 6, but of 418 voxels");
	CHECK_ERROR(background(image(x), 2, false, 0, h_out()), "the image is constant");
	for (int v = 0; v < SIZE; v++)
		x[v] = (double)NAN;
	CHECK_ERROR(background(image(x), 2, false, 0, h_out()), "every voxel is NaN");
}

/* ---- mask.epi ---- */
static const struct mask_epi_params epi_defaults = { .lower_cutoff = 0.2, .upper_cutoff = 0.85, .connected = true,
	                                              .opening = 2, .ensure_finite = true };

static struct error *epi(const struct item *im, const struct mask_epi_params *p, struct out *o)
{
	return mask_epi_run(h_env(2), p, &(struct mask_epi_inputs){ im }, &(struct mask_epi_outputs){ o });
}

static int epi_count(const struct item *im, const struct mask_epi_params *p, long *sum)
{
	struct out *o = h_out();

	CHECK_OK(epi(im, p, o));
	return count_of(o, sum);
}

TEST(the_epi_threshold_agrees_with_the_worked_example)
{
	double *x = NEW_N(check_arena(), double, SIZE), threshold;

	v14(x, 0);
	epi_smooth(x, v14_grid.n, check_arena());
	CHECK_NEAR(x[0], 5.4880637925451765, 1e-14);
	CHECK_NEAR(x[grid_index(&v14_grid, 6, 7, 6)], 101.04432373072962, 1e-12);
	CHECK_OK(epi_threshold(&threshold, SIZE, x, &(struct epi_cut){ 0.2, 0.85, false, false }, check_arena()));
	CHECK_NEAR(threshold, 52.68302726637734, 1e-13);
}

TEST(the_epi_mask_agrees_with_the_worked_example)
{
	struct mask_epi_params p = epi_defaults;
	long sum;

	for (int c = 0; c < 2; c++) {
		p = epi_defaults;
		p.compat = c ? MASK_EPI_COMPAT_NILEARN : MASK_EPI_COMPAT_NONE;
		CHECK_INT(epi_count(v14_image(0), &p, &sum), 378);
		CHECK_INT(sum, 520884);
		p.opening = 1;
		CHECK_INT(epi_count(v14_image(0), &p, &sum), 402);
		CHECK_INT(sum, 553956);
		p.opening = 0;
		CHECK_INT(epi_count(v14_image(0), &p, &sum), 418);
		CHECK_INT(sum, 576004);
	}
}

TEST(smoothing_by_a_voxel_keeps_nan_and_short_axes)
{
	double x[5] = { 1, NAN, INFINITY, 4, 1 }, one = 7;

	epi_smooth(x, (int[3]){ 1, 5, 1 }, check_arena());
	CHECK(isnan(x[1]));
	CHECK(isfinite(x[0]) && isfinite(x[2]) && x[2] > 0);
	epi_smooth(&one, (int[3]){ 1, 1, 1 }, check_arena());
	CHECK_NEAR(one, 7, 1e-14);
}

TEST(what_is_not_finite_counts_as_0_or_not_at_all)
{
	struct mask_epi_params p = epi_defaults;
	double *x = NEW_N(check_arena(), double, SIZE);
	long sum;

	v14(x, NAN);
	p.opening = 0;
	p.lower_cutoff = 0.5;
	CHECK_INT(epi_count(image(x), &p, &sum), 418);
	p.ensure_finite = false;
	p.lower_cutoff = 0;
	p.connected = false;
	/* Of 418 voxels with 17 values alike, the first gap of equal width is above the lowest. */
	CHECK(epi_count(image(x), &p, &sum) < 418);
	for (int v = 0; v < SIZE; v++)
		x[v] = v % 2 ? (double)NAN : (double)INFINITY;
	CHECK_ERROR(epi(image(x), &epi_defaults, h_out()), "no voxel of the image is a number");
}

TEST(an_epi_image_without_a_gap_is_refused_in_words)
{
	struct mask_epi_params p = epi_defaults;
	double *x = NEW_N(check_arena(), double, SIZE);

	p.opening = 0;
	CHECK_ERROR(epi(image(x), &p, h_out()), "the image is constant: each of 2744 voxels is 0");
	p.exclude_zeros = true;
	CHECK_ERROR(epi(image(x), &p, h_out()), "other than 0");
	p = epi_defaults;
	x[0] = 9;
	p.opening = 0;
	CHECK_ERROR(epi(image(x), &p, h_out()), "with exclude_zeros only the others");
	x[1] = 8;
	p.exclude_zeros = true;
	p.upper_cutoff = 0.25;
	CHECK_ERROR(epi(image(x), &p, h_out()), "too few voxels between");
	p = epi_defaults;
	p.opening = 6;
	CHECK_ERROR(epi(v14_image(0), &p, h_out()), "none after it");
}

static const char *epi_problems(const struct mask_epi_params *p, const struct grid *g)
{
	struct shape *s = h_shape();
	struct image_facts f = image_facts_new(g, 3, 2, "int16");

	h_given(s, "image", image_facts_to(&f, check_arena()), NULL);
	CHECK_OK(mask_epi_shape(s, p));
	return h_problems(s);
}

TEST(what_an_epi_mask_cannot_be_made_of_is_told_from_the_header)
{
	struct mask_epi_params p = epi_defaults;
	struct grid flat = v14_grid;

	CHECK_TEXT(epi_problems(&p, &v14_grid), "");
	p.lower_cutoff = 0.9;
	CHECK(strstr(epi_problems(&p, &v14_grid), "lower one must be below") != NULL);
	flat.n[2] = 4;
	CHECK_TEXT(epi_problems(&epi_defaults, &flat), "error opening: 2 erosions leave no voxel: the image has 4 voxels along "
	           "axis 2, must have 5 or more\n");
	flat.n[2] = 5;
	CHECK_TEXT(epi_problems(&epi_defaults, &flat), "");
}

/* ---- mask.and, mask.or ---- */
static const struct grid line = { { 6, 1, 1 }, { { 2, 0, 0, 0 }, { 0, 2, 0, 0 }, { 0, 0, 2, 0 } } };

static void four_masks(struct item masks[4])
{
	static const float rows[4][6] = { { 1, 1, 1, 0, 1, 0 }, { 1, 1, 0, 0, 1, 0 }, { 2, NAN, 0, 0, 1, 0 }, { 1, 0, 0, 0, 0, 0 } };

	for (int k = 0; k < 4; k++) {
		masks[k] = *h_image(&line, 1, 0, IMAGE_FLOAT32, rows[k]);
		masks[k].cell = (const char *const[]){ "01", "02", "03", "04" }[k];
	}
}

static struct error *both(struct item *masks, int n, double threshold, bool connected, struct out *o, struct out *count)
{
	const struct mask_and_params p = { threshold, connected };

	return mask_and_run(h_env(1), &p, &(struct mask_and_inputs){ .masks = { n, masks } }, &(struct mask_and_outputs){ o, count });
}

static void check_voxels(const struct out *o, const float *must)
{
	const float *x = h_voxels(o);

	for (int v = 0; v < 6; v++)
		CHECK_NEAR(x[v], must[v], 0);
}

TEST(masks_are_combined_at_a_fraction)
{
	struct item masks[4];
	struct out *o = h_out(), *count = h_out();

	four_masks(masks);
	CHECK_OK(both(masks, 4, 1, false, o, count));
	check_voxels(o, (float[]){ 1, 0, 0, 0, 0, 0 });
	check_voxels(count, (float[]){ 4, 2, 1, 0, 3, 0 });
	CHECK_OK(both(masks, 4, 0.5, false, o = h_out(), h_out()));
	check_voxels(o, (float[]){ 1, 0, 0, 0, 1, 0 });
	CHECK_OK(both(masks, 4, 0.49, false, o = h_out(), h_out()));
	check_voxels(o, (float[]){ 1, 1, 0, 0, 1, 0 });
	CHECK_OK(both(masks, 4, 0.49, true, o = h_out(), h_out()));
	check_voxels(o, (float[]){ 1, 1, 0, 0, 0, 0 });
	CHECK_OK(both(masks, 2, 0.5, false, o = h_out(), h_out()));
	check_voxels(o, (float[]){ 1, 1, 0, 0, 1, 0 });
	CHECK_OK(mask_or_run(h_env(1), &(struct mask_or_params){ false }, &(struct mask_or_inputs){ .masks = { 4, masks } },
	                     &(struct mask_or_outputs){ o = h_out(), h_out() }));
	check_voxels(o, (float[]){ 1, 1, 1, 0, 1, 0 });
}

TEST(an_empty_intersection_says_how_many_voxels_each_mask_has)
{
	struct item masks[4];
	struct out *o;

	four_masks(masks);
	masks[1] = *h_image(&line, 1, 0, IMAGE_FLOAT32, (float[]){ 0, 0, 0, 1, 0, 0 });
	masks[1].cell = "02";
	CHECK_OK(both(masks, 4, 1, false, o = h_out(), h_out()));
	check_voxels(o, (float[6]){ 0 });
	CHECK(strstr(h_notes(), "at most in 3 of them (the mask 01 has 4 voxels, the mask 02 has 1 voxel,") != NULL);
	CHECK_ERROR(both(masks, 0, 1, false, h_out(), h_out()), "there is no mask");
	masks[1] = *h_f4(1, IMAGE_INT16);
	CHECK_ERROR(both(masks, 4, 1, false, h_out(), h_out()), "mask number 2 is 6x7x5");
	masks[1] = *h_image(&line, 2, 0, IMAGE_FLOAT32, (float[12]){ 1 });
	CHECK_ERROR(both(masks, 4, 1, false, h_out(), h_out()), "mask number 2 has 2 volumes, must have one");
}

TEST(two_masks_are_a_and_b)
{
	struct item masks[4];
	struct out *o = h_out();
	struct shape *s = h_shape();
	struct image_facts f = image_facts_new(&line, 1, 0, "uint8");

	four_masks(masks);
	CHECK_OK(mask_and_run(h_env(1), &(struct mask_and_params){ 1, false }, &(struct mask_and_inputs){ .a = &masks[0], .b = &masks[1] },
	                      &(struct mask_and_outputs){ o, h_out() }));
	check_voxels(o, (float[]){ 1, 1, 0, 0, 1, 0 });
	masks[1] = *h_image(&line, 1, 0, IMAGE_FLOAT32, (float[]){ 0, 0, 0, 1, 0, 0 });
	CHECK_OK(mask_and_run(h_env(1), &(struct mask_and_params){ 1, false }, &(struct mask_and_inputs){ .a = &masks[0], .b = &masks[1] },
	                      &(struct mask_and_outputs){ h_out(), h_out() }));
	CHECK(strstr(h_notes(), "(the mask a has 4 voxels, the mask b has 1 voxel)") != NULL);
	CHECK_OK(mask_and_shape(s, &(struct mask_and_params){ 1, false }));
	h_given(s, "a", image_facts_to(&f, check_arena()), NULL);
	f.grid.n[0] = 5;
	h_given(s, "b", image_facts_to(&f, check_arena()), NULL);
	CHECK_OK(mask_and_shape(s, &(struct mask_and_params){ 1, false }));
	CHECK_TEXT(h_problems(s), "error : there is no mask to combine: give a and b, or masks\n"
	           "error b: the mask b is 5x1x1 at 2 mm, the mask a 6x1x1 at 2 mm: they must share a grid\n");
}

TEST(masks_that_do_not_fit_are_told_from_their_headers)
{
	struct shape *s = h_shape();
	struct image_facts f = image_facts_new(&line, 1, 0, "uint8");
	struct item masks[4];

	four_masks(masks);
	h_given(s, "masks", image_facts_to(&f, check_arena()), NULL);
	f.n_vol = 7;
	h_given(s, "masks", image_facts_to(&f, check_arena()), NULL);
	f.n_vol = 1;
	f.grid.n[0] = 5;
	h_given(s, "masks", image_facts_to(&f, check_arena()), &masks[2]);
	CHECK_OK(mask_and_shape(s, &(struct mask_and_params){ 1, false }));
	CHECK_TEXT(h_problems(s), "error masks: mask number 2 has 7 volumes, must have one\n"
	           "error masks: the mask 03 is 5x1x1 at 2 mm, mask number 1 6x1x1 at 2 mm: they must share a grid\n");
}

/* ---- masks of other nodes, from their headers ---- */
static int facts_check(const struct item *it, int n_vol, const struct grid *g, const char **problems)
{
	struct shape *s = h_shape();
	struct image_facts f = image_facts_new(&line, n_vol, 0, "uint8");
	int n;

	h_given(s, "mask", image_facts_to(&f, check_arena()), it);
	n = mask_facts_check(s, "mask", g, "bold");
	*problems = h_problems(s);
	return n;
}

TEST(a_mask_is_checked_before_anything_runs)
{
	const char *problems;
	struct item masks[4];
	struct grid other = line;

	four_masks(masks);
	other.affine[0][3] = 1;
	CHECK_INT(facts_check(&masks[0], 1, &line, &problems), 4);
	CHECK_TEXT(problems, "");
	CHECK_INT(facts_check(NULL, 1, &line, &problems), -1);
	CHECK_TEXT(problems, "");
	CHECK_INT(facts_check(NULL, 12, &line, &problems), -1);
	CHECK_TEXT(problems, "error mask: the mask has 12 volumes, must have one\n");
	CHECK_INT(facts_check(NULL, 1, &other, &problems), -1);
	CHECK(strstr(problems, "the mask and bold are both 6x1x1, but lie differently") != NULL);
	CHECK_INT(facts_check(h_image(&line, 1, 0, IMAGE_UINT8, (float[6]){ 0 }), 1, &line, &problems), -1);
	CHECK(strstr(problems, "the mask is empty") != NULL);
	CHECK_INT(mask_facts_check(h_shape(), "mask", &line, "bold"), -1);
}
