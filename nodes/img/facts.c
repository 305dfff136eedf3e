#include "img/facts.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "img/image.h"
#include "img/table.h"

/* ---- numbers and lists of a map, both ways ---- */
static bool get_number(double *x, const struct doc *map, const char *key)
{
	const char *text = doc_text(map, key, NULL);

	return text && table_number(x, text) && isfinite(*x);
}

static bool get_int(int *x, const struct doc *map, const char *key)
{
	double y;

	if (!get_number(&y, map, key) || y < 0 || y > INT_MAX)
		return false;
	*x = (int)y;
	return true;
}

static bool list_numbers(double *x, int n, const struct doc *list)
{
	if (!list || list->kind != DOC_LIST || list->n != n)
		return false;
	for (int k = 0; k < n; k++)
		if (list->val[k]->kind != DOC_TEXT || !table_number(&x[k], list->val[k]->text))
			return false;
	return true;
}

static const char *const *get_texts(int *n, const struct doc *map, const char *key, struct arena *a)
{
	const struct doc *list = doc_get(map, key);

	if (!list || list->kind != DOC_LIST)
		return NULL;
	const char **text = NEW_N(a, const char *, list->n + 1);

	for (int k = 0; k < list->n; k++)
		text[k] = list->val[k]->kind == DOC_TEXT ? list->val[k]->text : "";
	*n = list->n;
	return text;
}

static struct doc *number(double x, struct arena *a)
{
	struct buf b = { .arena = a };

	json_number(&b, x);
	return doc_new_text(a, b.text, true);
}

static struct doc *numbers(const double *x, int n, struct arena *a)
{
	struct doc *list = doc_new_list(a);

	for (int k = 0; k < n; k++)
		doc_append(a, list, number(x[k], a));
	return list;
}

static struct doc *texts(const char *const *text, int n, struct arena *a)
{
	struct doc *list = doc_new_list(a);

	for (int k = 0; k < n; k++)
		doc_append(a, list, doc_new_text(a, text[k], false));
	return list;
}

/* ---- images ---- */
struct image_facts image_facts_new(const struct grid *g, int n_vol, double tr_s, const char *type)
{
	struct image_facts f = { .grid = *g, .n_vol = n_vol, .tr_s = tr_s, .type = type ? type : "float32", .space = "" };

	f.bytes = grid_size(g) * (int64_t)n_vol * 4;
	for (int k = IMAGE_UINT8; k <= IMAGE_FLOAT64; k++)
		if (strcmp(f.type, image_type_name((enum image_type)k)) == 0)
			f.bytes = grid_size(g) * (int64_t)n_vol * image_type_bytes((enum image_type)k);
	return f;
}

void image_facts_of(struct image_facts *out, const struct image *im)
{
	*out = image_facts_new(&im->grid, im->n_vol, im->tr_s, image_type_name(im->type));
}

static bool dims_from(struct image_facts *out, const struct doc *list)
{
	double dim[4];

	if (!list_numbers(dim, 4, list))
		return false;
	for (int d = 0; d < 4; d++)
		if (!(dim[d] >= 1 && dim[d] <= INT_MAX))
			return false;
	if (dim[0] * dim[1] * dim[2] > INT_MAX)
		return false;
	for (int d = 0; d < 3; d++)
		out->grid.n[d] = (int)dim[d];
	out->n_vol = (int)dim[3];
	return true;
}

bool image_facts_from(struct image_facts *out, const struct doc *facts, struct arena *a)
{
	const struct doc *rows = facts ? doc_get(facts, "affine") : NULL;
	double bytes = 0;

	*out = (struct image_facts){ 0 };
	if (!rows || rows->kind != DOC_LIST || rows->n != 3 || !dims_from(out, doc_get(facts, "dim")))
		return false;
	for (int r = 0; r < 3; r++)
		if (!list_numbers(out->grid.affine[r], 4, rows->val[r]))
			return false;
	get_number(&out->tr_s, facts, "tr");
	get_number(&bytes, facts, "bytes");
	out->bytes = (int64_t)bytes;
	out->type = arena_strdup(a, doc_text(facts, "type", "float32"));
	out->space = arena_strdup(a, doc_text(facts, "space", ""));
	return true;
}

struct doc *image_facts_to(const struct image_facts *f, struct arena *a)
{
	const double dim[4] = { f->grid.n[0], f->grid.n[1], f->grid.n[2], f->n_vol };
	struct doc *map = doc_new_map(a), *rows = doc_new_list(a);

	for (int r = 0; r < 3; r++)
		doc_append(a, rows, numbers(f->grid.affine[r], 4, a));
	doc_set(a, map, "dim", numbers(dim, 4, a));
	doc_set(a, map, "affine", rows);
	doc_set(a, map, "tr", number(f->tr_s, a));
	doc_set(a, map, "type", doc_new_text(a, f->type, false));
	doc_set(a, map, "bytes", number((double)f->bytes, a));
	doc_set(a, map, "space", doc_new_text(a, f->space ? f->space : "", false));
	return map;
}

/* ---- series: {rows, columns: [names] or their number, tr, of} ---- */
bool series_facts_from(struct series_facts *out, const struct doc *facts, struct arena *a)
{
	*out = (struct series_facts){ 0 };
	if (!facts || !get_int(&out->n_row, facts, "rows"))
		return false;
	get_number(&out->tr_s, facts, "tr");
	if (!get_int(&out->n_vol, facts, "of"))
		out->n_vol = 0;
	out->column = get_texts(&out->n_col, facts, "columns", a);
	if (!out->column && !get_int(&out->n_col, facts, "columns"))
		out->n_col = -1;
	return true;
}

static struct doc *columns(const char *const *column, int n, struct arena *a)
{
	return column ? texts(column, n, a) : number(n, a);
}

struct doc *series_facts_to(const struct series_facts *f, struct arena *a)
{
	struct doc *map = doc_new_map(a);

	if (f->n_row >= 0)
		doc_set(a, map, "rows", number(f->n_row, a));
	doc_set(a, map, "columns", columns(f->column, f->n_col, a));
	doc_set(a, map, "tr", number(f->tr_s, a));
	if (f->n_vol > 0 && f->n_vol != f->n_row)
		doc_set(a, map, "of", number(f->n_vol, a));
	return map;
}

/* ---- tables ---- */
/* A map of columns to what is the matter with a cell, as [n_col]. */
static const char *const *cells_from(const struct table_facts *f, const struct doc *map, struct arena *a)
{
	const char **cell = map ? NEW_N(a, const char *, f->n_col) : NULL;

	for (int k = 0; map && k < f->n_col; k++)
		cell[k] = doc_text(map, f->column[k], NULL);
	return cell;
}

static void set_cells(struct doc *facts, const char *name, const struct table_facts *f, const char *const *cell,
                      struct arena *a)
{
	struct doc *map = doc_new_map(a);

	for (int k = 0; cell && k < f->n_col; k++)
		if (cell[k])
			doc_set(a, map, f->column[k], doc_new_text(a, cell[k], false));
	if (map->n > 0)
		doc_set(a, facts, name, map);
}

bool table_facts_from(struct table_facts *out, const struct doc *facts, struct arena *a)
{
	int n_cell = 0;

	*out = (struct table_facts){ 0 };
	if (!facts || !get_int(&out->n_row, facts, "rows"))
		return false;
	out->column = get_texts(&out->n_col, facts, "columns", a);
	if (!out->column)
		return false;
	out->text = cells_from(out, doc_get(facts, "text"), a);
	out->missing = cells_from(out, doc_get(facts, "missing"), a);
	out->cell = get_texts(&n_cell, facts, "cells", a);
	if (!out->cell || n_cell != (int64_t)out->n_row * out->n_col)
		out->cell = NULL;
	out->file = doc_text(facts, "file", NULL);
	get_int(&out->first_line, facts, "line");
	return true;
}

struct doc *table_facts_to(const struct table_facts *f, struct arena *a)
{
	struct doc *map = doc_new_map(a);

	doc_set(a, map, "rows", number(f->n_row, a));
	doc_set(a, map, "columns", texts(f->column, f->n_col, a));
	set_cells(map, "text", f, f->text, a);
	set_cells(map, "missing", f, f->missing, a);
	if (f->cell)
		doc_set(a, map, "cells", texts(f->cell, f->n_row * f->n_col, a));
	if (f->cell && f->file)
		doc_set(a, map, "file", doc_new_text(a, f->file, false));
	if (f->cell && f->first_line > 0)
		doc_set(a, map, "line", number(f->first_line, a));
	return map;
}

/* ---- coords ---- */
bool coords_facts_from(struct coords_facts *out, const struct doc *facts, struct arena *a)
{
	const struct doc *list = facts ? doc_get(facts, "points") : NULL;

	*out = (struct coords_facts){ 0 };
	if (!facts || !get_int(&out->n, facts, "rows"))
		return false;
	if (!list || list->kind != DOC_LIST || list->n != out->n || list->n == 0)
		return true;
	double (*xyz)[3] = arena_calloc(a, (size_t)list->n, sizeof *xyz);

	for (int k = 0; k < list->n; k++)
		if (!list_numbers(xyz[k], 3, list->val[k]))
			return true;
	out->xyz = (const double (*)[3])xyz;
	return true;
}

struct doc *coords_facts_to(const struct coords_facts *f, struct arena *a)
{
	struct doc *map = doc_new_map(a), *list = doc_new_list(a);

	for (int k = 0; f->xyz && k < f->n; k++)
		doc_append(a, list, numbers(f->xyz[k], 3, a));
	doc_set(a, map, "rows", number(f->n, a));
	if (f->xyz)
		doc_set(a, map, "points", list);
	return map;
}

/* ---- matrices ---- */
bool matrix_facts_from(int *n_row, int *n_col, const struct doc *facts)
{
	return facts && get_int(n_row, facts, "rows") && get_int(n_col, facts, "columns");
}

struct doc *matrix_facts_to(int n_row, int n_col, struct arena *a)
{
	struct doc *map = doc_new_map(a);

	doc_set(a, map, "rows", number(n_row, a));
	doc_set(a, map, "columns", number(n_col, a));
	return map;
}
