/* Written tables. A list of maps has a row for each map, a map of lists a column for each key, a list
 * of lists rows without names, a list of single values one column. */
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/text.h"
#include "img/literal.h"
#include "img/table.h"
#include "node/node.h"

static const char written[] = "the written table";

static struct error *wrong(void)
{
	return error_new(ERR_USER, "a written table must be a list of maps with the same keys, a map of lists of one "
	                 "length, a list of lists of one length, or a list of values");
}

static struct error *set_cell(const char **cell, const struct doc *d)
{
	if (d->kind != DOC_TEXT)
		return wrong();
	*cell = d->plain && strcmp(d->text, "null") == 0 ? "" : d->text;
	return NULL;
}

static void make(struct table *t, int n_row, int n_col, const char ***column, const char ***cell, struct arena *a)
{
	*column = NEW_N(a, const char *, n_col);
	*cell = arena_calloc(a, (size_t)n_row * (size_t)n_col, sizeof **cell);
	*t = (struct table){ .n_row = n_row, .n_col = n_col, .column = *column, .cell = *cell, .header = true,
	                     .file = written };
}

static struct error *from_maps(struct table *t, const struct doc *d, struct arena *a)
{
	const struct doc *first = d->val[0];
	const char **column, **cell;

	make(t, d->n, first->n, &column, &cell, a);
	for (int k = 0; k < first->n; k++)
		column[k] = first->key[k]->text;
	for (int r = 0; r < d->n; r++) {
		if (d->val[r]->kind != DOC_MAP)
			return wrong();
		for (int k = 0; k < first->n; k++) {
			const struct doc *x = doc_get(d->val[r], column[k]);

			if (!x)
				return error_new(ERR_USER, "row %d of the written table has no '%s'", r + 1, column[k]);
			TRY(set_cell(&cell[(size_t)r * (size_t)first->n + (size_t)k], x));
		}
		if (d->val[r]->n != first->n)
			return error_new(ERR_USER, "row %d of the written table has %d values, row 1 has %d", r + 1, d->val[r]->n, first->n);
	}
	return NULL;
}

static struct error *from_columns(struct table *t, const struct doc *d, struct arena *a)
{
	int n_row = d->val[0]->kind == DOC_LIST ? d->val[0]->n : 0;
	const char **column, **cell;

	if (n_row == 0)
		return wrong();
	make(t, n_row, d->n, &column, &cell, a);
	for (int k = 0; k < d->n; k++) {
		column[k] = d->key[k]->text;
		if (d->val[k]->kind != DOC_LIST)
			return wrong();
		if (d->val[k]->n != n_row)
			return error_new(ERR_USER, "column '%s' of the written table has %d value%s, '%s' has %d", column[k], d->val[k]->n,
			                 PLURAL(d->val[k]->n), column[0], n_row);
		for (int r = 0; r < n_row; r++)
			TRY(set_cell(&cell[(size_t)r * (size_t)d->n + (size_t)k], d->val[k]->val[r]));
	}
	return NULL;
}

static struct error *from_rows(struct table *t, const struct doc *d, struct arena *a)
{
	int n_col = d->val[0]->n;
	const char **column, **cell;

	make(t, d->n, n_col, &column, &cell, a);
	t->header = false;
	for (int k = 0; k < n_col; k++)
		column[k] = arena_printf(a, "c%d", k);
	for (int r = 0; r < d->n; r++) {
		if (d->val[r]->kind != DOC_LIST)
			return wrong();
		if (d->val[r]->n != n_col)
			return error_new(ERR_USER, "row %d of the written table has %d value%s, row 1 has %d", r + 1, d->val[r]->n,
			                 PLURAL(d->val[r]->n), n_col);
		for (int k = 0; k < n_col; k++)
			TRY(set_cell(&cell[(size_t)r * (size_t)n_col + (size_t)k], d->val[r]->val[k]));
	}
	return NULL;
}

static struct error *from_values(struct table *t, const struct doc *d, struct arena *a)
{
	const char **column, **cell;

	make(t, d->n, 1, &column, &cell, a);
	t->header = false;
	column[0] = "c0";
	for (int r = 0; r < d->n; r++)
		TRY(set_cell(&cell[r], d->val[r]));
	return NULL;
}

static struct error *from_literal(struct table *t, const struct doc *d, struct arena *a)
{
	if (d->kind != DOC_TEXT && d->n == 0)
		return error_new(ERR_DATA, "a written table is empty, must have a row or more");
	if (d->kind == DOC_TEXT)
		return wrong();
	if (d->kind == DOC_MAP)
		return from_columns(t, d, a);
	if (d->val[0]->kind == DOC_TEXT)
		return from_values(t, d, a);
	if (d->val[0]->n == 0)
		return wrong();
	return (d->val[0]->kind == DOC_MAP ? from_maps : from_rows)(t, d, a);
}

struct error *table_of(struct table *out, const struct item *it, struct arena *a)
{
	TRY(table_of_any(out, it, a));
	return out->n_row > 0 ? NULL : error_new(ERR_DATA, "%s has no rows", out->file);
}

struct error *table_of_any(struct table *out, const struct item *it, struct arena *a)
{
	const char *path = item_blob(it, "table.tsv");
	const struct doc *d;

	if (path)
		return table_read(out, path, TABLE_CANONICAL | TABLE_MAY_BE_EMPTY, a);
	TRY(literal_read(&d, it, a));
	if (!d)
		return error_new(ERR_DATA, "this is a %s, must be a table", it->kind);
	return from_literal(out, d, a);
}
