#include "config/build.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "config/diag.h"
#include "node/node.h"

/* "a, b, c" of a NULL-ended list. */
static const char *words_joined(struct arena *a, const char *const *list)
{
	struct buf text = { .arena = a };

	buf_add(&text, "");
	for (int i = 0; list[i]; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", list[i]);
	return text.text;
}

bool name_valid(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

struct name *name_declare(struct builder *b, struct scope *s, const struct doc *key, enum name_kind kind)
{
	struct name *old = map_get(s->names, key->text), *n;

	if (!name_valid(key->text)) {
		diag_error(b->d, key, "'%s' cannot be a name", key->text);
		diag_hint(b->d, "a name has letters, digits and _, and does not start with a digit");
	}
	if (old) {
		diag_error(b->d, key, "'%s' is named twice: inputs, params and steps share their names", key->text);
		diag_hint(b->d, "the other is on line %d", old->at->at.line);
	}
	if (is_reserved(key->text))
		diag_error(b->d, key, "'%s' is a reserved word of steps and cannot name anything else", key->text);
	n = NEW(b->a, struct name);
	*n = (struct name){ .kind = kind, .at = key, .scope = s };
	map_put(s->names, key->text, n);
	PUSH(b->a, s->name, s->n_name, key->text);
	return n;
}

struct name *name_find(const struct scope *s, const char *name)
{
	return map_get(s->names, name);
}

struct axis *axis_get(struct builder *b, const char *name, bool sweep)
{
	struct pipeline *p = b->p;
	struct axis *x;

	for (int i = 0; i < p->n_axis; i++)
		if (strcmp(p->axis[i]->name, name) == 0) {
			p->axis[i]->sweep &= sweep;
			return p->axis[i];
		}
	x = NEW(b->a, struct axis);
	*x = (struct axis){ .name = name, .sweep = sweep };
	PUSH(b->a, p->axis, p->n_axis, x);
	return x;
}

struct axis *axis_find(struct builder *b, const struct doc *word, const char *for_what)
{
	const char **list = NULL, *text = word->kind == DOC_TEXT ? word->text : "";
	int n = 0;

	for (int i = 0; i < b->p->n_axis; i++) {
		if (strcmp(b->p->axis[i]->name, text) == 0)
			return b->p->axis[i];
		PUSH(b->a, list, n, b->p->axis[i]->name);
	}
	PUSH(b->a, list, n, NULL);
	diag_error(b->d, word, "there is no axis '%s' %s", text, for_what);
	diag_nearest(b->d, text, list);
	if (n > 1 && n < 8)
		diag_hint(b->d, "axes here: %s", words_joined(b->a, list));
	return NULL;
}

bool is_ref(const struct doc *d)
{
	return d->kind == DOC_TEXT && d->text[0] == '$' && d->text[1] != '$';
}

int setting_find(const struct step *st, const char *name)
{
	for (int i = 0; i < st->node->n_param; i++)
		if (strcmp(st->node->param[i].name, name) == 0)
			return i;
	return -1;
}

const struct doc *export_item(const struct doc *val)
{
	const struct doc *item = val && val->kind == DOC_MAP ? doc_get(val, "item") : NULL;

	return item ? item : val;
}

int ref_split(struct arena *a, const char *text, const char *part[3])
{
	int n = 0;

	for (text++; n < 3; n++) {
		size_t len = n < 2 ? strcspn(text, ".") : strlen(text);

		part[n] = arena_strndup(a, text, len);
		if (!text[len])
			return n + 1;
		text += len + 1;
	}
	return n;
}

const char *const *names_of(struct builder *b, const struct scope *s)
{
	const char **list = NEW_N(b->a, const char *, s->n_name + 1);

	if (s->n_name)
		memcpy(list, s->name, sizeof *list * (size_t)s->n_name);
	return list;
}

const char *const *kind_names(struct builder *b)
{
	const char **list = NULL;
	int n = 0;

	for (int i = 0; kind_table[i]; i++)
		PUSH(b->a, list, n, kind_table[i]->name);
	PUSH(b->a, list, n, NULL);
	return list;
}

void name_unknown(struct builder *b, const struct scope *s, const struct doc *ref, const char *word)
{
	diag_error(b->d, ref, "there is no input, param or step called '%s'", word);
	diag_nearest(b->d, word, names_of(b, s));
}

static bool port_find(struct builder *b, struct step *st, const struct doc *ref, const char *port, struct source *out)
{
	const char **list = NEW_N(b->a, const char *, st->n_out + 1);

	if (!st->node->name)
		return false;  /* that there is no such node has been told */
	for (int i = 0; i < st->n_out; i++) {
		list[i] = st->out[i].name;
		if (port && strcmp(port, list[i]) == 0) {
			*out = (struct source){ st, i, ref };
			return true;
		}
	}
	if (!port)
		diag_error(b->d, ref, "'%s' is a step: say which of its outputs, as in %s.%s", ref->text, ref->text,
		           st->n_out ? st->out[0].name : "...");
	else
		diag_error(b->d, ref, "step '%s' (%s) has no output '%s'", st->name, st->node->name, port);
	diag_nearest(b->d, port ? port : "", list);
	if (st->n_out && port)
		diag_hint(b->d, "it has: %s", words_joined(b->a, list));
	return false;
}

/* What a used pipeline exports under this name. */
static bool export_find(struct builder *b, const struct name *n, const struct doc *ref, const char *word, struct source *out)
{
	const struct doc *ex = n->scope ? doc_get(n->scope->doc, "export") : NULL, *val = ex && word ? export_item(doc_get(ex, word)) : NULL;

	if (!n->scope)
		return false;
	if (val && is_ref(val)) {
		bool ok = source_find(b, n->scope, val, out);

		out->at = ref;
		return ok;
	}
	if (word)
		diag_error(b->d, ref, "'%s' uses %s, which exports no '%s'", n->at->text, n->scope->file, word);
	else
		diag_error(b->d, ref, "'%s' is a used pipeline: say which of its results, as in $%s.NAME", n->at->text, n->at->text);
	if (ex && ex->kind == DOC_MAP) {
		const char **list = NEW_N(b->a, const char *, ex->n + 1);

		for (int i = 0; i < ex->n; i++)
			list[i] = ex->key[i]->text;
		diag_nearest(b->d, word ? word : "", list);
		if (ex->n)
			diag_hint(b->d, "it exports: %s", words_joined(b->a, list));
	}
	return false;
}

/* What an input stands for, in the scope that gave it. */
static bool alias_find(struct builder *b, struct name *n, const struct doc *ref, struct source *out)
{
	bool ok;

	if (!n->value)
		return false;  /* told where it is declared */
	ok = source_find(b, n->scope, n->value, out);
	out->at = ref;
	return ok;
}

static bool name_source(struct builder *b, struct name *n, const struct doc *ref, const char *port, struct source *out)
{
	switch (n->kind) {
	case NAME_PARAM:
		diag_error(b->d, ref, "'%s' is a param, but a result or an input is wanted here", n->at->text);
		return false;
	case NAME_INSTANCE:
		return export_find(b, n, ref, port, out);
	case NAME_ALIAS:
		return alias_find(b, n, ref, out);
	case NAME_STEP:
		return n->step && port_find(b, n->step, ref, n->is_input ? n->step->out[0].name : port, out);
	}
	return false;
}

bool source_find(struct builder *b, struct scope *s, const struct doc *ref, struct source *out)
{
	const char *part[3];
	int n_part = ref_split(b->a, ref->text, part);
	struct name *n = name_find(s, part[0]);

	*out = (struct source){ .at = ref };
	if (!n) {
		name_unknown(b, s, ref, part[0]);
		return false;
	}
	if (n_part > 2) {
		diag_error(b->d, ref, "a port is given as $step.port; a field of a record can only stand in `when`");
		return false;
	}
	if (n->is_input && n_part > 1) {
		diag_error(b->d, ref, "'%s' is an input: it has no ports, write $%s", part[0], part[0]);
		return false;
	}
	if (n->open || b->depth >= MAX_DEPTH) {
		diag_error(b->d, ref, "'%s' is given by itself: inputs and exports refer to each other in a circle", part[0]);
		return false;
	}
	n->open = true;
	b->depth++;
	bool ok = name_source(b, n, ref, n_part > 1 ? part[1] : NULL, out);

	n->open = false;
	b->depth--;
	return ok;
}
