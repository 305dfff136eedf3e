#include "img/series.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "img/table.h"
#include "node/node.h"

enum { SERIES_JSON_MAX = 64 << 20 };   /* bytes */

/* {"columns": [names] or "n": N, "tr": s}, and of a run that was censored "of": its volumes, "volumes": those of the rows */
static struct error *read_volumes(struct series *s, const struct doc *d, const char *path, struct arena *a)
{
	const struct doc *list = doc_get(d, "volumes");
	int *volume = NEW_N(a, int, s->n_row);
	double n, x;

	if (!list)
		return NULL;
	if (list->kind != DOC_LIST || list->n != s->n_row || !table_number(&n, doc_text(d, "of", "")) || !(n <= INT_MAX))
		return error_new(ERR_DATA, "%s: volumes must be a list of %d numbers, and of how many there are", path, s->n_row);
	for (int k = 0; k < s->n_row; k++) {
		const char *text = list->val[k]->kind == DOC_TEXT ? list->val[k]->text : "";

		if (!table_number(&x, text) || !(x >= 0 && x < n) || x != floor(x))
			return error_new(ERR_DATA, "%s: a volume is '%s', must be a whole number below %.0f", path, text, n);
		volume[k] = (int)x;
	}
	s->volume = volume;
	s->n_vol = (int)n;
	return NULL;
}

static struct error *read_names(struct series *s, const struct doc *d, const char *path, struct arena *a)
{
	const struct doc *list = doc_get(d, "columns");
	double n = s->n_col;

	if (!table_number(&s->tr_s, doc_text(d, "tr", "0")) || !(s->tr_s >= 0 && s->tr_s < INFINITY))
		return error_new(ERR_DATA, "%s: tr is '%s', must be seconds, or 0 when unknown", path, doc_text(d, "tr", ""));
	if (!list && !table_number(&n, doc_text(d, "n", "")))
		return error_new(ERR_DATA, "%s has neither columns nor n", path);
	if (list && list->kind == DOC_LIST)
		n = list->n;
	TRY(read_volumes(s, d, path, a));
	if (n != s->n_col)
		return error_new(ERR_DATA, "%s is for %g columns, the series has %d", path, n, s->n_col);
	if (!list)
		return NULL;
	const char **column = NEW_N(a, const char *, s->n_col);

	for (int k = 0; k < s->n_col; k++) {
		if (list->kind != DOC_LIST || list->val[k]->kind != DOC_TEXT)
			return error_new(ERR_DATA, "%s: columns must be a list of names", path);
		column[k] = list->val[k]->text;
	}
	s->column = column;
	return NULL;
}

static struct error *read_json(struct series *s, const char *path, struct arena *a)
{
	struct doc *d;
	char *text;
	size_t n;

	if (!path)
		return NULL;
	TRY(file_read(&text, &n, path, SERIES_JSON_MAX, a));
	TRY(json_read(&d, text, n, path, a));
	return read_names(s, d, path, a);
}

static struct error *read_as(struct series *out, const struct item *it, enum npy_type as, struct arena *a)
{
	const char *path = item_blob(it, "series.npy");
	struct error *e;

	*out = (struct series){ 0 };
	if (!path)
		return error_new(ERR_DATA, "this %s has no series.npy, must be a series", it->kind);
	TRY(npy_read(&out->npy, path, as, a));
	out->n_row = out->npy.n_row;
	out->n_col = out->npy.n_col;
	out->x = out->npy.f32;
	e = read_json(out, item_blob(it, "series.json"), a);
	if (e)
		series_close(out);
	return e;
}

struct error *series_read(struct series *out, const struct item *it, struct arena *a)
{
	return read_as(out, it, NPY_FLOAT32, a);
}

struct error *series_read_double(struct series *out, const struct item *it, struct arena *a)
{
	return read_as(out, it, NPY_FLOAT64, a);
}

void series_close(struct series *s)
{
	npy_close(&s->npy);
}

struct error *series_write_names(const char *json_path, const struct series *s, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	struct buf b = { .arena = a };
	struct error *e;

	buf_add(&b, "{\"");
	if (!s->column)
		buf_printf(&b, "n\": %d", s->n_col);
	for (int k = 0; s->column && k < s->n_col; k++) {
		buf_add(&b, k == 0 ? "columns\": [" : ", ");
		json_text(&b, s->column[k]);
	}
	buf_add(&b, s->column ? "], \"tr\": " : ", \"tr\": ");
	json_number(&b, s->tr_s);
	if (s->volume)
		buf_printf(&b, ", \"of\": %d, \"volumes\": [", s->n_vol);
	for (int k = 0; s->volume && k < s->n_row; k++)
		buf_printf(&b, k == 0 ? "%d" : ", %d", s->volume[k]);
	buf_add(&b, s->volume ? "]}\n" : "}\n");
	e = file_write(json_path, b.text, b.n);
	arena_reset(a, start);
	return e;
}

struct error *series_write(const char *npy_path, const char *json_path, const struct series *s, struct arena *a)
{
	TRY(series_write_names(json_path, s, a));
	return npy_write_floats(npy_path, s->n_row, s->n_col, s->x);
}

const char *series_column(const struct series *s, int col, struct arena *a)
{
	return s->column ? s->column[col] : arena_printf(a, "%d", col);
}
