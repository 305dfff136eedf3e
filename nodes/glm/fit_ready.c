#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/kept.h"
#include "glm/fit.h"

enum { MOST_ORDER = 20 };

struct error *fit_order(int *order, const char *noise)
{
	char *end;
	long n;

	*order = 0;
	if (strcmp(noise, "ols") == 0)
		return NULL;
	n = strncmp(noise, "ar", 2) == 0 && noise[2] >= '1' && noise[2] <= '9' ? strtol(noise + 2, &end, 10) : 0;
	if (n < 1 || n > MOST_ORDER || *end)
		return error_new(ERR_USER, "noise is '%.40s', must be ols, or ar1 to ar%d", noise, MOST_ORDER);
	*order = (int)n;
	return NULL;
}

const char *fit_name(const char *cell, int k, int n, struct arena *a)
{
	return *cell || n == 1 ? cell : arena_printf(a, "%d", k + 1);
}

const char *fit_what(const char *name, struct arena *a)
{
	return *name ? arena_printf(a, "run %s of bold", name) : "bold";
}

struct error *fit_check_dof(const char *what, const struct fit_args *args, int n_row, int n_col, int rank)
{
	if (n_row <= rank)
		return error_new(ERR_NUMERIC, "the design of %s has %d columns (of rank %d) for %d volumes: no degree of freedom is "
		                 "left, there must be more volumes than columns", what, n_col, rank, n_row);
	if (args->compat && n_row <= n_col)
		return error_new(ERR_NUMERIC, "the design of %s has %d columns for %d volumes: nilearn divides by their difference",
		                 what, n_col, n_row);
	if (n_row <= args->order)
		return error_new(ERR_NUMERIC, "noise of order %d needs more than %d volumes, %s has %d", args->order, args->order, what,
		                 n_row);
	return NULL;
}

/* The volumes that are kept, ascending. */
static struct error *read_rows(struct fit_run *r, const struct item *sample_mask, struct arena *a)
{
	int *row;
	bool *kept;

	TRY(kept_read(&kept, &r->n_row, sample_mask, r->n_vol, r->what, a));
	if (r->n_row == 0)
		return error_new(ERR_DATA, "sample_mask keeps no volume of %s", r->what);
	r->row = row = NEW_N(a, int, r->n_row);
	for (int t = 0; t < r->n_vol; t++)
		if (kept[t])
			*row++ = t;
	return NULL;
}

/* A design with a row for each volume loses those of the others. */
static struct error *keep_rows(struct fit_run *r, struct arena *a)
{
	size_t n_col = (size_t)r->design.n_col;
	double *x;

	if (r->design.n_row == r->n_row)
		return NULL;
	if (r->design.n_row != r->n_vol && r->n_row != r->n_vol)
		return error_new(ERR_DATA, "the design of %s has %d rows, must have one for each of the %d volumes, or of the %d that "
		                 "sample_mask keeps", r->what, r->design.n_row, r->n_vol, r->n_row);
	if (r->design.n_row != r->n_vol)
		return error_new(ERR_DATA, "the design of %s has %d rows, must have one for each of the %d volumes", r->what,
		                 r->design.n_row, r->n_vol);
	x = arena_alloc(a, (size_t)r->n_row * n_col, sizeof *x);
	for (int k = 0; k < r->n_row; k++)
		memcpy(x + (size_t)k * n_col, r->design.x + (size_t)r->row[k] * n_col, n_col * sizeof *x);
	r->design.x = x;
	r->design.n_row = r->n_row;
	return NULL;
}

struct error *fit_ready(struct fit_run *out, const char *name, const struct fit_args *args, int n_vol,
                        const struct item *design, const struct item *sample_mask, struct arena *a)
{
	struct fit_run *r = out;
	const struct glm_model *m;

	*r = (struct fit_run){ .name = name, .what = fit_what(name, a), .n_vol = n_vol };
	TRY(read_rows(r, sample_mask, a));
	TRY(design_read(&r->design, design, a));
	TRY(keep_rows(r, a));
	m = r->model = glm_model_new(r->n_row, r->design.n_col, r->design.x, args->order < r->n_row ? args->order : 0, a);
	if (!m)
		return error_new(ERR_NUMERIC, "the design of %s is 0 in all of its %d columns", r->what, r->design.n_col);
	return fit_check_dof(r->what, args, r->n_row, m->n_col, m->rank);
}
