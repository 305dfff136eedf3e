#include "golden.h"

#include <math.h>
#include <stdlib.h>

#include "image.math.node.h"
#include "img/expression.h"
#include "img/facts.h"

/* ---- formulas of single numbers: a = 7, b = -2, c = NaN, d = 0.5 ---- */
static void load_number(const void *ctx, int image, int t, long first, long n, double *out)
{
	(void)t;
	(void)first;
	for (long v = 0; v < n; v++)
		out[v] = ((const double *)ctx)[image];
}

static const double numbers[] = { 7, -2, NAN, 0.5 };

static float value(const char *formula)
{
	const int n_vol[] = { 1, 1, 1, 1 };
	const struct expression_source s = { 1, numbers, load_number };
	struct expression_problem p;
	struct expression *e;
	float x;

	if (!expression_compile(&e, formula, n_vol, &p, check_arena()))
		fail_msg("%s: %s", formula, p.text);
	expression_reduce(e, &s, 1, check_arena());
	expression_volume(e, &s, 0, arena_alloc(check_arena(), expression_stack(e), sizeof(double)), &x);
	return x;
}

static void check_values(const char *formula[], const double *must, int n)
{
	for (int k = 0; k < n; k++) {
		float x = value(formula[k]);

		if (!(x == (float)must[k] || (isnan(x) && isnan(must[k]))))
			fail_msg("%s is %.9g, must be %.9g", formula[k], (double)x, must[k]);
	}
}
#define CHECK_VALUES(formula, must) check_values(formula, must, (int)(sizeof must / sizeof *must))

TEST(operators_bind_as_in_python)
{
	const char *formula[] = {
		"a + b * 3", "(a + b) * 3", "-a ** 2", "2 ** 3 ** 2 + 0*a", "a ** -1", "a - b - 1", "a / 2 / 2", "-a // 2",
		"a // b", "a % b", "-a % 3", "a % -3", "b % 4", "not a > 8", "a > 1 and b > 1 or d", "1 + a > 7", "a > 6 & 1",
		"(a > 6) & (b > 0)", "(a > 6) | (b > 0)", "~(a > 6)", "+a", "- - a", "a*-1", "a**2", "d**0.5", "a == 7", "a != 7",
		"a >= 7", "a <= 6.9", "a < 7", "1e1 + a", ".5e-1 + a", "2.*a", "a/0", "b/0", "0*a/0", "a//0", "a%0", "not b",
		"not 0*a", "0 * a or 3", "0*a + 2 and 5",
	};
	const double must[] = {
		1, 15, -49, 512, 1. / 7, 8, 1.75, -4, -4, -1, 2, -2, 2, 1, 1, 1, 1, 0, 1, 0, 7, 7, -7, 49, sqrt(0.5), 1, 0, 1, 0, 0,
		17, 7.05, 14, INFINITY, -INFINITY, NAN, INFINITY, NAN, 0, 1, 1, 1,
	};

	CHECK_VALUES(formula, must);
}

TEST(functions_are_those_of_numpy)
{
	const char *formula[] = {
		"abs(b)", "np.abs(b)", "numpy.sqrt(a + 2)", "exp(d)", "log(a)", "log10(a)", "log2(a)", "sin(a)", "cos(a)", "tan(a)",
		"min(a, b)", "max(a, b)", "np.minimum(a, b)", "maximum(a, 8)", "where(a > b, a, b)", "where(c, 1, 2)",
		"isnan(c) + a", "isfinite(c)", "isfinite(a)", "sign(b)", "sign(0*a)", "floor(b / 4)", "ceil(d)", "round(d)",
		"round(1.5 + 0*a)", "round(b / 0.8)", "clip(a, 0, 5)", "clip(b, 0, 5)", "a + pi", "isinf(a / 0)", "arctanh(d)",
		"tanh(a)", "arctan(a)", "square(b)", "power(a, 2)", "a + (inf > 3)", "isnan(nan) * a", "logical_not(a)",
		"logical_and(a, b)", "logical_or(0 * a, 0)",
	};
	const double must[] = {
		2, 2, 3, exp(0.5), log(7), log10(7), log2(7), sin(7), cos(7), tan(7), -2, 7, -2, 8, 7, 1, 8, 0, 1, -1, 0, -1, 1, 0, 2,
		-2, 5, 0, 7 + 3.14159265358979, 1, atanh(0.5), tanh(7), atan(7), 4, 49, 8, 7, 0, 1, 0,
	};

	CHECK_VALUES(formula, must);
}

TEST(nan_goes_through_everything_but_comparisons)
{
	const char *formula[] = {
		"c + 1", "c > 0", "c < 0", "c == c", "c != c", "min(c, 1)", "min(1, c)", "max(1, c)", "clip(c, 0, 1)", "sign(c)",
		"not c", "c and 1", "round(c)", "min(c)", "max(c)", "median(c)", "mean(c) + a", "abs(c)", "c ** 0",
	};
	const double must[] = {
		NAN, 0, 0, 0, 1, NAN, NAN, NAN, NAN, NAN, 0, 1, NAN, NAN, NAN, NAN, NAN, NAN, 1,
	};

	for (int k = 13; k < 16; k++)   /* a reduction alone is no image */
		formula[k] = arena_printf(check_arena(), "%s + a", formula[k]);
	CHECK_VALUES(formula, must);
}

/* ---- what is told ---- */
static const char *wrong(const char *formula)
{
	const int n_vol[] = { 5, 1, 4, 0 };
	struct expression_problem p;
	struct expression *e;

	if (expression_compile(&e, formula, n_vol, &p, check_arena()))
		fail_msg("%s is taken", formula);
	CHECK(p.at >= 0 && p.len >= 1 && p.at <= (int)strlen(formula));
	return arena_printf(check_arena(), "%d+%d %s", p.at, p.len, p.text);
}

TEST(formulas_are_refused_with_words)
{
	static const char *const cases[][2] = {
		{ "", "0+1 the formula ends where an image, a number or a function must be" },
		{ "a +", "3+1 the formula ends where an image, a number or a function must be" },
		{ "(a", "0+1 this parenthesis is not closed" },
		{ "sqrt(a", "4+1 this parenthesis is not closed" },
		{ "a)", "1+1 this parenthesis was not opened" },
		{ "a b", "2+1 'b' stands where an operator must be" },
		{ "a + * b", "4+1 '*' stands where an image, a number or a function must be" },
		{ "sqr(a)", "0+3 there is no function 'sqr': did you mean 'sqrt'?" },
		{ "np.sqr(a)", "0+6 there is no function 'sqr': did you mean 'sqrt'?" },
		{ "img + 1", "0+3 'img' is unknown; images are called a, b, c and d" },
		{ "a * Pi", "4+2 'Pi' is unknown: did you mean 'pi'?; images are called a, b, c and d" },
		{ "sqrt + a", "0+4 sqrt is a function: what it takes must follow in parentheses" },
		{ "sqrt(a, b)", "0+4 sqrt takes 1 argument, has 2" },
		{ "where(a, b)", "0+5 where takes 3 arguments, has 2" },
		{ "clip(a, 1, 2, 3)", "14+1 no function takes more than 3 arguments" },
		{ "mean(a, 1)", "0+4 mean takes 1 argument, has 2 (over time: axis=-1)" },
		{ "np.max(a, 1)", "0+6 the second argument of np.max is an axis: write axis=-1 for time, or np.maximum for the max "
		                  "of two" },
		{ "a(b)", "0+1 a is an image, not a function: is '*' missing?" },
		{ "2a", "0+1 a sign is missing between a number and a name: write '*' to multiply" },
		{ "a < b < 2", "6+1 comparisons cannot be chained: write (a > 1) and (a < 2), each in parentheses" },
		{ "a > 1 & b > 0", "10+1 comparisons cannot be chained: write (a > 1) and (a < 2), each in parentheses" },
		{ "a.mean()", "1+1 methods such as a.mean() are not understood: write mean(a)" },
		{ "a[0]", "1+1 parts of an image cannot be taken here" },
		{ "a && b", "2+2 '&&' is not understood: write 'and'" },
		{ "a ^ 2", "2+1 '^' is not understood: write '**' for a power" },
		{ "!a", "0+1 '!' is not understood: write 'not'" },
		{ "a = 1", "2+1 '=' stands where an operator must be" },
		{ "a $ 1", "2+1 '$' has no meaning in a formula" },
		{ "a \xc3\xa4", "2+1 a formula has letters, digits and signs of ASCII alone" },
		{ "a + d", "4+1 the formula uses d, but no image is given to port 'd'" },
		{ "a + c", "4+1 c has 4 volumes, what stands before it 5: they must have as many, or one" },
		{ "mean(a)", "0+7 the formula makes one number, must make an image" },
		{ "3", "0+1 the formula makes one number, must make an image" },
		{ "a - mean(3)", "4+4 mean needs an image, what it is given is one number" },
		{ "mean_t(b) + a", "0+6 mean_t is taken over time, but what it is given has one volume" },
		{ "mean(a, axis=0) + a", "8+4 axis must be -1 or 3, which is time, or None for everything" },
		{ "mean(a, axes=0) + a", "8+4 'axes=' is unknown, only axis= and ddof= may stand here" },
		{ "std(a, ddof=2) + a", "7+4 ddof must be 0 or 1" },
		{ "mean(a, ddof=1) + a", "0+4 mean has no ddof" },
		{ "abs(a, axis=-1)", "0+3 abs is made voxel by voxel: it has no axis and no ddof" },
		{ "a > percentile(a, 101)", "4+10 the second argument of percentile must be a number from 0 to 100" },
		{ "a > percentile(a, b)", "4+10 the second argument of percentile must be a number from 0 to 100" },
		{ "a > percentile(a)", "4+10 percentile takes 2 arguments, has 1" },
	};

	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
		CHECK_TEXT(wrong(cases[k][0]), cases[k][1]);
}

TEST(nesting_and_length_are_bounded)
{
	char *deep = arena_calloc(check_arena(), 1, 40000), *signs = arena_calloc(check_arena(), 1, 40000);

	memset(deep, '(', 9999);
	memset(signs, '-', 9999);
	CHECK(strstr(wrong(deep), "nested more than 64 deep") != NULL);
	CHECK(strstr(wrong(signs), "nested more than 64 deep") != NULL);
	memset(deep, '(', 30000);
	CHECK(strstr(wrong(deep), "has 30000 characters, must have at most 10000") != NULL);
}

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

	CHECK_OK(image_math_run(h_env(threads), &(struct image_math_params){ .formula = formula },
	                        &(struct image_math_inputs){ .a = a, .b = b }, &(struct image_math_outputs){ o }));
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

static void check_total(const char *reduction, const float *x, const struct item *im, double must)
{
	float *y = h_voxels(math(arena_printf(check_arena(), "0 * a + %s", reduction), im, NULL, 2));

	(void)x;
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
	check_total("sum(a)", x, im, sum);
	check_total("mean(a)", x, im, sum / n);
	check_total("var(a)", x, im, squares / n);
	check_total("np.std(a, ddof=1)", x, im, sqrt(squares / (n - 1)));
	check_total("min(a)", x, im, percentile(x, n, 0));
	check_total("max(a)", x, im, percentile(x, n, 100));
	check_total("median(a)", x, im, percentile(x, n, 50));
	check_total("percentile(a, 12.3)", x, im, percentile(x, n, 12.3));
	check_total("percentile(-a, 90)", x, im, -percentile(x, n, 10));
	check_total("mean(a * a - mean(a) ** 2, axis=None)", x, im, squares / n);
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
	CHECK_TEXT(h_notes(), "np.mean(a ) is NaN, because of NaN in what it is taken of: where(isfinite(a), a, 0) leaves that "
	           "out\n2 of the 2 values are NaN or infinite\n");
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
	h_given(s, "a", image_facts_to(&a, check_arena()), NULL);
	if (n_b)
		h_given(s, "b", image_facts_to(&b, check_arena()), NULL);
	CHECK_OK(image_math_shape(s, &(struct image_math_params){ .formula = formula }));
	return h_problems(s);
}

TEST(the_shape_tells_what_is_wrong)
{
	CHECK_TEXT(shape_of("a + 1", 4, 0, 0), "");
	CHECK_TEXT(shape_of("a + b", 4, 1, 0), "");
	CHECK_TEXT(shape_of("a + x", 4, 0, 0), "error formula:4:1: 'x' is unknown; images are called a, b, c and d\n");
	CHECK_TEXT(shape_of("a + 1", 4, 4, 0), "warning b: the formula does not use b\n");
	CHECK_TEXT(shape_of("a + b", 1, 4, 0), "error a: the result has 4 volumes but a, which gives it its kind, has one: "
	           "exchange the images' names\n");
	CHECK(strstr(shape_of("a + b", 4, 4, 1), "b and a are both 6x7x5, but lie differently") != NULL);
}

TEST(images_that_do_not_fit_are_refused)
{
	struct grid g = h_f4_grid();
	const struct item *a = h_f4(2, IMAGE_INT16);
	struct image_math_params p = { .formula = "a + b" };
	float *zero = NEW_N(check_arena(), float, 210);

	g.affine[0][0] = 3;
	CHECK_ERROR(image_math_run(h_env(1), &p, &(struct image_math_inputs){ a, h_image(&g, 1, 0, IMAGE_INT16, zero) },
	                           &(struct image_math_outputs){ h_out() }), "they must share a grid");
	CHECK_ERROR(image_math_run(h_env(1), &p, &(struct image_math_inputs){ a }, &(struct image_math_outputs){ h_out() }),
	            "at 'b' of the formula: the formula uses b, but no image is given to port 'b'");
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
