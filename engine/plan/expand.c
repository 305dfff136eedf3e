#include "plan/plan.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "config/diag.h"
#include "node/node.h"
#include "plan/inside.h"

/* The step's cells must have its axes in the step's order, as task->cell promises. */
static struct cells *ordered(struct expansion *x, const struct step *st, struct cells *c)
{
	int col[st->n_axis + 1];
	bool same = c->n_axis == st->n_axis;

	for (int i = 0; i < st->n_axis; i++) {
		col[i] = cells_column(c, st->axis[i]);
		if (col[i] < 0)
			return NULL;
		same &= col[i] == i;
	}
	return same ? c : cells_project(c, col, st->n_axis, x->a);
}

static bool settle_now(const struct plan *p, const struct step *st)
{
	for (int k = 0; k < st->n_out; k++)
		if (st->out[k].port->axis && st->out[k].wanted)
			return p->store != NULL;
	return false;
}

static void expand_step(struct expansion *x, struct step *st)
{
	struct cells *c;

	if (!st->pattern) {
		c = st->node->name ? step_cells(x, st) : NULL;
		st->plan = c;
		if (!c)
			return;
		bool unknown = c->unknown;

		st->plan = c = ordered(x, st, c);
		if (!c)
			return;
		c->unknown = unknown;
		c->path = NULL;
	}
	if (st->plan)
		step_tasks(x, st);
	if (st->plan && settle_now(x->plan, st)) {
		struct error *e = plan_settle(x->plan);

		if (e)
			diag_take(x->d, e);
	}
}

struct plan *plan_expand(struct pipeline *p, struct store *s, struct memo *m, const char *const *only, int n_only,
                         bool no_data, struct diag *d, struct arena *a)
{
	struct plan *plan = NEW(a, struct plan);
	struct expansion x = { plan, d, a };

	*plan = (struct plan){ .pipeline = p, .arena = a, .store = s, .memo = m, .no_data = no_data };
	leaves_find(&x);
	for (int i = 0; i < p->n_step; i++)
		expand_step(&x, p->step[i]);
	if (only && n_only)
		plan_keep_only(plan, only, n_only, d);
	return plan;
}

int plan_tasks(const struct step *s, int port, struct task *const **tasks)
{
	const struct cells *c = s->plan;

	*tasks = NULL;
	if (!c || !c->task)
		return 0;
	*tasks = c->want && c->want[port] ? c->want[port] : c->task;
	return c->n;
}

const char *task_cell(const struct task *t, int axis)
{
	return t->step->axis[axis]->key[t->cell[axis]];
}

const char *task_name(struct arena *a, const struct task *t)
{
	struct buf b = { .arena = a };

	buf_add(&b, t->step->name);
	if (t->want >= 0)
		buf_printf(&b, ".%s", t->step->out[t->want].name);
	for (int k = 0; k < t->step->n_axis; k++)
		buf_printf(&b, "%s%s", k ? "," : "@", task_cell(t, k));
	return b.text;
}

const char *swept(const struct task *t, const struct axis *x, const struct sweep_value *v, int n)
{
	for (int k = 0; k < t->step->n_axis; k++) {
		int at = t->cell[k];

		if (t->step->axis[k] != x)
			continue;
		if (at < n && strcmp(v[at].cell, task_cell(t, k)) == 0)
			return v[at].json;  /* the rule: nobody else added keys to the axis */
		for (int i = 0; i < n; i++)
			if (strcmp(v[i].cell, task_cell(t, k)) == 0)
				return v[i].json;
	}
	return NULL;
}

const char *task_setting(const struct task *t, int i, struct arena *a)
{
	const struct setting *s = &t->step->setting[i];
	const struct node_decl *node = t->step->node;

	if (node->over && strcmp(node->param[i].name, node->over) == 0)
		for (int k = 0; k < t->step->n_axis; k++)
			if (strcmp(t->step->axis[k]->name, node->axis) == 0)
				return arena_printf(a, "[\"%s\"]", task_cell(t, k));
	return s->axis ? swept(t, s->axis, s->value, s->n_value) : s->json;
}

const char *task_literal(const struct task *t, int i)
{
	const struct arg *arg = &t->step->arg[i];

	return arg->axis ? swept(t, arg->axis, arg->value, arg->n_value) : arg->literal;
}

const char *task_params_json(const struct task *t, struct arena *a)
{
	struct buf b = { .arena = a };

	buf_add(&b, "{");
	for (int i = 0; i < t->step->node->n_param; i++) {
		const char *json = task_setting(t, i, a);

		if (json)
			buf_printf(&b, "%s\"%s\":%s", b.n > 1 ? "," : "", t->step->node->param[i].name, json);
	}
	buf_add(&b, "}");
	return b.text;
}
