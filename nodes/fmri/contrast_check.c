/* Contrasts before anything is computed, from the facts of the model. */
#include "base/arena.h"
#include "fmri/contrast_inside.h"
#include "img/matrix.h"
#include "node/shape.h"

static void tell(struct shape *s, const struct contrast_fault *f)
{
	const char *where = f->param;

	if (f->item >= 0)
		where = arena_printf(s->arena, "%s[%d]", where, f->item);
	if (f->len > 0)
		where = arena_printf(s->arena, "%s:%d:%d", where, f->at, f->len);
	shape_error(s, where, "%s%s%s", f->len == 0 && f->quote ? f->quote : "", f->len == 0 && f->quote ? ": " : "", f->text);
}

/* The matrix where one is given and exists already. False: it is not known yet, or cannot be read. */
static bool shape_matrix(struct matrix *out, struct shape *s)
{
	const struct item *it = shape_item(s, "matrix");
	struct error *e;

	*out = (struct matrix){ 0 };
	if (shape_n(s, "matrix") == 0)
		return true;
	if (!it)
		return false;
	e = matrix_read(out, it, s->arena);
	if (e)
		shape_error(s, "matrix", "%s", e->text);
	error_free(e);
	return !e;
}

bool contrasts_check(struct contrast **out, struct shape *s, const char *port, const struct contrast_args *args)
{
	const char *wrong = contrast_not_one(args, shape_n(s, "matrix") > 0, s->arena);
	struct glm_facts facts;
	struct contrast_fault fault;
	struct matrix matrix;
	bool ok;

	if (wrong)
		shape_error(s, "", "%s", wrong);
	if (wrong || !glm_facts_from(&facts, shape_in(s, port), s->arena) || !shape_matrix(&matrix, s))
		return false;
	struct contrast_numbers numbers = { matrix.n_row, matrix.n_col, matrix.x };

	ok = contrasts_find(out, &fault, args, &numbers, &facts, s->arena);
	if (!ok)
		tell(s, &fault);
	matrix_close(&matrix);
	return ok;
}
