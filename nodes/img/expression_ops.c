/* The functions and operators of formulas. Each is a loop without branches that the compiler vectorizes; constants are
 * folded by the same loops with n = 1, so a folded number has the bits that the loop would give. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "img/expression_code.h"
#include "num/simd.h"

#define PER_VOXEL(name, value) \
	NUM_CLONES static void name(long n, double *restrict x, const double *restrict y, const double *restrict z) \
	{ \
		(void)y; \
		(void)z; \
		for (long v = 0; v < n; v++) \
			x[v] = (value); \
	}
#define X x[v]
#define Y y[v]
#define Z z[v]
#define TRUTH(cond) ((cond) ? 1.0 : 0.0)

/* numpy's remainder has the divisor's sign; the quotient is the whole number that goes with it. */
static double remainder_of(double x, double y)
{
	double r = fmod(x, y);

	if (r == 0)
		return copysign(0, y);
	return (y < 0) != (r < 0) ? r + y : r;
}

static double floor_quotient(double x, double y)
{
	double r = fmod(x, y), q = (x - r) / y, down;

	if (y == 0)
		return x / y;
	if (r != 0 && (y < 0) != (r < 0))
		q -= 1;
	if (q == 0)
		return copysign(0, x / y);
	down = floor(q);
	return q - down > 0.5 ? down + 1 : down;
}

/* Whole and half powers as numpy shortens them; the others through the library. */
static double power(double x, double y)
{
	return y == 2 ? x * x : y == 0.5 ? sqrt(x) : y == 1 ? x : y == -1 ? 1 / x : pow(x, y);
}

static double sign_of(double x)
{
	return isnan(x) ? x : (double)(x > 0) - (double)(x < 0);
}

/* NaN when either is, unlike fmin(). */
#define LESSER(a, b) ((a) < (b) || isnan(a) ? (a) : (b))
#define GREATER(a, b) ((a) > (b) || isnan(a) ? (a) : (b))

PER_VOXEL(op_add, X + Y)
PER_VOXEL(op_subtract, X - Y)
PER_VOXEL(op_multiply, X * Y)
PER_VOXEL(op_divide, X / Y)
PER_VOXEL(op_floor_divide, floor_quotient(X, Y))
PER_VOXEL(op_remainder, remainder_of(X, Y))
PER_VOXEL(op_power, power(X, Y))
PER_VOXEL(op_negative, -X)
PER_VOXEL(op_less, TRUTH(X < Y))
PER_VOXEL(op_less_equal, TRUTH(X <= Y))
PER_VOXEL(op_greater, TRUTH(X > Y))
PER_VOXEL(op_greater_equal, TRUTH(X >= Y))
PER_VOXEL(op_equal, TRUTH(X == Y))
PER_VOXEL(op_not_equal, TRUTH(X != Y))
PER_VOXEL(op_and, TRUTH((X != 0) & (Y != 0)))
PER_VOXEL(op_or, TRUTH((X != 0) | (Y != 0)))
PER_VOXEL(op_not, TRUTH(X == 0))
PER_VOXEL(op_xor, TRUTH((X != 0) != (Y != 0)))
PER_VOXEL(op_fmin, isnan(X) || Y < X ? Y : X)
PER_VOXEL(op_fmax, isnan(X) || Y > X ? Y : X)
PER_VOXEL(op_where, X != 0 ? Y : Z)
PER_VOXEL(op_clip, LESSER(GREATER(X, Y), Z))
PER_VOXEL(op_minimum, LESSER(X, Y))
PER_VOXEL(op_maximum, GREATER(X, Y))
PER_VOXEL(op_abs, fabs(X))
PER_VOXEL(op_sqrt, sqrt(X))
PER_VOXEL(op_square, X * X)
PER_VOXEL(op_exp, exp(X))
PER_VOXEL(op_log, log(X))
PER_VOXEL(op_log10, log10(X))
PER_VOXEL(op_log2, log2(X))
PER_VOXEL(op_sin, sin(X))
PER_VOXEL(op_cos, cos(X))
PER_VOXEL(op_tan, tan(X))
PER_VOXEL(op_arctan, atan(X))
PER_VOXEL(op_tanh, tanh(X))
PER_VOXEL(op_arctanh, atanh(X))
PER_VOXEL(op_arcsin, asin(X))
PER_VOXEL(op_arccos, acos(X))
PER_VOXEL(op_arctan2, atan2(X, Y))
PER_VOXEL(op_sinh, sinh(X))
PER_VOXEL(op_cosh, cosh(X))
PER_VOXEL(op_arcsinh, asinh(X))
PER_VOXEL(op_arccosh, acosh(X))
PER_VOXEL(op_expm1, expm1(X))
PER_VOXEL(op_log1p, log1p(X))
PER_VOXEL(op_cbrt, cbrt(X))
PER_VOXEL(op_hypot, hypot(X, Y))
PER_VOXEL(op_trunc, trunc(X))
PER_VOXEL(op_sign, sign_of(X))
PER_VOXEL(op_floor, floor(X))
PER_VOXEL(op_ceil, ceil(X))
PER_VOXEL(op_round, rint(X))
PER_VOXEL(op_isnan, TRUTH(isnan(X)))
PER_VOXEL(op_isinf, TRUTH(isinf(X)))
PER_VOXEL(op_isfinite, TRUTH(isfinite(X)))

/* The parser knows how strongly they bind. */
static const struct expression_op operators[] = {
	{ "+", 2, op_add }, { "-", 2, op_subtract }, { "*", 2, op_multiply }, { "/", 2, op_divide },
	{ "//", 2, op_floor_divide }, { "%", 2, op_remainder }, { "**", 2, op_power },
	{ "<", 2, op_less }, { "<=", 2, op_less_equal }, { ">", 2, op_greater }, { ">=", 2, op_greater_equal },
	{ "==", 2, op_equal }, { "!=", 2, op_not_equal }, { "and", 2, op_and }, { "or", 2, op_or }, { "&", 2, op_and },
	{ "|", 2, op_or }, { "not", 1, op_not }, { "-x", 1, op_negative },
};
enum { N_OPERATORS = sizeof operators / sizeof *operators };

static const struct expression_op functions[] = {
	{ "abs", 1, op_abs }, { "absolute", 1, op_abs }, { "sqrt", 1, op_sqrt }, { "square", 1, op_square },
	{ "exp", 1, op_exp }, { "log", 1, op_log }, { "log10", 1, op_log10 }, { "log2", 1, op_log2 },
	{ "sin", 1, op_sin }, { "cos", 1, op_cos }, { "tan", 1, op_tan }, { "arctan", 1, op_arctan },
	{ "tanh", 1, op_tanh }, { "arctanh", 1, op_arctanh }, { "sign", 1, op_sign }, { "floor", 1, op_floor },
	{ "ceil", 1, op_ceil }, { "round", 1, op_round }, { "rint", 1, op_round }, { "isnan", 1, op_isnan },
	{ "isinf", 1, op_isinf }, { "isfinite", 1, op_isfinite }, { "min", 2, op_minimum }, { "max", 2, op_maximum },
	{ "minimum", 2, op_minimum }, { "maximum", 2, op_maximum }, { "power", 2, op_power },
	{ "where", 3, op_where }, { "clip", 3, op_clip }, { "logical_and", 2, op_and }, { "logical_or", 2, op_or },
	{ "logical_not", 1, op_not }, { "logical_xor", 2, op_xor }, { "negative", 1, op_negative },
	{ "arcsin", 1, op_arcsin }, { "arccos", 1, op_arccos }, { "arctan2", 2, op_arctan2 }, { "sinh", 1, op_sinh },
	{ "cosh", 1, op_cosh }, { "arcsinh", 1, op_arcsinh }, { "arccosh", 1, op_arccosh }, { "expm1", 1, op_expm1 },
	{ "log1p", 1, op_log1p }, { "cbrt", 1, op_cbrt }, { "hypot", 2, op_hypot }, { "trunc", 1, op_trunc },
	{ "mod", 2, op_remainder }, { "remainder", 2, op_remainder }, { "fmin", 2, op_fmin }, { "fmax", 2, op_fmax },
};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };

static const struct expression_reducer reducers[] = {
	{ "sum", REDUCE_SUM, 1, 0 }, { "mean", REDUCE_MEAN, 1, 0 }, { "std", REDUCE_STD, 1, 0 }, { "var", REDUCE_VAR, 1, 0 },
	{ "min", REDUCE_MIN, 1, 0 }, { "max", REDUCE_MAX, 1, 0 }, { "amin", REDUCE_MIN, 1, 0 },
	{ "amax", REDUCE_MAX, 1, 0 }, { "median", REDUCE_PERCENTILE, 1, 50 }, { "percentile", REDUCE_PERCENTILE, 2, 0 },
};
enum { N_REDUCERS = sizeof reducers / sizeof *reducers };

static const struct { const char *name; double x; } constants[] = {
	{ "pi", 3.14159265358979323846 }, { "inf", INFINITY }, { "nan", NAN }, { "True", 1 }, { "False", 0 },
};
enum { N_CONSTANTS = sizeof constants / sizeof *constants };

static const struct expression_op *find(const struct expression_op *ops, int n, const char *name)
{
	for (int k = 0; k < n; k++)
		if (strcmp(ops[k].name, name) == 0)
			return &ops[k];
	return NULL;
}

const struct expression_op *expression_operator(const char *sign)
{
	return find(operators, N_OPERATORS, sign);
}

const struct expression_op *expression_function(const char *name)
{
	return find(functions, N_FUNCTIONS, name);
}

const struct expression_reducer *expression_reducer(const char *name)
{
	for (int k = 0; k < N_REDUCERS; k++)
		if (strcmp(reducers[k].name, name) == 0)
			return &reducers[k];
	return NULL;
}

bool expression_constant(const char *name, double *x)
{
	for (int k = 0; k < N_CONSTANTS; k++)
		if (strcmp(constants[k].name, name) == 0) {
			*x = constants[k].x;
			return true;
		}
	return false;
}

const char *expression_nearest(const char *name, bool function, struct arena *a)
{
	const char *word[N_FUNCTIONS + 2 * N_REDUCERS + N_CONSTANTS + 1], *near;
	int n = 0;

	for (int k = 0; function && k < N_FUNCTIONS; k++)
		word[n++] = functions[k].name;
	for (int k = 0; function && k < N_REDUCERS; k++) {
		word[n++] = reducers[k].name;
		word[n++] = arena_printf(a, "%s_t", reducers[k].name);
	}
	for (int k = 0; !function && k < N_CONSTANTS; k++)
		word[n++] = constants[k].name;
	word[n] = NULL;
	near = text_nearest(name, word);
	return near ? arena_printf(a, ": did you mean '%s'?", near) : "";
}
