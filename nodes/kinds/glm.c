#include "img/glm.h"

#include <string.h>

#include "base/arena.h"
#include "kinds/compare.h"
#include "kinds/kinds.h"

struct error *kind_glm_peek(struct doc **facts, const struct item *it, struct arena *a)
{
	struct glm_facts f;
	struct glm g;

	TRY(glm_read(&g, it, a));
	glm_facts_of(&f, &g, a);
	*facts = glm_facts_to(&f, a);
	glm_close(&g);
	return NULL;
}

/* ---- show ---- */
static void show_run(FILE *f, const struct glm *g, const struct glm_run *r, const struct design_facts *d, struct arena *a)
{
	struct summary variance = { 0 }, rho = { 0 };

	fprintf(f, "%s%s%s%d %s, %d columns of rank %d, %g degrees of freedom", r->name[0] ? "run " : "", r->name,
	        r->name[0] ? ": " : "", r->n_row, g->group ? "subjects" : "volumes", r->n_col, r->n_col - d->n_null, r->dof[0]);
	fprintf(f, r->n_part > 1 ? " and less in %d parts\n" : "\n", r->n_part - 1);
	summary_add(&variance, r->variance, g->n);
	fprintf(f, "  variance: %s\n", summary_text(&variance, a));
	for (int i = 0; i < r->order; i++, rho = (struct summary){ 0 }) {
		summary_add(&rho, r->rho + i * g->n, g->n);
		fprintf(f, "  rho %d: %s\n", i + 1, summary_text(&rho, a));
	}
	for (int c = 0; c < r->n_col; c++) {
		struct summary beta = { 0 };

		summary_add(&beta, r->beta + c * g->n, g->n);
		fprintf(f, "  %s: %s\n", r->column[c], summary_text(&beta, a));
	}
}

struct error *kind_glm_show(FILE *f, const struct item *it, struct arena *a)
{
	struct glm_facts facts;
	struct glm g;

	TRY(glm_read(&g, it, a));
	glm_facts_of(&facts, &g, a);
	fprintf(f, "%s, %ld voxels, noise %s, %d run%s\n", grid_text(&g.grid, a), g.n, g.noise, g.n_run, g.n_run == 1 ? "" : "s");
	for (int k = 0; k < g.n_run; k++)
		show_run(f, &g, &g.run[k], &facts.run[k], a);
	glm_close(&g);
	return NULL;
}

/* ---- diff ---- */
static const char *columns_differ(const struct glm_run *x, const struct glm_run *y, struct arena *a)
{
	for (int c = 0; c < x->n_col; c++)
		if (strcmp(x->column[c], y->column[c]) != 0)
			return arena_printf(a, "column %d of run '%s' is '%s' in the first and '%s' in the second", c, x->name, x->column[c],
			                    y->column[c]);
	return NULL;
}

/* Why two models cannot be compared number by number, or NULL. */
static const char *unlike(const struct glm *x, const struct glm *y, struct arena *a)
{
	struct error *e = grid_check(&x->grid, "the first", &y->grid, "the second");
	const char *text = e ? arena_strdup(a, e->text) : NULL;

	error_free(e);
	if (!text && x->n_run != y->n_run)
		text = arena_printf(a, "the first has %d runs, the second %d", x->n_run, y->n_run);
	if (!text && (x->n != y->n || memcmp(x->index, y->index, (size_t)x->n * sizeof *x->index) != 0))
		text = arena_printf(a, "they are of different voxels: the first of %ld, the second of %ld", x->n, y->n);
	for (int k = 0; !text && k < x->n_run; k++) {
		const struct glm_run *p = &x->run[k], *q = &y->run[k];

		if (p->n_col != q->n_col || p->order != q->order)
			text = arena_printf(a, "run %d has %d columns and noise of order %d in the first, %d and %d in the second", k,
			                    p->n_col, p->order, q->n_col, q->order);
		else
			text = columns_differ(p, q, a);
	}
	return text;
}

/* The places of a run's numbers in the comparison: beta by columns, variance, rho. */
static const char *place(const struct glm *g, long at, struct arena *a)
{
	for (int k = 0; k < g->n_run; k++) {
		const struct glm_run *r = &g->run[k];
		long row = at / g->n, n_row = r->n_col + 1 + r->order;
		int voxel[3];

		grid_voxel(&g->grid, g->index[at % g->n], voxel);
		const char *where = arena_printf(a, "voxel (%d, %d, %d) of run '%s'", voxel[0], voxel[1], voxel[2], r->name);

		if (row < r->n_col)
			return arena_printf(a, "the beta of %s at %s", r->column[row], where);
		if (row < n_row)
			return arena_printf(a, "%s at %s", row == r->n_col ? "the variance" : "rho", where);
		at -= n_row * g->n;
	}
	return "";
}

static struct doc *compare_models(const struct glm *x, const struct glm *y, struct compare *c, struct arena *a)
{
	const char *text = unlike(x, y, a);

	if (text)
		return compare_unlike(text, a);
	for (int k = 0; k < x->n_run; k++) {
		const struct glm_run *p = &x->run[k], *q = &y->run[k];

		compare_add(c, p->beta, q->beta, p->n_col * x->n);
		compare_add(c, p->variance, q->variance, x->n);
		if (p->order > 0)
			compare_add(c, p->rho, q->rho, p->order * x->n);
	}
	return compare_result(c, c->at < 0 ? "" : place(x, c->at, a), "numbers", 0, a);
}

struct error *kind_glm_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                            struct arena *a)
{
	struct compare c = { .rtol = rtol, .atol = atol };
	struct error *e;
	struct glm p, q;

	TRY(glm_read(&p, x, a));
	e = glm_read(&q, y, a);
	if (!e) {
		*out = compare_models(&p, &q, &c, a);
		glm_close(&q);
	}
	glm_close(&p);
	return e;
}
