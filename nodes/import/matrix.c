/* import.matrix - a matrix of numbers from a table or a .npy array. */
#include "import.matrix.node.h"

#include "base/arena.h"
#include "img/facts.h"
#include "img/matrix.h"
#include "img/table.h"

/* A first column of text names the rows. */
static struct error *from_table(struct matrix *m, const char *path, struct arena *a)
{
	struct table t;

	TRY(table_read(&t, path, TABLE_HEADER_AUTO, a));
	int skip = t.n_col > 1 && !table_is_numeric(&t, 0), n_col = t.n_col - skip;
	const char **row = NEW_N(a, const char *, t.n_row);
	double *x = arena_alloc(a, (size_t)t.n_row * (size_t)n_col, sizeof *x);

	for (int k = 0; k < n_col; k++) {
		const double *column;

		TRY(table_numbers(&column, &t, k + skip, a));
		for (int r = 0; r < t.n_row; r++)
			x[(size_t)r * (size_t)n_col + (size_t)k] = column[r];
	}
	for (int r = 0; r < t.n_row; r++)
		row[r] = table_cell(&t, r, 0);
	*m = (struct matrix){ .n_row = t.n_row, .n_col = n_col, .x = x, .row = skip ? row : NULL,
	                      .column = t.header ? t.column + skip : NULL };
	return NULL;
}

static struct error *read(struct matrix *m, const struct item *file, struct arena *a)
{
	const char *path = item_blob(file, "file");

	if (!npy_is(path))
		return from_table(m, path, a);
	*m = (struct matrix){ 0 };
	TRY(npy_read(&m->npy, path, NPY_FLOAT64, a));
	m->n_row = m->npy.n_row;
	m->n_col = m->npy.n_col;
	m->x = m->npy.f64;
	return NULL;
}

struct error *import_matrix_shape(struct shape *s, const struct import_matrix_params *params)
{
	const struct item *file = shape_item(s, "file");
	struct matrix m;

	(void)params;
	if (!file)
		return NULL;
	TRY(read(&m, file, s->arena));
	shape_out(s, "matrix", matrix_facts_to(m.n_row, m.n_col, s->arena));
	matrix_close(&m);
	return NULL;
}

struct error *import_matrix_run(struct node_env *env, const struct import_matrix_params *params,
                                const struct import_matrix_inputs *in, const struct import_matrix_outputs *out)
{
	struct matrix m;
	struct error *e;

	(void)params;
	TRY(read(&m, in->file, env->arena));
	const char *names = m.row || m.column ? out_blob(out->matrix, "names.tsv") : NULL;

	e = matrix_write(out_blob(out->matrix, "matrix.npy"), names, &m, env->arena);
	matrix_close(&m);
	return e;
}
