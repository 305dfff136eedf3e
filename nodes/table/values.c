#include "table/values.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "img/table.h"

struct values {
	const struct table *t;
	const char ***column;   /* [n_col][n_row] */
	struct map **known;     /* [n_col] a column's values to themselves; both NULL until the column is asked for */
	struct arena *arena;
};

const char *value_of(const char *text, struct arena *a)
{
	double x;

	if (!table_number(&x, text))
		return text;
	return isnan(x) ? "" : arena_printf(a, "%.17g", x + 0.0);   /* 0, not -0 */
}

/* A tab may stand in a quoted cell, so the length of each comes first. */
const char *row_key(int n, const char *const cell[], struct arena *a)
{
	struct buf text = { .arena = a };

	for (int k = 0; k < n; k++) {
		buf_add(&text, arena_printf(a, "%zu:", strlen(cell[k])));
		buf_add(&text, cell[k]);
	}
	return text.text;
}

struct values *values_new(const struct table *t, struct arena *a)
{
	struct values *v = NEW(a, struct values);

	*v = (struct values){ t, NEW_N(a, const char **, t->n_col), NEW_N(a, struct map *, t->n_col), a };
	return v;
}

const char *const *values_column(struct values *v, int col)
{
	const char **cell = v->column[col];

	if (cell)
		return cell;
	cell = v->column[col] = NEW_N(v->arena, const char *, v->t->n_row);
	v->known[col] = map_new(v->arena);
	for (int r = 0; r < v->t->n_row; r++) {
		cell[r] = value_of(table_cell(v->t, r, col), v->arena);
		map_put(v->known[col], cell[r], v);
	}
	return cell;
}

bool values_has(struct values *v, int col, const char *value)
{
	values_column(v, col);
	return map_get(v->known[col], value) != NULL;
}

const char *values_key(struct values *v, int row, int n, const int col[], struct arena *a)
{
	const char **cell = NEW_N(a, const char *, n);

	for (int k = 0; k < n; k++)
		cell[k] = values_column(v, col ? col[k] : k)[row];
	return row_key(n, cell, a);
}
