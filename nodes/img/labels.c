#include "img/labels.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "img/image.h"
#include "img/table.h"
#include "node/node.h"

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static struct error *whole_values(int *label, const struct image *im, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	long n = grid_size(&im->grid);
	double *x = arena_alloc(a, (size_t)n, sizeof *x);

	image_volume_double(im, 0, NONFINITE_ZERO, x);
	for (long v = 0; v < n; v++) {
		if (x[v] != rint(x[v]) || fabs(x[v]) > INT_MAX) {
			int at[3];

			grid_voxel(&im->grid, v, at);
			return error_new(ERR_DATA, "%s: voxel (%d, %d, %d) is %g, labels must be whole numbers", im->path, at[0], at[1],
			                 at[2], x[v]);
		}
		label[v] = (int)x[v];
	}
	arena_reset(a, start);
	return NULL;
}

/* Neighbours mostly have the same label, so only changes are collected before sorting. */
static int *distinct(int *n_out, const int *label, long n, struct arena *a)
{
	int *list = NULL, n_list = 0, kept = 0;

	for (long v = 0; v < n; v++)
		if (label[v] != 0 && (v == 0 || label[v] != label[v - 1]))
			PUSH(a, list, n_list, label[v]);
	if (n_list > 0)
		qsort(list, (size_t)n_list, sizeof *list, compare_ints);
	for (int k = 0; k < n_list; k++)
		if (k == 0 || list[k] != list[kept - 1])
			list[kept++] = list[k];
	*n_out = kept;
	return list;
}

/* The name of each value from a table of index and name; a value without a row is called by its number. */
static struct error *names_of_values(struct labels *l, const char *path, struct arena *a)
{
	const char **name = NEW_N(a, const char *, l->n);
	const double *index = NULL;
	struct table t = { 0 };
	int value_col = 0, name_col = 0;

	if (path) {
		TRY(table_read(&t, path, TABLE_CANONICAL, a));
		TRY(table_need(&value_col, &t, "index"));
		TRY(table_need(&name_col, &t, "name"));
		TRY(table_numbers(&index, &t, value_col, a));
	}
	for (int k = 0; k < l->n; k++) {
		for (int r = 0; r < t.n_row && !name[k]; r++)
			if (index[r] == l->value[k])
				name[k] = table_cell(&t, r, name_col);
		if (!name[k])
			name[k] = arena_printf(a, "%d", l->value[k]);
	}
	l->name = name;
	return NULL;
}

static struct error *labels_from(struct labels *out, const struct image *im, const struct item *it, struct arena *a)
{
	int *label = arena_alloc(a, (size_t)grid_size(&im->grid), sizeof *label);

	TRY(image_need_3d(im, "the label image"));
	TRY(whole_values(label, im, a));
	*out = (struct labels){ .grid = im->grid, .label = label };
	out->value = distinct(&out->n, label, grid_size(&im->grid), a);
	if (out->n == 0)
		return error_new(ERR_DATA, "%s has no labels: every voxel is 0", im->path);
	return names_of_values(out, item_blob(it, "names.tsv"), a);
}

struct error *labels_read(struct labels *out, const struct item *it, struct arena *a)
{
	struct image im;
	struct error *e;

	TRY(image_of(&im, it, a));
	e = labels_from(out, &im, it, a);
	image_close(&im);
	return e;
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
