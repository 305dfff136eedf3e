#include "img/table.h"

#include <string.h>

#include "base/arena.h"
#include "img/facts.h"
#include "kinds/compare.h"
#include "kinds/kinds.h"

enum { TEXTS_SHOWN = 8 };

struct error *kind_table_peek(struct doc **facts, const struct item *it, struct arena *a)
{
	struct table t;

	TRY(table_of_any(&t, it, a));
	struct table_facts f;

	table_facts_of(&f, &t, a);
	f.file = NULL;   /* a place in the store tells nobody anything */
	*facts = table_facts_to(&f, a);
	return NULL;
}

/* The different texts of a column, the first few. */
static void show_texts(FILE *f, const struct table *t, int col)
{
	int shown = 0;

	for (int r = 0; r < t->n_row && shown <= TEXTS_SHOWN; r++) {
		bool new = true;

		for (int q = 0; q < r && new; q++)
			new = strcmp(table_cell(t, q, col), table_cell(t, r, col)) != 0;
		if (new && shown == TEXTS_SHOWN)
			fprintf(f, ", ...");
		else if (new)
			fprintf(f, "%s%.60s", shown ? ", " : "", table_cell(t, r, col));
		shown += new;
	}
	fprintf(f, "\n");
}

struct error *kind_table_show(FILE *f, const struct item *it, struct arena *a)
{
	struct table t;

	TRY(table_of_any(&t, it, a));
	fprintf(f, "%d row%s, %d column%s\n", t.n_row, t.n_row == 1 ? "" : "s", t.n_col, t.n_col == 1 ? "" : "s");
	for (int k = 0; k < t.n_col; k++) {
		const double *x;
		struct summary s = { 0 };

		fprintf(f, "%s%s", t.column[k], t.n_row > 0 ? ": " : "\n");
		if (t.n_row == 0)
			continue;
		if (!table_is_numeric(&t, k)) {
			show_texts(f, &t, k);
			continue;
		}
		TRY(table_numbers(&x, &t, k, a));
		summary_add(&s, x, t.n_row);
		fprintf(f, "%s\n", summary_text(&s, a));
	}
	return NULL;
}

/* ---- diff ---- */
static const char *unlike(const struct table *x, const struct table *y, struct arena *a)
{
	if (x->n_row != y->n_row || x->n_col != y->n_col)
		return arena_printf(a, "the first is %d rows by %d columns, the second %d by %d", x->n_row, x->n_col, y->n_row,
		                    y->n_col);
	for (int k = 0; k < x->n_col; k++) {
		if (strcmp(x->column[k], y->column[k]) != 0)
			return arena_printf(a, "column %d is '%s' in the first and '%s' in the second", k, x->column[k], y->column[k]);
		if (table_is_numeric(x, k) && table_is_numeric(y, k))
			continue;
		for (int r = 0; r < x->n_row; r++)
			if (strcmp(table_cell(x, r, k), table_cell(y, r, k)) != 0)
				return arena_printf(a, "row %d of %s is '%.60s' in the first and '%.60s' in the second", r, x->column[k],
				                    table_cell(x, r, k), table_cell(y, r, k));
	}
	return NULL;
}

/* Columns of text are equal by now. */
static struct error *compare_tables(struct doc **out, const struct table *x, const struct table *y, struct compare *c,
                                    struct arena *a)
{
	const char **name = NEW_N(a, const char *, x->n_col);
	int n = 0;

	for (int k = 0; k < x->n_col; k++) {
		const double *p, *q;

		if (!table_is_numeric(x, k) || !table_is_numeric(y, k))
			continue;
		TRY(table_numbers(&p, x, k, a));
		TRY(table_numbers(&q, y, k, a));
		compare_add(c, p, q, x->n_row);
		name[n++] = x->column[k];
	}
	if (n == 0 || x->n_row == 0)
		c->at = -1;
	const char *where = c->at < 0 ? "" : arena_printf(a, "row %ld of %s", c->at % x->n_row, name[c->at / x->n_row]);

	*out = compare_result(c, where, "numbers", 0, a);
	return NULL;
}

struct error *kind_table_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                              struct arena *a)
{
	struct compare c = { .rtol = rtol, .atol = atol };
	struct table p, q;

	TRY(table_of_any(&p, x, a));
	TRY(table_of_any(&q, y, a));
	const char *text = unlike(&p, &q, a);

	if (!text)
		return compare_tables(out, &p, &q, &c, a);
	*out = compare_unlike(text, a);
	return NULL;
}

struct error *kind_table_write(const char *path, const struct item *it, struct arena *a)
{
	struct table t;

	TRY(table_of_any(&t, it, a));
	return table_write(path, &t, a);
}
