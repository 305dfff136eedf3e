#include "glm/contrast_model.h"

#include <string.h>

#include "base/arena.h"
#include "num/glm_model.h"

/* ---- models ---- */
/* The rows of a design that are in a part. */
static struct glm_model *part_model(const struct glm_run *r, int part, struct arena *a)
{
	const unsigned char *in = r->row_in ? r->row_in + (size_t)part * (size_t)r->n_row : NULL;
	size_t width = (size_t)r->n_col;
	double *x;
	int n = 0;

	if (!in)
		return glm_model_new(r->n_row, r->n_col, r->design, r->order, a);
	x = arena_alloc(a, (size_t)r->n_row * width, sizeof *x);
	for (int k = 0; k < r->n_row; k++)
		if (in[k])
			memcpy(x + (size_t)n++ * width, r->design + (size_t)k * width, width * sizeof *x);
	return n ? glm_model_new(n, r->n_col, x, r->order, a) : NULL;
}

/* The whole design of a run for those who ask for names and null space. */
static struct error *whole_facts(struct design_facts *out, const struct run_model *m, struct arena *a)
{
	const struct glm_run *r = m->run;

	if (r->n_part > 1) {
		if (!design_facts_of(out, r->n_row, r->n_col, r->column, r->design, a))
			return error_new(ERR_DATA, "the design of the model has values that are not finite: it is damaged");
	} else {
		*out = (struct design_facts){ .n_row = r->n_row, .n_col = r->n_col, .column = r->column,
		                              .n_null = m->part[0]->n_null, .null = m->part[0]->null };
	}
	out->name = r->name;
	return NULL;
}

static struct error *one_run(struct run_model *m, struct design_facts *facts, struct arena *a)
{
	const struct glm_run *r = m->run;

	if (r->n_part < 1 || (r->n_part > 1 && (r->order > 0 || !r->row_in || !r->part)))
		return error_new(ERR_DATA, "the model's parts do not fit its noise: it is damaged");
	m->part = NEW_N(a, struct glm_model *, r->n_part);
	for (int k = 0; k < r->n_part; k++) {
		m->part[k] = part_model(r, k, a);
		if (!m->part[k])
			return error_new(ERR_DATA, "the design of the model%s%s has no numbers to fit: it is damaged",
			                 r->name[0] ? " in run " : "", r->name);
	}
	return whole_facts(facts, m, a);
}

struct error *run_models(struct run_model **out, struct glm_facts *facts, const struct glm *g, struct arena *a)
{
	struct design_facts *run = NEW_N(a, struct design_facts, g->n_run);

	*out = NEW_N(a, struct run_model, g->n_run);
	for (int r = 0; r < g->n_run; r++) {
		(*out)[r].run = &g->run[r];
		TRY(one_run(&(*out)[r], &run[r], a));
	}
	*facts = (struct glm_facts){ .grid = g->grid, .group = g->group, .noise = g->noise, .n_voxel = g->n, .n_run = g->n_run,
	                             .run = run };
	return NULL;
}

/* ---- effects ---- */
static int triangle(int n)
{
	return n * (n + 1) / 2;
}

void run_effects_new(struct run_effects *e, int n_row, long n, struct arena *a)
{
	*e = (struct run_effects){ .n_row = n_row };
	e->effect = arena_alloc(a, (size_t)n_row * (size_t)n, sizeof *e->effect);
	e->cov = arena_alloc(a, (size_t)triangle(n_row) * (size_t)n, sizeof *e->cov);
	e->dof = arena_alloc(a, (size_t)n, sizeof *e->dof);
}

static void sum_betas(struct run_effects *e, const struct glm_run *r, const struct contrast *c, long n_total)
{
	memset(e->effect, 0, (size_t)c->n_row * (size_t)e->n * sizeof *e->effect);
	for (int k = 0; k < c->n_row; k++)
		for (int j = 0; j < r->n_col; j++) {
			double w = c->row[(size_t)k * (size_t)r->n_col + (size_t)j], *out = e->effect + k * e->n;
			const double *beta = r->beta + j * n_total + e->first;

			for (long v = 0; w != 0 && v < e->n; v++)
				out[v] += w * beta[v];
		}
}

static bool estimable(const struct glm_model *m, const struct contrast *c, const struct glm_run *r, struct arena *a)
{
	struct design_facts d = { .n_col = r->n_col, .column = r->column, .n_null = m->n_null, .null = m->null };

	return contrast_estimable(c, &d, a);
}

/* Without correlated noise voxels differ by their part alone. */
static void constant_covariance(struct run_effects *e, const struct run_model *m, const struct contrast *c, struct arena *a)
{
	const struct glm_run *r = m->run;
	int size = triangle(c->n_row);
	double *cov = NEW_N(a, double, (size_t)r->n_part * (size_t)size);

	for (int p = 0; p < r->n_part; p++)
		if (r->n_part == 1 || estimable(m->part[p], c, r, a))
			glm_model_covariance(m->part[p], 1, NULL, c->n_row, c->row, cov + (size_t)p * (size_t)size, 1, a);
	for (int k = 0; k < size; k++)
		for (long v = 0; v < e->n; v++)
			e->cov[k * e->n + v] = cov[(r->part ? r->part[e->first + v] : 0) * (long)size + k];
}

static void covariance(struct run_effects *e, const struct run_model *m, const struct contrast *c, long n_total,
                       int n_threads, struct arena *a)
{
	const struct glm_run *r = m->run;
	double *rho;

	if (r->order == 0) {
		constant_covariance(e, m, c, a);
		return;
	}
	rho = arena_alloc(a, (size_t)r->order * (size_t)e->n, sizeof *rho);
	for (int k = 0; k < r->order; k++)
		memcpy(rho + k * e->n, r->rho + k * n_total + e->first, (size_t)e->n * sizeof *rho);
	glm_model_covariance(m->part[0], e->n, rho, c->n_row, c->row, e->cov, n_threads, a);
}

void run_effects_of(struct run_effects *e, const struct run_model *m, const struct contrast *c, long n_total,
                    int n_threads, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	const struct glm_run *r = m->run;

	sum_betas(e, r, c, n_total);
	covariance(e, m, c, n_total, n_threads, scratch);
	e->variance = r->variance + e->first;
	for (long v = 0; v < e->n; v++)
		e->dof[v] = r->dof[r->part ? r->part[e->first + v] : 0];
	arena_reset(scratch, mark);
}
