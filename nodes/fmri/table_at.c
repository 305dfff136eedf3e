#include "fmri/table_at.h"

#include "base/arena.h"
#include "fmri/shape_problem.h"
#include "img/facts.h"
#include "img/table.h"
#include "node/shape.h"

bool table_at(struct table *out, bool *whole, struct shape *s, const char *port, int k, bool may_be_empty)
{
	const struct item *it = shape_item_n(s, port, k);
	struct table_facts f;

	*whole = true;
	if (it)
		return !shape_problem(s, port, (may_be_empty ? table_of_any : table_of)(out, it, s->arena));
	if (!table_facts_from(&f, shape_in_n(s, port, k), s->arena))
		return false;
	*whole = table_of_facts(out, &f, s->arena);
	if (!*whole)
		*out = (struct table){ .n_row = f.n_row, .n_col = f.n_col, .column = f.column,
		                       .file = shape_n(s, port) > 1 ? arena_printf(s->arena, "table %d of port %s", k + 1, port) : port };
	return true;
}
