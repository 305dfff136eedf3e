/* Kinds and axes of every step, from those of the steps before it. */
#include "config/build.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "config/diag.h"
#include "node/node.h"

static bool has_axis(struct axis *const *list, int n, const struct axis *x)
{
	for (int i = 0; i < n; i++)
		if (list[i] == x)
			return true;
	return false;
}

static void add_axis(struct builder *b, struct step *st, struct axis *x)
{
	if (x && !has_axis(st->axis, st->n_axis, x))
		PUSH(b->a, st->axis, st->n_axis, x);
}

/* The axes a port carries: its step's, and its own when it is a list. */
static int port_axes(struct builder *b, const struct source *s, struct axis ***out)
{
	const char *own = s->step->out[s->port].port->axis;
	struct axis **list = NULL;
	int n = 0;

	for (int i = 0; i < s->step->n_axis; i++)
		PUSH(b->a, list, n, s->step->axis[i]);
	if (own) {
		struct axis *x = axis_get(b, own, false);

		x->dynamic = true;
		PUSH(b->a, list, n, x);
	}
	*out = list;
	return n;
}

const char *kind_words(const char *kind, struct arena *a)
{
	static const char *const plural[] = { "labels", "maps", "coords", NULL };

	if (strcmp(kind, "any") == 0)
		return "a result";
	for (int i = 0; plural[i]; i++)
		if (strcmp(kind, plural[i]) == 0)
			return kind;
	return arena_printf(a, "%s %s", strchr("aeiou", *kind) ? "an" : "a", kind);
}

static bool kind_ok(const struct arg *arg, const struct kind_decl *k)
{
	return !k || kind_fits(k->name, arg->port->kind) || strcmp(k->name, "any") == 0
	       || (strcmp(arg->port->kind, "mask") == 0 && kind_fits(k->name, "volume"));  /* inside is finite and not 0 */
}

static void kind_check(struct builder *b, const struct step *st, const struct arg *arg, const struct source *s)
{
	const struct kind_decl *k = s->step->out[s->port].kind;

	if (kind_ok(arg, k))
		return;
	diag_error(b->d, s->at, "'%s' of step '%s' must be %s, but %s is %s", arg->port->name, st->name,
	           kind_words(arg->port->kind, b->a), s->at->text, kind_words(k->name, b->a));
	for (int i = 0; i < s->step->n_out; i++)
		if (s->step->out[i].kind && kind_fits(s->step->out[i].kind->name, arg->port->kind)) {
			diag_hint(b->d, "'%s' has the %s '%s'", s->step->name, s->step->out[i].kind->name, s->step->out[i].name);
			return;
		}
}

static bool picked(const struct step *st, const struct axis *x)
{
	for (int i = 0; i < st->n_pick; i++)
		if (st->pick[i].axis == x)
			return true;
	return false;
}

/* A list that may also be written may also be one item for all cells: a table of all subjects, say. */
static bool one_for_all(const struct arg *arg, const struct step *st, struct axis *const *list, int n)
{
	bool any = false;

	for (int k = 0; k < st->n_gather; k++)
		any |= has_axis(list, n, st->gather[k]);
	return arg->port->literal && arg->n_source == 1 && !any;
}

static void arg_axes(struct builder *b, struct step *st, const struct arg *arg, const struct source *s, bool *gathered)
{
	struct axis **list;
	int n = port_axes(b, s, &list), extra = 0;

	for (int i = 0; i < n; i++) {
		if (has_axis(st->gather, st->n_gather, list[i])) {
			if (s->name)
				diag_error(b->d, s->at, "'%s' of step '%s' names its items, so it cannot gather %s too: gather in a step of its own",
				           arg->port->name, st->name, list[i]->name);
			if (!arg->port->many)
				diag_error(b->d, s->at, "'%s' of step '%s' takes one item, but the step gathers %s, which %s has",
				           arg->port->name, st->name, list[i]->name, s->at->text);
			*gathered = true;
		} else if (!picked(st, list[i])) {
			add_axis(b, st, list[i]);
			extra++;
		}
	}
	if (arg->port->many && !st->gather_given && n && extra && arg->n_source == 1 && arg->at->kind == DOC_TEXT) {
		diag_warning(b->d, s->at, "'%s' takes a list, but gets one item a cell: %s has the axis '%s'", arg->port->name, s->at->text, list[0]->name);
		diag_hint(b->d, "to hand over all of them write gather: %s, one at a time [%s]", list[0]->name, s->at->text);
	}
	for (int k = 0; arg->port->many && !one_for_all(arg, st, list, n) && k < st->n_gather; k++)
		if (!has_axis(list, n, st->gather[k])) {
			diag_error(b->d, s->at, "%s has no axis '%s' to gather", s->at->text, st->gather[k]->name);
			*gathered = true;
			return;
		}
}

/* May a when leave this out, with nothing given instead? Then a gather of it must say what to do. */
static bool may_lack(const struct source *s)
{
	const struct source *instead = &s->step->out[s->port].fallback;

	return s->step->below_when && (!instead->step || instead->step->below_when);
}

/* A gather ends it, unless all that it gathers may be dropped. */
static bool below_when(const struct step *st)
{
	if (st->when)
		return true;
	if (st->n_gather && st->missing != MISSING_DROP)
		return false;
	for (int i = 0; i < st->node->n_in; i++)
		for (int k = 0; k < st->arg[i].n_source; k++)
			if (may_lack(&st->arg[i].source[k]))
				return true;
	return false;
}

static void gather_check(struct builder *b, const struct step *st, bool gathered)
{
	if (!st->n_gather)
		return;
	if (!gathered) {
		diag_error(b->d, st->at, "step '%s' gathers, but nothing it is given has the axis '%s'", st->name, st->gather[0]->name);
		for (int i = 0; i < st->node->n_in; i++)
			if (st->node->in[i].many)
				return;
		diag_hint(b->d, "node '%s' has no port that takes a list", st->node->name);
		return;
	}
	for (int i = 0; !st->missing_given && i < st->node->n_in; i++)
		for (int k = 0; st->node->in[i].many && k < st->arg[i].n_source; k++)
			if (may_lack(&st->arg[i].source[k])) {
				diag_error(b->d, st->arg[i].source[k].at, "step '%s' gathers what a `when` may leave out: write missing: fail, drop or at_least N", st->name);
				return;
			}
}

/* The nearest kind that both are. */
static const struct kind_decl *common_kind(const struct kind_decl *a, const struct kind_decl *b)
{
	while (a && !kind_fits(b->name, a->name))
		a = a->is ? kind_find(a->is) : NULL;
	return a;
}

/* Of a list, what all that it was given have in common. */
static void outputs_kind(struct step *st)
{
	for (int i = 0; i < st->n_out; i++)
		for (int k = 0; st->out[i].port->kind_of && k < st->node->n_in; k++) {
			const struct arg *arg = &st->arg[k];

			if (strcmp(st->node->in[k].name, st->out[i].port->kind_of) != 0)
				continue;
			for (int j = 0; j < arg->n_source; j++) {
				const struct kind_decl *is = arg->source[j].step->out[arg->source[j].port].kind;

				if (kind_ok(arg, is))
					st->out[i].kind = j && st->out[i].kind ? common_kind(st->out[i].kind, is) : is;
			}
		}
}

static void fallback_check(struct builder *b, const struct step *st)
{
	for (int i = 0; i < st->n_out; i++) {
		const struct source *s = &st->out[i].fallback;

		for (int k = 0; s->step && k < s->step->n_axis; k++)
			if (!has_axis(st->axis, st->n_axis, s->step->axis[k]))
				diag_error(b->d, s->at, "else: %s has the axis '%s', which step '%s' does not have", s->at->text, s->step->axis[k]->name, st->name);
		if (s->step && st->out[i].kind && s->step->out[s->port].kind && !kind_fits(s->step->out[s->port].kind->name, st->out[i].kind->name))
			diag_error(b->d, s->at, "else: '%s' must be %s, but %s is %s", st->out[i].name, kind_words(st->out[i].kind->name, b->a),
			           s->at->text, kind_words(s->step->out[s->port].kind->name, b->a));
	}
}

static void when_check(struct builder *b, const struct step *st)
{
	for (const struct predicate *p = st->when; p; p = p->next) {
		const struct source *s = &p->left;

		if (p->axis && !has_axis(st->axis, st->n_axis, p->axis))
			diag_error(b->d, p->at, "when follows the axis '%s', which step '%s' does not have", p->axis->name, st->name);
		for (int k = 0; s->step && k < s->step->n_axis; k++)
			if (!has_axis(st->axis, st->n_axis, s->step->axis[k]))
				diag_error(b->d, s->at, "when looks at %s, whose axis '%s' step '%s' does not have", s->at->text, s->step->axis[k]->name, st->name);
		if (s->step && s->step->out[s->port].kind && !kind_fits(s->step->out[s->port].kind->name, "record"))
			diag_error(b->d, s->at, "when looks into a record, but %s is %s", s->at->text, kind_words(s->step->out[s->port].kind->name, b->a));
	}
}

/* The list that makes an axis is one list. */
static void over_check(struct builder *b, const struct step *st)
{
	for (int i = 0; st->node->over && i < st->node->n_param; i++)
		if (st->setting[i].axis && strcmp(st->node->param[i].name, st->node->over) == 0)
			diag_error(b->d, st->setting[i].at, "'%s' makes the axis '%s' and cannot follow a swept param", st->node->over, st->node->axis);
}

static void pick_check(struct builder *b, const struct step *st)
{
	struct axis **list;
	int n = st->n_pick && st->arg[0].n_source ? port_axes(b, &st->arg[0].source[0], &list) : 0;

	for (int i = 0; n && i < st->n_pick; i++)
		if (!has_axis(list, n, st->pick[i].axis))
			diag_error(b->d, st->pick[i].at, "%s has no axis '%s' to pick from", st->arg[0].at->text, st->pick[i].axis->name);
	if (st->n_pick && st->arg[0].n_source && !n)
		diag_error(b->d, st->pick[0].at, "%s has no axis to pick from", st->arg[0].at->text);
}

static void each_check(struct builder *b, const struct step *st)
{
	for (int i = 0; st->each && i < st->each->n; i++) {
		bool found = false;

		for (int k = 0; k < st->n_axis; k++)
			found |= strcmp(st->axis[k]->name, st->each->val[i]->text) == 0;
		if (!found)
			diag_error(b->d, st->each->val[i], "step '%s' has no axis '%s' that could multiply", st->name, st->each->val[i]->text);
	}
}

static void step_types(struct builder *b, struct step *st)
{
	bool gathered = false;

	for (int i = 0; i < st->node->n_in; i++)
		for (int k = 0; k < st->arg[i].n_source; k++)
			if (st->arg[i].source[k].step->mark_order < st->mark_order) {
				kind_check(b, st, &st->arg[i], &st->arg[i].source[k]);
				arg_axes(b, st, &st->arg[i], &st->arg[i].source[k], &gathered);
			}
	for (int i = 0; i < st->node->n_in; i++)
		add_axis(b, st, st->arg[i].axis);
	for (int i = 0; i < st->node->n_param; i++)
		add_axis(b, st, st->setting[i].axis);
	if (st->node->axis)
		add_axis(b, st, axis_get(b, st->node->axis, false));
	over_check(b, st);
	pick_check(b, st);
	each_check(b, st);
	outputs_kind(st);
	st->below_when = below_when(st);
	gather_check(b, st, gathered);
	when_check(b, st);
	fallback_check(b, st);
}

/* An input that is a step's result must be what it says. */
static void promise_check(struct builder *b, const struct promise *p)
{
	const struct kind_decl *k = p->source.step->out[p->source.port].kind;
	struct axis **list;
	int n = port_axes(b, &p->source, &list);

	if (k && p->kind && !kind_fits(k->name, p->kind->text) && strcmp(k->name, "any") != 0)
		diag_error(b->d, p->at, "input '%s' must be %s, but %s is %s", p->name, kind_words(p->kind->text, b->a), p->at->text,
		           kind_words(k->name, b->a));
	for (int i = 0; p->per && i < (p->per->kind == DOC_LIST ? p->per->n : 1); i++) {
		const struct doc *word = p->per->kind == DOC_LIST ? p->per->val[i] : p->per;
		bool found = false;

		for (int j = 0; j < n; j++)
			found |= word->kind == DOC_TEXT && strcmp(list[j]->name, word->text) == 0;
		if (!found)
			diag_error(b->d, word, "input '%s' cannot be per %s: %s does not have that axis", p->name,
			           word->kind == DOC_TEXT ? word->text : "a list", p->at->text);
	}
}

void types_check(struct builder *b)
{
	for (int i = 0; i < b->p->n_step; i++)
		step_types(b, b->p->step[i]);
	for (int i = 0; i < b->n_promise; i++)
		promise_check(b, &b->promise[i]);
}
