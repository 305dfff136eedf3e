/* doc.h - a YAML or JSON file as a tree that remembers where each piece stood. */
#ifndef SULCUS_DOC_H
#define SULCUS_DOC_H

#include <stdbool.h>

#include "base/error.h"

struct arena;

enum doc_kind { DOC_TEXT, DOC_LIST, DOC_MAP };

struct doc {
	enum doc_kind kind;
	bool plain;               /* DOC_TEXT: written without quotes, so it may be a number, a bool, a reference */
	struct mark at;           /* where it starts; file is shared, not copied */
	int end_col;              /* DOC_TEXT on one line: the column after its last character, else 0 */
	const char *text;         /* DOC_TEXT, UTF-8, never NULL; an empty plain scalar is YAML's null */
	int n;                    /* items of a list, pairs of a map */
	struct doc **key, **val;  /* DOC_MAP uses both, DOC_LIST only val */
};

/* The value of a key (linear below 16 pairs, else by an index kept outside); NULL if absent or not a map. */
const struct doc *doc_get(const struct doc *map, const char *key);
/* The key's own scalar, for its mark. */
const struct doc *doc_key(const struct doc *map, const char *key);
/* The text of a scalar child, or fallback. */
const char *doc_text(const struct doc *map, const char *key, const char *fallback);

struct doc *doc_new_text(struct arena *a, const char *text, bool plain);
struct doc *doc_new_list(struct arena *a);
struct doc *doc_new_map(struct arena *a);
void doc_append(struct arena *a, struct doc *list, struct doc *val);
void doc_set(struct arena *a, struct doc *map, const char *key, struct doc *val);

#endif
