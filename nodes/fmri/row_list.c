#include "fmri/row_list.h"

#include <math.h>

#include "base/arena.h"
#include "fmri/shape_problem.h"
#include "img/facts.h"
#include "img/table.h"
#include "node/shape.h"

static struct error *find_column(int *col, const struct table *t, const char *port)
{
	*col = table_find(t, "row");
	if (*col < 0)
		*col = table_find(t, "volume");
	if (*col < 0 && t->n_col > 1)
		return error_new(ERR_DATA, "%s has %d columns, none of them called row or volume: it must have one of numbers from 0, as "
		                 "table.rows makes it", port, t->n_col);
	*col = *col < 0 ? 0 : *col;
	return NULL;
}

static struct error *from_table(struct row_list *out, const struct table *t, const char *port, long total, const char *what,
                                const char *things, struct arena *a)
{
	int col, *row;

	TRY(find_column(&col, t, port));
	row = NEW_N(a, int, t->n_row);
	for (int r = 0; r < t->n_row; r++) {
		const char *text = table_cell(t, r, col);
		double x;

		if (!table_number(&x, text) || !(x == floor(x)))
			return table_error(t, r, col, "%s is '%.60s', must be a whole number from 0", port, text);
		if (x < 0 || x >= (double)total)
			return table_error(t, r, col, "%s is %.60s, but %s has the %s 0 to %ld", port, text, what, things, total - 1);
		row[r] = (int)x;
	}
	*out = (struct row_list){ t->n_row, row };
	return NULL;
}

struct error *row_list_read(struct row_list *out, const struct item *it, const char *port, long total, const char *what,
                            const char *things, struct arena *a)
{
	struct table t;

	TRY(table_of(&t, it, a));
	return from_table(out, &t, port, total, what, things, a);
}

/* Columns, and the first cell that cannot be the number of a row. */
static void check_facts(struct shape *s, const char *port, const struct table_facts *f)
{
	const struct table t = { .n_col = f->n_col, .column = f->column };
	const char *bad;
	int col;

	if (shape_problem(s, port, find_column(&col, &t, port)))
		return;
	bad = f->text && f->text[col] ? f->text[col] : f->missing ? f->missing[col] : NULL;
	if (bad)
		shape_error(s, port, "%s; it must be a whole number from 0", bad);
}

bool row_list_check(struct row_list *out, struct shape *s, const char *port, long total, const char *what, const char *things)
{
	const struct item *it = shape_item(s, port);
	struct table_facts f;
	struct table t;

	if (it)
		return !shape_problem(s, port, row_list_read(out, it, port, total, what, things, s->arena));
	if (!table_facts_from(&f, shape_in(s, port), s->arena))
		return false;
	if (table_of_facts(&t, &f, s->arena))
		return !shape_problem(s, port, from_table(out, &t, port, total, what, things, s->arena));
	check_facts(s, port, &f);
	return false;
}

struct error *row_list_write(const char *path, const struct row_list *rows, const char *column, struct arena *a)
{
	double *x = arena_alloc(a, (size_t)rows->n + 1, sizeof *x);

	for (long k = 0; k < rows->n; k++)
		x[k] = rows->row[k];
	return table_write_numbers(path, (int)rows->n, 1, &column, x, a);
}
