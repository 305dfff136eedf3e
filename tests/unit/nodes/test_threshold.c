#include "harness.h"

#include <math.h>
#include <stdlib.h>

#include "fmri/percentile.h"
#include "fmri/sorted.h"
#include "image.threshold.node.h"
#include "img/facts.h"

enum { NI = 8, NJ = 9, NK = 7, SIZE = NI * NJ * NK };

static const struct grid z1_grid = { { NI, NJ, NK }, { { 3, 0, 0, -15 }, { 0, 3, 0, -12 }, { 0, 0, 3, -9 } } };

/* numerics' z-map Z1 in double. */
static const struct item *z1(void)
{
	double *x = NEW_N(check_arena(), double, SIZE);
	const char *path = arena_printf(check_arena(), "%s/z1.nii", check_folder());

	for (int k = 0; k < NK; k++)
		for (int j = 0; j < NJ; j++)
			for (int i = 0; i < NI; i++) {
				double a = (i - 2) * (i - 2) + (j - 3) * (j - 3) + (k - 3) * (k - 3);
				double b = (i - 6) * (i - 6) + (j - 6) * (j - 6) + (k - 3) * (k - 3);

				x[grid_index(&z1_grid, i, j, k)] = 3.5 * exp(-a / 4) - 4 * exp(-b / 2) +
				                                   ((7 * i + 13 * j + 29 * k) % 17 - 8) * 0.05;
			}
	x[grid_index(&z1_grid, 5, 1, 1)] = 3.6;
	CHECK_OK(image_write(path, &z1_grid, 1, 0, IMAGE_FLOAT64, x));
	return h_file("volume", "image.nii", path);
}

static struct error *run(const struct item *im, const struct item *mask, const struct image_threshold_params *p, struct out *o)
{
	return image_threshold_run(h_env(2), p, &(struct image_threshold_inputs){ im, mask },
	                           &(struct image_threshold_outputs){ o });
}

/* How many voxels are not 0, and their sum. */
static int left(const struct item *im, const struct item *mask, struct image_threshold_params p, double *sum)
{
	struct out *o = h_out();
	const float *x;
	int n = 0;

	CHECK_OK(run(im, mask, &p, o));
	x = h_voxels(o);
	*sum = 0;
	for (int v = 0; v < SIZE; v++) {
		n += x[v] != 0;
		*sum += x[v];
	}
	return n;
}

#define AT(x)    .threshold = (x), .has_threshold = true
#define TOP(x)   .percentile = (x), .has_percentile = true

TEST(thresholds_agree_with_the_worked_example)
{
	double sum;

	CHECK_INT(left(z1(), NULL, (struct image_threshold_params){ TOP(90), .two_sided = true }, &sum), 51);
	CHECK_NEAR(sum, 38.09385963868866, 1e-5);
	CHECK(strstr(h_notes(), "51 of 504 voxels remain at a threshold of 1.24711") != NULL);
	CHECK_INT(left(z1(), NULL, (struct image_threshold_params){ TOP(90) }, &sum), 31);
	CHECK_NEAR(sum, 67.39035151108561, 1e-5);
	CHECK_INT(left(z1(), NULL, (struct image_threshold_params){ AT(1.5), .two_sided = true }, &sum), 41);
	CHECK_NEAR(sum, 35.24366210134104, 1e-5);
	CHECK_INT(left(z1(), NULL, (struct image_threshold_params){ AT(1.5) }, &sum), 28);
	CHECK_NEAR(sum, 63.061923552000856, 1e-5);
	CHECK_INT(left(z1(), NULL, (struct image_threshold_params){ AT(-1) }, &sum), 22);
	CHECK_NEAR(sum, -39.058277283477665, 1e-5);
}

TEST(small_clusters_become_0)
{
	double sum;

	CHECK_INT(left(z1(), NULL, (struct image_threshold_params){ AT(1.5), .two_sided = true, .cluster_threshold = 4 }, &sum),
	          40);
	/* The cluster of one voxel is 27 mm3. */
	CHECK_INT(left(z1(), NULL, (struct image_threshold_params){ AT(1.5), .two_sided = true, .cluster_volume_mm3 = 27.1,
	                                                            .has_cluster_volume = true }, &sum), 40);
	CHECK_INT(left(z1(), NULL, (struct image_threshold_params){ AT(1.5), .two_sided = true, .cluster_volume_mm3 = 27,
	                                                            .has_cluster_volume = true }, &sum), 41);
}

TEST(touching_clusters_of_two_signs_are_two)
{
	const struct grid g = { { NI, NJ, NK }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	float *x = NEW_N(check_arena(), float, SIZE);
	double sum;

	x[0] = x[1] = x[2] = 5;
	x[3] = x[4] = -5;
	CHECK_INT(left(h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL,
	               (struct image_threshold_params){ AT(1), .two_sided = true, .cluster_threshold = 3 }, &sum), 3);
	CHECK_NEAR(sum, 15, 0);
}

TEST(the_mask_limits_the_percentile_and_the_result)
{
	float *inside = NEW_N(check_arena(), float, SIZE), *x = NEW_N(check_arena(), float, SIZE);
	double sum;

	for (int v = 0; v < 11; v++) {
		x[v] = (float)(v + 1);
		inside[v] = v < 10;
	}
	/* 1 to 10 are inside: the median is 5.5. */
	CHECK_INT(left(h_image(&z1_grid, 1, 0, IMAGE_FLOAT32, x), h_image(&z1_grid, 1, 0, IMAGE_UINT8, inside),
	               (struct image_threshold_params){ TOP(50), .two_sided = true }, &sum), 5);
	CHECK_NEAR(sum, 40, 0);
	CHECK(strstr(h_notes(), "5 of 10 voxels remain at a threshold of 5.5") != NULL);
}

TEST(a_threshold_equal_to_a_stored_float_removes_it)
{
	float *x = NEW_N(check_arena(), float, SIZE);
	double sum;

	for (int v = 0; v < SIZE; v++)
		x[v] = v < 5 ? 0.1f : v == 5 ? NAN : v == 6 ? INFINITY : 0.2f;
	CHECK_INT(left(h_image(&z1_grid, 1, 0, IMAGE_FLOAT32, x), NULL, (struct image_threshold_params){ AT(0.1) }, &sum),
	          SIZE - 7);
}

TEST(thresholding_a_run_gives_the_same_bits_for_any_thread_count)
{
	const struct item *im = h_f4(7, IMAGE_INT16);
	struct image_threshold_params p = { TOP(80), .two_sided = true, .cluster_threshold = 2 };
	struct out *one = h_out(), *four = h_out();

	CHECK_OK(image_threshold_run(h_env(1), &p, &(struct image_threshold_inputs){ im },
	                             &(struct image_threshold_outputs){ one }));
	CHECK_OK(image_threshold_run(h_env(4), &p, &(struct image_threshold_inputs){ im },
	                             &(struct image_threshold_outputs){ four }));
	CHECK_TEXT(h_digest(one, "image.nii"), h_digest(four, "image.nii"));
}

static int ascending(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

TEST(numbers_of_both_signs_are_sorted)
{
	double *x = NEW_N(check_arena(), double, 5000), *y = NEW_N(check_arena(), double, 5000);

	for (int k = 0; k < 5000; k++)
		x[k] = y[k] = (k * 7919 % 5003 - 2500) * (k % 3 ? 1e-9 : 1e30);
	x[17] = y[17] = INFINITY;
	x[18] = y[18] = -INFINITY;
	x[19] = y[19] = 0;
	sort_doubles(x, 5000, check_arena());
	qsort(y, 5000, sizeof *y, ascending);
	CHECK(memcmp(x, y, 5000 * sizeof *x) == 0);
	sort_doubles(x, 0, check_arena());
	sort_doubles(x, 1, check_arena());
	CHECK(x[0] == -INFINITY);
}

TEST(a_percentile_is_that_of_the_sorted_values)
{
	struct image im;
	double *sorted = NEW_N(check_arena(), double, SIZE), found;

	CHECK_OK(image_of(&im, z1(), check_arena()));
	image_volume_double(&im, 0, NONFINITE_ZERO, sorted);
	for (int v = 0; v < SIZE; v++)
		sorted[v] = fabs(sorted[v]);
	qsort(sorted, SIZE, sizeof *sorted, ascending);
	for (int percent = 0; percent <= 100; percent++) {
		double at = percent / 100.0 * (SIZE - 1), part = at - floor(at);
		double must = sorted[(int)at] * (1 - part) + (part > 0 ? sorted[(int)at + 1] * part : 0);

		CHECK_INT(percentile_find(&found, &(struct percentile_of){ &im, NULL, true }, percent, 2, check_arena()), SIZE);
		CHECK_NEAR(found, must, 1e-15 * (1 + must));
	}
	percentile_find(&found, &(struct percentile_of){ &im, NULL, true }, 90, 1, check_arena());
	CHECK_NEAR(found, 1.2471107617102115, 1e-15);
	image_close(&im);
}

TEST(what_a_threshold_cannot_be_is_told_in_words)
{
	const struct item *im = z1();
	float *x = NEW_N(check_arena(), float, SIZE);
	double sum;

	CHECK_ERROR(run(im, NULL, &(struct image_threshold_params){ AT(-1), .two_sided = true }, h_out()),
	            "cannot be two-sided");
	CHECK_ERROR(run(im, NULL, &(struct image_threshold_params){ AT(1), TOP(2) }, h_out()), "exclude each other");
	CHECK_ERROR(run(im, NULL, &(struct image_threshold_params){ .two_sided = true }, h_out()), "is needed");
	CHECK_ERROR(run(im, NULL, &(struct image_threshold_params){ AT(1), .cluster_threshold = 2, .has_cluster_volume = true },
	                h_out()), "cluster_volume exclude");
	for (int v = 0; v < SIZE; v++)
		x[v] = -1;
	CHECK_ERROR(run(h_image(&z1_grid, 1, 0, IMAGE_INT16, x), NULL, &(struct image_threshold_params){ TOP(50) }, h_out()),
	            "no value of the image is 0 or more");
	CHECK_INT(left(im, NULL, (struct image_threshold_params){ AT(9), .two_sided = true }, &sum), 0);
	CHECK(strstr(h_notes(), "no voxel remains at a threshold of 9: values are from -4.") != NULL);
}

TEST(a_threshold_is_checked_from_the_header)
{
	struct shape *s = h_shape();
	struct image_facts f = image_facts_new(&z1_grid, 1, 0, "float32"), mask = image_facts_new(&z1_grid, 3, 0, "uint8");

	h_given(s, "image", image_facts_to(&f, check_arena()), NULL);
	h_given(s, "mask", image_facts_to(&mask, check_arena()), NULL);
	CHECK_OK(image_threshold_shape(s, &(struct image_threshold_params){ AT(-1), .two_sided = true }));
	CHECK_TEXT(h_problems(s), "error threshold: a negative threshold keeps what is below it, which cannot be two-sided: give a "
	           "positive one, or two_sided: false\nerror mask: the mask has 3 volumes, must have one\n");
}
