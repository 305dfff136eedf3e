#include "glm/remarks.h"

#include "base/arena.h"

void remark(struct remarks *r, const char *where, const char *fmt, ...)
{
	struct remark one = { .where = where };
	va_list ap;

	va_start(ap, fmt);
	one.text = arena_vprintf(r->arena, fmt, ap);
	va_end(ap);
	PUSH(r->arena, r->item, r->n, one);
}
