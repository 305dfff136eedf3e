#include "config/build.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "config/diag.h"
#include "config/value.h"
#include "node/node.h"

enum { HINTED = 8 };   /* words in a hint */

struct step *step_new(struct builder *b, struct scope *s, const struct doc *key, const struct node_decl *node)
{
	struct step *st = NEW(b->a, struct step);

	*st = (struct step){ .name = arena_printf(b->a, "%s%s", s->prefix, key->text), .at = key, .node = node, .n_out = node->n_out };
	st->setting = NEW_N(b->a, struct setting, node->n_param + 1);
	st->arg = NEW_N(b->a, struct arg, node->n_in + 1);
	st->out = NEW_N(b->a, struct step_out, node->n_out + 1);
	for (int i = 0; i < node->n_in; i++)
		st->arg[i].port = &node->in[i];
	for (int i = 0; i < node->n_out; i++)
		st->out[i] = (struct step_out){ .name = node->out[i].name, .port = &node->out[i], .kind = kind_find(node->out[i].kind) };
	if (node->axis)
		axis_get(b, node->axis, false);
	for (int i = 0; i < node->n_out; i++)
		if (node->out[i].axis)
			axis_get(b, node->out[i].axis, false);
	PUSH(b->a, b->p->step, b->p->n_step, st);
	map_put(b->p->names, st->name, st);
	return st;
}

static const char *const *node_names(struct builder *b, const struct scope *s)
{
	const struct doc *use = doc_get(s->doc, "use");
	const char **list = NULL;
	int n = 0;

	for (int i = 0; node_table[i]; i++)
		PUSH(b->a, list, n, node_table[i]->name);
	for (int i = 0; use && use->kind == DOC_MAP && i < use->n; i++)
		PUSH(b->a, list, n, use->key[i]->text);
	PUSH(b->a, list, n, "command");
	PUSH(b->a, list, n, "pick");
	PUSH(b->a, list, n, NULL);
	return list;
}

/* The declaration of the node that `do` names, or NULL after telling that there is none. */
static const struct node_decl *node_of(struct builder *b, struct scope *s, const struct doc *key, const struct doc *step)
{
	const struct doc *word = doc_get(step, "do");
	const struct node_decl *node;

	if (!word || word->kind != DOC_TEXT) {
		diag_error(b->d, word ? word : key, "step '%s' does not say which node to do", key->text);
		diag_hint(b->d, "write do: NODE; `sulcus nodes` lists them");
		return NULL;
	}
	if (strcmp(word->text, "command") == 0)
		return command_decl(b, key, step);
	if (strcmp(word->text, "pick") == 0)
		return pick_decl();
	node = node_find(word->text);
	if (node && strncmp(word->text, "import.", 7) == 0) {
		diag_error(b->d, word, "'%s' cannot be a step: files are read by inputs", word->text);
		diag_hint(b->d, "write inputs: {NAME: {kind: ..., files: ...}}");
		return NULL;
	}
	if (!node) {
		diag_error(b->d, word, "there is no node '%s'", word->text);
		diag_nearest(b->d, word->text, node_names(b, s));
	}
	return node;
}

void step_declare(struct builder *b, struct scope *s, const struct doc *key, const struct doc *step)
{
	const struct node_decl *node;
	const struct doc *word, *path;
	struct name *n;

	if (step->kind != DOC_MAP) {
		diag_error(b->d, step, "step '%s' must be a map, as in {do: node, ...}", key->text);
		return;
	}
	word = doc_get(step, "do");
	path = word && word->kind == DOC_TEXT ? use_find(s, word->text) : NULL;
	if (path && path->kind == DOC_TEXT) {
		use_declare(b, s, key, step, path);
		return;
	}
	n = name_declare(b, s, key, NAME_STEP);
	node = node_of(b, s, key, step);
	if (!node)
		node = pick_decl() + 1;  /* a node without ports, so that references to the step are still understood */
	n->step = step_new(b, s, key, node);
	PUSH(b->a, s->own, s->n_own, ((struct own){ n->step, step }));
}

/* All of a description is what `sulcus nodes` tells. */
static const char *first_sentence(const char *doc, struct arena *a)
{
	const char *end = strstr(doc, ". ");

	return end ? arena_strndup(a, doc, (size_t)(end - doc) + 1) : doc;
}

/* The canonical value k of a setting; NULL after telling what is wrong. */
static const char *setting_value(struct builder *b, struct scope *s, const struct param_decl *p, const struct doc *given, int k)
{
	const struct doc *v = value_resolve(b, s, given, k);

	return v ? value_canonical(p, v, b->d, b->a) : NULL;
}

/* nilearn's threshold="90%" is a percentile. */
static void hint_percent(struct builder *b, const struct step *st, const struct param_decl *p, const struct doc *given)
{
	size_t n = given->kind == DOC_TEXT ? strlen(given->text) : 0;

	for (int i = 0; n > 1 && given->text[n - 1] == '%' && i < st->node->n_param; i++)
		if (strcmp(p->name, "threshold") == 0 && strcmp(st->node->param[i].name, "percentile") == 0)
			diag_hint(b->d, "for a percentage write percentile: %.*s", (int)n - 1, given->text);
}

void setting_wire(struct builder *b, struct scope *s, struct step *st, int i, const struct doc *given, bool from_defaults)
{
	const struct param_decl *p = &st->node->param[i];
	struct setting *set = &st->setting[i];
	struct name *sweep;

	set->at = given;
	set->json = p->fallback;
	set->from_defaults = from_defaults;
	if (!given) {
		if (!p->fallback && !p->optional)
			diag_error(b->d, st->at, "step '%s' (%s) must be given '%s': %s", st->name, st->node->name, p->name, first_sentence(p->doc, b->a));
		return;
	}
	if (given->kind == DOC_MAP && doc_get(given, "each")) {
		diag_error(b->d, given, "`each` stands in params: give '%s' a param, as in %s: $%s", p->name, p->name, p->name);
		return;
	}
	sweep = sweep_of(b, s, given);
	if (!sweep) {
		const char *json = setting_value(b, s, p, given, 0);

		if (!json)
			hint_percent(b, st, p, given);
		set->json = json ? json : p->fallback;
		return;
	}
	set->axis = sweep->axis;
	for (int k = 0; k < sweep->n_value; k++) {
		struct sweep_value v = { sweep->cell[k], setting_value(b, s, p, given, k) };

		PUSH(b->a, set->value, set->n_value, v);
	}
}

/* A written list or map (or a param that is one) for a port that takes it. */
static void literal_wire(struct builder *b, struct scope *s, struct step *st, struct arg *arg, const struct doc *given)
{
	struct name *sweep = sweep_of(b, s, given);

	for (int k = 0; k < (sweep ? sweep->n_value : 1); k++) {
		const struct doc *v = value_resolve(b, s, given, k);
		struct buf json = { .arena = b->a };

		if (!v)
			return;
		if (v->kind == DOC_TEXT) {
			diag_error(b->d, v, "'%s' of step '%s' is '%.60s', must be a reference to %s, as in $step.port, or a list or map "
			           "that is written here", arg->port->name, st->name, v->text, kind_words(arg->port->kind, b->a));
			return;
		}
		value_plain(&json, v);
		arg->literal = json.text;
		if (sweep)
			PUSH(b->a, arg->value, arg->n_value, ((struct sweep_value){ sweep->cell[k], json.text }));
	}
	arg->axis = sweep ? sweep->axis : NULL;
}

/* A written map names its items: {before: $a.image, after: $b.image}. */
static bool name_is_word(struct builder *b, const struct doc *key, const char **name)
{
	const char *s = *name = key->text;

	while (isalnum((unsigned char)*s) || *s == '_')
		s++;
	if (!*s && *key->text && !isdigit((unsigned char)*key->text))
		return true;
	diag_error(b->d, key, "a name must be letters, digits and _, and begin with a letter");
	return false;
}

/* In keys and in what a node is given the order of a map's lines does not matter. */
static int by_name(const void *x, const void *y)
{
	return strcmp(((const struct source *)x)->name, ((const struct source *)y)->name);
}

static void sources_wire(struct builder *b, struct scope *s, struct step *st, struct arg *arg, const struct doc *given)
{
	struct source src;

	if (given->kind == DOC_TEXT && is_ref(given)) {
		if (source_find(b, s, given, &src))
			PUSH(b->a, arg->source, arg->n_source, src);
		return;
	}
	if (given->kind != DOC_TEXT && arg->port->literal && !arg->port->many) {
		diag_error(b->d, given, "what is written at '%s' of step '%s' may hold params, but no results of steps: one result alone is "
		           "given as in %s: $step.port", arg->port->name, st->name, arg->port->name);
		return;
	}
	if (given->kind == DOC_TEXT || !arg->port->many) {
		diag_error(b->d, given, "'%s' of step '%s' must be a reference, as in $step.port", arg->port->name, st->name);
		return;
	}
	for (int i = 0; i < given->n; i++) {
		src.name = NULL;
		if (!is_ref(given->val[i]))
			diag_error(b->d, given->val[i], "'%s' must be a list of references, as in [$a.image, $b.image]", arg->port->name);
		else if (!source_find(b, s, given->val[i], &src))
			continue;
		else if (given->kind == DOC_LIST || name_is_word(b, given->key[i], &src.name))
			PUSH(b->a, arg->source, arg->n_source, src);
	}
	if (given->kind == DOC_MAP && arg->n_source)
		qsort(arg->source, (size_t)arg->n_source, sizeof *arg->source, by_name);
}

static void arg_wire(struct builder *b, struct scope *s, struct step *st, struct arg *arg, const struct doc *doc)
{
	const struct doc *given = doc_get(doc, arg->port->name);

	arg->at = given;
	if (!given) {
		if (!arg->port->optional)
			diag_error(b->d, st->at, "step '%s' (%s) must be given '%s' (%s%s): %s", st->name, st->node->name,
			           arg->port->name, arg->port->kind, arg->port->many ? ", a list" : "", first_sentence(arg->port->doc, b->a));
		return;
	}
	if (arg->port->literal && !value_has_source(s, given))
		literal_wire(b, s, st, arg, given);
	else
		sources_wire(b, s, st, arg, given);
}

/* Is key among nilearn's words, "strategy, denoise_strategy"? */
static bool is_word_of(const char *key, const char *nilearn)
{
	size_t n = strlen(key);

	for (const char *w = nilearn; w && n > 0; w = strchr(w, ','), w = w ? w + 1 + strspn(w + 1, " ") : NULL)
		if (strncmp(w, key, n) == 0 && (w[n] == '\0' || w[n] == ','))
			return true;
	return false;
}

/* Our word for what nilearn calls so, or NULL: many come from there. */
static const char *nilearn_word(const struct node_decl *node, const char *key)
{
	for (int i = 0; i < node->n_in; i++)
		if (is_word_of(key, node->in[i].nilearn))
			return node->in[i].name;
	for (int i = 0; i < node->n_param; i++)
		if (is_word_of(key, node->param[i].nilearn))
			return node->param[i].name;
	return NULL;
}

/* Of a word like none of these: those that were not given. */
static void hint_all(struct builder *b, const struct doc *doc, const char *const *words)
{
	struct buf text = { .arena = b->a };
	int n = 0;

	for (int k = 0; words[k]; k++)
		if (!doc_get(doc, words[k]) && ++n <= HINTED)
			buf_printf(&text, "%s%s", n > 1 ? ", " : "", words[k]);
	if (n > HINTED)
		buf_printf(&text, " and %d more", n - HINTED);
	if (n > 0)
		diag_hint(b->d, "it can be given %s", text.text);
}

static void keys_check(struct builder *b, struct step *st, const struct doc *doc)
{
	const char **words = NULL;
	int n = 0;

	for (int i = 0; i < st->node->n_in; i++)
		PUSH(b->a, words, n, st->node->in[i].name);
	for (int i = 0; i < st->node->n_param; i++)
		PUSH(b->a, words, n, st->node->param[i].name);
	PUSH(b->a, words, n, NULL);
	for (int i = 0; i < doc->n; i++) {
		const char *key = doc->key[i]->text;
		bool known = is_reserved(key);
		const char *ours = nilearn_word(st->node, key);

		for (int k = 0; words[k]; k++)
			known |= strcmp(words[k], key) == 0;
		if (known)
			continue;
		diag_error(b->d, doc->key[i], "node '%s' has no port or parameter '%s'", st->node->name, key);
		if (ours)
			diag_hint(b->d, "nilearn's %s is called '%s' here", key, ours);
		else if (text_nearest(key, words))
			diag_nearest(b->d, key, words);
		else
			hint_all(b, doc, words);
	}
}

void step_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *doc)
{
	if (!st->node->name)
		return;
	if (strcmp(st->node->name, "command") == 0) {
		command_wire(b, s, st, doc);
	} else if (strcmp(st->node->name, "pick") == 0) {
		pick_wire(b, s, st, doc);
	} else {
		keys_check(b, st, doc);
		for (int i = 0; i < st->node->n_in; i++)
			arg_wire(b, s, st, &st->arg[i], doc);
		for (int i = 0; i < st->node->n_param; i++) {
			const char *name = st->node->param[i].name;
			const struct doc *given = doc_get(doc, name), *common = s->defaults ? doc_get(s->defaults, name) : NULL;

			setting_wire(b, s, st, i, given ? given : common, !given && common);
		}
	}
	words_wire(b, s, st, doc);
}
