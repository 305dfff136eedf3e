/* doc.h - a YAML or JSON file as a tree that remembers where each piece stood. */
#ifndef SULCUS_DOC_H
#define SULCUS_DOC_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct map;

enum doc_kind { DOC_TEXT, DOC_LIST, DOC_MAP };

/* 64 bytes, one line of cache: trees of 10,000 steps are walked often. */
struct doc {
	enum doc_kind kind;
	int end_col;              /* DOC_TEXT on one line: the column after its last character, else 0 */
	struct mark at;           /* where it starts; file is shared, not copied */
	const char *text;         /* DOC_TEXT, UTF-8, never NULL; an empty plain scalar is YAML's null */
	int n;                    /* items of a list, pairs of a map */
	bool plain;               /* DOC_TEXT: written without quotes, so it may be a number, a bool, a reference */
	struct doc **key, **val;  /* DOC_MAP uses both, DOC_LIST only val */
	struct map *index;        /* private: where each key stands, from 16 pairs on */
};

/* The value of a key (linear below 16 pairs, else by the index); NULL if absent or not a map, or map is NULL. */
const struct doc *doc_get(const struct doc *map, const char *key);
/* The key's own scalar, for its mark. */
const struct doc *doc_key(const struct doc *map, const char *key);
/* The text of a scalar child, or fallback. */
const char *doc_text(const struct doc *map, const char *key, const char *fallback);

/* Texts and keys are borrowed and must outlive the tree. */
struct doc *doc_new_text(struct arena *a, const char *text, bool plain);
struct doc *doc_new_list(struct arena *a);
struct doc *doc_new_map(struct arena *a);
void doc_append(struct arena *a, struct doc *list, struct doc *val);
/* Replaces the value of the key, or adds the pair. */
void doc_set(struct arena *a, struct doc *map, const char *key, struct doc *val);
/* Adds a pair whose key, a DOC_TEXT with its mark, is not in the map yet. */
void doc_add(struct arena *a, struct doc *map, struct doc *key, struct doc *val);

#endif
