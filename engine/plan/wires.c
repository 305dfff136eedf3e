/* The tasks of a step, one a cell, and what each depends on. */
#include "plan/inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "config/diag.h"
#include "node/node.h"

/* How the cells of a source are found from those of the step. */
struct lookup {
	const struct cells *cells;
	const struct source *source;
	struct cell_index *index;
	bool same;                     /* row r goes with row r; no index */
	int n_shared, n_gather;
	int *mine, *theirs, *gather;   /* columns: shared in the step's and the source's table, gathered in the source's */
};

static struct lookup *lookup_new(struct expansion *x, const struct step *st, const struct cells *own, const struct source *s)
{
	struct lookup *l = NEW(x->a, struct lookup);
	const struct cells *c = source_cells(x, s);

	*l = (struct lookup){ .cells = c, .source = s, .mine = NEW_N(x->a, int, c->n_axis + 1),
	                      .theirs = NEW_N(x->a, int, c->n_axis + 1), .gather = NEW_N(x->a, int, st->n_gather + 1) };
	for (int k = 0; k < c->n_axis; k++) {
		int at = cells_column(own, c->axis[k]);

		if (at >= 0) {
			l->mine[l->n_shared] = at;
			l->theirs[l->n_shared++] = k;
		}
	}
	for (int g = 0; g < st->n_gather; g++)
		if (cells_column(c, st->gather[g]) >= 0)
			l->gather[l->n_gather++] = cells_column(c, st->gather[g]);
	l->same = !l->n_gather && !st->n_pick && cells_same(own, c);
	if (!l->same)
		l->index = cells_index(c, l->theirs, l->n_shared, x->a);
	return l;
}

static struct task_dep dep_of(const struct lookup *l, int row)
{
	const struct cells *made = l->source->step->plan;
	int port = l->source->port, from = l->cells->item ? l->cells->from[row] : row;

	return (struct task_dep){ .task = made->want && made->want[port] ? made->want[port][from] : made->task[from],
	                          .port = port, .item = l->cells->item ? l->cells->item[row] : NULL };
}

static int rank_cmp(const void *p, const void *q, void *ctx)
{
	const struct lookup *l = ctx;

	for (int g = 0; g < l->n_gather; g++) {
		const struct axis *x = l->cells->axis[l->gather[g]];
		const size_t n = (size_t)l->cells->n_axis, col = (size_t)l->gather[g];
		int a = x->rank[l->cells->key[(size_t)*(const int *)p * n + col]], b = x->rank[l->cells->key[(size_t)*(const int *)q * n + col]];

		if (a != b)
			return a < b ? -1 : 1;
	}
	return 0;
}

static const char *item_key(struct expansion *x, const struct lookup *l, int row)
{
	const int *key = l->cells->key + (size_t)row * (size_t)l->cells->n_axis;
	struct buf b = { .arena = x->a };

	if (l->n_gather == 1)
		return l->cells->axis[l->gather[0]]->key[key[l->gather[0]]];
	for (int g = 0; g < l->n_gather; g++) {
		buf_add(&b, g ? "," : "");
		buf_add(&b, l->cells->axis[l->gather[g]]->key[key[l->gather[g]]]);
	}
	return b.text;
}

/* The rows of the source that go with the task's cell, in natural order when gathered. */
static const int *rows_of(struct expansion *x, const struct task *t, const struct lookup *l, int *n)
{
	int probe[l->n_shared + 1];
	const int *found;

	for (int k = 0; k < l->n_shared; k++)
		probe[k] = t->cell[l->mine[k]];
	found = cells_rows(l->index, probe, n);
	if (!l->n_gather || *n < 2)
		return found;
	int *row = arena_alloc(x->a, (size_t)*n, sizeof *row);

	memcpy(row, found, sizeof *row * (size_t)*n);
	qsort_r(row, (size_t)*n, sizeof *row, rank_cmp, (void *)l);
	return row;
}

static void dep_add(struct expansion *x, struct task_arg *arg, const struct lookup *l, int row)
{
	int k = arg->n;

	if (l->n_gather || l->source->name)
		PUSH(x->a, arg->cell, k, l->source->name ? l->source->name : item_key(x, l, row));
	PUSH(x->a, arg->dep, arg->n, dep_of(l, row));
}

static void deps_add(struct expansion *x, const struct task *t, struct task_arg *arg, const struct lookup *l, int at)
{
	const int *row;
	int n;

	if (l->same) {
		dep_add(x, arg, l, at);
		return;
	}
	row = rows_of(x, t, l, &n);
	for (int i = 0; i < n; i++)
		dep_add(x, arg, l, row[i]);
}

static void wait_for(struct expansion *x, struct task *t, struct task *dep)
{
	PUSH(x->a, dep->reader, dep->n_reader, t);
	t->n_wait += !is_settled(dep);
}

/* pick: one source, whose picked columns are fixed. */
static void pick_dep(struct expansion *x, const struct step *st, struct task *t, const struct lookup *l)
{
	int n;
	const int *row = rows_of(x, t, l, &n);

	for (int i = 0; i < n; i++) {
		bool is = true;

		for (int k = 0; k < st->n_pick; k++) {
			int col = cells_column(l->cells, st->pick[k].axis);

			is &= col >= 0 && strcmp(l->cells->axis[col]->key[l->cells->key[(size_t)row[i] * (size_t)l->cells->n_axis + (size_t)col]], st->pick[k].key) == 0;
		}
		if (is)
			PUSH(x->a, t->arg[0].dep, t->arg[0].n, dep_of(l, row[i]));
	}
}

static struct task *task_new(struct expansion *x, struct step *st, const struct cells *c, int row, int want)
{
	struct task *t = NEW(x->a, struct task);

	t->step = st;
	t->want = want;
	t->cell = c->key + (size_t)row * (size_t)c->n_axis;
	t->path = c->path ? c->path[row] : NULL;
	t->arg = NEW_N(x->a, struct task_arg, st->node->n_in + 1);
	PUSH(x->a, x->plan->task, x->plan->n_task, t);
	return t;
}

static void tasks_make(struct expansion *x, struct step *st, struct cells *c, struct lookup ***look, int want)
{
	struct task **list = NEW_N(x->a, struct task *, c->n + 1);

	for (int r = 0; r < c->n; r++) {
		struct task *t = list[r] = task_new(x, st, c, r, want);

		for (int i = 0; i < st->node->n_in; i++) {
			for (int k = 0; k < st->arg[i].n_source; k++)
				if (st->n_pick)
					pick_dep(x, st, t, look[i][k]);
				else
					deps_add(x, t, &t->arg[i], look[i][k], r);
			for (int k = 0; k < t->arg[i].n; k++)
				wait_for(x, t, t->arg[i].dep[k].task);
		}
	}
	if (want < 0)
		c->task = list;
	else
		c->want[want] = list;
}

/* The one task of a source that goes with t's cell. Without one t cannot be settled: now, when cells are still to
 * be found, or ever, which is told. */
static struct task_dep side_dep(struct expansion *x, struct task *t, int row, const struct lookup *l)
{
	struct task_arg one = { 0 };

	deps_add(x, t, &one, l, row);
	if (one.n) {
		wait_for(x, t, one.dep[0].task);
		return one.dep[0];
	}
	if (!l->cells->unknown && !x->plan->no_data)
		diag_error(x->d, l->source->at, "step '%s': %s has no partner for the cell %s", t->step->name, l->source->at->text,
		           cells_row_name(t->step->plan, row, x->a));
	return (struct task_dep){ 0 };
}

/* What a when reads and an else gives: one task each, on axes that are among the step's. */
static void side_deps(struct expansion *x, struct step *st, struct cells *c, struct task **task)
{
	for (const struct predicate *p = st->when; p; p = p->next) {
		struct lookup *l = p->left.step ? lookup_new(x, st, c, &p->left) : NULL;

		for (int r = 0; l && r < c->n; r++)
			PUSH(x->a, task[r]->pred, task[r]->n_pred, side_dep(x, task[r], r, l));
	}
	for (int k = 0; k < st->n_out; k++) {
		struct lookup *l = st->out[k].fallback.step ? lookup_new(x, st, c, &st->out[k].fallback) : NULL;

		for (int r = 0; l && r < c->n; r++) {
			if (!task[r]->fall)
				task[r]->fall = NEW_N(x->a, struct task_dep, st->n_out + 1);
			task[r]->fall[k] = side_dep(x, task[r], r, l);
		}
	}
}

void step_tasks(struct expansion *x, struct step *st)
{
	struct cells *c = st->plan;
	struct lookup ***look = NEW_N(x->a, struct lookup **, st->node->n_in + 1);

	for (int i = 0; i < st->node->n_in; i++) {
		look[i] = NEW_N(x->a, struct lookup *, st->arg[i].n_source + 1);
		for (int k = 0; k < st->arg[i].n_source; k++)
			look[i][k] = lookup_new(x, st, c, &st->arg[i].source[k]);
	}
	tasks_make(x, st, c, look, -1);
	for (int k = 0; k < st->n_out; k++)
		if (st->out[k].port->on_request && st->out[k].wanted) {
			if (!c->want)
				c->want = NEW_N(x->a, struct task **, st->n_out + 1);
			tasks_make(x, st, c, look, k);
			side_deps(x, st, c, c->want[k]);
		}
	side_deps(x, st, c, c->task);
}
