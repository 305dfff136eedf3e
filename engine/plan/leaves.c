/* Axes' keys that are known before any task runs: captured from files, swept, or listed by a parameter. */
#include "plan/inside.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "config/diag.h"
#include "config/pattern.h"
#include "node/node.h"

static struct cells *table_new(struct step *st, int n, struct arena *a)
{
	struct cells *c = NEW(a, struct cells);

	*c = (struct cells){ .n_axis = st->n_axis, .axis = st->axis, .n = n };
	c->key = NEW_N(a, int, (size_t)(n + 1) * (size_t)(st->n_axis + 1));
	c->path = NEW_N(a, const char *, n + 1);
	return c;
}

/* Without data every pattern has one cell, "*". */
static void input_any(struct expansion *x, struct step *st)
{
	struct cells *c = table_new(st, 1, x->a);

	for (int k = 0; k < st->n_axis; k++)
		c->key[k] = axis_key(st->axis[k], "*", x->a);
	c->path[0] = st->pattern ? st->pattern : "";
	st->plan = c;
}

static void tell_twice(struct expansion *x, struct step *st, const struct cells *c, const char *one, const char *two)
{
	if (st->n_axis)
		diag_error(x->d, st->at, "input '%s': two files for the cell %s: %s and %s", st->name, cells_row_name(c, c->n - 1, x->a), one, two);
	else
		diag_error(x->d, st->at, "input '%s' has no axis, but its pattern matches several files: %s and %s", st->name, one, two);
	diag_hint(x->d, "capture what differs with {name}, or make the pattern narrower");
}

static void input_match(struct expansion *x, struct step *st, const struct pattern_match *match, int n)
{
	const char *const *names = NULL;
	int n_name = 0;
	struct error *e = pattern_names(&names, &n_name, st->pattern, x->a);
	struct cells *c = table_new(st, n, x->a);

	if (e) {
		error_free(e);  /* told by the reader */
		return;
	}
	c->n = 0;
	for (int m = 0; m < n; m++) {
		int *row = c->key + (size_t)c->n * (size_t)st->n_axis;

		for (int k = 0; k < st->n_axis; k++)
			for (int j = 0; j < n_name; j++)
				if (strcmp(names[j], st->axis[k]->name) == 0)
					row[k] = axis_key(st->axis[k], match[m].capture[j], x->a);
		c->path[c->n++] = match[m].path;
		if (c->n > 1 && memcmp(row, row - st->n_axis, sizeof *row * (size_t)st->n_axis) == 0) {
			tell_twice(x, st, c, c->path[c->n - 2], match[m].path);
			c->n--;
			break;
		}
	}
	st->plan = c;
}

bool input_files(struct expansion *x, struct step *st, struct pattern_match **match, int *n, const char **near)
{
	struct error *e;

	*n = 0;
	*near = NULL;
	if (x->plan->no_data) {
		input_any(x, st);
		return false;
	}
	e = pattern_glob(match, n, near, st->pattern, st->folder, x->a);
	if (e)
		diag_take(x->d, error_at(e, st->at->at));
	return !e;
}

static void input_find(struct expansion *x, struct step *st)
{
	struct pattern_match *match;
	const char *near;
	int n;

	if (!input_files(x, st, &match, &n, &near))
		return;
	if (!n) {
		diag_error(x->d, st->at, "input '%s': no file matches %s", st->name, st->pattern);
		if (near)
			diag_hint(x->d, "%s", near);
	} else {
		if (near)
			diag_warning(x->d, st->at, "input '%s': %s", st->name, near);
		input_match(x, st, match, n);
	}
}

static void sweep_add(struct expansion *x, struct axis *axis, const struct sweep_value *v, int n)
{
	for (int i = 0; axis && i < n; i++)
		axis_key(axis, v[i].cell, x->a);
}

/* The texts of the list parameter that makes the node's axis. */
static void over_add(struct expansion *x, struct step *st)
{
	for (int i = 0; i < st->node->n_param; i++) {
		struct doc *list = NULL;
		const char *json = st->setting[i].json;

		if (strcmp(st->node->param[i].name, st->node->over) != 0 || !json)
			continue;
		struct error *e = json_read(&list, json, strlen(json), st->node->over, x->a);

		error_free(e);
		const char **key = NEW_N(x->a, const char *, list ? list->n + 1 : 1);
		struct map *seen = map_new(x->a);

		for (int k = 0; list && k < list->n; k++) {
			key[k] = list->val[k]->text;
			if (!text_is_word(key[k]))
				diag_error(x->d, st->setting[i].at ? st->setting[i].at : st->at, "'%s' cannot be a cell's key: letters and digits only", key[k]);
			if (map_put(seen, key[k], list))
				diag_error(x->d, st->setting[i].at ? st->setting[i].at : st->at, "'%s' stands twice in '%s'", key[k], st->node->over);
		}
		for (int k = 0; k < st->n_axis; k++)
			if (strcmp(st->axis[k]->name, st->node->axis) == 0)
				st->plan = cells_axis(st->axis[k], key, list ? list->n : 0, x->a);
	}
}

void leaves_find(struct expansion *x)
{
	struct pipeline *p = x->plan->pipeline;

	for (int i = 0; i < p->n_axis; i++)
		p->axis[i]->n = 0, p->axis[i]->key = NULL, p->axis[i]->index = NULL;
	for (int i = 0; i < p->n_step; i++) {
		struct step *st = p->step[i];

		st->plan = NULL;
		if (st->row_column)
			st->setting[setting_find(st, "subject")].axis = NULL;
		else if (st->pattern)
			input_find(x, st);
		for (int k = 0; k < st->node->n_param; k++)
			sweep_add(x, st->setting[k].axis, st->setting[k].value, st->setting[k].n_value);
		for (int k = 0; k < st->node->n_in; k++)
			sweep_add(x, st->arg[k].axis, st->arg[k].value, st->arg[k].n_value);
		for (const struct predicate *q = st->when; q; q = q->next)
			sweep_add(x, q->axis, q->swept, q->n_value);
		if (st->node->axis)
			over_add(x, st);
	}
	for (int i = 0; i < p->n_step; i++)
		if (p->step[i]->row_column)
			subject_rows(x, p->step[i]);
	for (int i = 0; i < p->n_axis; i++)
		axis_rank(p->axis[i], x->a);
}
