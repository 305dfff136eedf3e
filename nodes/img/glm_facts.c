#include <limits.h>
#include <math.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "img/facts.h"
#include "img/glm.h"
#include "img/table.h"
#include "num/glm_model.h"

/* ---- designs: the facts of a table, and {dof, null} when they are known ---- */
static struct doc *number(double x, struct arena *a)
{
	struct buf b = { .arena = a };

	json_number(&b, x);
	return doc_new_text(a, b.text, true);
}

/* A whole number of a map, or -1 when it has none that fits. */
static int whole(const struct doc *map, const char *key)
{
	const char *text = doc_text(map, key, NULL);
	double x;

	return text && table_number(&x, text) && x >= 0 && x <= INT_MAX && x == floor(x) ? (int)x : -1;
}

/* [[n_col], ...] */
static bool rows_from(double *x, int n_col, const struct doc *list)
{
	for (int r = 0; r < list->n; r++) {
		const struct doc *row = list->val[r];

		if (row->kind != DOC_LIST || row->n != n_col)
			return false;
		for (int c = 0; c < n_col; c++, x++)
			if (row->val[c]->kind != DOC_TEXT || !table_number(x, row->val[c]->text) || !isfinite(*x))
				return false;
	}
	return true;
}

static struct doc *rows_to(int n_row, int n_col, const double *x, struct arena *a)
{
	struct doc *rows = doc_new_list(a);

	for (int r = 0; r < n_row; r++) {
		struct doc *row = doc_new_list(a);

		for (int c = 0; c < n_col; c++)
			doc_append(a, row, number(x[(size_t)r * (size_t)n_col + (size_t)c], a));
		doc_append(a, rows, row);
	}
	return rows;
}

/* What is beside the columns. */
static void more_from(struct design_facts *out, const struct doc *facts, struct arena *a)
{
	const struct doc *null = doc_get(facts, "null");
	double *x;

	out->n_row = whole(facts, "rows");
	out->dof = whole(facts, "dof");
	out->n_null = -1;
	if (!null || null->kind != DOC_LIST || null->n > out->n_col)
		return;
	x = NEW_N(a, double, (size_t)null->n * (size_t)out->n_col + 1);
	if (!rows_from(x, out->n_col, null))
		return;
	out->n_null = null->n;
	out->null = x;
}

static void more_to(struct doc *map, const struct design_facts *f, struct arena *a)
{
	if (f->dof >= 0)
		doc_set(a, map, "dof", number(f->dof, a));
	if (f->n_null >= 0)
		doc_set(a, map, "null", rows_to(f->n_null, f->n_col, f->null, a));
}

/* {columns, rows, dof, null} */
static bool columns_from(struct design_facts *out, const struct doc *map, struct arena *a)
{
	const struct doc *column = doc_get(map, "columns");

	if (!column || column->kind != DOC_LIST || column->n == 0)
		return false;
	const char **name = NEW_N(a, const char *, column->n);

	for (int c = 0; c < column->n; c++)
		name[c] = column->val[c]->kind == DOC_TEXT ? column->val[c]->text : "";
	*out = (struct design_facts){ .name = doc_text(map, "name", ""), .n_col = column->n, .column = name };
	more_from(out, map, a);
	return true;
}

static struct doc *columns_to(struct doc *map, const struct design_facts *f, struct arena *a)
{
	struct doc *column = doc_new_list(a);

	for (int c = 0; c < f->n_col; c++)
		doc_append(a, column, doc_new_text(a, f->column[c], false));
	doc_set(a, map, "columns", column);
	if (f->n_row >= 0)
		doc_set(a, map, "rows", number(f->n_row, a));
	more_to(map, f, a);
	return map;
}

bool design_facts_from(struct design_facts *out, const struct doc *facts, struct arena *a)
{
	return columns_from(out, facts, a);
}

struct doc *design_facts_to(const struct design_facts *f, struct arena *a)
{
	return columns_to(doc_new_map(a), f, a);
}

bool design_facts_of(struct design_facts *out, int n_row, int n_col, const char *const *column, const double *x,
                     struct arena *a)
{
	const struct glm_model *m;

	*out = (struct design_facts){ "", n_row, -1, n_col, column, -1, NULL };
	for (size_t k = 0; k < (size_t)n_row * (size_t)n_col; k++)
		if (!isfinite(x[k]))
			return false;
	m = glm_model_new(n_row, n_col, x, 0, a);
	if (!m)
		return false;
	out->dof = n_row - m->rank;
	out->n_null = m->n_null;
	out->null = m->null;
	return true;
}

/* ---- models: the facts of a volume, {group, noise, voxels} and a list of runs ---- */
static struct doc *run_to(const struct design_facts *f, struct arena *a)
{
	struct doc *map = doc_new_map(a);

	doc_set(a, map, "name", doc_new_text(a, f->name, false));
	return columns_to(map, f, a);
}

bool glm_facts_from(struct glm_facts *out, const struct doc *facts, struct arena *a)
{
	const struct doc *runs = facts ? doc_get(facts, "runs") : NULL;
	struct image_facts image;

	*out = (struct glm_facts){ 0 };
	if (!runs || runs->kind != DOC_LIST || runs->n == 0 || !image_facts_from(&image, facts, a))
		return false;
	struct design_facts *run = NEW_N(a, struct design_facts, runs->n);

	for (int k = 0; k < runs->n; k++)
		if (!columns_from(&run[k], runs->val[k], a))
			return false;
	*out = (struct glm_facts){ image.grid, doc_text(facts, "group", "false")[0] == 't', doc_text(facts, "noise", "ols"),
	                           whole(facts, "voxels"), runs->n, run };
	return true;
}

struct doc *glm_facts_to(const struct glm_facts *f, struct arena *a)
{
	struct image_facts image = image_facts_new(&f->grid, 1, 0, "float64");
	struct doc *map = image_facts_to(&image, a), *runs = doc_new_list(a);

	for (int k = 0; k < f->n_run; k++)
		doc_append(a, runs, run_to(&f->run[k], a));
	doc_set(a, map, "group", doc_new_text(a, f->group ? "true" : "false", true));
	doc_set(a, map, "noise", doc_new_text(a, f->noise, false));
	if (f->n_voxel >= 0)
		doc_set(a, map, "voxels", number((double)f->n_voxel, a));
	doc_set(a, map, "runs", runs);
	return map;
}

void glm_facts_of(struct glm_facts *out, const struct glm *g, struct arena *a)
{
	struct design_facts *run = NEW_N(a, struct design_facts, g->n_run);

	for (int k = 0; k < g->n_run; k++) {
		const struct glm_run *r = &g->run[k];

		design_facts_of(&run[k], r->n_row, r->n_col, r->column, r->design, a);
		run[k].name = r->name;
	}
	*out = (struct glm_facts){ g->grid, g->group, g->noise, g->n, g->n_run, run };
}
