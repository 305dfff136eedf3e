#include "config/build.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/map.h"
#include "config/diag.h"
#include "node/node.h"

static const char *const top_keys[] = { "sulcus", "title", "inputs", "params", "defaults", "use", "steps", "export", "layout", NULL };

struct scope *scope_new(struct builder *b, struct scope *parent, const char *prefix, const struct doc *doc, const char *path)
{
	struct scope *s = NEW(b->a, struct scope);

	*s = (struct scope){ .parent = parent, .prefix = prefix, .file = path, .path = path, .doc = doc,
	                     .folder = path_folder(b->a, path), .names = map_new(b->a) };
	b->n_scope++;
	return s;
}

static void version_check(struct builder *b, const struct doc *doc)
{
	const struct doc *v = doc_get(doc, "sulcus");

	if (!v) {
		diag_add(b->d, DIAG_ERROR, (struct mark){ doc->at.file, 1, 1 }, 1, "write `sulcus: 1` at the top",
		         "the version of the language is missing");
	} else if (v->kind != DOC_TEXT || strcmp(v->text, "1") != 0) {
		diag_error(b->d, v, "sulcus is %s, must be 1: this program reads version 1 of the language",
		           v->kind == DOC_TEXT ? v->text : "not a number");
	}
}

static void keys_check(struct builder *b, const struct doc *doc)
{
	for (int i = 0; i < doc->n; i++) {
		bool known = false;

		for (int k = 0; top_keys[k]; k++)
			known |= strcmp(top_keys[k], doc->key[i]->text) == 0;
		if (!known) {
			diag_error(b->d, doc->key[i], "a pipeline has no '%s'", doc->key[i]->text);
			diag_nearest(b->d, doc->key[i]->text, top_keys);
		}
	}
}

static void title_check(struct builder *b, const struct doc *doc)
{
	const struct doc *title = doc_get(doc, "title");

	if (title && title->kind != DOC_TEXT)
		diag_error(b->d, title, "title must be a text, not a %s", title->kind == DOC_MAP ? "map" : "list");
}

/* Does any node take this parameter? */
static bool some_node_has(const char *param)
{
	for (int i = 0; node_table[i]; i++)
		for (int k = 0; k < node_table[i]->n_param; k++)
			if (strcmp(node_table[i]->param[k].name, param) == 0)
				return true;
	return false;
}

static void defaults_check(struct builder *b, struct scope *s)
{
	const struct doc *d = doc_get(s->doc, "defaults");
	const char **words = NULL;
	int n = 0;

	if (!d)
		return;
	if (d->kind != DOC_MAP) {
		diag_error(b->d, d, "defaults must be a map of parameter: value");
		return;
	}
	s->defaults = d;
	for (int i = 0; node_table[i]; i++)
		for (int k = 0; k < node_table[i]->n_param; k++)
			PUSH(b->a, words, n, node_table[i]->param[k].name);
	PUSH(b->a, words, n, NULL);
	for (int i = 0; i < d->n; i++)
		if (!some_node_has(d->key[i]->text)) {
			diag_error(b->d, d->key[i], "no node has a parameter '%s'", d->key[i]->text);
			diag_nearest(b->d, d->key[i]->text, words);
		}
}

static void use_check(struct builder *b, struct scope *s)
{
	const struct doc *use = doc_get(s->doc, "use");

	if (use && use->kind != DOC_MAP) {
		diag_error(b->d, use, "use must be a map of name: file");
		return;
	}
	for (int i = 0; use && i < use->n; i++) {
		const char *name = use->key[i]->text;

		if (use->val[i]->kind != DOC_TEXT || !*use->val[i]->text)
			diag_error(b->d, use->val[i], "'%s' must be the path of a pipeline file", name);
		else if (!file_exists(use_path(b, s, use->val[i])))
			diag_error(b->d, use->val[i], "there is no file %s", use_path(b, s, use->val[i]));
		if (node_find(name) || !strcmp(name, "command") || !strcmp(name, "pick"))
			diag_error(b->d, use->key[i], "'%s' is already the name of a node", use->key[i]->text);
	}
}

void scope_declare(struct builder *b, struct scope *s)
{
	const struct doc *steps;

	if (s->doc->kind != DOC_MAP) {
		diag_error(b->d, s->doc, "a pipeline is a map with sulcus, inputs, params, steps and export");
		return;
	}
	version_check(b, s->doc);
	keys_check(b, s->doc);
	title_check(b, s->doc);
	defaults_check(b, s);
	use_check(b, s);
	params_declare(b, s);
	inputs_declare(b, s);
	steps = doc_get(s->doc, "steps");
	if (!steps || steps->kind != DOC_MAP || !steps->n) {
		diag_error(b->d, steps ? steps : s->doc, "a pipeline must have steps: a map of name: {do: node, ...}");
		return;
	}
	for (int i = 0; i < steps->n; i++)
		step_declare(b, s, steps->key[i], steps->val[i]);
}

/* What a used file exports must be there even if nobody reads it. */
static void exports_check(struct builder *b, struct scope *s)
{
	const struct doc *ex = doc_get(s->doc, "export");
	struct source src;

	for (int i = 0; ex && ex->kind == DOC_MAP && i < ex->n; i++)
		if (is_ref(export_item(ex->val[i])))
			source_find(b, s, export_item(ex->val[i]), &src);
		else
			diag_error(b->d, ex->val[i], "export '%s' must be a reference, as in $step.port", ex->key[i]->text);
}

void scope_wire(struct builder *b, struct scope *s)
{
	const struct doc *when = s->given ? doc_get(s->given, "when") : NULL;

	if (when)
		s->when = when_read(b, s->parent, when);
	if (s->parent && s->parent->when) {
		struct predicate **end = &s->when;

		while (*end)
			end = &(*end)->next;
		*end = s->parent->when;
	}
	for (int i = 0; i < s->n_own; i++)
		step_wire(b, s, s->own[i].step, s->own[i].doc);
	for (int i = 0; i < s->n_alias; i++)
		alias_wire(b, s->alias[i]);
	for (int i = 0; i < s->n_child; i++) {
		scope_wire(b, s->child[i]);
		exports_check(b, s->child[i]);
	}
}
