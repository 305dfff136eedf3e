#include "img/series.h"

#include <string.h>

#include "base/arena.h"
#include "img/facts.h"
#include "img/table.h"
#include "kinds/compare.h"
#include "kinds/kinds.h"

enum { NAMES_SHOWN = 40 };

struct error *kind_series_peek(struct doc **facts, const struct item *it, struct arena *a)
{
	struct series s;

	TRY(series_read(&s, it, a));
	struct series_facts f = { s.n_row, s.n_col, s.tr_s, s.column, s.volume ? s.n_vol : 0 };

	*facts = series_facts_to(&f, a);
	series_close(&s);
	return NULL;
}

/* One column as doubles. */
static void take_column(const struct series *s, int col, double *out)
{
	for (int r = 0; r < s->n_row; r++)
		out[r] = s->x[(size_t)r * (size_t)s->n_col + (size_t)col];
}

struct error *kind_series_show(FILE *f, const struct item *it, struct arena *a)
{
	struct summary all = { 0 };
	struct series s;

	TRY(series_read(&s, it, a));
	double *x = NEW_N(a, double, s.n_row);

	fprintf(f, "%d times, %d column%s", s.n_row, s.n_col, s.n_col == 1 ? "" : "s");
	if (s.volume)
		fprintf(f, " (volumes of a run of %d)", s.n_vol);
	fprintf(f, s.tr_s > 0 ? ", TR %g s\n" : "\n", s.tr_s);
	for (int k = 0; k < s.n_col; k++) {
		struct summary one = { 0 };

		take_column(&s, k, x);
		summary_add(&all, x, s.n_row);
		summary_add(&one, x, s.n_row);
		if (s.column && s.n_col <= NAMES_SHOWN)
			fprintf(f, "%s: %s\n", s.column[k], summary_text(&one, a));
	}
	fprintf(f, "%s%s\n", s.column && s.n_col <= NAMES_SHOWN ? "all: " : "", summary_text(&all, a));
	series_close(&s);
	return NULL;
}

static void compare_columns(struct compare *c, const struct series *x, const struct series *y, struct arena *a)
{
	double *p = NEW_N(a, double, x->n_row), *q = NEW_N(a, double, x->n_row);

	for (int k = 0; k < x->n_col; k++) {
		take_column(x, k, p);
		take_column(y, k, q);
		compare_add(c, p, q, x->n_row);
	}
}

static struct doc *compare_series(const struct series *x, const struct series *y, struct compare *c, struct arena *a)
{
	if (x->n_row != y->n_row || x->n_col != y->n_col)
		return compare_unlike(arena_printf(a, "the first is %d times by %d columns, the second %d by %d", x->n_row, x->n_col,
		                                   y->n_row, y->n_col), a);
	for (int k = 0; k < x->n_col; k++)
		if (strcmp(series_column(x, k, a), series_column(y, k, a)) != 0)
			return compare_unlike(arena_printf(a, "column %d is '%s' in the first and '%s' in the second", k,
			                                   series_column(x, k, a), series_column(y, k, a)), a);
	compare_columns(c, x, y, a);
	const char *where = c->at < 0 ? "" : arena_printf(a, "time %ld of column %s", c->at % x->n_row,
	                                                  series_column(x, (int)(c->at / x->n_row), a));

	return compare_result(c, where, "values", 0, a);
}

struct error *kind_series_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                               struct arena *a)
{
	struct compare c = { .rtol = rtol, .atol = atol };
	struct series p, q;
	struct error *e;

	TRY(series_read(&p, x, a));
	e = series_read(&q, y, a);
	if (!e) {
		*out = compare_series(&p, &q, &c, a);
		series_close(&q);
	}
	series_close(&p);
	return e;
}

struct error *kind_series_write(const char *path, const struct item *it, struct arena *a)
{
	struct series s;

	TRY(series_read(&s, it, a));
	const char **column = NEW_N(a, const char *, s.n_col);

	for (int k = 0; k < s.n_col; k++)
		column[k] = series_column(&s, k, a);
	struct error *e = table_write_floats(path, s.n_row, s.n_col, column, s.x, a);

	series_close(&s);
	return e;
}
