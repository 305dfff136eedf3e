#include "kinds/compare.h"

#include <math.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"

/* ---- element by element ---- */
static double distance(double x, double y)
{
	if (x == y || (isnan(x) && isnan(y)))
		return 0;
	return isfinite(x) && isfinite(y) ? fabs(x - y) : INFINITY;
}

static void add_sums(struct compare *c, double x, double y)
{
	if (c->n_finite++ == 0) {
		c->x_0 = x;
		c->y_0 = y;
	}
	x -= c->x_0;
	y -= c->y_0;
	c->sum_x += x;
	c->sum_y += y;
	c->sum_xx += x * x;
	c->sum_yy += y * y;
	c->sum_xy += x * y;
}

static void add_one(struct compare *c, double x, double y)
{
	double d = distance(x, y);
	int in_x = isfinite(x) && x != 0, in_y = isfinite(y) && y != 0;

	c->n_differ += d > c->atol + c->rtol * (isfinite(y) ? fabs(y) : 0);
	if (d > c->max_abs) {
		c->max_abs = d;
		c->at = c->n;
		c->x_at = x;
		c->y_at = y;
	}
	c->n_x += in_x;
	c->n_y += in_y;
	c->n_both += in_x && in_y;
	c->n_equal_both += in_x && in_y && x == y;
	if (isfinite(x) && isfinite(y))
		add_sums(c, x, y);
	c->n++;
}

void compare_add(struct compare *c, const double *x, const double *y, long n)
{
	if (c->n == 0)
		c->at = -1;
	for (long k = 0; k < n; k++)
		add_one(c, x[k], y[k]);
}

/* NaN when one of the two is constant. */
static double correlation(const struct compare *c)
{
	double n = (double)c->n_finite;
	double xx = c->sum_xx - c->sum_x * c->sum_x / n, yy = c->sum_yy - c->sum_y * c->sum_y / n;
	double xy = c->sum_xy - c->sum_x * c->sum_y / n;

	if (!(xx > 0) || !(yy > 0))
		return NAN;
	return fmin(1, fmax(-1, xy / sqrt(xx * yy)));
}

/* ---- in words and as a map ---- */
static struct doc *number(double x, struct arena *a)
{
	struct buf b = { .arena = a };

	if (!isfinite(x))
		return doc_new_text(a, isnan(x) ? "nan" : x > 0 ? "inf" : "-inf", false);
	json_number(&b, x);
	return doc_new_text(a, b.text, true);
}

static const char *words(const struct compare *c, const char *where, const char *what, double r, struct arena *a)
{
	struct buf b = { .arena = a };

	if (c->at < 0)
		return arena_printf(a, "all %ld %s are equal", c->n, what);
	if (c->n_differ == 0)
		buf_printf(&b, "the same within %g + %g |b|: ", c->atol, c->rtol);
	else
		buf_printf(&b, "%ld of %ld %s differ: ", c->n_differ, c->n, what);
	buf_printf(&b, "at most by %.6g, at %s (%.9g and %.9g)", c->max_abs, where, c->x_at, c->y_at);
	if (!isnan(r))
		buf_printf(&b, ", correlation %.8g", r);
	return b.text;
}

struct doc *compare_result(const struct compare *c, const char *where, const char *what, int dice, struct arena *a)
{
	struct doc *map = doc_new_map(a);
	double r = correlation(c);
	double alike = c->n_x + c->n_y > 0 ? 2.0 * (double)c->n_equal_both / (double)(c->n_x + c->n_y) : 1;
	const char *text = words(c, where, what, r, a);

	if (dice && c->at >= 0)
		text = arena_printf(a, "%s, Dice %.6g", text, alike);
	doc_set(a, map, "same", doc_new_text(a, c->n_differ == 0 ? "true" : "false", true));
	doc_set(a, map, "max_abs", number(c->max_abs, a));
	if (c->at >= 0)
		doc_set(a, map, "where", doc_new_text(a, where, false));
	if (!isnan(r))
		doc_set(a, map, "correlation", number(r, a));
	if (dice)
		doc_set(a, map, "dice", number(alike, a));
	doc_set(a, map, "text", doc_new_text(a, text, false));
	return map;
}

struct doc *compare_unlike(const char *text, struct arena *a)
{
	struct doc *map = doc_new_map(a);

	doc_set(a, map, "same", doc_new_text(a, "false", true));
	doc_set(a, map, "text", doc_new_text(a, text, false));
	return map;
}

/* ---- one array ---- */
void summary_add(struct summary *s, const double *x, long n)
{
	for (long k = 0; k < n; k++) {
		s->n++;
		s->n_nan += isnan(x[k]) != 0;
		if (!isfinite(x[k]))
			continue;
		s->min = s->n_finite == 0 || x[k] < s->min ? x[k] : s->min;
		s->max = s->n_finite == 0 || x[k] > s->max ? x[k] : s->max;
		s->sum += x[k];
		s->n_nonzero += x[k] != 0;
		s->n_finite++;
	}
}

const char *summary_text(const struct summary *s, struct arena *a)
{
	long n_inf = s->n - s->n_finite - s->n_nan;
	const char *nan = s->n_nan ? arena_printf(a, ", %ld NaN", s->n_nan) : "";
	const char *inf = n_inf ? arena_printf(a, ", %ld infinite", n_inf) : "";

	if (s->n_finite == 0)
		return arena_printf(a, "no finite value%s%s", nan, inf);
	return arena_printf(a, "range %.6g to %.6g, mean %.6g%s%s", s->min, s->max, s->sum / (double)s->n_finite, nan, inf);
}
