#include "config/build.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "config/diag.h"
#include "config/value.h"
#include "node/node.h"

static const char *const ops[] = { "eq", "ne", "lt", "le", "gt", "ge", "in", "not", NULL };
static const char form[] = "when must be $param or a comparison, as in {lt: [$qc.record.fd_mean, 0.5 mm]}";

/* A scalar as JSON; a quantity becomes its number in mm, s, Hz or bytes. */
static void scalar_json(struct builder *b, struct buf *out, const struct doc *d)
{
	static const char *const units[] = { "mm", "s", "Hz", "B", "%" };
	const char *why;
	double x;

	for (size_t i = 0; d->plain && i < sizeof units / sizeof *units; i++)
		if (!value_is_number(d->text, &x) && value_quantity(&x, d->text, units[i], &why, b->a)) {
			json_number(out, x);
			return;
		}
	value_plain(out, d);
}

static const char *value_json(struct builder *b, struct scope *s, const struct doc *written, int k)
{
	const struct doc *v = value_resolve(b, s, written, k);
	struct buf out = { .arena = b->a };

	if (!v)
		return NULL;
	if (v->kind == DOC_TEXT) {
		scalar_json(b, &out, v);
		return out.text;
	}
	buf_add(&out, "[");
	for (int i = 0; i < v->n; i++) {
		if (i)
			buf_add(&out, ",");
		if (v->val[i]->kind == DOC_TEXT)
			scalar_json(b, &out, v->val[i]);
	}
	buf_add(&out, "]");
	return out.text;
}

/* The field of a record that a step makes: $step.port.field. */
static void left_field(struct builder *b, struct scope *s, struct predicate *p, const struct doc *d)
{
	const char *part[3];
	struct doc *ref;

	int n = ref_split(b->a, d->text, part);

	if (n < 3) {
		diag_error(b->d, d, "when looks at one field of a record, as in %s%s.field", d->text, n < 2 ? ".record" : "");
		return;
	}
	ref = doc_new_text(b->a, arena_printf(b->a, "$%s.%s", part[0], part[1]), true);
	ref->at = d->at;
	ref->end_col = d->end_col;
	p->field = part[2];
	if (!source_find(b, s, ref, &p->left))
		p->left.step = NULL;
}

/* One side's value, or those of the swept param that it follows. */
static const char *known_read(struct builder *b, struct scope *s, struct predicate *p, const struct doc *d, bool right)
{
	struct name *sweep = sweep_of(b, s, d);

	if (!sweep)
		return value_json(b, s, d, 0);
	if (p->axis) {
		diag_error(b->d, d, "only one side of a comparison can follow a swept param");
		return NULL;
	}
	p->axis = sweep->axis;
	p->right_swept = right;
	for (int k = 0; k < sweep->n_value; k++)
		PUSH(b->a, p->swept, p->n_value, ((struct sweep_value){ sweep->cell[k], value_json(b, s, d, k) }));
	return NULL;
}

static void left_read(struct builder *b, struct scope *s, struct predicate *p, const struct doc *d)
{
	if (d->kind == DOC_TEXT && is_ref(d) && value_has_source(s, d))
		left_field(b, s, p, d);
	else if (d->kind != DOC_TEXT)
		diag_error(b->d, d, "the first value of a comparison must be a reference or one value");
	else
		p->value = known_read(b, s, p, d, false);
}

static struct predicate *compare_read(struct builder *b, struct scope *s, int op, const struct doc *v)
{
	struct predicate *p = NEW(b->a, struct predicate);

	*p = (struct predicate){ .at = v, .op = op };
	if (v->kind != DOC_LIST || v->n != 2) {
		diag_error(b->d, v, "'%s' compares two values, as in {%s: [$qc.record.fd_mean, 0.5 mm]}", ops[op], ops[op]);
		return p;
	}
	left_read(b, s, p, v->val[0]);
	if (op == PRED_IN && v->val[1]->kind != DOC_LIST && !is_ref(v->val[1]))
		diag_error(b->d, v->val[1], "'in' wants a list as its second value");
	else if (op != PRED_IN && v->val[1]->kind != DOC_TEXT)
		diag_error(b->d, v->val[1], "'%s' wants one value as its second", ops[op]);
	p->right = known_read(b, s, p, v->val[1], true);
	return p;
}

static struct predicate *map_read(struct builder *b, struct scope *s, const struct doc *v)
{
	struct predicate *all = NULL, **end = &all;

	for (int i = 0; i < v->n; i++) {
		int op = 0;

		while (ops[op] && strcmp(ops[op], v->key[i]->text) != 0)
			op++;
		if (!ops[op]) {
			diag_error(b->d, v->key[i], "when has no comparison '%s'", v->key[i]->text);
			diag_hint(b->d, "it has eq ne lt le gt ge in not");
			continue;
		}
		*end = strcmp(ops[op], "not") == 0 ? when_read(b, s, v->val[i]) : compare_read(b, s, op, v->val[i]);
		if (*end && strcmp(ops[op], "not") == 0) {
			if ((*end)->next)
				diag_error(b->d, v->val[i], "not takes one comparison");
			(*end)->negate = !(*end)->negate;
		}
		while (*end)
			end = &(*end)->next;
	}
	return all;
}

static void bool_check(struct builder *b, const struct doc *when, const char *json)
{
	if (json && strcmp(json, "true") != 0 && strcmp(json, "false") != 0)
		diag_error(b->d, when, "when must be true or false, not %s", json);
}

struct predicate *when_read(struct builder *b, struct scope *s, const struct doc *when)
{
	struct predicate *p;

	if (when->kind == DOC_MAP && when->n)
		return map_read(b, s, when);
	if (when->kind != DOC_TEXT || (!is_ref(when) && strcmp(when->text, "true") && strcmp(when->text, "false"))) {
		diag_error(b->d, when, "%s", form);
		return NULL;
	}
	p = NEW(b->a, struct predicate);
	*p = (struct predicate){ .at = when, .op = PRED_EQ, .right = "true" };
	left_read(b, s, p, when);
	bool_check(b, when, p->value);
	for (int k = 0; k < p->n_value; k++)
		bool_check(b, when, p->swept[k].json);
	return p;
}
