/* import.series - signals over time from a table of numbers or a .npy array. */
#include "import.series.node.h"

#include "base/arena.h"
#include "img/facts.h"
#include "img/series.h"
#include "img/table.h"
#include "import/columns.h"

static struct error *from_table(struct series *s, const char *path, const struct import_series_params *params,
                                struct arena *a)
{
	struct table t;
	const double *x;

	TRY(table_read(&t, path, TABLE_HEADER_AUTO, a));
	TRY(columns_take(&t, (struct texts){ params->n_columns, params->columns }, (struct texts){ 0 }, a));
	TRY(table_all_numbers(&x, &t, a));
	size_t n = (size_t)t.n_row * (size_t)t.n_col;
	float *rounded = arena_alloc(a, n, sizeof *rounded);

	for (size_t k = 0; k < n; k++)
		rounded[k] = (float)x[k];
	*s = (struct series){ .n_row = t.n_row, .n_col = t.n_col, .x = rounded, .column = t.header ? t.column : NULL };
	return NULL;
}

static struct error *from_npy(struct series *s, const char *path, const struct import_series_params *params,
                              struct arena *a)
{
	*s = (struct series){ 0 };
	TRY(npy_read(&s->npy, path, NPY_FLOAT32, a));
	s->n_row = s->npy.n_row;
	s->n_col = s->npy.n_col;
	s->x = s->npy.f32;
	if (params->n_columns == 0)
		return NULL;
	if (params->n_columns != s->n_col) {
		npy_close(&s->npy);
		return error_new(ERR_USER, "%s has %d columns, but columns names %d", path, s->n_col, params->n_columns);
	}
	s->column = params->columns;
	return NULL;
}

static struct error *read(struct series *s, const struct item *file, const struct import_series_params *params,
                          struct arena *a)
{
	const char *path = item_blob(file, "file");

	TRY((npy_is(path) ? from_npy : from_table)(s, path, params, a));
	s->tr_s = params->has_tr ? params->tr_s : 0;
	return NULL;
}

struct error *import_series_shape(struct shape *s, const struct import_series_params *params)
{
	const struct item *file = shape_item(s, "file");
	struct series x;

	if (!file)
		return NULL;
	TRY(read(&x, file, params, s->arena));
	struct series_facts facts = { x.n_row, x.n_col, x.tr_s, x.column };

	shape_out(s, "series", series_facts_to(&facts, s->arena));
	series_close(&x);
	return NULL;
}

struct error *import_series_run(struct node_env *env, const struct import_series_params *params,
                                const struct import_series_inputs *in, const struct import_series_outputs *out)
{
	struct series x;
	struct error *e;

	TRY(read(&x, in->file, params, env->arena));
	e = series_write(out_blob(out->series, "series.npy"), out_blob(out->series, "series.json"), &x, env->arena);
	series_close(&x);
	return e;
}
