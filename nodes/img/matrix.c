#include "img/matrix.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "img/literal.h"
#include "img/table.h"
#include "node/node.h"

/* The names of one axis in a table of axis, index and name. */
static struct error *axis_names(const char *const **out, int n, const struct table *t, const char *axis, int name_col,
                                struct arena *a)
{
	const char **name = NEW_N(a, const char *, n);
	int found = 0, axis_col = table_find(t, "axis");

	for (int r = 0; r < t->n_row; r++) {
		if (axis_col >= 0 && strcmp(table_cell(t, r, axis_col), axis) != 0)
			continue;
		if (found < n)
			name[found] = table_cell(t, r, name_col);
		found++;
	}
	if (found == 0)
		return NULL;
	if (found != n)
		return error_new(ERR_DATA, "%s has %d names of %ss, must have %d", t->file, found, axis, n);
	*out = name;
	return NULL;
}

static struct error *read_names(struct matrix *m, const char *path, struct arena *a)
{
	struct table t;
	int name_col;

	if (!path)
		return NULL;
	TRY(table_read(&t, path, TABLE_CANONICAL, a));
	TRY(table_need(&name_col, &t, "name"));
	TRY(axis_names(&m->row, m->n_row, &t, "row", name_col, a));
	return axis_names(&m->column, m->n_col, &t, "column", name_col, a);
}

static struct error *from_literal(struct matrix *m, const struct item *it, struct arena *a)
{
	const struct doc *d;
	const double *row;

	TRY(literal_read(&d, it, a));
	if (!d)
		return error_new(ERR_DATA, "this %s has no matrix.npy, must be a matrix", it->kind);
	if (d->kind != DOC_LIST || d->n == 0)
		return error_new(ERR_USER, "a written matrix must be a list of rows");
	m->n_row = d->n;
	for (int r = 0; r < d->n; r++) {
		TRY(literal_numbers(&row, &m->n_col, d->val[r], arena_printf(a, "row %d of the written matrix", r + 1), a));
		if (r == 0)
			m->x = arena_calloc(a, (size_t)m->n_row * (size_t)m->n_col, sizeof *m->x);
		memcpy((double *)m->x + (size_t)r * (size_t)m->n_col, row, (size_t)m->n_col * sizeof *row);
	}
	return NULL;
}

struct error *matrix_read(struct matrix *out, const struct item *it, struct arena *a)
{
	const char *path = item_blob(it, "matrix.npy");
	struct error *e;

	*out = (struct matrix){ 0 };
	if (!path)
		return from_literal(out, it, a);
	TRY(npy_read(&out->npy, path, NPY_FLOAT64, a));
	out->n_row = out->npy.n_row;
	out->n_col = out->npy.n_col;
	out->x = out->npy.f64;
	e = read_names(out, item_blob(it, "names.tsv"), a);
	if (e)
		matrix_close(out);
	return e;
}

void matrix_close(struct matrix *m)
{
	npy_close(&m->npy);
}

static bool same_names(const struct matrix *m)
{
	if (m->n_row != m->n_col || !m->row || !m->column)
		return false;
	for (int k = 0; k < m->n_row; k++)
		if (strcmp(m->row[k], m->column[k]) != 0)
			return false;
	return true;
}

static int add_names(const char **cell, const char *axis, const char *const *name, int n, struct arena *a)
{
	for (int k = 0; name && k < n; k++) {
		cell[3 * k] = axis;
		cell[3 * k + 1] = arena_printf(a, "%d", k);
		cell[3 * k + 2] = name[k];
	}
	return name ? n : 0;
}

static struct error *write_names(const char *path, const struct matrix *m, struct arena *a)
{
	static const char *const column[] = { "axis", "index", "name" };
	const char **cell = arena_calloc(a, (size_t)m->n_row + (size_t)m->n_col, 3 * sizeof *cell);
	int n = add_names(cell, "row", m->row, m->n_row, a);

	if (same_names(m)) {   /* index and name alone */
		for (int k = 0; k < n; k++) {
			cell[2 * k] = cell[3 * k + 1];
			cell[2 * k + 1] = cell[3 * k + 2];
		}
		return table_write(path, &(struct table){ .n_row = n, .n_col = 2, .column = column + 1, .cell = cell }, a);
	}
	n += add_names(cell + 3 * n, "column", m->column, m->n_col, a);
	return table_write(path, &(struct table){ .n_row = n, .n_col = 3, .column = column, .cell = cell }, a);
}

struct error *matrix_write(const char *npy_path, const char *names_path, const struct matrix *m, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	struct error *e = NULL;

	if (names_path && (m->row || m->column))
		e = write_names(names_path, m, a);
	arena_reset(a, start);
	return e ? e : npy_write(npy_path, m->n_row, m->n_col, m->x);
}
