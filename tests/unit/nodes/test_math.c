#include "golden.h"

#include <math.h>
#include <stdlib.h>

#include "image.math.node.h"
#include "img/facts.h"

/* ---- reductions ---- */
enum { T = 9 };

/* (3, 5, 50 blocks of voxels and a rest) so that several blocks meet. */
static struct grid long_grid(void)
{
	return (struct grid){ { 3, 5, 700 }, { { 2, 0, 0, 0 }, { 0, 2, 0, 0 }, { 0, 0, 2, 0 } } };
}

static float *random_run(void)
{
	float *x = NEW_N(check_arena(), float, 10500 * T);

	for (int k = 0; k < 10500 * T; k++)
		x[k] = (float)(100 + 20 * (check_random() - 0.5) * (1 + k % 7));
	return x;
}

static struct out *math(const char *formula, const struct item *a, const struct item *b, int threads)
{
	struct out *o = h_out();
	struct item items[2] = { *a };

	if (b)
		items[1] = *b;
	CHECK_OK(image_math_run(h_env(threads), &(struct image_math_params){ .expression = formula },
	                        &(struct image_math_inputs){ .images = { b ? 2 : 1, items } }, &(struct image_math_outputs){ o }));
	return o;
}

static int compare(const void *x, const void *y)
{
	float a = *(const float *)x, b = *(const float *)y;

	return (a > b) - (a < b);
}

static double percentile(const float *x, int n, double p)
{
	float *s = memcpy(NEW_N(check_arena(), float, n), x, (size_t)n * sizeof *s);
	double at = (n - 1) * p / 100;
	int low = (int)at;

	qsort(s, (size_t)n, sizeof *s, compare);
	return low + 1 < n ? s[low] + (at - low) * (s[low + 1] - s[low]) : s[low];
}

static void check_total(const char *reduction, const struct item *im, double must)
{
	float *y = h_voxels(math(arena_printf(check_arena(), "0 * a + %s", reduction), im, NULL, 2));

	CHECK_NEAR(y[0], must, 1e-6 * fabs(must));
	CHECK_NEAR(y[10500 * T - 1], must, 1e-6 * fabs(must));
}

TEST(reductions_of_everything)
{
	struct grid g = long_grid();
	float *x = random_run();
	const struct item *im = h_image(&g, T, 2, IMAGE_FLOAT32, x);
	int n = 10500 * T;
	double sum = 0, squares = 0;

	for (int k = 0; k < n; k++)
		sum += x[k];
	for (int k = 0; k < n; k++)
		squares += (x[k] - sum / n) * (x[k] - sum / n);
	check_total("sum(a)", im, sum);
	check_total("mean(a)", im, sum / n);
	check_total("var(a)", im, squares / n);
	check_total("np.std(a, ddof=1)", im, sqrt(squares / (n - 1)));
	check_total("min(a)", im, percentile(x, n, 0));
	check_total("max(a)", im, percentile(x, n, 100));
	check_total("median(a)", im, percentile(x, n, 50));
	check_total("percentile(a, 12.3)", im, percentile(x, n, 12.3));
	check_total("percentile(-a, 90)", im, -percentile(x, n, 10));
	check_total("mean(a * a - mean(a) ** 2, axis=None)", im, squares / n);
}

TEST(a_percentile_may_fall_on_equal_values_or_between_signs)
{
	struct grid g = { { 2, 2, 1 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	const float x[] = { -3, 1, 1, 4 };
	const struct item *im = h_image(&g, 1, 0, IMAGE_FLOAT32, x);

	CHECK_NEAR(h_voxels(math("0*a + median(a)", im, NULL, 1))[0], 1, 0);
	CHECK_NEAR(h_voxels(math("0*a + percentile(a, 25)", im, NULL, 1))[0], 0, 0);
	CHECK_NEAR(h_voxels(math("0*a + percentile(a, 20)", im, NULL, 1))[0], -0.6, 1e-7);
	CHECK_NEAR(h_voxels(math("0*a + percentile(a, 100)", im, NULL, 1))[0], 4, 0);
	CHECK_NEAR(h_voxels(math("0*a + percentile(a, 0)", im, NULL, 1))[0], -3, 0);
}

TEST(reductions_over_time)
{
	static const char *const formula[] = { "sum_t(a)", "mean_t(a)", "np.var(a, axis=-1)", "std(a, axis=3, ddof=1)",
	                                       "min_t(a)", "max(a, axis=-1)", "median_t(a)", "percentile_t(a, 30)" };
	struct grid g = long_grid();
	float *x = random_run(), course[T];
	const struct item *im = h_image(&g, T, 2, IMAGE_FLOAT32, x);

	for (int k = 0; k < 8; k++) {
		struct out *o = math(formula[k], im, NULL, 2);
		float *y = h_voxels(o);
		struct image made;

		CHECK_OK(image_open(&made, o->blob[0].path, check_arena()));
		CHECK_INT(made.n_vol, 1);
		image_close(&made);
		for (int v = 7; v < 10500; v += 211) {
			double sum = 0, squares = 0;

			for (int t = 0; t < T; t++)
				sum += course[t] = x[t * 10500 + v];
			for (int t = 0; t < T; t++)
				squares += (course[t] - sum / T) * (course[t] - sum / T);
			const double must[] = { sum, sum / T, squares / T, sqrt(squares / (T - 1)), percentile(course, T, 0),
			                        percentile(course, T, 100), percentile(course, T, 50), percentile(course, T, 30) };
			CHECK_NEAR(y[v], must[k], 1e-5 * fabs(must[k]));
		}
	}
}

TEST(a_long_run_is_sorted_in_small_blocks)
{
	enum { LONG = 300 };
	struct grid g = { { 40, 30, 1 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	float *x = NEW_N(check_arena(), float, 1200 * LONG), *y;

	for (int t = 0; t < LONG; t++)
		for (int v = 0; v < 1200; v++)
			x[t * 1200 + v] = (float)((t * 7 + v) % LONG);
	y = h_voxels(math("percentile_t(a, 50)", h_image(&g, LONG, 2, IMAGE_FLOAT32, x), NULL, 2));
	for (int v = 0; v < 1200; v++)
		CHECK_NEAR(y[v], 149.5, 0);
}

TEST(bits_do_not_depend_on_threads)
{
	struct grid g = long_grid();
	const struct item *im = h_image(&g, T, 2, IMAGE_FLOAT32, random_run());
	const char *f = "(a - mean_t(a)) / std_t(a) * mean(a) + std(a) + percentile(a, 33) * median_t(a)";

	CHECK_TEXT(h_digest(math(f, im, NULL, 1), "image.nii"), h_digest(math(f, im, NULL, 4), "image.nii"));
}

TEST(one_volume_is_repeated_over_time)
{
	struct grid g = h_f4_grid();
	float *x = h_voxels(math("a", h_f4(3, IMAGE_FLOAT32), NULL, 1));
	float *y = h_voxels(math("a - b", h_f4(3, IMAGE_FLOAT32), h_f4(1, IMAGE_FLOAT32), 2));
	long n = grid_size(&g);

	for (long k = 0; k < 3 * n; k++)
		CHECK_NEAR(y[k], x[k] - x[k % n], 0);
}

TEST(integers_are_computed_in_double_and_do_not_wrap)
{
	struct grid g = { { 2, 1, 1 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	const float x[] = { 200, 32000 };
	float *y = h_voxels(math("a * 2 - 65000", h_image(&g, 1, 0, IMAGE_INT16, x), NULL, 1));

	CHECK_NEAR(y[0], -64600, 0);
	CHECK_NEAR(y[1], -1000, 0);
}

TEST(what_is_not_finite_is_noted)
{
	struct grid g = { { 2, 1, 1 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	const float x[] = { NAN, 1 };
	const struct item *im = h_image(&g, 1, 0, IMAGE_FLOAT32, x);

	math("1 / (a - 1)", im, NULL, 1);
	CHECK_TEXT(h_notes(), "2 of the 2 values are NaN or infinite\n");
	math("a - np.mean(a )  + 1", im, NULL, 1);
	CHECK_TEXT(h_notes(), "np.mean(a ) is NaN, because of such values in what it is taken of: where(isfinite(x), x, 0) "
	           "leaves them out\n2 of the 2 values are NaN or infinite\n");
	math("where(isfinite(a), a, 0)", im, NULL, 1);
	CHECK_TEXT(h_notes(), "");
}

/* ---- the node ---- */
static const char *shape_of(const char *formula, int n_a, int n_b, double shift)
{
	struct shape *s = h_shape();
	struct grid g = h_f4_grid();
	struct image_facts a = image_facts_new(&g, n_a, 2, "int16"), b;

	g.affine[0][3] += shift;
	b = image_facts_new(&g, n_b, 0, "float32");
	h_given(s, "images", image_facts_to(&a, check_arena()), NULL);
	if (n_b)
		h_given(s, "images", image_facts_to(&b, check_arena()), NULL);
	CHECK_OK(image_math_shape(s, &(struct image_math_params){ .expression = formula }));
	return h_problems(s);
}

TEST(the_shape_tells_what_is_wrong)
{
	CHECK_TEXT(shape_of("a + 1", 4, 0, 0), "");
	CHECK_TEXT(shape_of("a + b", 4, 1, 0), "");
	CHECK_TEXT(shape_of("a + x", 4, 0, 0), "error expression:4:1: 'x' is unknown; the image is called a\n");
	CHECK_TEXT(shape_of("a + 1", 4, 4, 0), "warning images: the expression does not use b\n");
	CHECK_TEXT(shape_of("a + b", 1, 4, 0), "");
	CHECK_TEXT(shape_of("a + mean", 1, 0, 0), "error expression:4:4: mean is a function: what it takes must follow in parentheses\n");
	CHECK(strstr(shape_of("a + b", 4, 4, 1), "b and a are both 6x7x5, but lie differently") != NULL);
}

TEST(images_that_do_not_fit_are_refused)
{
	struct grid g = h_f4_grid();
	struct item items[2] = { *h_f4(2, IMAGE_INT16) };
	struct image_math_params p = { .expression = "a + b" };
	float *zero = NEW_N(check_arena(), float, 210);

	g.affine[0][0] = 3;
	items[1] = *h_image(&g, 1, 0, IMAGE_INT16, zero);
	CHECK_ERROR(image_math_run(h_env(1), &p, &(struct image_math_inputs){ { 2, items } }, &(struct image_math_outputs){ h_out() }),
	            "they must share a grid");
	CHECK_ERROR(image_math_run(h_env(1), &p, &(struct image_math_inputs){ { 1, items } }, &(struct image_math_outputs){ h_out() }),
	            "at 'b' of the expression: 'b' is unknown; the image is called a");
	CHECK_ERROR(image_math_run(h_env(1), &p, &(struct image_math_inputs){ { 0 } }, &(struct image_math_outputs){ h_out() }),
	            "there is no image");
	items[0].cell = "01";
	CHECK_ERROR(image_math_run(h_env(1), &p, &(struct image_math_inputs){ { 1, items } }, &(struct image_math_outputs){ h_out() }),
	            "gathered images have no names");
	items[0].cell = "mean";
	CHECK_ERROR(image_math_run(h_env(1), &p, &(struct image_math_inputs){ { 1, items } }, &(struct image_math_outputs){ h_out() }),
	            "an image cannot be called 'mean'");
}

TEST(images_go_by_the_names_of_a_written_map)
{
	struct item items[2] = { *h_f4(1, IMAGE_INT16), *h_f4(2, IMAGE_INT16) };
	struct image_math_params p = { .expression = "before * 0 + run" };
	struct out *o = h_out(), *same = h_out();

	items[0].cell = "before";
	items[1].cell = "run";
	CHECK_OK(image_math_run(h_env(1), &p, &(struct image_math_inputs){ { 2, items } }, &(struct image_math_outputs){ o }));
	p.expression = "a";
	items[1].cell = "";
	CHECK_OK(image_math_run(h_env(1), &p, &(struct image_math_inputs){ { 1, &items[1] } }, &(struct image_math_outputs){ same }));
	CHECK_TEXT(h_digest(o, "image.nii"), h_digest(same, "image.nii"));
}

/* numerics' Z1 and the 90th percentile of |Z1|. */
TEST(the_percentile_agrees_with_the_worked_example)
{
	struct grid g = { { 8, 9, 7 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	float x[504];

	for (int k = 0; k < 7; k++)
		for (int j = 0; j < 9; j++)
			for (int i = 0; i < 8; i++)
				x[grid_index(&g, i, j, k)] =
					(float)(3.5 * exp(-((i - 2) * (i - 2) + (j - 3) * (j - 3) + (k - 3) * (k - 3)) / 4.)
					        - 4 * exp(-((i - 6) * (i - 6) + (j - 6) * (j - 6) + (k - 3) * (k - 3)) / 2.)
					        + ((7 * i + 13 * j + 29 * k) % 17 - 8) * 0.05);
	x[grid_index(&g, 5, 1, 1)] = 3.6f;
	CHECK_NEAR(h_voxels(math("0*a + percentile(abs(a), 90)", h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL, 2))[0],
	           1.2471107617102115, 1e-6);
}

TEST(golden_math)
{
	struct out *bold, *confounds;

	golden_study(&bold, &confounds);
	golden_expect("image.math", math("(a - mean_t(a)) / std_t(a) + (a > percentile(a, 90)) - 2 ** -sqrt(abs(a))",
	                                 h_item(bold, "bold"), NULL, 2), "image.nii");
}
