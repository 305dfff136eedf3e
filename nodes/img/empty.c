#include "img/empty.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"

enum { BYTES_MAX = 1 << 16 };   /* of the text; a longer one is not read */

static const char blob[] = "empty.txt";

/* The lines of an item; NULL: it has none. */
static char *lines_of(const struct item *it, struct arena *a)
{
	const char *path = it ? item_blob(it, blob) : NULL;
	char *text = NULL;
	size_t n = 0;

	if (!path)
		return NULL;
	struct error *e = file_read(&text, &n, path, BYTES_MAX, a);

	if (e)
		text = NULL;   /* words that are missing change nothing else */
	error_free(e);
	return text && text[0] ? text : NULL;
}

struct error *empty_write(struct node_env *env, struct out *o, const struct item *from, const char *step, const char *fmt, ...)
{
	const char *before = lines_of(from, env->arena), *text, *all;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(env->arena, fmt, ap);
	va_end(ap);
	node_note(env, "%s", text);
	all = arena_printf(env->arena, "%s%s: %s\n", before ? before : "", step, text);
	return file_write(out_blob(o, blob), all, strlen(all));
}

const char *empty_of(const struct item *it, struct arena *a)
{
	char *lines = lines_of(it, a);
	const char *text = NULL;

	for (char *save, *line = lines ? strtok_r(lines, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save))
		text = text ? arena_printf(a, "%s; %s", text, line) : line;
	return text;
}
