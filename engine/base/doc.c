#include "base/doc.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"

enum { INDEX_FROM = 16 };   /* pairs from which on a map has an index */

/* Where the key stands in the map, or -1. The index holds places plus one, for NULL means absent. */
static int place_of(const struct doc *map, const char *key)
{
	if (!map || map->kind != DOC_MAP)
		return -1;
	if (map->index)
		return (int)(intptr_t)map_get(map->index, key) - 1;
	for (int i = 0; i < map->n; i++)
		if (!strcmp(map->key[i]->text, key))
			return i;
	return -1;
}

const struct doc *doc_get(const struct doc *map, const char *key)
{
	int i = place_of(map, key);

	return i < 0 ? NULL : map->val[i];
}

const struct doc *doc_key(const struct doc *map, const char *key)
{
	int i = place_of(map, key);

	return i < 0 ? NULL : map->key[i];
}

const char *doc_text(const struct doc *map, const char *key, const char *fallback)
{
	const struct doc *d = doc_get(map, key);

	return d && d->kind == DOC_TEXT ? d->text : fallback;
}

struct doc *doc_new_text(struct arena *a, const char *text, bool plain)
{
	struct doc *d = NEW(a, struct doc);

	d->kind = DOC_TEXT;
	d->plain = plain;
	d->text = text;
	return d;
}

struct doc *doc_new_list(struct arena *a)
{
	struct doc *d = NEW(a, struct doc);

	d->kind = DOC_LIST;
	return d;
}

struct doc *doc_new_map(struct arena *a)
{
	struct doc *d = NEW(a, struct doc);

	d->kind = DOC_MAP;
	return d;
}

void doc_append(struct arena *a, struct doc *list, struct doc *val)
{
	PUSH(a, list->val, list->n, val);
}

static void index_put(struct doc *map, int i)
{
	map_put(map->index, map->key[i]->text, (void *)(intptr_t)(i + 1));
}

void doc_add(struct arena *a, struct doc *map, struct doc *key, struct doc *val)
{
	map->key = arena_grow(a, map->key, (size_t)map->n, sizeof *map->key);
	map->key[map->n] = key;
	PUSH(a, map->val, map->n, val);
	if (map->index) {
		index_put(map, map->n - 1);
	} else if (map->n == INDEX_FROM) {
		map->index = map_new(a);
		for (int i = 0; i < map->n; i++)
			index_put(map, i);
	}
}

void doc_set(struct arena *a, struct doc *map, const char *key, struct doc *val)
{
	int i = place_of(map, key);

	if (i >= 0)
		map->val[i] = val;
	else
		doc_add(a, map, doc_new_text(a, key, true), val);
}
