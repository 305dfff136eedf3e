#include "fmri/row_list.h"

#include <math.h>

#include "base/arena.h"
#include "img/table.h"

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

struct error *row_list_read(struct row_list *out, const struct item *it, const char *port, long total, const char *what,
                            const char *things, struct arena *a)
{
	struct table t;
	int col, *row;

	TRY(table_of(&t, it, a));
	TRY(find_column(&col, &t, port));
	row = NEW_N(a, int, t.n_row);
	for (int r = 0; r < t.n_row; r++) {
		const char *text = table_cell(&t, r, col);
		double x;

		if (!table_number(&x, text) || !(x == floor(x)))
			return table_error(&t, r, col, "%s is '%.60s', must be a whole number from 0", port, text);
		if (x < 0 || x >= (double)total)
			return table_error(&t, r, col, "%s is %.60s, but %s has the %s 0 to %ld", port, text, what, things, total - 1);
		row[r] = (int)x;
	}
	*out = (struct row_list){ t.n_row, row };
	return NULL;
}

struct error *row_list_write(const char *path, const struct row_list *rows, const char *column, struct arena *a)
{
	double *x = arena_alloc(a, (size_t)rows->n + 1, sizeof *x);

	for (long k = 0; k < rows->n; k++)
		x[k] = rows->row[k];
	return table_write_numbers(path, (int)rows->n, 1, &column, x, a);
}
