#include "config/build.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "config/diag.h"
#include "config/value.h"
#include "node/node.h"

static const char *const reserved[] = { "do", "each", "gather", "missing", "when", "else", "need", "retry", "keep", "note", NULL };

bool is_reserved(const char *word)
{
	for (int i = 0; reserved[i]; i++)
		if (strcmp(reserved[i], word) == 0)
			return true;
	return false;
}

static void gather_add(struct builder *b, struct step *st, const struct doc *word)
{
	struct axis *x = axis_find(b, word, "to gather");

	for (int i = 0; x && i < st->n_gather; i++)
		if (st->gather[i] == x) {
			diag_error(b->d, word, "axis '%s' stands twice in gather", x->name);
			return;
		}
	if (x)
		PUSH(b->a, st->gather, st->n_gather, x);
}

/* The axes themselves are compared with the step's when those are known (types.c). */
static void each_wire(struct builder *b, struct step *st, const struct doc *v)
{
	if (v->kind != DOC_LIST || v->n < 2) {
		diag_error(b->d, v, "each must be a list of the axes that multiply, as in each: [sub, item]");
		return;
	}
	for (int i = 0; i < v->n; i++) {
		if (!axis_find(b, v->val[i], "that could multiply"))
			return;
		for (int k = 0; k < i; k++)
			if (strcmp(v->val[k]->text, v->val[i]->text) == 0) {
				diag_error(b->d, v->val[i], "axis '%s' stands twice in each", v->val[i]->text);
				return;
			}
	}
	st->each = v;
}

static void gather_wire(struct builder *b, struct step *st, const struct doc *v)
{
	if (v->kind == DOC_MAP || (v->kind == DOC_LIST && !v->n)) {
		diag_error(b->d, v, "gather must be an axis or a list of axes, as in gather: sub");
		return;
	}
	if (v->kind == DOC_TEXT)
		gather_add(b, st, v);
	for (int i = 0; v->kind == DOC_LIST && i < v->n; i++)
		gather_add(b, st, v->val[i]);
}

static void missing_wire(struct builder *b, struct step *st, const struct doc *v)
{
	const char *s = v->kind == DOC_TEXT ? v->text : "";
	char *end;
	long n;

	st->missing_given = true;
	if (strcmp(s, "fail") == 0) {
		st->missing = MISSING_FAIL;
	} else if (strcmp(s, "drop") == 0) {
		st->missing = MISSING_DROP;
	} else if (strncmp(s, "at_least ", 9) == 0) {
		st->missing = MISSING_AT_LEAST;
		n = strtol(s + 9, &end, 10);
		st->at_least = n < INT_MAX ? (int)n : INT_MAX;
		if (*end || end == s + 9 || n < 1)
			diag_error(b->d, v, "missing is '%s', must be at_least with a whole number above 0", s);
	} else {
		diag_error(b->d, v, "missing is '%s', must be fail, drop or at_least N", s);
	}
	if (!st->n_gather)
		diag_error(b->d, v, "missing says what a gather does, but step '%s' gathers nothing", st->name);
}

static void need_wire(struct builder *b, struct step *st, const struct doc *v)
{
	static const char *const words[] = { "memory", "time", "threads", NULL };
	const char *why = "", *unit;

	if (v->kind != DOC_MAP) {
		diag_error(b->d, v, "need must be a map, as in {memory: 2 GiB, time: 10 min, threads: 2}");
		return;
	}
	for (int i = 0; i < v->n; i++) {
		const char *key = v->key[i]->text;
		double x = 0;

		unit = strcmp(key, "memory") == 0 ? "B" : strcmp(key, "time") == 0 ? "s" : "";
		if (!*unit && strcmp(key, "threads") != 0) {
			diag_error(b->d, v->key[i], "need has no '%s'", key);
			diag_nearest(b->d, key, words);
		} else if (v->val[i]->kind != DOC_TEXT || !value_quantity(&x, v->val[i]->text, unit, &why, b->a) || !(x > 0 && x < 1e15)) {
			diag_error(b->d, v->val[i], "need.%s must be above 0%s%s", key, *unit ? ", as in " : "",
			           strcmp(key, "memory") == 0 ? "2 GiB" : *unit ? "10 min" : "");
		} else if (!*unit && (x > 4096 || x != (int)x)) {
			diag_error(b->d, v->val[i], "need.threads must be a whole number from 1 to 4096");
		} else if (strcmp(key, "memory") == 0) {
			st->need.memory = (int64_t)x;
		} else if (*unit) {
			st->need.seconds = x;
		} else {
			st->need.threads = (int)x;
		}
	}
}

static void retry_wire(struct builder *b, struct step *st, const struct doc *v)
{
	double x = -1;

	if (v->kind != DOC_TEXT || !value_is_number(v->text, &x) || x < 0 || x > 100 || x != (int)x)
		diag_error(b->d, v, "retry must be a whole number from 0 to 100: how often to try again after a system error or a crash");
	else
		st->retry.times = (int)x;
}

static void keep_wire(struct builder *b, struct step *st, const struct doc *v)
{
	static const char *const words[] = { "auto", "always", "never", NULL };

	for (int i = 0; v->kind == DOC_TEXT && words[i]; i++)
		if (strcmp(v->text, words[i]) == 0) {
			st->keep = i;
			return;
		}
	diag_error(b->d, v, "keep must be auto, always or never");
}

static void else_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *v)
{
	if (v->kind != DOC_MAP) {
		diag_error(b->d, v, "else must be a map of this step's outputs, as in else: {image: $other.image}");
		return;
	}
	if (!st->when)
		diag_error(b->d, v, "else stands beside when, which step '%s' does not have", st->name);
	for (int i = 0; i < v->n; i++) {
		struct step_out *out = NULL;

		for (int k = 0; k < st->n_out; k++)
			if (strcmp(st->out[k].name, v->key[i]->text) == 0)
				out = &st->out[k];
		if (!out)
			diag_error(b->d, v->key[i], "step '%s' (%s) has no output '%s'", st->name, st->node->name, v->key[i]->text);
		else if (!is_ref(v->val[i]))
			diag_error(b->d, v->val[i], "else gives references, as in $other.port");
		else if (!source_find(b, s, v->val[i], &out->fallback))
			out->fallback.step = NULL;
	}
}

void words_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *doc)
{
	const struct doc *v, *note = doc_get(doc, "note");
	struct predicate **end = &st->when;

	v = doc_get(doc, "gather");
	st->gather_given = v;
	if (v)
		gather_wire(b, st, v);
	if ((v = doc_get(doc, "missing")))
		missing_wire(b, st, v);
	if ((v = doc_get(doc, "when")))
		st->when = when_read(b, s, v);
	while (*end)
		end = &(*end)->next;
	*end = s->when;
	if ((v = doc_get(doc, "else")))
		else_wire(b, s, st, v);
	if ((v = doc_get(doc, "need")))
		need_wire(b, st, v);
	if ((v = doc_get(doc, "retry")))
		retry_wire(b, st, v);
	if ((v = doc_get(doc, "keep")))
		keep_wire(b, st, v);
	if ((v = doc_get(doc, "each")))
		each_wire(b, st, v);
	if (note && note->kind != DOC_TEXT)
		diag_error(b->d, note, "note must be a text");
	st->note = note && note->kind == DOC_TEXT ? note->text : NULL;
}
