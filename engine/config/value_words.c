/* Canonical values as people write them. */
#include "config/value.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "node/node.h"

/* [6] is written 6 by people, and "mean" mean. */
static const char *bare(struct arena *a, const char *json)
{
	size_t n = strlen(json);

	if (n > 2 && json[0] == '[' && json[n - 1] == ']' && json[1] != '[' && !memchr(json, ',', n)) {
		json = arena_strndup(a, json + 1, n - 2);
		n -= 2;
	}
	if (n >= 2 && json[0] == '"' && json[n - 1] == '"' && !memchr(json, '\\', n))
		return n == 2 ? json : arena_strndup(a, json + 1, n - 2);
	return json;
}

const char *value_words(struct arena *a, const struct param_decl *p, const char *json)
{
	if (!json)
		return "not given";
	json = bare(a, json);
	if (!p->unit || !p->unit[0] || strcmp(json, "[]") == 0)
		return json;
	return arena_printf(a, "%s %s", json, p->unit);
}
