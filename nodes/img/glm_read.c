#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "img/glm.h"
#include "img/glm_arrays.h"
#include "img/image.h"
#include "img/mapped.h"
#include "img/table.h"
#include "node/node.h"

enum { MAX_JSON = 64 << 20, MAX_ORDER = 1000 };

static struct error *damaged(const char *why)
{
	return error_new(ERR_DATA, "this glm is damaged: %s", why);
}

/* A whole number from low to high, else -1. */
static long whole(const struct doc *map, const char *key, long low, long high)
{
	const char *text = doc_text(map, key, NULL);
	double x;

	return text && table_number(&x, text) && x >= (double)low && x <= (double)high && x == floor(x) ? (long)x : -1;
}

/* ---- glm.json ---- */
static struct error *read_run(struct glm_run *r, bool *subsets, const struct doc *map, struct arena *a)
{
	const struct doc *column = doc_get(map, "columns");

	if (!column || column->kind != DOC_LIST || column->n == 0)
		return damaged("a run has no columns in glm.json");
	const char **name = NEW_N(a, const char *, column->n);

	for (int c = 0; c < column->n; c++)
		name[c] = column->val[c]->kind == DOC_TEXT ? column->val[c]->text : "";
	*r = (struct glm_run){ .name = doc_text(map, "name", ""), .n_row = (int)whole(map, "rows", 1, INT_MAX),
	                       .n_col = column->n, .column = name, .order = (int)whole(map, "order", 0, MAX_ORDER),
	                       .n_part = (int)whole(map, "parts", 1, INT_MAX) };
	*subsets = strcmp(doc_text(map, "subsets", ""), "true") == 0;
	if (r->n_row < 0 || r->order < 0 || r->order >= r->n_row || r->n_part < 0 || (r->n_part > 1 && !*subsets))
		return damaged("a run's rows, order or parts in glm.json are impossible");
	return NULL;
}

static struct error *read_head(struct glm *g, bool **subsets, const struct doc *d, struct arena *a)
{
	const struct doc *runs = doc_get(d, "runs");

	if (whole(d, "format", 1, 1) != 1)
		return damaged("glm.json has another format than 1");
	g->group = strcmp(doc_text(d, "group", ""), "true") == 0;
	g->noise = doc_text(d, "noise", "ols");
	g->n = whole(d, "voxels", 1, INT_MAX);
	if (g->n < 0 || !runs || runs->kind != DOC_LIST || runs->n == 0)
		return damaged("glm.json has no voxels or no runs");
	g->n_run = runs->n;
	g->run = NEW_N(a, struct glm_run, runs->n);
	*subsets = NEW_N(a, bool, runs->n);
	for (int k = 0; k < runs->n; k++)
		TRY(read_run(&g->run[k], &(*subsets)[k], runs->val[k], a));
	return NULL;
}

/* What glm.json says about an array must be what its counts say. */
static bool is_listed(const struct glm_array *x, const struct doc *d)
{
	const struct doc *shape = doc_get(d, "shape");
	double n_row, n_col;

	return shape && shape->kind == DOC_LIST && shape->n == 2 && shape->val[0]->kind == DOC_TEXT
	       && shape->val[1]->kind == DOC_TEXT && table_number(&n_row, shape->val[0]->text)
	       && table_number(&n_col, shape->val[1]->text) && n_row == (double)x->n_row && n_col == (double)x->n_col
	       && strcmp(doc_text(d, "name", ""), x->name) == 0 && strcmp(doc_text(d, "type", ""), x->type) == 0
	       && whole(d, "at", 0, 1L << 53) == x->at;
}

/* ---- mask.nii ---- */
static struct error *read_index(struct glm *g, const struct image *im, struct arena *a)
{
	long size = grid_size(&im->grid), n = 0;
	float *inside = arena_alloc(a, (size_t)size, sizeof *inside);
	int *index = NEW_N(a, int, g->n < size ? g->n : size);

	image_volume(im, 0, NONFINITE_ZERO, inside);
	for (long v = 0; v < size; v++) {
		if (inside[v] != 0 && n < g->n)
			index[n] = (int)v;
		n += inside[v] != 0;
	}
	if (n != g->n)
		return damaged(arena_printf(a, "mask.nii has %ld voxels, glm.json says %ld", n, g->n));
	g->grid = im->grid;
	g->index = index;
	return NULL;
}

static struct error *read_mask(struct glm *g, const char *path, struct arena *a)
{
	struct image im;
	struct error *e;

	TRY(image_open(&im, path, a));
	e = read_index(g, &im, a);
	image_close(&im);
	return e;
}

/* ---- glm.bin ---- */
static struct error *check_parts(const struct glm_run *r, long n)
{
	for (long v = 0; r->part && v < n; v++)
		if (r->part[v] < 0 || r->part[v] >= r->n_part)
			return damaged("a voxel belongs to a part that is not there");
	for (int p = 0; p < r->n_part; p++)
		if (!(r->dof[p] > 0))
			return damaged("a part has no degrees of freedom");
	return NULL;
}

static struct error *place_arrays(struct glm *g, int n, const struct glm_array *x, const struct doc *list, struct arena *a)
{
	if (n < 0 || !list || list->kind != DOC_LIST || list->n != n)
		return damaged("the list of arrays in glm.json is not that of its runs");
	if ((int64_t)g->map_size != glm_arrays_size(n, x))
		return damaged(arena_printf(a, "glm.bin has %zu bytes, must have %lld", g->map_size,
		                            (long long)glm_arrays_size(n, x)));
	for (int k = 0; k < n; k++) {
		const void *where = (const char *)g->map + x[k].at;

		if (!is_listed(&x[k], list->val[k]))
			return damaged(arena_printf(a, "array %d of glm.json is not %s [%lld][%lld] at %lld", k, x[k].name,
			                            (long long)x[k].n_row, (long long)x[k].n_col, (long long)x[k].at));
		memcpy(x[k].field, &where, sizeof where);
	}
	for (int k = 0; k < g->n_run; k++) {
		if (!g->run[k].row_in) {
			unsigned char *all = arena_alloc(a, (size_t)g->run[k].n_row, 1);

			memset(all, 1, (size_t)g->run[k].n_row);
			g->run[k].row_in = all;
		}
		TRY(check_parts(&g->run[k], g->n));
	}
	return NULL;
}

struct error *glm_read(struct glm *out, const struct item *it, struct arena *a)
{
	const char *json = item_blob(it, "glm.json"), *mask = item_blob(it, "mask.nii"), *bin = item_blob(it, "glm.bin");
	struct glm_array *x;
	struct error *e;
	struct doc *d;
	bool *subsets = NULL;
	int n_array;
	char *text;
	size_t n;

	*out = (struct glm){ 0 };
	if (!json || !mask || !bin)
		return error_new(ERR_DATA, "this %s is not a fitted model: it has no %s", it->kind,
		                 !json ? "glm.json" : !mask ? "mask.nii" : "glm.bin");
	TRY(file_read(&text, &n, json, MAX_JSON, a));
	TRY(json_read(&d, text, n, json, a));
	TRY(read_head(out, &subsets, d, a));
	TRY(read_mask(out, mask, a));
	n_array = glm_arrays(&x, out, subsets, a);
	TRY(mapped_open(&out->map, &out->map_size, bin));
	e = place_arrays(out, n_array, x, doc_get(d, "arrays"), a);
	if (e)
		glm_close(out);
	return e;
}

void glm_close(struct glm *g)
{
	mapped_close(g->map, g->map_size);
	g->map = NULL;
}
