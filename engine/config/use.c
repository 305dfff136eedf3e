#include "config/build.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "config/diag.h"
#include "config/yaml.h"

const struct doc *use_find(const struct scope *s, const char *name)
{
	const struct doc *use = doc_get(s->doc, "use");

	return use && use->kind == DOC_MAP ? doc_get(use, name) : NULL;
}

const char *use_path(struct builder *b, const struct scope *s, const struct doc *path)
{
	return strcmp(s->folder, ".") == 0 ? path->text : path_join(b->a, s->folder, path->text);
}

/* Is this file being read already, by the scope or one that uses it? */
static bool in_use(const struct scope *s, const char *path)
{
	for (; s; s = s->parent)
		if (strcmp(s->path, path) == 0)
			return true;
	return false;
}

static const char *absolute(struct builder *b, const char *path)
{
	char *full = realpath(path, NULL);
	const char *kept = full ? arena_strdup(b->a, full) : path;

	free(full);
	return kept;
}

/* Words that a step of a used pipeline may have besides that pipeline's inputs and params. */
static void given_check(struct builder *b, struct scope *child, const struct doc *step)
{
	const struct doc *in = doc_get(child->doc, "inputs"), *params = doc_get(child->doc, "params");
	const char **words = NULL;
	int n = 0;

	for (int i = 0; in && in->kind == DOC_MAP && i < in->n; i++)
		PUSH(b->a, words, n, in->key[i]->text);
	for (int i = 0; params && params->kind == DOC_MAP && i < params->n; i++)
		PUSH(b->a, words, n, params->key[i]->text);
	PUSH(b->a, words, n, NULL);
	for (int i = 0; i < step->n; i++) {
		const char *key = step->key[i]->text;
		bool known = strcmp(key, "do") == 0 || strcmp(key, "when") == 0 || strcmp(key, "note") == 0;

		for (int k = 0; words[k]; k++)
			known |= strcmp(words[k], key) == 0;
		if (known)
			continue;
		if (is_reserved(key))
			diag_error(b->d, step->key[i], "'%s' cannot stand on a used pipeline; only when and note can", key);
		else
			diag_error(b->d, step->key[i], "%s has no input or param '%s'", child->file, key);
		diag_nearest(b->d, key, words);
	}
}

void use_declare(struct builder *b, struct scope *s, const struct doc *key, const struct doc *step, const struct doc *path)
{
	const char *file = use_path(b, s, path), *full = absolute(b, file);
	struct name *n = name_declare(b, s, key, NAME_INSTANCE);
	struct doc *doc;

	n->scope = NULL;
	if (b->n_scope >= MAX_SCOPES) {
		if (b->n_scope++ == MAX_SCOPES)
			diag_error(b->d, path, "pipelines use each other over %d times", MAX_SCOPES);
		return;
	}
	if (in_use(s, full)) {
		diag_error(b->d, path, "%s would use itself", path->text);
		return;
	}
	if (!file_exists(file))
		return;  /* told where it is declared */
	yaml_read_file(&doc, file, b->d, b->a);
	if (!doc)
		return;
	struct scope *child = scope_new(b, s, arena_printf(b->a, "%s%s/", s->prefix, key->text), doc, file);

	child->path = full;
	child->given = step;
	n->scope = child;
	n->value = path;
	given_check(b, child, step);
	scope_declare(b, child);
	PUSH(b->a, s->child, s->n_child, child);
}
