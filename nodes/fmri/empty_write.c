#include "fmri/empty_write.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "img/empty.h"

struct error *empty_write(struct node_env *env, struct out *o, const struct item *from, const char *step, const char *fmt, ...)
{
	const char *before = empty_lines(from, env->arena), *text, *all;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(env->arena, fmt, ap);
	va_end(ap);
	node_note(env, "%s", text);
	all = arena_printf(env->arena, "%s%s: %s\n", before ? before : "", step, text);
	return file_write(out_blob(o, EMPTY_BLOB), all, strlen(all));
}
