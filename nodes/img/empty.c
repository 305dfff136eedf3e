#include "img/empty.h"

#include <string.h>

#include "base/arena.h"
#include "base/file.h"

enum { BYTES_MAX = 1 << 16 };   /* of the text; a longer one is not read */

char *empty_lines(const struct item *it, struct arena *a)
{
	const char *path = it ? item_blob(it, EMPTY_BLOB) : NULL;
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

const char *empty_of(const struct item *it, struct arena *a)
{
	char *lines = empty_lines(it, a);
	const char *text = NULL;

	for (char *save, *line = lines ? strtok_r(lines, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save))
		text = text ? arena_printf(a, "%s; %s", text, line) : line;
	return text;
}
