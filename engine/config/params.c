#include "config/build.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "config/diag.h"
#include "config/yaml.h"

/* A cell key from a swept value: letters and digits only, "4 mm" -> 4mm, -0.5 -> m0p5, lists joined by x. */
static void cell_text(struct buf *out, const struct doc *v)
{
	for (int i = 0; v->kind != DOC_TEXT && i < v->n; i++) {
		if (i)
			buf_add(out, "x");
		cell_text(out, v->val[i]);
	}
	for (const char *s = v->kind == DOC_TEXT ? v->text : ""; *s; s++) {
		if (isalnum((unsigned char)*s))
			buf_add_n(out, s, 1);
		else if (*s == '.')
			buf_add(out, "p");
		else if (*s == '-')
			buf_add(out, "m");
		else if (*s == '%')
			buf_add(out, "pct");
	}
}

static void each_add(struct builder *b, struct name *n, const struct doc *v)
{
	struct buf cell = { .arena = b->a };

	cell_text(&cell, v);
	if (!cell.n)
		buf_printf(&cell, "%d", n->n_value);
	for (int i = 0; i < n->n_value; i++)
		if (strcmp(n->cell[i], cell.text) == 0) {
			diag_error(b->d, v, "'%s' stands twice in `each`", cell.text);
			return;
		}
	int k = n->n_value;

	PUSH(b->a, n->each, k, v);
	PUSH(b->a, n->cell, n->n_value, cell.text);
}

static void each_declare(struct builder *b, struct name *n, const struct doc *value)
{
	const struct doc *each = doc_get(value, "each");

	if (value->n != 1 || each->kind != DOC_LIST || !each->n) {
		diag_error(b->d, value, "'%s' must be {each: [value, value, ...]}", n->at->text);
		return;
	}
	n->axis = axis_get(b, n->at->text, true);
	for (int i = 0; i < each->n; i++)
		each_add(b, n, each->val[i]);
}

static void param_declare(struct builder *b, struct scope *s, const struct doc *key, const struct doc *value)
{
	struct name *n = name_declare(b, s, key, NAME_PARAM);
	const struct doc *over = s->given ? doc_get(s->given, key->text) : NULL;

	for (int i = 0; !s->parent && i < b->n_set; i++)
		if (strcmp(b->set[i].name, key->text) == 0) {
			struct doc *tree;

			yaml_read(&tree, b->set[i].value, strlen(b->set[i].value), arena_printf(b->a, "--set %s", key->text), b->d, b->a);
			over = tree ? tree : over;
		}
	if (over) {
		value = over;
		n->scope = s->parent ? s->parent : s;
	}
	n->value = value;
	if (value->kind == DOC_MAP && doc_get(value, "each"))
		each_declare(b, n, value);
}

void params_declare(struct builder *b, struct scope *s)
{
	const struct doc *params = doc_get(s->doc, "params");

	if (!params)
		return;
	if (params->kind != DOC_MAP) {
		diag_error(b->d, params, "params must be a map of name: value");
		return;
	}
	for (int i = 0; i < params->n; i++)
		param_declare(b, s, params->key[i], params->val[i]);
}

/* The param a scalar names, in whose scope its value is then read. */
static struct name *param_of(const struct scope *s, const struct doc *d, struct builder *b)
{
	const char *part[3];

	if (!is_ref(d) || ref_split(b->a, d->text, part) != 1)
		return NULL;
	struct name *n = name_find(s, part[0]);

	return n && n->kind == NAME_PARAM ? n : NULL;
}

static struct name *sweep_in(struct builder *b, const struct scope *s, const struct doc *v, struct name *found, int depth)
{
	struct name *n = v->kind == DOC_TEXT ? param_of(s, v, b) : NULL;

	if (++b->work > MAX_WORK)
		return found;  /* told when the value is resolved */

	if (n && n->axis) {
		if (found && found != n)
			diag_error(b->d, v, "one value can follow one swept param only: here '%s' and '%s'", found->at->text, n->at->text);
		return n;
	}
	if (n && n->value && depth < 16)
		return sweep_in(b, n->scope, n->value, found, depth + 1);
	for (int i = 0; v->kind != DOC_TEXT && i < v->n; i++) {
		struct name *k = sweep_in(b, s, v->val[i], found, depth);

		found = k ? k : found;
	}
	return found;
}

struct name *sweep_of(struct builder *b, const struct scope *s, const struct doc *value)
{
	b->work = 0;
	return sweep_in(b, s, value, NULL, 0);
}

bool value_has_source(const struct scope *s, const struct doc *v)
{
	if (v->kind == DOC_TEXT) {
		char first[128];
		size_t len = strcspn(v->text, ".");

		if (!is_ref(v) || len >= sizeof first)
			return false;
		memcpy(first, v->text + 1, len - 1);
		first[len - 1] = 0;
		struct name *n = name_find(s, first);

		return !n || n->kind != NAME_PARAM;
	}
	for (int i = 0; i < v->n; i++)
		if (value_has_source(s, v->val[i]))
			return true;
	return false;
}

static const struct doc *resolve(struct builder *b, const struct scope *s, const struct doc *v, int k, int depth);

static const struct doc *resolve_text(struct builder *b, const struct scope *s, const struct doc *v, int k, int depth)
{
	const char *part[3];

	if (v->text[0] == '$' && v->text[1] == '$') {
		struct doc *t = NEW(b->a, struct doc);

		*t = *v;
		t->text = v->text + 1;
		t->plain = false;
		return t;
	}
	if (!is_ref(v))
		return v;
	int n_part = ref_split(b->a, v->text, part);
	struct name *n = name_find(s, part[0]);

	if (!n)
		name_unknown(b, s, v, part[0]);
	else if (n->kind != NAME_PARAM)
		diag_error(b->d, v, "a value is wanted here, but '%s' is %s", part[0], n->is_input ? "an input" : "a step");
	else if (n_part > 1)
		diag_error(b->d, v, "'%s' is a param: it has no ports, write $%s", part[0], part[0]);
	else if (depth > 16)
		diag_error(b->d, v, "params refer to each other in a circle");
	else {
		if (n->axis)
			return k < n->n_value ? resolve(b, n->scope, n->each[k], k, depth + 1) : NULL;
		return resolve(b, n->scope, n->value, k, depth + 1);
	}
	return NULL;
}

static const struct doc *resolve(struct builder *b, const struct scope *s, const struct doc *v, int k, int depth)
{
	struct doc *out;

	if (++b->work > MAX_WORK) {
		if (b->work == MAX_WORK + 1)
			diag_error(b->d, v, "this value has over %d parts once its params are put in", MAX_WORK);
		return NULL;
	}
	if (v->kind == DOC_TEXT)
		return resolve_text(b, s, v, k, depth);
	out = v->kind == DOC_LIST ? doc_new_list(b->a) : doc_new_map(b->a);
	out->at = v->at;
	for (int i = 0; i < v->n; i++) {
		const struct doc *item = resolve(b, s, v->val[i], k, depth);

		if (!item)
			return NULL;
		if (v->kind == DOC_LIST)
			doc_append(b->a, out, (struct doc *)item);
		else
			doc_set(b->a, out, v->key[i]->text, (struct doc *)item);
	}
	return out;
}

const struct doc *value_resolve(struct builder *b, const struct scope *s, const struct doc *value, int k)
{
	b->work = 0;
	return resolve(b, s, value, k, 0);
}
