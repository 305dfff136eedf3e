/* The cells of a step: those of all it is given, joined by key. */
#include "plan/inside.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "config/diag.h"
#include "node/node.h"

enum { KEYS_SHOWN = 8 };

static void row_add(struct expansion *x, struct cells *out, const int *base, int n_base, int last)
{
	size_t width = (size_t)out->n_axis;

	out->key = arena_grow(x->a, out->key, (size_t)out->n, sizeof *out->key * width);
	int *key = out->key + (size_t)out->n * width;

	if (n_base)
		memcpy(key, base, sizeof *key * (size_t)n_base);
	key[n_base] = last;
}

/* The items of a list output: blob names are "<item>/<name>". */
static void items_add(struct expansion *x, struct cells *out, const struct cells *c, int row, const struct artifact *art)
{
	const char *last = "";

	for (int i = 0; i < art->n_blob; i++) {
		const char *slash = strchr(art->blob[i].name, '/'), *item;
		int n = out->n;

		if (!slash)
			continue;
		item = arena_strndup(x->a, art->blob[i].name, (size_t)(slash - art->blob[i].name));
		if (strcmp(item, last) == 0)
			continue;
		last = item;
		row_add(x, out, c->key + (size_t)row * (size_t)c->n_axis, c->n_axis, axis_key(out->axis[c->n_axis], item, x->a));
		PUSH(x->a, out->item, n, item);
		PUSH(x->a, out->from, out->n, row);
	}
}

static struct axis *own_axis(const struct expansion *x, const char *name)
{
	for (int i = 0; i < x->plan->pipeline->n_axis; i++)
		if (strcmp(x->plan->pipeline->axis[i]->name, name) == 0)
			return x->plan->pipeline->axis[i];
	return NULL;
}

/* A list output's cells: known for the tasks that have been made. */
static const struct cells *list_cells(struct expansion *x, const struct source *s, const struct cells *c)
{
	struct cells *out = NEW(x->a, struct cells);

	*out = (struct cells){ .n_axis = c->n_axis + 1, .axis = NEW_N(x->a, struct axis *, c->n_axis + 2), .unknown = c->unknown };
	if (c->n_axis)
		memcpy(out->axis, c->axis, sizeof *c->axis * (size_t)c->n_axis);
	out->axis[c->n_axis] = own_axis(x, s->step->out[s->port].port->axis);
	for (int r = 0; r < c->n && !x->plan->no_data; r++) {
		const struct artifact *art = task_output(c->want && c->want[s->port] ? c->want[s->port][r] : c->task[r], s->port);

		if (art)
			items_add(x, out, c, r, art);
		else if (c->task[r]->state != TASK_EXCLUDED)
			out->unknown = x->plan->open = true;
	}
	axis_rank(out->axis[c->n_axis], x->a);
	return out;
}

const struct cells *source_cells(struct expansion *x, const struct source *s)
{
	const struct cells *c = s->step->plan;

	return c && s->step->out[s->port].port->axis ? list_cells(x, s, c) : c;
}

static bool is_gathered(const struct step *st, const struct axis *axis)
{
	for (int i = 0; i < st->n_gather; i++)
		if (st->gather[i] == axis)
			return true;
	return false;
}

static void tell_no_cell(struct expansion *x, const struct step *st)
{
	const struct axis *axis = st->pick[0].axis;
	struct buf keys = { .arena = x->a };

	buf_add(&keys, "");
	for (int i = 0; i < axis->n && i < KEYS_SHOWN; i++)
		buf_printf(&keys, "%s%s", i ? ", " : "", axis->key[i]);
	diag_error(x->d, st->pick[0].at, "%s has no cell %s-%s", st->arg[0].at->text, axis->name, st->pick[0].key);
	if (axis->n)
		diag_hint(x->d, "its cells: %s%s", keys.text, axis->n > KEYS_SHOWN ? ", ..." : "");
}

/* Only the rows of the cell that pick takes. */
static const struct cells *picked_rows(struct expansion *x, struct step *st, const struct cells *c)
{
	struct cells *out = NEW(x->a, struct cells);

	*out = *c;
	out->n = 0;
	out->key = NEW_N(x->a, int, (size_t)(c->n + 1) * (size_t)(c->n_axis + 1));
	for (int r = 0; r < c->n; r++) {
		const int *row = c->key + (size_t)r * (size_t)c->n_axis;
		bool keep = true;

		for (int i = 0; i < st->n_pick; i++) {
			int col = cells_column(c, st->pick[i].axis);

			keep &= col >= 0 && strcmp(c->axis[col]->key[row[col]], st->pick[i].key) == 0;
		}
		if (keep)
			memcpy(out->key + (size_t)out->n++ * (size_t)c->n_axis, row, sizeof *row * (size_t)c->n_axis);
	}
	if (!out->n && !c->unknown && !x->plan->no_data)
		tell_no_cell(x, st);
	return out;
}

/* What a source brings to the step's cells: all its axes but those gathered or picked. A list that is not known
 * yet brings none to a gather, which would be incomplete; a list without items still has the cells of what made it. */
static const struct cells *brought(struct expansion *x, struct step *st, const struct source *s, const struct cells *c)
{
	int col[c->n_axis + 1], n = 0, n_gathered = 0;

	if (st->n_pick)
		c = picked_rows(x, st, c);
	for (int k = 0; k < c->n_axis; k++) {
		bool out = is_gathered(st, c->axis[k]);

		n_gathered += out;
		for (int i = 0; i < st->n_pick; i++)
			out |= st->pick[i].axis == c->axis[k];
		if (!out)
			col[n++] = k;
	}
	if (n_gathered && c->unknown) {
		struct cells *none = cells_project(c, col, n, x->a);

		none->n = 0;
		return none;
	}
	if (n_gathered && s->step->out[s->port].port->axis && is_gathered(st, c->axis[c->n_axis - 1]))
		c = s->step->plan;
	return n == c->n_axis && !st->n_pick ? c : cells_project(c, col, n, x->a);
}

static bool in_each(const struct step *st, const struct axis *axis)
{
	for (int i = 0; st->each && i < st->each->n; i++)
		if (strcmp(st->each->val[i]->text, axis->name) == 0)
			return true;
	return false;
}

/* An axis of data that `each` does not name (or, without one, any axis of data); NULL when there are sweeps only. */
static const struct axis *unrelated(const struct step *st, const struct cells *c, bool *free)
{
	const struct axis *data = NULL;

	*free = true;
	for (int i = 0; i < c->n_axis; i++) {
		if (c->axis[i]->sweep)
			continue;
		if (!data || (*free && !in_each(st, c->axis[i])))
			data = c->axis[i];
		*free &= in_each(st, c->axis[i]);
	}
	return data;
}

/* Two tables that share no axis multiply freely when one has sweeps only, else when `each` says so. */
static void product_check(struct expansion *x, const struct step *st, const struct cells *c, const struct cells *y, const struct doc *at)
{
	bool free_c, free_y;
	const struct axis *one = unrelated(st, c, &free_c), *two = unrelated(st, y, &free_y);

	if (!one || !two || (free_c && free_y))
		return;
	diag_error(x->d, at, "step '%s': nothing relates the axes '%s' and '%s', so every %s would meet every %s", st->name, one->name,
	           two->name, one->name, two->name);
	diag_hint(x->d, "if that is meant, write each: [%s, %s]", one->name, two->name);
}

/* Something the step is given, with the cells it brings. */
struct part { const struct cells *cells; const struct doc *at; const char *what; bool done; };

static bool related(const struct cells *c, const struct cells *y)
{
	for (int i = 0; i < c->n_axis; i++)
		if (cells_column(y, c->axis[i]) >= 0)
			return true;
	return !c->n_axis || !y->n_axis;
}

static void tell_lost(struct expansion *x, const struct step *st, const struct cells *c, const struct part *p, int lost_c, int lost_y)
{
	if (lost_c >= 0)
		diag_error(x->d, p->at, "step '%s': %s has no partner for the cell %s", st->name, p->what, cells_row_name(c, lost_c, x->a));
	else
		diag_error(x->d, p->at, "step '%s': %s has the cell %s, which nothing else it is given has", st->name, p->what,
		           cells_row_name(p->cells, lost_y, x->a));
	diag_hint(x->d, "cells pair by key: %d and %d cells here", c->n, p->cells->n);
}

/* Cells made of the same rows need no joining, which is the rule in long chains. */
static bool join_simply(struct cells **c, const struct cells *y)
{
	if ((*c)->n_axis == 0 && (*c)->n == 1)
		**c = (struct cells){ .n_axis = y->n_axis, .axis = y->axis, .n = y->n, .key = y->key, .unknown = (*c)->unknown || y->unknown };
	else if ((y->n_axis == 0 && y->n == 1) || cells_same(*c, y))
		(*c)->unknown |= y->unknown;
	else
		return false;
	return true;
}

static void join(struct expansion *x, struct step *st, struct cells **c, struct part *p)
{
	int lost_c, lost_y;
	struct cells *both;

	p->done = true;
	if (join_simply(c, p->cells))
		return;
	if (!related(*c, p->cells))
		product_check(x, st, *c, p->cells, p->at);
	both = cells_join(*c, p->cells, &lost_c, &lost_y, x->a);
	if (!both) {
		diag_error(x->d, p->at, "step '%s' would have over %d cells: %d of what it has met so far, %d of %s", st->name, CELLS_MOST,
		           (*c)->n, p->cells->n, p->what);
		(*c)->unknown = true;
		return;
	}
	both->unknown = (*c)->unknown || p->cells->unknown;
	if (!both->unknown && !x->plan->no_data && (*c)->n && p->cells->n && (lost_c >= 0 || lost_y >= 0))
		tell_lost(x, st, *c, p, lost_c, lost_y);
	*c = both;
}

/* What is related comes first, so that [sub] and [run] meet only where [sub, run] says so. */
static struct cells *join_all(struct expansion *x, struct step *st, struct part *part, int n)
{
	struct cells *c = cells_unit(x->a);

	for (int left = n; left; left--) {
		int next = -1;

		for (int i = n - 1; i >= 0; i--)
			if (!part[i].done && (next < 0 || related(c, part[i].cells) || !related(c, part[next].cells)))
				next = i;
		join(x, st, &c, &part[next]);
	}
	return c;
}

static const struct cells *sweep_cells(struct expansion *x, struct axis *axis, const struct sweep_value *v, int n)
{
	const char **key = NEW_N(x->a, const char *, n + 1);

	for (int i = 0; i < n; i++)
		key[i] = v[i].cell;
	return cells_axis(axis, key, n, x->a);
}

struct cells *step_cells(struct expansion *x, struct step *st)
{
	struct part *part = NULL;
	int n = 0;

	if (st->node->axis && st->plan)
		PUSH(x->a, part, n, ((struct part){ st->plan, st->at, st->node->over }));
	for (int i = 0; i < st->node->n_in; i++) {
		const struct arg *arg = &st->arg[i];

		for (int k = 0; k < arg->n_source; k++) {
			const struct source *s = &arg->source[k];
			const struct cells *y = source_cells(x, s);

			if (!y)
				return NULL;  /* its own trouble has been told */
			PUSH(x->a, part, n, ((struct part){ brought(x, st, s, y), s->at, s->at->text }));
		}
		if (arg->axis)
			PUSH(x->a, part, n, ((struct part){ sweep_cells(x, arg->axis, arg->value, arg->n_value), arg->at, arg->port->name }));
	}
	for (int i = 0; i < st->node->n_param; i++) {
		const struct setting *s = &st->setting[i];

		if (s->axis)
			PUSH(x->a, part, n, ((struct part){ sweep_cells(x, s->axis, s->value, s->n_value), s->at, st->node->param[i].name }));
	}
	return join_all(x, st, part, n);
}
