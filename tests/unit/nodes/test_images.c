#include "harness.h"

#include <math.h>

#include "image.mean.node.h"
#include "image.mean_of.node.h"
#include "image.smooth.node.h"
#include "img/facts.h"

static struct out *smooth(const struct item *im, int n, const double *fwhm, int threads)
{
	struct out *o = h_out();

	CHECK_OK(image_smooth_run(h_env(threads), &(struct image_smooth_params){ .fwhm_mm = fwhm, .n_fwhm = n },
	                          &(struct image_smooth_inputs){ im }, &(struct image_smooth_outputs){ o }));
	return o;
}

TEST(smoothing_agrees_with_the_worked_example)
{
	struct grid g = h_f4_grid();
	float *x = h_voxels(smooth(h_f4(1, IMAGE_FLOAT32), 1, (double[]){ 4 }, 1));
	double sum = 0;

	CHECK_NEAR(x[0], 3.829244409899546, 1e-5);
	CHECK_NEAR(x[grid_index(&g, 2, 3, 1)], 8.875322244842078, 1e-5);
	CHECK_NEAR(x[grid_index(&g, 5, 6, 4)], 7.933376694754418, 1e-5);
	for (int v = 0; v < 210; v++)
		sum += x[v];
	CHECK_NEAR(sum, 1795, 1e-3);
	x = h_voxels(smooth(h_f4(1, IMAGE_FLOAT32), 3, (double[]){ 4, 0, 9 }, 1));
	CHECK_NEAR(x[0], 4.720726828077208, 1e-5);
}

TEST(smoothing_zeroes_what_is_not_finite_and_width_0_copies)
{
	struct grid g = h_f4_grid();
	float *x = h_voxels(smooth(h_f4(2, IMAGE_FLOAT32), 1, (double[]){ 0 }, 1)), *y;

	CHECK_NEAR(x[grid_index(&g, 1, 1, 1)], 49 % 17 + 0.25 * 2, 0);
	x[grid_index(&g, 2, 3, 1)] = NAN;
	x[0] = INFINITY;
	y = h_voxels(smooth(h_image(&g, 2, 2, IMAGE_FLOAT32, x), 1, (double[]){ 4 }, 1));
	CHECK_NEAR(y[grid_index(&g, 2, 3, 1)], 4.624929291252355, 1e-5);
}

TEST(smoothing_gives_the_same_bits_for_any_thread_count)
{
	const struct item *im = h_f4(7, IMAGE_INT16);

	CHECK_TEXT(h_digest(smooth(im, 1, (double[]){ 5 }, 1), "image.nii"), h_digest(smooth(im, 1, (double[]){ 5 }, 4),
	                                                                              "image.nii"));
}

TEST(smoothing_keeps_bytes_as_nilearn_does_when_asked)
{
	struct grid g = h_f4_grid();
	float *x = h_voxels(smooth(h_f4(1, IMAGE_INT16), 1, (double[]){ 0 }, 1));
	const struct item *bytes = h_image(&g, 1, 0, IMAGE_UINT8, x);
	struct image_smooth_params p = { .fwhm_mm = (double[]){ 4 }, .n_fwhm = 1, .compat = IMAGE_SMOOTH_COMPAT_NILEARN };
	struct out *o = h_out();

	CHECK_OK(image_smooth_run(h_env(1), &p, &(struct image_smooth_inputs){ bytes },
	                          &(struct image_smooth_outputs){ o }));
	CHECK_NEAR(h_voxels(o)[0], 3, 0);
	CHECK_NEAR(h_voxels(o)[grid_index(&g, 2, 3, 1)], 7, 0);
}

TEST(smoothing_with_the_fast_kernel)
{
	struct grid g = h_f4_grid();
	struct image_smooth_params p = { .kernel = IMAGE_SMOOTH_KERNEL_FAST, .fwhm_mm = (double[]){ 6 }, .n_fwhm = 1 };
	const double must[2][2] = { { 2.9318181818 * 2.2 / 1.6, 6.6818181818 * 2.2 / 1.6 }, { 2.9318181818, 6.6818181818 } };

	for (int compat = 0; compat < 2; compat++) {
		struct out *o = h_out();

		p.compat = compat ? IMAGE_SMOOTH_COMPAT_NILEARN : IMAGE_SMOOTH_COMPAT_NONE;
		CHECK_OK(image_smooth_run(h_env(2), &p, &(struct image_smooth_inputs){ h_f4(1, IMAGE_FLOAT32) },
		                          &(struct image_smooth_outputs){ o }));
		CHECK_NEAR(h_voxels(o)[0], must[compat][0], 1e-6);
		CHECK_NEAR(h_voxels(o)[grid_index(&g, 2, 3, 1)], 9.8636363636, 1e-6);
		CHECK_NEAR(h_voxels(o)[grid_index(&g, 5, 6, 4)], must[compat][1], 1e-6);
	}
}

static const char *smooth_problems(const struct image_smooth_params *p)
{
	struct shape *s = h_shape();
	struct grid g = h_f4_grid();
	struct image_facts f = image_facts_new(&g, 4, 2, "int16");

	h_given(s, "image", image_facts_to(&f, check_arena()), NULL);
	CHECK_OK(image_smooth_shape(s, p));
	return h_problems(s);
}

TEST(smoothing_is_checked_from_the_header)
{
	struct image_smooth_params p = { .fwhm_mm = (double[]){ 4, 5 }, .n_fwhm = 2 };

	CHECK(strstr(smooth_problems(&p), "error fwhm: the width of smoothing has 2 numbers"));
	p.n_fwhm = 1;
	CHECK_TEXT(smooth_problems(&p), "");
	p.fwhm_mm = (double[]){ 900 };
	CHECK(strstr(smooth_problems(&p), "warning fwhm: a width of 900 mm is more than half the image"));
	p.kernel = IMAGE_SMOOTH_KERNEL_FAST;
	CHECK(strstr(smooth_problems(&p), "warning fwhm: it is not used"));
	p.fwhm_mm = (double[]){ 6 };
	CHECK_TEXT(smooth_problems(&p), "");
}

TEST(smoothing_refuses_two_widths)
{
	CHECK_ERROR(image_smooth_run(h_env(1), &(struct image_smooth_params){ .fwhm_mm = (double[]){ 4, 5 },
	                                                                      .n_fwhm = 2 },
	                             &(struct image_smooth_inputs){ h_f4(1, IMAGE_INT16) },
	                             &(struct image_smooth_outputs){ h_out() }), "has 2 numbers");
}

TEST(the_mean_is_over_time)
{
	struct grid g = h_f4_grid();
	struct out *o = h_out();
	double must = 0;

	CHECK_OK(image_mean_run(h_env(2), &(struct image_mean_params){ 0 }, &(struct image_mean_inputs){ h_f4(4,
	                                                                                                      IMAGE_FLOAT32) },
	                        &(struct image_mean_outputs){ o }));
	for (int t = 0; t < 4; t++)
		must += ((7 * 2 + 13 * 3 + 29 + 5 * t) % 17 + 0.25 * ((7 + t * t) % 5)) / 4;
	CHECK_NEAR(h_voxels(o)[grid_index(&g, 2, 3, 1)], must, 1e-6);
}

static struct error *mean_of(struct item *items, int n, struct out *o)
{
	return image_mean_of_run(h_env(1), &(struct image_mean_of_params){ 0 }, &(struct image_mean_of_inputs){ { n,
	                                                                                                          items } },
	                         &(struct image_mean_of_outputs){ o });
}

TEST(the_mean_of_images_is_voxel_by_voxel)
{
	struct grid g = h_f4_grid();
	float *x = h_voxels(smooth(h_f4(2, IMAGE_FLOAT32), 1, (double[]){ 0 }, 1)), *mean;
	struct item items[2] = { *h_f4(2, IMAGE_FLOAT32) };
	struct out *o = h_out();

	for (int v = 0; v < 420; v++)
		x[v] = -x[v] + 2;
	x[3] = NAN;
	items[1] = *h_image(&g, 2, 2, IMAGE_FLOAT32, x);
	CHECK_OK(mean_of(items, 2, o));
	mean = h_voxels(o);
	for (int v = 0; v < 420; v++)
		CHECK(v == 3 ? isnan(mean[v]) : mean[v] == 1);
}

TEST(the_mean_of_images_needs_one_grid)
{
	struct grid g = h_f4_grid();
	struct item items[2] = { *h_f4(1, IMAGE_INT16) };

	g.affine[0][3] += 1;
	items[1] = *h_image(&g, 1, 0, IMAGE_FLOAT32, NEW_N(check_arena(), float, 210));
	items[0].cell = "01";
	items[1].cell = "02";
	CHECK_ERROR(mean_of(items, 2, h_out()), "image 02");
	CHECK_ERROR(mean_of(items, 2, h_out()), "image 01");
	CHECK_ERROR(mean_of((struct item[]){ items[0], *h_f4(2, IMAGE_INT16) }, 2, h_out()), "must be as many");
	CHECK_ERROR(mean_of(NULL, 0, h_out()), "no image");
}
