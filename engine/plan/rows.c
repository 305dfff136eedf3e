/* The cells of a step: those of all it is given, joined by key. */
#include "plan/inside.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "config/diag.h"
#include "node/node.h"

/* The items of a list output: blob names are "<item>/<name>". */
static void items_add(struct expansion *x, struct cells *out, const struct cells *c, int row, const struct artifact *art)
{
	struct axis *axis = out->axis[c->n_axis];
	const char *last = "";

	for (int i = 0; i < art->n_blob; i++) {
		const char *slash = strchr(art->blob[i].name, '/'), *item;
		int at = out->n, room = out->n + 1;

		if (!slash)
			continue;
		item = arena_strndup(x->a, art->blob[i].name, (size_t)(slash - art->blob[i].name));
		if (strcmp(item, last) == 0)
			continue;
		last = item;
		int *key = NEW_N(x->a, int, (size_t)room * (size_t)out->n_axis);

		if (at)
			memcpy(key, out->key, sizeof *key * (size_t)at * (size_t)out->n_axis);
		out->key = key;
		memcpy(key + (size_t)at * (size_t)out->n_axis, c->key + (size_t)row * (size_t)c->n_axis, sizeof *key * (size_t)c->n_axis);
		key[(size_t)at * (size_t)out->n_axis + (size_t)c->n_axis] = axis_key(axis, item, x->a);
		int n = out->n;

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
	if (!out->n && !c->unknown)
		diag_error(x->d, st->pick[0].at, "%s has no cell %s-%s", st->arg[0].at->text, st->pick[0].axis->name, st->pick[0].key);
	return out;
}

/* What a source brings to the step's cells: all its axes but those gathered or picked. */
static const struct cells *brought(struct expansion *x, struct step *st, const struct cells *c)
{
	int col[c->n_axis + 1], n = 0;

	if (st->n_pick)
		c = picked_rows(x, st, c);
	for (int k = 0; k < c->n_axis; k++) {
		bool out = is_gathered(st, c->axis[k]);

		for (int i = 0; i < st->n_pick; i++)
			out |= st->pick[i].axis == c->axis[k];
		if (!out)
			col[n++] = k;
	}
	return n == c->n_axis && !st->n_pick ? c : cells_project(c, col, n, x->a);
}

static bool in_each(const struct step *st, const struct axis *axis)
{
	for (int i = 0; st->each && st->each->kind == DOC_LIST && i < st->each->n; i++)
		if (st->each->val[i]->kind == DOC_TEXT && strcmp(st->each->val[i]->text, axis->name) == 0)
			return true;
	return false;
}

/* Two tables that share no axis multiply freely when one has sweeps only, else when `each` says so. */
static void product_check(struct expansion *x, const struct step *st, const struct cells *c, const struct cells *y, const struct doc *at)
{
	const struct axis *one = NULL, *two = NULL;

	for (int i = 0; i < c->n_axis; i++) {
		if (cells_column(y, c->axis[i]) >= 0)
			return;
		if (!c->axis[i]->sweep && !in_each(st, c->axis[i]))
			one = c->axis[i];
		if (!c->axis[i]->sweep && in_each(st, c->axis[i]) && !one)
			one = NULL;
	}
	for (int i = 0; i < y->n_axis; i++)
		if (!y->axis[i]->sweep && !in_each(st, y->axis[i]))
			two = y->axis[i];
	bool data_c = false, data_y = false;

	for (int i = 0; i < c->n_axis; i++)
		data_c |= !c->axis[i]->sweep;
	for (int i = 0; i < y->n_axis; i++)
		data_y |= !y->axis[i]->sweep;
	if (!data_c || !data_y || (!one && !two))
		return;
	const char *a = one ? one->name : c->axis[0]->name, *b = two ? two->name : y->axis[0]->name;

	diag_error(x->d, at, "step '%s': nothing relates the axes '%s' and '%s', so every %s would meet every %s", st->name, a, b, a, b);
	diag_hint(x->d, "if that is meant, write each: [%s, %s]", a, b);
}

static void join(struct expansion *x, struct step *st, struct cells **c, const struct cells *y, const struct doc *at, const char *what)
{
	int lost_c, lost_y;
	struct cells *both;

	product_check(x, st, *c, y, at);
	both = cells_join(*c, y, &lost_c, &lost_y, x->a);
	both->unknown = (*c)->unknown || y->unknown;
	if (!both->unknown && (*c)->n && y->n && (lost_c >= 0 || lost_y >= 0)) {
		if (lost_c >= 0)
			diag_error(x->d, at, "step '%s': %s has no partner for the cell %s", st->name, what, cells_row_name(*c, lost_c, x->a));
		else
			diag_error(x->d, at, "step '%s': %s has the cell %s, which nothing else it is given has", st->name, what, cells_row_name(y, lost_y, x->a));
		diag_hint(x->d, "cells pair by key: %d and %d cells here", (*c)->n, y->n);
	}
	*c = both;
}

struct cells *step_cells(struct expansion *x, struct step *st)
{
	struct cells *c = cells_unit(x->a);

	if (st->node->axis && st->plan)
		join(x, st, &c, st->plan, st->at, st->node->over);
	for (int i = 0; i < st->node->n_in; i++)
		for (int k = 0; k < st->arg[i].n_source; k++) {
			const struct cells *y = source_cells(x, &st->arg[i].source[k]);

			if (!y)
				return NULL;  /* its own trouble has been told */
			join(x, st, &c, brought(x, st, y), st->arg[i].source[k].at, st->arg[i].source[k].at->text);
		}
	for (int i = 0; i < st->n_axis; i++)
		if (cells_column(c, st->axis[i]) < 0 && st->axis[i]->sweep)
			join(x, st, &c, cells_axis(st->axis[i], NULL, 0, x->a), st->at, st->axis[i]->name);
	return c;
}
