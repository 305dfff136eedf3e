#include "import/columns.h"

#include <string.h>

#include "base/arena.h"

static struct error *rename_columns(struct table *t, struct texts columns)
{
	if (columns.n != t->n_col)
		return error_new(ERR_USER, "%s has %d columns, but columns names %d", t->file, t->n_col, columns.n);
	for (int k = 0; k < columns.n; k++)
		for (int l = 0; l < k; l++)
			if (strcmp(columns.text[k], columns.text[l]) == 0)
				return error_new(ERR_USER, "columns has '%s' twice", columns.text[k]);
	t->column = columns.text;
	t->header = true;
	return NULL;
}

/* The table of some columns of t. */
static struct error *select_columns(struct table *t, int n, const int *col, struct arena *a)
{
	const char **name = NEW_N(a, const char *, n);
	const char **cell = arena_alloc(a, (size_t)t->n_row * (size_t)n, sizeof *cell);

	for (int k = 0; k < n; k++) {
		name[k] = t->column[col[k]];
		for (int l = 0; l < k; l++)
			if (col[l] == col[k])
				return error_new(ERR_USER, "columns has '%s' twice", name[k]);
		for (int r = 0; r < t->n_row; r++)
			cell[(size_t)r * (size_t)n + (size_t)k] = table_cell(t, r, col[k]);
	}
	t->n_col = n;
	t->column = name;
	t->cell = cell;
	return NULL;
}

static struct error *keep(struct table *t, struct texts columns, struct arena *a)
{
	int *col = NEW_N(a, int, columns.n);

	for (int k = 0; k < columns.n; k++)
		TRY(table_need(&col[k], t, columns.text[k]));
	return select_columns(t, columns.n, col, a);
}

static struct error *leave_out(struct table *t, struct texts drop, struct arena *a)
{
	int *col = NEW_N(a, int, t->n_col), n = 0, gone;

	for (int k = 0; k < drop.n; k++)
		TRY(table_need(&gone, t, drop.text[k]));
	for (int k = 0; k < t->n_col; k++) {
		bool dropped = false;

		for (int d = 0; d < drop.n; d++)
			dropped |= strcmp(t->column[k], drop.text[d]) == 0;
		if (!dropped)
			col[n++] = k;
	}
	if (n == 0)
		return error_new(ERR_USER, "drop leaves no column of %s", t->file);
	return select_columns(t, n, col, a);
}

struct error *columns_take(struct table *t, struct texts columns, struct texts drop, struct arena *a)
{
	if (columns.n > 0 && t->header)
		TRY(keep(t, columns, a));
	else if (columns.n > 0)
		TRY(rename_columns(t, columns));
	if (drop.n > 0)
		TRY(leave_out(t, drop, a));
	return NULL;
}
