#include "img/expression.h"

#include <math.h>

#include "check.h"

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
	const struct expression_images images = { 4, (const char *const[]){ "a", "b", "c", "d" }, (int[]){ 1, 1, 1, 1 } };
	const struct expression_source s = { 1, numbers, load_number };
	struct expression_problem p;
	struct expression *e;
	float x;

	if (!expression_compile(&e, formula, &images, &p, check_arena()))
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

TEST(more_functions_of_numpy)
{
	const char *formula[] = {
		"arcsin(d)", "arccos(d)", "arctan2(b, a)", "sinh(d)", "cosh(d)", "arcsinh(a)", "arccosh(a)", "expm1(d)", "log1p(d)",
		"np.cbrt(a + 1)", "hypot(a - 4, 4)", "trunc(-1.5 + 0*a)", "mod(b, 4)", "remainder(a, -3)", "np.fmin(c, b)", "fmax(b, c)",
		"fmin(a, b)", "fmax(a, b)", "fmin(c, c)", "logical_xor(a, b)", "logical_xor(a > 8, b)", "arccos(a)",
	};
	const double must[] = {
		asin(0.5), acos(0.5), atan2(-2, 7), sinh(0.5), cosh(0.5), asinh(7), acosh(7), expm1(0.5), log1p(0.5), 2, 5, -1, 2, -2,
		-2, -2, -2, 7, NAN, 0, 1, NAN,
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
	const struct expression_images images = { 3, (const char *const[]){ "a", "b", "c" }, (int[]){ 5, 1, 4 } };
	struct expression_problem p;
	struct expression *e;

	if (expression_compile(&e, formula, &images, &p, check_arena()))
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
		{ "img + 1", "0+3 'img' is unknown; the images are called a, b and c" },
		{ "a * Pi", "4+2 'Pi' is unknown: did you mean 'pi'?; the images are called a, b and c" },
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
		{ "a = 1", "2+1 '=' stands where an operator must be: write '==' to compare" },
		{ "a $ 1", "2+1 '$' has no meaning in a formula" },
		{ "a \xc3\xa4", "2+1 a formula has letters, digits and signs of ASCII alone" },
		{ "a + d", "4+1 'd' is unknown; the images are called a, b and c" },
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
