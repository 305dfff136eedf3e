#include "fmri/columns_check.h"

#include "img/facts.h"
#include "node/shape.h"

void columns_check(struct shape *s, const char *port, const struct table_facts *f, int col, bool all_due)
{
	if (f->text && f->text[col])
		shape_error(s, port, "%s", f->text[col]);
	else if (all_due && f->missing && f->missing[col])
		shape_error(s, port, "%s, must be a number", f->missing[col]);
}
