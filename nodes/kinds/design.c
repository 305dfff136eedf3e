/* Designs are tables of numbers; their rank and condition say what a fit can tell apart. */
#include "img/design.h"

#include <math.h>

#include "base/arena.h"
#include "img/glm.h"
#include "img/table.h"
#include "kinds/kinds.h"
#include "num/linalg.h"

/* A table with text has the facts of a table; whoever fits it says what is wrong. */
struct error *kind_design_peek(struct doc **facts, const struct item *it, struct arena *a)
{
	struct design d;
	struct table t;
	struct error *e;

	TRY(table_of(&t, it, a));
	e = design_of_table(&d, &t, a);
	if (!e) {
		*facts = design_facts(&d, a);
		return NULL;
	}
	error_free(e);
	return kind_table_peek(facts, it, a);
}

static void show_rank(FILE *f, const struct design *d, struct arena *a)
{
	double *singular = NEW_N(a, double, d->n_col), *u, *v;
	const char *dependent;
	int rank;

	dependent = design_dependent(&rank, d, a);
	fprintf(f, "rank %d", rank);
	if (d->n_row >= d->n_col && !dependent) {
		u = arena_alloc(a, (size_t)d->n_col * (size_t)d->n_row, sizeof *u);
		v = arena_alloc(a, (size_t)d->n_col * (size_t)d->n_col, sizeof *v);
		if (linalg_svd(d->n_row, d->n_col, d->x, singular, u, v, a) == 0)
			fprintf(f, ", condition number %.3g", singular[0] / singular[d->n_col - 1]);
	}
	fprintf(f, ", %d degrees of freedom\n", d->n_row - rank);
	if (dependent)
		fprintf(f, "%s\n", dependent);
}

struct error *kind_design_show(FILE *f, const struct item *it, struct arena *a)
{
	struct design d;

	TRY(kind_table_show(f, it, a));
	TRY(design_read(&d, it, a));
	show_rank(f, &d, a);
	return NULL;
}
