#include "table/where.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/map.h"
#include "base/text.h"
#include "fmri/row_list.h"
#include "fmri/shape_problem.h"
#include "fmri/table_at.h"
#include "img/facts.h"
#include "img/literal.h"
#include "img/table.h"
#include "node/shape.h"
#include "table/values.h"

/* As they are written, and as values are (table/values.h). */
struct texts { int n; const char **text, **value; };

enum bound { BOUND_LT, BOUND_LE, BOUND_GT, BOUND_GE, N_BOUND };
static const char *const bound_word[N_BOUND] = { "lt", "le", "gt", "ge" };

/* What one column of one alternative must be. */
struct test {
	int col;
	struct texts any, none;        /* any of these (none given: whatever), and none of those */
	bool has[N_BOUND];
	double bound[N_BOUND];
};
struct clause { int n; struct test *test; };       /* all must hold */
/* At least one clause must hold; or the cells of a row's columns must be those of a row of a table. */
struct where {
	int n;
	struct clause *clause;
	const struct table *rows;    /* or NULL */
	int *col;                    /* [rows->n_col] which columns these are */
};

/* ---- reading ---- */
static struct error *add_text(struct texts *list, const struct doc *d, const char *port, struct arena *a)
{
	if (d->kind != DOC_TEXT)
		return error_new(ERR_USER, "%s has a list or map where a value is due", port);
	const char *text = d->plain && strcmp(d->text, "null") == 0 ? "" : d->text;
	int n = list->n;

	PUSH(a, list->value, n, value_of(text, a));
	PUSH(a, list->text, list->n, text);
	return NULL;
}

static struct error *add_texts(struct texts *list, const struct doc *d, const char *port, struct arena *a)
{
	if (d->kind != DOC_LIST)
		return add_text(list, d, port, a);
	if (d->n == 0)
		return error_new(ERR_USER, "%s has an empty list of values, must have one or more", port);
	for (int k = 0; k < d->n; k++)
		TRY(add_text(list, d->val[k], port, a));
	return NULL;
}

/* {ge: 3, lt: 8, not: 5} */
static struct error *read_bounds(struct test *test, const struct doc *d, const char *port, struct arena *a)
{
	if (d->n == 0)
		return error_new(ERR_USER, "%s has an empty map where values are due, or bounds: lt (less than), le, gt, ge, not", port);
	for (int k = 0; k < d->n; k++) {
		const char *word = d->key[k]->text;
		int b = 0;

		if (strcmp(word, "not") == 0) {
			TRY(add_texts(&test->none, d->val[k], port, a));
			continue;
		}
		while (b < N_BOUND && strcmp(bound_word[b], word) != 0)
			b++;
		if (b == N_BOUND)
			return error_new(ERR_USER, "%s compares by '%.60s', must be lt (less than), le, gt, ge or not", port, word);
		if (d->val[k]->kind != DOC_TEXT || !table_number(&test->bound[b], d->val[k]->text) || isnan(test->bound[b]))
			return error_new(ERR_USER, "%s: %s must be followed by a number", port, word);
		test->has[b] = true;
	}
	return NULL;
}

static struct error *read_clause(struct clause *c, const struct doc *d, const struct table *t, const char *port,
                                 struct arena *a)
{
	if (d->kind != DOC_MAP || d->n == 0)
		return error_new(ERR_USER, "%s must be a map of columns and their values, as in {labels: [face, house], chunks: 3}, or a "
		                 "list of such maps", port);
	*c = (struct clause){ d->n, NEW_N(a, struct test, d->n) };
	for (int k = 0; k < d->n; k++) {
		struct test *test = &c->test[k];

		TRY(table_need(&test->col, t, d->key[k]->text));
		TRY(d->val[k]->kind == DOC_MAP ? read_bounds(test, d->val[k], port, a) : add_texts(&test->any, d->val[k], port, a));
	}
	return NULL;
}

static struct error *from_written(struct where *w, const struct doc *d, const struct table *t, const char *port,
                                  struct arena *a)
{
	bool list = d->kind == DOC_LIST;

	w->n = list ? d->n : 1;
	w->clause = NEW_N(a, struct clause, w->n + 1);
	if (w->n == 0)
		return error_new(ERR_USER, "%s is an empty list", port);
	for (int k = 0; k < w->n; k++)
		TRY(read_clause(&w->clause[k], list ? d->val[k] : d, t, port, a));
	return NULL;
}

static struct error *from_table(struct where *w, const struct table *rows, const struct table *t, struct arena *a)
{
	*w = (struct where){ .rows = rows, .col = NEW_N(a, int, rows->n_col) };
	for (int k = 0; k < rows->n_col; k++)
		TRY(table_need(&w->col[k], t, rows->column[k]));
	return NULL;
}

static struct error *read_where(struct where *w, const struct item *it, const struct table *t, const char *port,
                                struct arena *a)
{
	struct table *rows = NEW(a, struct table);
	const struct doc *d;

	TRY(literal_read(&d, it, a));
	if (d)
		return from_written(w, d, t, port, a);
	TRY(table_of(rows, it, a));
	return from_table(w, rows, t, a);
}

/* ---- matching ---- */
static bool is_among(const struct texts *list, const char *value)
{
	for (int k = 0; k < list->n; k++)
		if (strcmp(list->value[k], value) == 0)
			return true;
	return false;
}

/* Text and missing cells are neither less nor more than a number. */
static bool is_within(const struct test *test, const char *cell)
{
	const double *b = test->bound;
	double x;
	bool number = table_number(&x, cell) && !isnan(x);

	for (int k = 0; k < N_BOUND; k++)
		if (test->has[k] && !number)
			return false;
	return (!test->has[BOUND_LT] || x < b[BOUND_LT]) && (!test->has[BOUND_LE] || x <= b[BOUND_LE]) &&
	       (!test->has[BOUND_GT] || x > b[BOUND_GT]) && (!test->has[BOUND_GE] || x >= b[BOUND_GE]);
}

static bool holds(const struct clause *c, const struct table *t, struct values *v, int row)
{
	for (int k = 0; k < c->n; k++) {
		const struct test *test = &c->test[k];
		const char *value = values_column(v, test->col)[row];

		if ((test->any.n > 0 && !is_among(&test->any, value)) || is_among(&test->none, value) ||
		    !is_within(test, table_cell(t, row, test->col)))
			return false;
	}
	return true;
}

/* Rows whose cells are those of a row of w->rows become true. */
static void mark_listed(bool *is, const struct where *w, const struct table *t, struct values *v, struct arena *a)
{
	struct map *keys = map_new(a);
	struct values *own = values_new(w->rows, a);

	for (int r = 0; r < w->rows->n_row; r++)
		map_put(keys, values_key(own, r, w->rows->n_col, NULL, a), own);
	for (int r = 0; r < t->n_row; r++)
		is[r] |= map_get(keys, values_key(v, r, w->rows->n_col, w->col, a)) != NULL;
}

/* [n_row] which rows are meant. */
static bool *meant(const struct where *w, const struct table *t, struct values *v, struct arena *a)
{
	bool *is = NEW_N(a, bool, t->n_row);

	if (w->rows)
		mark_listed(is, w, t, v, a);
	for (int k = 0; k < w->n; k++)
		for (int r = 0; r < t->n_row; r++)
			is[r] = is[r] || holds(&w->clause[k], t, v, r);
	return is;
}

/* ---- values that no row has, mostly slips of the pen ---- */
static const char *stranger(const struct table *t, int col, const char *value, struct arena *a)
{
	const char **cell = NEW_N(a, const char *, t->n_row + 1), *near;
	double x;

	if (table_number(&x, value) && isnan(x))
		return arena_printf(a, "no cell of %s is missing", t->column[col]);
	for (int r = 0; r < t->n_row; r++)
		cell[r] = table_cell(t, r, col);
	near = text_nearest(value, cell);
	return arena_printf(a, "no row has %s '%.60s'%s%s%s", t->column[col], value, near ? ", did you mean '" : "",
	                    near ? near : "", near ? "'?" : "");
}

static const char *listed_stranger(const struct where *w, const struct table *t, struct values *v, struct arena *a)
{
	for (int r = 0; r < w->rows->n_row; r++)
		for (int k = 0; k < w->rows->n_col; k++) {
			const char *text = table_cell(w->rows, r, k);

			if (!values_has(v, w->col[k], value_of(text, a)))
				return stranger(t, w->col[k], text, a);
		}
	return NULL;
}

/* Bounds that no cell keeps, in words; NULL: one does. */
static const char *beyond_all(const struct table *t, const struct test *test, struct arena *a)
{
	double low = INFINITY, high = -INFINITY, x;
	bool any = false;

	for (int r = 0; r < t->n_row; r++) {
		const char *cell = table_cell(t, r, test->col);

		if (is_within(test, cell))
			return NULL;
		if (!table_number(&x, cell) || isnan(x))
			continue;
		any = true;
		low = fmin(low, x);
		high = fmax(high, x);
	}
	return any ? arena_printf(a, "no row has %s within its bounds, the numbers there are from %g to %g", t->column[test->col], low,
	                          high)
	           : arena_printf(a, "column %s has no numbers to compare", t->column[test->col]);
}

/* The first of them in words; NULL: there is none. */
static const char *find_stranger(const struct where *w, const struct table *t, struct values *v, struct arena *a)
{
	for (int k = 0; k < w->n; k++)
		for (int i = 0; i < w->clause[k].n; i++) {
			const struct test *test = &w->clause[k].test[i];

			for (int j = 0; j < test->any.n; j++)
				if (!values_has(v, test->col, test->any.value[j]))
					return stranger(t, test->col, test->any.text[j], a);
			const char *beyond = beyond_all(t, test, a);

			if (beyond)
				return beyond;
		}
	return w->rows ? listed_stranger(w, t, v, a) : NULL;
}

/* ---- all of it ---- */

/* Why no row is meant: n_with rows are what `where` has. */
static const char *why_none(bool has_not, int n_with, const char *note, struct arena *a)
{
	if (note)
		return note;
	return !has_not || n_with == 0 ? "no row has all at once that `where` asks for"
	                               : arena_printf(a, "`not` leaves out %s%d", n_with == 1 ? "the only " : "all ", n_with);
}

struct error *where_rows(struct row_list *out, const char **note, const struct table *t, const struct item *where,
                         const struct item *not, struct arena *a)
{
	struct where with = { 0 }, without = { 0 };
	struct values *v = values_new(t, a);
	int *row = NEW_N(a, int, t->n_row), n_with = 0;
	const bool *in, *out_of;

	if (where)
		TRY(read_where(&with, where, t, "where", a));
	if (not)
		TRY(read_where(&without, not, t, "not", a));
	*note = find_stranger(&with, t, v, a);
	if (!*note)
		*note = find_stranger(&without, t, v, a);
	in = meant(&with, t, v, a);
	out_of = meant(&without, t, v, a);
	*out = (struct row_list){ 0, row };
	for (int r = 0; r < t->n_row; r++) {
		const bool is_with = !where || in[r];

		n_with += is_with;
		if (is_with && !out_of[r])
			row[out->n++] = r;
	}
	if (out->n == 0)
		return error_new(ERR_DATA, "none of the %d row%s is meant: %s", t->n_row, PLURAL(t->n_row),
		                 why_none(not, n_with, *note, a));
	return NULL;
}

/* ---- at check time ---- */
/* What is written, or the columns of a table of which more is not known. True: told. */
static bool is_wrong(struct shape *s, const char *port, const struct table *t)
{
	const struct item *it = shape_item(s, port);
	struct table_facts f;
	struct where w;
	int col;

	if (it)
		return shape_problem(s, port, read_where(&w, it, t, port, s->arena));
	if (!table_facts_from(&f, shape_in(s, port), s->arena)) {
		if (shape_in(s, port))
			shape_error(s, port, "%s is no table, must be one, or a map of columns and their values", port);
		return shape_in(s, port) != NULL;
	}
	for (int k = 0; k < f.n_col; k++)
		if (shape_problem(s, port, table_need(&col, t, f.column[k])))
			return true;
	return false;
}

bool where_check(struct row_list *out, struct shape *s)
{
	const struct item *where = shape_item(s, "where"), *not = shape_item(s, "not");
	bool known = (where || shape_n(s, "where") == 0) && (not || shape_n(s, "not") == 0), whole;
	struct table t;
	const char *note;

	if (!table_at(&t, &whole, s, "table", 0, false))
		return false;
	const bool wrong_where = is_wrong(s, "where", &t), wrong_not = is_wrong(s, "not", &t);

	if (wrong_where || wrong_not || !whole || !known)
		return false;
	return !shape_problem(s, where || !not ? "where" : "not", where_rows(out, &note, &t, where, not, s->arena));
}
