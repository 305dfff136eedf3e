#include "node/node.h"

#include <string.h>

const char *item_blob(const struct item *it, const char *name)
{
	for (int i = 0; i < it->n_blob; i++)
		if (strcmp(it->blob[i].name, name) == 0)
			return it->blob[i].path;
	return NULL;
}

static const char *kind_blob(const struct item *it)
{
	for (const struct kind_decl *k = kind_find(it->kind); k; k = k->is ? kind_find(k->is) : NULL)
		if (k->blob)
			return item_blob(it, k->blob);
	return NULL;
}

const char *item_main(const struct item *it)
{
	const char *path = kind_blob(it);

	if (!path)
		path = item_blob(it, "literal.json");
	if (!path && it->n_blob == 1)
		path = it->blob[0].path;
	return path;
}
