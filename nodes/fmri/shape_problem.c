#include "fmri/shape_problem.h"

#include "base/arena.h"
#include "node/shape.h"

bool shape_problem(struct shape *s, const char *where, struct error *e)
{
	const struct error *inner = e;

	if (!e)
		return false;
	while (inner->cause)
		inner = inner->cause;
	const char *around = e == inner ? "" : arena_printf(s->arena, "%s: ", e->text);

	if (inner->at.line > 0)
		shape_error(s, where, "%s%s:%d:%d: %s", around, inner->at.file, inner->at.line, inner->at.col, inner->text);
	else
		shape_error(s, where, "%s%s", around, inner->text);
	error_free(e);
	return true;
}
