#include "img/matrix.h"

#include <string.h>

#include "base/arena.h"
#include "img/facts.h"
#include "img/table.h"
#include "kinds/compare.h"
#include "kinds/kinds.h"

struct error *kind_matrix_peek(struct doc **facts, const struct item *it, struct arena *a)
{
	struct matrix m;

	TRY(matrix_read(&m, it, a));
	*facts = matrix_facts_to(m.n_row, m.n_col, a);
	matrix_close(&m);
	return NULL;
}

struct error *kind_matrix_show(FILE *f, const struct item *it, struct arena *a)
{
	struct summary s = { 0 };
	struct matrix m;

	TRY(matrix_read(&m, it, a));
	summary_add(&s, m.x, (long)m.n_row * m.n_col);
	fprintf(f, "%d x %d\n%s\n", m.n_row, m.n_col, summary_text(&s, a));
	for (int k = 0; m.column && k < m.n_col && k < 40; k++)
		fprintf(f, "%8d  %s\n", k, m.column[k]);
	if (m.column && m.n_col > 40)
		fprintf(f, "          and %d more\n", m.n_col - 40);
	matrix_close(&m);
	return NULL;
}

static const char *name_of(const char *const *name, int k, struct arena *a)
{
	return name ? name[k] : arena_printf(a, "%d", k);
}

static const char *names_differ(const char *what, const char *const *x, const char *const *y, int n, struct arena *a)
{
	for (int k = 0; x && y && k < n; k++)
		if (strcmp(x[k], y[k]) != 0)
			return arena_printf(a, "%s %d is '%s' in the first and '%s' in the second", what, k, x[k], y[k]);
	return NULL;
}

static struct doc *compare_matrices(const struct matrix *x, const struct matrix *y, struct compare *c, struct arena *a)
{
	const char *text = NULL, *where = "";

	if (x->n_row != y->n_row || x->n_col != y->n_col)
		text = arena_printf(a, "the first is %d x %d, the second %d x %d", x->n_row, x->n_col, y->n_row, y->n_col);
	if (!text)
		text = names_differ("row", x->row, y->row, x->n_row, a);
	if (!text)
		text = names_differ("column", x->column, y->column, x->n_col, a);
	if (text)
		return compare_unlike(text, a);
	compare_add(c, x->x, y->x, (long)x->n_row * x->n_col);
	if (c->at >= 0)
		where = arena_printf(a, "row %s, column %s", name_of(x->row, (int)(c->at / x->n_col), a),
		                     name_of(x->column, (int)(c->at % x->n_col), a));
	return compare_result(c, where, "elements", 0, a);
}

struct error *kind_matrix_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                               struct arena *a)
{
	struct compare c = { .rtol = rtol, .atol = atol };
	struct matrix p, q;
	struct error *e;

	TRY(matrix_read(&p, x, a));
	e = matrix_read(&q, y, a);
	if (!e) {
		*out = compare_matrices(&p, &q, &c, a);
		matrix_close(&q);
	}
	matrix_close(&p);
	return e;
}

/* A table with the columns' names, or c0, c1, ..., and the rows' names in a first column when there are any. */
static struct error *write_table(const char *path, const struct matrix *m, struct arena *a)
{
	int skip = m->row != NULL, n_col = m->n_col + skip;
	const char **column = NEW_N(a, const char *, n_col);
	const char **cell = arena_calloc(a, (size_t)m->n_row * (size_t)n_col, sizeof *cell);

	column[0] = "name";
	for (int k = 0; k < m->n_col; k++)
		column[k + skip] = m->column ? m->column[k] : arena_printf(a, "c%d", k);
	for (int r = 0; r < m->n_row; r++) {
		const char **row = cell + (size_t)r * (size_t)n_col;

		if (skip)
			row[0] = m->row[r];
		for (int k = 0; k < m->n_col; k++)
			row[k + skip] = table_number_text(m->x[(size_t)r * (size_t)m->n_col + (size_t)k], a);
	}
	return table_write(path, &(struct table){ .n_row = m->n_row, .n_col = n_col, .column = column, .cell = cell }, a);
}

struct error *kind_matrix_write(const char *path, const struct item *it, struct arena *a)
{
	struct matrix m;
	struct error *e;

	TRY(matrix_read(&m, it, a));
	e = write_table(path, &m, a);
	matrix_close(&m);
	return e;
}
