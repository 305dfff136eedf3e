#include "run/wire_doc.h"

#include <errno.h>
#include <stdlib.h>

struct error *wire_number(double *out, const struct doc *map, const char *key)
{
	const char *text = doc_text(map, key, "0");
	char *end;

	*out = strtod(text, &end);
	if (end == text || *end)
		return error_new(ERR_SYSTEM, "the message's '%s' is '%s', must be a number", key, text);
	return NULL;
}

struct error *wire_integer(int64_t *out, const struct doc *map, const char *key)
{
	const char *text = doc_text(map, key, "0");
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return error_new(ERR_SYSTEM, "the message's '%s' is '%s', must be a whole number", key, text);
	return NULL;
}

struct error *wire_part(const struct doc **out, const struct doc *map, const char *key, enum doc_kind kind)
{
	*out = doc_get(map, key);
	if (*out && (*out)->kind != kind)
		return error_new(ERR_SYSTEM, "the message's '%s' must be a %s", key, kind == DOC_MAP ? "map" : "list");
	return NULL;
}

struct error *wire_word(const char **out, const struct doc *list, int i)
{
	if (list->val[i]->kind != DOC_TEXT)
		return error_new(ERR_SYSTEM, "item %d of a list in the message must be a text", i);
	*out = list->val[i]->text;
	return NULL;
}
