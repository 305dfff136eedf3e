#include "glm/group_design.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"

/* ---- the matrix ---- */
static struct error *from_formula(struct group_made *out, const struct group_given *g, const struct group_args *args,
                                  const char **where, struct arena *a)
{
	struct formula_problem problem;
	struct formula_place place = { 0 };
	struct formula formula;
	struct subjects subjects;
	struct error *e;

	if (!formula_parse(&formula, args->formula ? args->formula : "1", &problem, a)) {
		*where = arena_printf(a, "formula:%d:%d", problem.place.at, problem.place.len);
		return error_new(ERR_USER, "%s", problem.text);
	}
	*where = args->subjects && g->tables.n == 1 ? "subjects" : "table";
	TRY(subjects_find(&subjects, g->n, g->key, &g->tables, args->subjects, a));
	out->n_extra = subjects.n_extra;
	e = design_code(&out->design, &formula, &subjects, args->centre, &place, a);
	*where = e && place.len == 0 && g->tables.n ? "table" : "formula";
	if (place.len > 0)
		*where = arena_printf(a, "formula:%d:%d", place.at, place.len);
	return e;
}

static struct error *from_design(struct group_made *out, const struct group_given *g, const struct group_args *args,
                                 const char **where, struct arena *a)
{
	*where = "design";
	if (g->tables.n || args->formula || args->subjects || args->centre)
		return error_new(ERR_USER, "a ready design is given, so there is nothing for %s to do",
		                 g->tables.n ? "table" : args->formula ? "formula" : args->subjects ? "subjects" : "centre");
	return design_given(&out->design, g->design, g->n, a);
}

/* ---- what it can tell ---- */

static struct error *judge(struct group_made *out, struct arena *a)
{
	const struct design *d = &out->design;
	struct design_facts *f = &out->facts;
	int rank;

	if (!design_facts_of(f, d->n_row, d->n_col, d->column, d->x, a))
		return error_new(ERR_DATA, "the design has values that are no finite numbers");
	f->name = "";
	if (f->n_null == f->n_col)
		return error_new(ERR_DATA, "all columns of the design are 0");
	if (f->dof < 1)
		return error_new(ERR_DATA,
		                 "%d subjects and %d column%s leave no degree of freedom: there must be fewer columns than subjects",
		                 d->n_row, d->n_col, d->n_col == 1 ? "" : "s");
	out->depend = design_dependent(&rank, d, a);
	return NULL;
}

struct error *group_design_make(struct group_made *out, const struct group_given *g, const struct group_args *args,
                                const char **where, struct arena *a)
{
	*out = (struct group_made){ 0 };
	*where = "images";
	if (g->n < 2)
		return error_new(ERR_DATA,
		                 "there is one image%s%s, a group needs two or more: gather an axis, as in gather: sub",
		                 g->key[0][0] ? " " : "", g->key[0]);
	TRY((g->design ? from_design : from_formula)(out, g, args, where, a));
	return judge(out, a);
}

struct error *keys_match(int *which, int n, const char *const *key, int n_other, const char *const *other,
                         const char *what)
{
	bool keyed = n_other > 0 && other[0][0] && key[0][0];

	if (!keyed && n_other != n)
		return error_new(ERR_DATA, "%s has %d image%s, images has %d: they must pair", what, n_other,
		                 n_other == 1 ? "" : "s", n);
	for (int k = 0; k < n; k++) {
		which[k] = keyed ? -1 : k;
		for (int i = 0; keyed && i < n_other; i++)
			if (strcmp(key[k], other[i]) == 0)
				which[k] = i;
		if (which[k] < 0)
			return error_new(ERR_DATA, "there is an image of %s, but none in %s: each must have its partner", key[k],
			                 what);
	}
	return NULL;
}
