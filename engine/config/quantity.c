/* Numbers and units. A unit is a whole number times a power of ten of its dimension's smallest part; the power of
 * ten is moved into the decimal text, so that 0.07 m and 70 mm become the same double. */
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/value.h"

enum dimension { DIM_NONE, DIM_LENGTH, DIM_TIME, DIM_FREQUENCY, DIM_MEMORY, DIM_VOLUME, DIM_PERCENT, DIM_ANGLE };

enum { EXP_MAX = 100000000 };   /* beyond this no mantissa of a file of allowed size could make up for it */

struct unit {
	const char *name;
	enum dimension dim;
	int exp10;
	double times;
};

static const struct unit units[] = {
	{ "", DIM_NONE, 0, 1 },
	{ "mm", DIM_LENGTH, 0, 1 }, { "cm", DIM_LENGTH, 1, 1 }, { "m", DIM_LENGTH, 3, 1 }, { "um", DIM_LENGTH, -3, 1 },
	{ "s", DIM_TIME, 0, 1 }, { "ms", DIM_TIME, -3, 1 }, { "min", DIM_TIME, 0, 60 }, { "h", DIM_TIME, 0, 3600 },
	{ "Hz", DIM_FREQUENCY, 0, 1 }, { "kHz", DIM_FREQUENCY, 3, 1 }, { "mHz", DIM_FREQUENCY, -3, 1 },
	{ "B", DIM_MEMORY, 0, 1 }, { "KB", DIM_MEMORY, 3, 1 }, { "MB", DIM_MEMORY, 6, 1 }, { "GB", DIM_MEMORY, 9, 1 },
	{ "KiB", DIM_MEMORY, 0, 0x1p10 }, { "MiB", DIM_MEMORY, 0, 0x1p20 }, { "GiB", DIM_MEMORY, 0, 0x1p30 },
	{ "TiB", DIM_MEMORY, 0, 0x1p40 },
	{ "mm3", DIM_VOLUME, 0, 1 }, { "ml", DIM_VOLUME, 3, 1 },
	{ "%", DIM_PERCENT, 0, 1 },
	{ "deg", DIM_ANGLE, 0, 1 },
	{ NULL },
};

static const char *const must_be[] = {
	[DIM_NONE] = "a number without a unit",
	[DIM_LENGTH] = "a length (mm, cm, m, um)",
	[DIM_TIME] = "a time (s, ms, min, h)",
	[DIM_FREQUENCY] = "a frequency (Hz, kHz, mHz)",
	[DIM_MEMORY] = "a size (B, KB, MB, GB, KiB, MiB, GiB, TiB)",
	[DIM_VOLUME] = "a volume (mm3, ml)",
	[DIM_PERCENT] = "a percentage (%)",
	[DIM_ANGLE] = "an angle (deg)",
};

static const struct unit *unit_find(const char *name)
{
	for (const struct unit *u = units; u->name; u++)
		if (!strcmp(u->name, name))
			return u;
	return NULL;
}

static const char *skip_digits(const char *s)
{
	while (*s >= '0' && *s <= '9')
		s++;
	return s;
}

/* The end of the decimal number at s, or NULL; *exp is where its exponent's letter stands, or the end. */
static const char *number_end(const char *s, const char **exp)
{
	const char *whole = s + (*s == '-' || *s == '+'), *p = skip_digits(whole), *digits;
	bool any = p > whole;

	if (*p == '.') {
		digits = skip_digits(p + 1);
		any |= digits > p + 1;
		p = digits;
	}
	if (!any)
		return NULL;
	*exp = p;
	if (*p == 'e' || *p == 'E') {
		whole = p + 1 + (p[1] == '-' || p[1] == '+');
		digits = skip_digits(whole);
		p = digits > whole ? digits : p;
	}
	return p;
}

static bool is_special(const char *text, double *x)
{
	static const struct { const char *text; double x; } special[] = {
		{ ".inf", INFINITY }, { ".Inf", INFINITY }, { ".INF", INFINITY },
		{ "+.inf", INFINITY }, { "+.Inf", INFINITY }, { "+.INF", INFINITY },
		{ "-.inf", -INFINITY }, { "-.Inf", -INFINITY }, { "-.INF", -INFINITY },
		{ ".nan", NAN }, { ".NaN", NAN }, { ".NAN", NAN },
	};

	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
		if (!strcmp(text, special[i].text)) {
			*x = special[i].x;
			return true;
		}
	}
	return false;
}

bool value_is_number(const char *text, double *x)
{
	const char *exp, *end = number_end(text, &exp);

	if (!end)
		return is_special(text, x);
	if (*end)
		return false;
	*x = strtod(text, NULL);
	return true;
}

/* The number at text (its exponent at exp, its end at end) times 10^shift, rounded once. */
static double shifted(const char *text, const char *exp, const char *end, int shift, struct arena *a)
{
	long e = exp < end ? strtol(exp + 1, NULL, 10) : 0;

	if (e > EXP_MAX || e < -EXP_MAX)
		e = e > 0 ? EXP_MAX : -EXP_MAX;
	return strtod(arena_printf(a, "%.*se%ld", (int)(exp - text), text, e + shift), NULL);
}

static const char *why_not(const char *is, enum dimension dim, struct arena *a)
{
	return is[0] ? arena_printf(a, "is in %s, must be %s", is, must_be[dim])
	             : arena_printf(a, "must be %s", must_be[dim]);
}

bool value_quantity(double *x, const char *text, const char *unit, const char **why, struct arena *a)
{
	const struct unit *want = unit_find(unit ? unit : ""), *have;
	const char *exp, *end = strlen(text) < INT_MAX ? number_end(text, &exp) : NULL, *name = end;

	if (!want)
		want = units;
	if (!end) {
		*why = is_special(text, x) ? "must be a finite number" : why_not("", want->dim, a);
		return false;
	}
	while (*name == ' ')
		name++;
	have = *name ? unit_find(name) : want;
	if (!have || have->dim != want->dim) {
		bool word = have || (isalpha((unsigned char)*name) && !strpbrk(name, "0123456789"));

		*why = why_not(word ? name : "", want->dim, a);
		return false;
	}
	*x = shifted(text, exp, end, have->exp10 - want->exp10, a) * have->times / want->times;
	if (*x == 0)
		*x = 0;   /* no -0 */
	if (isfinite(*x))
		return true;
	*why = "is too large for a number";
	return false;
}
