#include "img/glm_arrays.h"

#include <string.h>

#include "base/arena.h"

struct arrays {
	int n;
	struct glm_array *x;
	int64_t at;
	bool too_large;
	struct arena *a;
};

static int bytes_of(const char *type)
{
	static const struct { const char *name; int bytes; } types[] = {
		{ "float64", 8 }, { "float32", 4 }, { "int32", 4 }, { "uint8", 1 },
	};

	for (size_t k = 0; k < sizeof types / sizeof *types; k++)
		if (strcmp(types[k].name, type) == 0)
			return types[k].bytes;
	return 0;
}

static void add(struct arrays *l, const char *name, int run, const char *type, int64_t n_row, int64_t n_col, void *field)
{
	struct glm_array x = { name, run, type, n_row, n_col, field, l->at, 0 };

	if (__builtin_mul_overflow(n_row, n_col, &x.size) || __builtin_mul_overflow(x.size, bytes_of(type), &x.size)
	    || x.size > INT64_MAX - 8 - l->at)
		l->too_large = true;
	else
		l->at += (x.size + 7) / 8 * 8;
	PUSH(l->a, l->x, l->n, x);
}

static void add_run(struct arrays *l, const struct glm *g, int k, bool subsets)
{
	struct glm_run *r = &g->run[k];

	add(l, "design", k, "float64", r->n_row, r->n_col, &r->design);
	add(l, "dof", k, "float64", 1, r->n_part, &r->dof);
	add(l, "beta", k, "float64", r->n_col, g->n, &r->beta);
	add(l, "variance", k, "float64", 1, g->n, &r->variance);
	if (r->order > 0)
		add(l, "rho", k, "float64", r->order, g->n, &r->rho);
	if (subsets) {
		add(l, "row_in", k, "uint8", r->n_part, r->n_row, &r->row_in);
		add(l, "part", k, "int32", 1, g->n, &r->part);
	}
}

int glm_arrays(struct glm_array **out, struct glm *g, const bool *subsets, struct arena *a)
{
	struct arrays l = { .a = a };

	for (int k = 0; k < g->n_run; k++)
		add_run(&l, g, k, subsets[k]);
	if (g->group)
		add(&l, "data", -1, "float32", g->run[0].n_row, g->n, &g->data);
	*out = l.x;
	return l.too_large ? -1 : l.n;
}

int64_t glm_arrays_size(int n, const struct glm_array *x)
{
	return n > 0 ? x[n - 1].at + (x[n - 1].size + 7) / 8 * 8 : 0;
}
