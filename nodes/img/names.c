/* Names of labels, maps and columns: from tables as people have them, and as names.tsv beside an image. */
#include "img/labels.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "img/table.h"
#include "node/node.h"

struct named { int value, row; const char *name; };

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return x->value != y->value ? (x->value > y->value) - (x->value < y->value) : (x->row > y->row) - (x->row < y->row);
}

/* The first of the words that is a column; -1: none. */
static int column_of(const struct table *t, const char *const *word)
{
	for (int k = 0; word[k]; k++) {
		int col = table_find(t, word[k]);

		if (col >= 0)
			return col;
	}
	return -1;
}

static bool whole(int *out, const char *text)
{
	double x;

	if (!table_number(&x, text) || x != rint(x) || fabs(x) > INT_MAX)
		return false;
	*out = (int)x;
	return true;
}

static struct error *add_row(struct named *out, const struct table *t, int row, int value_col, int name_col)
{
	*out = (struct named){ .row = row, .name = table_cell(t, row, name_col) };
	if (!whole(&out->value, table_cell(t, row, value_col)))
		return table_error(t, row, value_col, "'%s' is no label, must be a whole number", table_cell(t, row, value_col));
	return NULL;
}

static const char *const value_words[] = { "index", "value", "id", NULL }, *const name_words[] = { "name", "label", "region", NULL };

/* Columns by their names; a file without such names has numbers first, then names, and its first line may have been taken for
 * a header. */
static struct error *find_columns(const struct table *t, int *value_col, int *name_col, bool *first_is_row)
{
	int number;
	bool unnamed;   /* c0 and c1 are what columns without names are called */

	*value_col = column_of(t, value_words);
	*name_col = column_of(t, name_words);
	*first_is_row = false;
	if (*value_col >= 0 && *name_col >= 0)
		return NULL;
	unnamed = !t->header || (t->n_col > 1 && strcmp(t->column[0], "c0") == 0 && strcmp(t->column[1], "c1") == 0);
	*first_is_row = !unnamed && whole(&number, t->column[0]);
	if (t->n_col < 2 || (!unnamed && !*first_is_row))
		return error_new(ERR_DATA, "%s: a table of names must have a column index (or value) of whole numbers, and a column name",
		                 t->file);
	*value_col = 0;
	*name_col = 1;
	return NULL;
}

static struct error *check_twice(const struct named *row, int n, const char *file)
{
	for (int k = 1; k < n; k++)
		if (row[k].value == row[k - 1].value && strcmp(row[k].name, row[k - 1].name) != 0)
			return error_new(ERR_DATA, "%s: the label %d has two names, '%s' and '%s'", file, row[k].value,
			                 row[k - 1].name, row[k].name);
	return NULL;
}

/* Rows of the table by value. */
static struct error *sorted_names(struct named **out, int *n, const struct table *t, struct arena *a)
{
	struct named *row = NEW_N(a, struct named, t->n_row + 1);
	int value_col, name_col;
	bool first_is_row;

	*n = 0;
	TRY(find_columns(t, &value_col, &name_col, &first_is_row));
	if (first_is_row) {
		row[*n] = (struct named){ .row = -1, .name = t->column[name_col] };
		*n += whole(&row[*n].value, t->column[value_col]);
	}
	for (int r = 0; r < t->n_row; r++)
		TRY(add_row(&row[(*n)++], t, r, value_col, name_col));
	qsort(row, (size_t)*n, sizeof *row, compare_named);
	*out = row;
	return check_twice(row, *n, t->file);
}

void names_tell_apart(const char **name, int n, const int *value, struct arena *a)
{
	struct map *seen = map_new(a);
	bool *same = NEW_N(a, bool, n);

	for (int k = 0; k < n; k++) {
		const char **other = map_put(seen, name[k], &name[k]);

		if (other)
			same[other - name] = same[k] = true;
	}
	for (int k = 0; k < n; k++)
		if (same[k])
			name[k] = arena_printf(a, "%s %d", name[k], value ? value[k] : k);
}

/* name [n] of ascending values; what has no row is called by its number. */
static const char *const *look_up(int n, const int value[], int n_row, const struct named *row, struct arena *a)
{
	const char **name = NEW_N(a, const char *, n);

	for (int k = 0, r = 0; k < n; k++) {
		while (r < n_row && row[r].value < value[k])
			r++;
		if (r < n_row && row[r].value == value[k] && row[r].name[0])
			name[k] = row[r].name;
		else
			name[k] = arena_printf(a, "%d", value[k]);
	}
	names_tell_apart(name, n, value, a);
	return name;
}

struct error *names_of_values(const char *const **out, int n, const int value[], const struct item *table,
                              const char *names_tsv, struct arena *a)
{
	struct named *row = NULL;
	struct table t = { 0 };
	int n_row = 0;

	if (table)
		TRY(table_of(&t, table, a));
	else if (names_tsv)
		TRY(table_read(&t, names_tsv, TABLE_CANONICAL | TABLE_MAY_BE_EMPTY, a));
	if (t.n_row > 0)
		TRY(sorted_names(&row, &n_row, &t, a));
	*out = look_up(n, value, n_row, row, a);
	return NULL;
}

struct error *names_missing(int *n_missing, int *first, int n, const int value[], const struct item *table, struct arena *a)
{
	struct named *row;
	struct table t;
	int n_row;

	*n_missing = 0;
	TRY(table_of(&t, table, a));
	TRY(sorted_names(&row, &n_row, &t, a));
	for (int k = n - 1, r = n_row - 1; k >= 0; k--) {
		while (r >= 0 && row[r].value > value[k])
			r--;
		if (r >= 0 && row[r].value == value[k] && row[r].name[0])
			continue;
		*first = value[k];
		++*n_missing;
	}
	return NULL;
}

struct error *names_write(const char *path, int n, const int *value, const char *const *name, struct arena *a)
{
	static const char *const column[] = { "index", "name" };
	const char **cell = NEW_N(a, const char *, 2 * n + 1);
	struct table t = { .n_row = n, .n_col = 2, .column = column, .cell = cell };

	for (int k = 0; k < n; k++) {
		cell[2 * k] = arena_printf(a, "%d", value ? value[k] : k);
		cell[2 * k + 1] = name[k];
	}
	return table_write(path, &t, a);
}

static struct error *names_from(const char *const **name, int n, const char *path, struct arena *a)
{
	const char **list = NEW_N(a, const char *, n);
	struct table t;
	int col;

	TRY(table_read(&t, path, TABLE_CANONICAL, a));
	TRY(table_need(&col, &t, "name"));
	if (t.n_row != n)
		return error_new(ERR_DATA, "%s has %d names, must have %d", path, t.n_row, n);
	for (int k = 0; k < n; k++)
		list[k] = table_cell(&t, k, col);
	*name = list;
	return NULL;
}

struct error *names_read(const char *const **name, int n, const struct item *it, struct arena *a)
{
	const char *path = item_blob(it, "names.tsv");
	const char **list;

	if (path)
		return names_from(name, n, path, a);
	list = NEW_N(a, const char *, n);
	for (int k = 0; k < n; k++)
		list[k] = arena_printf(a, "%d", k);
	*name = list;
	return NULL;
}

static const int *counting(int n, struct arena *a)
{
	int *value = NEW_N(a, int, n);

	for (int k = 0; k < n; k++)
		value[k] = k;
	return value;
}

struct error *names_of_maps(const char *const **name, int n, const struct item *maps, const struct item *table,
                            struct arena *a)
{
	return table ? names_of_values(name, n, counting(n, a), table, NULL, a) : names_read(name, n, maps, a);
}

/* A table of names beside an image; false for any other file. */
static bool is_names(struct table *t, const char *path, struct arena *a)
{
	size_t n = strlen(path);
	struct error *e;
	bool is;

	if (n < 4 || strcmp(path + n - 4, ".tsv") != 0)
		return false;
	e = table_read(t, path, TABLE_HEADER_YES, a);
	is = !e && column_of(t, value_words) >= 0 && column_of(t, name_words) >= 0;
	error_free(e);
	return is;
}

struct error *names_beside(struct names *out, const char **ignored, const struct item *file, int n_map, struct arena *a)
{
	const char *path, **name;
	struct named *row;
	struct table t;
	int *value, k = 0;

	*out = (struct names){ 0 };
	*ignored = NULL;
	while ((path = item_blob(file, arena_printf(a, "beside.%d", k++))) && !is_names(&t, path, a))
		*ignored = path;
	if (!path)
		return NULL;
	*ignored = NULL;
	TRY(sorted_names(&row, &out->n, &t, a));
	if (n_map > 0) {
		*out = (struct names){ n_map, NULL, look_up(n_map, counting(n_map, a), out->n, row, a) };
		return NULL;
	}
	out->name = name = NEW_N(a, const char *, out->n);
	out->value = value = NEW_N(a, int, out->n);
	for (int r = 0; r < out->n; r++) {
		name[r] = row[r].name;
		value[r] = row[r].value;
	}
	return NULL;
}
