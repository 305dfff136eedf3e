#include "config/build.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "config/diag.h"
#include "config/pattern.h"
#include "config/yaml.h"
#include "node/node.h"

static const char *const own_keys[] = { "kind", "per", "files", "bids", "from", "note", NULL };

static bool in_list(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

static const struct kind_decl *kind_of_input(struct builder *b, const struct doc *key, const struct doc *in)
{
	const struct doc *kind = doc_get(in, "kind");
	const struct kind_decl *k;

	if (!kind || kind->kind != DOC_TEXT) {
		diag_error(b->d, kind ? kind : key, "input '%s' has no kind", key->text);
		diag_hint(b->d, "for instance kind: bold, kind: table; `sulcus nodes` lists the kinds");
		return NULL;
	}
	k = kind_find(kind->text);
	if (!k) {
		diag_error(b->d, kind, "there is no kind '%s'", kind->text);
		diag_nearest(b->d, kind->text, kind_names(b));
	}
	return k;
}

static const struct node_decl *import_of(struct builder *b, const struct kind_decl *k, const struct doc *at)
{
	const struct kind_decl *up = k;

	while (up && !up->import)
		up = up->is ? kind_find(up->is) : NULL;
	if (!up)
		diag_error(b->d, at, "kind '%s' cannot be read from files", k->name);
	return up ? node_find(up->import) : NULL;
}

static bool has_axis(const struct step *st, const char *name)
{
	for (int i = 0; i < st->n_axis; i++)
		if (strcmp(st->axis[i]->name, name) == 0)
			return true;
	return false;
}

static void axis_add(struct builder *b, struct step *st, const struct doc *word)
{
	if (word->kind != DOC_TEXT || !name_valid(word->text))
		diag_error(b->d, word, "per must be a list of axes' names, as in [sub, run]");
	else if (has_axis(st, word->text))
		diag_error(b->d, word, "axis '%s' stands twice in per", word->text);
	else
		PUSH(b->a, st->axis, st->n_axis, axis_get(b, word->text, false));
}

/* An input has one file a cell, so its pattern must capture its axes and nothing else. */
static void captures_check(struct builder *b, const struct step *st, const struct doc *files, const char *const *cap, int n_cap)
{
	for (int i = 0; i < st->n_axis; i++) {
		bool found = false;

		for (int k = 0; k < n_cap; k++)
			found |= strcmp(cap[k], st->axis[i]->name) == 0;
		if (!found)
			diag_error(b->d, files, "axis '%s' of input '%s' is not captured: the pattern has no {%s}", st->axis[i]->name, st->name,
			           st->axis[i]->name);
	}
	for (int k = 0; k < n_cap; k++)
		if (!has_axis(st, cap[k]))
			diag_error(b->d, files, "the pattern captures {%s}, which is not in per", cap[k]);
}

/* The axes of an input: `per`, else the pattern's captures in their order. */
static void input_axes(struct builder *b, struct step *st, const struct doc *in, const struct doc *files)
{
	const struct doc *per = doc_get(in, "per");
	const char *const *cap = NULL;
	int n_cap = 0;
	struct error *e = st->pattern ? pattern_names(&cap, &n_cap, st->pattern, b->a) : NULL;

	if (e) {
		diag_error(b->d, files, "%s", e->text);
		error_free(e);
		return;
	}
	for (int i = 0; !per && i < n_cap; i++)
		PUSH(b->a, st->axis, st->n_axis, axis_get(b, cap[i], false));
	if (per && per->kind != DOC_LIST)
		axis_add(b, st, per);
	for (int i = 0; per && per->kind == DOC_LIST && i < per->n; i++)
		axis_add(b, st, per->val[i]);
	if (st->pattern && per)
		captures_check(b, st, files, cap, n_cap);
}

static void input_options(struct builder *b, struct scope *s, struct step *st, const struct doc *in)
{
	for (int i = 0; i < st->node->n_param; i++) {
		const struct doc *given = doc_get(in, st->node->param[i].name);

		if (given && sweep_of(b, s, given))
			diag_error(b->d, given, "'%s' of input '%s' cannot follow a swept param", st->node->param[i].name, st->name);
		else
			setting_wire(b, s, st, i, given, false);
	}
}

/* Unknown keys, of an input that has no import node, too. */
static void keys_check(struct builder *b, const struct doc *key, const struct doc *in, const struct node_decl *node)
{
	const char **words = NULL;
	int n = 0;

	for (int i = 0; node && i < node->n_param; i++)
		PUSH(b->a, words, n, node->param[i].name);
	for (int i = 0; own_keys[i]; i++)
		PUSH(b->a, words, n, own_keys[i]);
	PUSH(b->a, words, n, NULL);
	for (int i = 0; i < in->n; i++)
		if (!in_list(words, in->key[i]->text)) {
			diag_error(b->d, in->key[i], "input '%s' has no option '%s'", key->text, in->key[i]->text);
			diag_nearest(b->d, in->key[i]->text, words);
		}
}

/* A used pipeline's input may say nothing when whoever uses it gives it. */
static void one_of_three(struct builder *b, const struct doc *key, const struct doc *in, bool given)
{
	static const char *const way[] = { "files", "bids", "from" };
	const struct doc *first = NULL;

	for (int i = 0; i < 3; i++) {
		const struct doc *at = doc_key(in, way[i]);

		if (at && first)
			diag_error(b->d, at, "input '%s' has %s and %s, must have one of them", key->text, first->text, at->text);
		first = first ? first : at;
	}
	if (!first && !given)
		diag_error(b->d, key, "input '%s' must have files, bids or from", key->text);
}

/* An input's files make a step whose node is the import node of the kind. */
static void files_declare(struct builder *b, struct scope *s, struct name *n, const struct doc *in, const struct doc *files)
{
	const struct kind_decl *k = kind_of_input(b, n->at, in);
	const struct node_decl *node = k ? import_of(b, k, doc_get(in, "kind")) : NULL;
	const struct doc *bids = files ? NULL : doc_get(in, "bids");

	n->kind = NAME_STEP;
	keys_check(b, n->at, in, node);
	if (!node)
		return;
	struct step *st = n->step = step_new(b, s, n->at, node);

	st->out[0].kind = k;
	st->folder = n->scope->folder;
	st->bids = bids;
	st->at = files ? files : bids ? bids : n->at;
	if (files && files->kind == DOC_TEXT && *files->text)
		st->pattern = files->text;
	else if (files)
		diag_error(b->d, files, "files must be one pattern, as in \"sub-{sub}/func/*_bold.nii.gz\"");
	input_axes(b, st, in, st->at);
	if (bids && bids->kind == DOC_MAP)
		st->pattern = bids_pattern(b, st, bids);
	else if (bids)
		diag_error(b->d, bids, "bids must be a map, as in {root: study, task: rest, suffix: bold}");
	input_options(b, s, st, in);
	if (bids && bids->kind == DOC_MAP)
		bids_participants(b, st, bids);
}

/* --set name=PATTERN */
static const struct doc *overridden(struct builder *b, struct scope *s, const char *name)
{
	for (int i = 0; !s->parent && i < b->n_set; i++)
		if (strcmp(b->set[i].name, name) == 0) {
			struct doc *text = doc_new_text(b->a, b->set[i].value, true);

			text->at = (struct mark){ arena_printf(b->a, "--set %s", name), 1, 1 };
			diag_source(b->d, text->at.file, b->set[i].value);
			return text;
		}
	return NULL;
}

/* The input stands for what `ref`, read in scope `where`, names. */
static void alias_declare(struct builder *b, struct scope *s, struct name *n, const struct doc *ref, struct scope *where)
{
	n->value = ref;
	n->scope = where;
	PUSH(b->a, s->alias, s->n_alias, n);
}

static void input_declare(struct builder *b, struct scope *s, const struct doc *key, const struct doc *in)
{
	struct name *n = name_declare(b, s, key, NAME_ALIAS);
	const struct doc *given = s->given ? doc_get(s->given, key->text) : overridden(b, s, key->text), *from = doc_get(in, "from");

	n->is_input = true;
	if (in->kind != DOC_MAP) {
		diag_error(b->d, in, "input '%s' must be a map, as in {kind: bold, files: \"...\"}", key->text);
		return;
	}
	n->declared = in;
	one_of_three(b, key, in, given);
	if (given && s->given && is_ref(given)) {
		alias_declare(b, s, n, given, s->parent);
	} else if (given) {
		n->scope = s->parent ? s->parent : s;
		files_declare(b, s, n, in, given);
	} else if (from && !is_ref(from)) {
		diag_error(b->d, from, "from must be a reference to a step's port, as in $study.bold");
	} else if (from) {
		alias_declare(b, s, n, from, s);
	} else {
		files_declare(b, s, n, in, doc_get(in, "files"));
	}
}

/* What a used pipeline's input is given may have more axes than it says; what it takes itself has those it says. */
void alias_wire(struct builder *b, struct name *n)
{
	const struct doc *in = n->declared, *from = doc_get(in, "from");
	const struct kind_decl *k = kind_of_input(b, n->at, in);
	const struct node_decl *node = k && k->import ? node_find(k->import) : NULL;
	struct promise p = { .at = n->value, .kind = k ? doc_get(in, "kind") : NULL, .per = from == n->value ? doc_get(in, "per") : NULL,
	                     .name = n->at->text };

	keys_check(b, n->at, in, node);
	for (int i = 0; node && i < node->n_param; i++) {
		const struct doc *option = doc_key(in, node->param[i].name);

		if (option && from == n->value)
			diag_error(b->d, option, "'%s' is an option of files, but input '%s' is a step's result", option->text, p.name);
	}
	if (source_find(b, n->scope, n->value, &p.source))
		PUSH(b->a, b->promise, b->n_promise, p);
}

void inputs_declare(struct builder *b, struct scope *s)
{
	const struct doc *inputs = doc_get(s->doc, "inputs");

	if (!inputs)
		return;
	if (inputs->kind != DOC_MAP) {
		diag_error(b->d, inputs, "inputs must be a map of name: {kind: ..., files: ...}");
		return;
	}
	for (int i = 0; i < inputs->n; i++)
		input_declare(b, s, inputs->key[i], inputs->val[i]);
}
