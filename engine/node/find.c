#include "node/node.h"

#include <string.h>

const struct node_decl *node_find(const char *name)
{
	for (int i = 0; node_table[i]; i++)
		if (strcmp(node_table[i]->name, name) == 0)
			return node_table[i];
	return NULL;
}

const struct kind_decl *kind_find(const char *name)
{
	for (int i = 0; kind_table[i]; i++)
		if (strcmp(kind_table[i]->name, name) == 0)
			return kind_table[i];
	return NULL;
}

bool kind_fits(const char *given, const char *wanted)
{
	if (strcmp(wanted, "any") == 0)
		return true;
	for (const struct kind_decl *k = kind_find(given); k; k = k->is ? kind_find(k->is) : NULL)
		if (strcmp(k->name, wanted) == 0)
			return true;
	return false;
}
