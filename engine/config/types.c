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

static void kind_check(struct builder *b, const struct step *st, const struct arg *arg, const struct source *s)
{
	const struct kind_decl *k = s->step->out[s->port].kind;

	if (!k || kind_fits(k->name, arg->port->kind) || strcmp(k->name, "any") == 0)
		return;
	if (strcmp(arg->port->kind, "mask") == 0 && kind_fits(k->name, "volume"))
		return;  /* mask ports take any volume: inside is finite and not 0 */
	diag_error(b->d, s->at, "'%s' of step '%s' must be a %s, but %s is a %s", arg->port->name, st->name, arg->port->kind, s->at->text, k->name);
}

static bool picked(const struct step *st, const struct axis *x)
{
	for (int i = 0; i < st->n_pick; i++)
		if (st->pick[i].axis == x)
			return true;
	return false;
}

static void arg_axes(struct builder *b, struct step *st, const struct arg *arg, const struct source *s, bool *gathered)
{
	struct axis **list;
	int n = port_axes(b, s, &list), extra = 0;

	for (int i = 0; i < n; i++) {
		if (has_axis(st->gather, st->n_gather, list[i])) {
			if (!arg->port->many)
				diag_error(b->d, s->at, "'%s' of step '%s' takes one item, but the step gathers %s, which %s has",
				           arg->port->name, st->name, list[i]->name, s->at->text);
			*gathered = true;
		} else if (!picked(st, list[i])) {
			add_axis(b, st, list[i]);
			extra++;
		}
	}
	if (arg->port->many && !st->n_gather && n && extra && arg->n_source == 1) {
		diag_warning(b->d, s->at, "'%s' takes a list, but gets one item a cell: %s has the axis '%s'", arg->port->name, s->at->text, list[0]->name);
		diag_hint(b->d, "to hand over all of them write gather: %s", list[0]->name);
	}
	for (int k = 0; arg->port->many && k < st->n_gather; k++)
		if (!has_axis(list, n, st->gather[k])) {
			diag_error(b->d, s->at, "%s has no axis '%s' to gather", s->at->text, st->gather[k]->name);
			return;
		}
}

/* Does anything the step maps over depend on a when? Then a gather of it must say what to do. */
static bool below_when(const struct step *st)
{
	if (st->when)
		return true;
	for (int i = 0; !st->n_gather && i < st->node->n_in; i++)
		for (int k = 0; k < st->arg[i].n_source; k++)
			if (st->arg[i].source[k].step->below_when)
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
			if (st->arg[i].source[k].step->below_when) {
				diag_error(b->d, st->arg[i].source[k].at, "step '%s' gathers what a `when` may leave out: write missing: fail, drop or at_least N", st->name);
				return;
			}
}

static void outputs_kind(struct step *st)
{
	for (int i = 0; i < st->n_out; i++)
		for (int k = 0; st->out[i].port->kind_of && k < st->node->n_in; k++)
			if (strcmp(st->node->in[k].name, st->out[i].port->kind_of) == 0 && st->arg[k].n_source) {
				const struct source *s = &st->arg[k].source[0];

				st->out[i].kind = s->step->out[s->port].kind;
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
			diag_error(b->d, s->at, "else: '%s' must be a %s, but %s is a %s", st->out[i].name, st->out[i].kind->name, s->at->text,
			           s->step->out[s->port].kind->name);
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
			diag_error(b->d, s->at, "when looks into a record, but %s is a %s", s->at->text, s->step->out[s->port].kind->name);
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
	outputs_kind(st);
	st->below_when = below_when(st);
	gather_check(b, st, gathered);
	when_check(b, st);
	fallback_check(b, st);
}

void types_check(struct builder *b)
{
	for (int i = 0; i < b->p->n_step; i++)
		step_types(b, b->p->step[i]);
}
