#include "run/headers.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "config/diag.h"
#include "node/node.h"
#include "run/origin.h"
#include "run/pool.h"
#include "run/sched_inside.h"
#include "run/work.h"

enum { NAMED_CELLS = 3 };

/* One problem of a step, and the cells that have it. */
struct found {
	struct step *step;
	const struct wire_problem *problem;
	int n;
	const char *cell[NAMED_CELLS];
};

struct look {
	struct plan *plan;
	struct pool *pool;
	struct diag *diag;
	const struct headers_options *opt;
	int n_ready, n_found;
	struct task **ready;        /* a stack */
	struct found **found;
	struct map *index;          /* step, place and text -> struct found */
};

/* It was made, but its bytes are gone: what reads it has only its facts to go by. */
static bool is_passed_by(const struct task *t)
{
	return t->state == TASK_HIT && t->run && ((const struct work *)t->run)->passed_by;
}

static bool wanted(const struct look *l, const struct task *t)
{
	if (t->state == TASK_EXCLUDED || t->state == TASK_SKIPPED || t->state == TASK_FAILED)
		return false;
	return l->opt->all || t->state == TASK_READY || t->state == TASK_WAITING || is_passed_by(t);
}

/* "sub-02 run-1" */
static const char *cell_name(const struct task *t, struct arena *a)
{
	struct buf b = { .arena = a };

	for (int k = 0; k < t->step->n_axis; k++)
		buf_printf(&b, "%s%s-%s", k ? " " : "", t->step->axis[k]->name, task_cell(t, k));
	return b.text;
}

static void note_problem(struct look *l, const struct task *t, const struct wire_problem *p)
{
	struct arena *a = l->plan->arena;
	const char *key = arena_printf(a, "%s\n%d\n%s\n%s", t->step->name, p->warning, p->where, p->text);
	struct found *f = map_get(l->index, key);

	if (!f) {
		struct wire_problem *copy = NEW(a, struct wire_problem);

		*copy = (struct wire_problem){ p->warning, arena_strdup(a, p->where), arena_strdup(a, p->text) };
		f = NEW(a, struct found);
		*f = (struct found){ .step = t->step, .problem = copy };
		map_put(l->index, key, f);
		PUSH(a, l->found, l->n_found, f);
	}
	if (f->n < NAMED_CELLS)
		f->cell[f->n] = cell_name(t, a);
	f->n++;
}

/* Characters of a scalar on one line, if they stand in the file as they are in the text; otherwise all of it. */
static const struct doc *part_of(const struct doc *d, int at, int len, struct arena *a)
{
	int n = d->kind == DOC_TEXT ? (int)strlen(d->text) : 0, quote = d->plain ? 0 : 1;
	struct doc *part;

	if (at < 0 || len < 1 || at > n || len > n - at + 1 || d->end_col != d->at.col + n + 2 * quote || d->text[0] == '$')
		return d;
	part = NEW(a, struct doc);
	*part = *d;
	part->at.col += quote + at;
	part->end_col = part->at.col + len;
	return part;
}

/* The characters "name:at:len" of a text, or "name[item]:at:len" of one in a list, or all of it, where it was written for
 * this step; else the step. */
static const struct doc *place_of(const struct step *st, const char *where, struct arena *a)
{
	int n = (int)strcspn(where, ":["), item = -1, at = 0, len = 0;
	const struct doc *found = st->at;
	const char *name = arena_strndup(a, where, (size_t)n);

	for (int i = 0; i < st->node->n_in; i++)
		if (strcmp(st->node->in[i].name, name) == 0 && st->arg[i].at)
			return st->arg[i].at;
	for (int i = 0; i < st->node->n_param; i++)
		if (strcmp(st->node->param[i].name, name) == 0 && st->setting[i].at)
			found = st->setting[i].at;
	if (sscanf(where + n, "[%d]", &item) == 1) {
		found = found->kind == DOC_LIST && item >= 0 && item < found->n ? found->val[item] : found;
		n += (int)strcspn(where + n, ":");
	}
	if (sscanf(where + n, ":%d:%d", &at, &len) != 2)
		return found;
	return part_of(found, at, len, a);
}

static const char *which_cells(const struct found *f, struct arena *a)
{
	struct buf b = { .arena = a };

	if (!f->step->n_axis)
		return "";
	for (int k = 0; k < f->n && k < NAMED_CELLS; k++)
		buf_printf(&b, "%s%s", k ? ", " : "", f->cell[k]);
	if (f->n > NAMED_CELLS)
		buf_printf(&b, " and %d more", f->n - NAMED_CELLS);
	buf_add(&b, ": ");
	return b.text;
}

static void tell(struct look *l)
{
	for (int i = 0; i < l->n_found; i++) {
		const struct found *f = l->found[i];
		const char *cells = which_cells(f, l->plan->arena);
		const struct doc *at = place_of(f->step, f->problem->where, l->plan->arena);

		if (f->problem->warning)
			diag_warning(l->diag, at, "step '%s': %s%s", f->step->name, cells, f->problem->text);
		else
			diag_error(l->diag, at, "step '%s': %s%s", f->step->name, cells, f->problem->text);
	}
}

/* A pick has the facts of what it picks; other tasks without a shape function leave them unknown. */
static void pass_on(struct task *t, struct work *w)
{
	if (t->step->n_pick && t->arg[0].n && t->arg[0].dep[0].task->run) {
		const struct task_dep *d = &t->arg[0].dep[0];

		w->facts[0] = ((struct work *)d->task->run)->facts[d->port];
	}
}

static void unlock_readers(struct look *l, struct task *t)
{
	for (int k = 0; k < t->n_reader; k++) {
		struct work *w = t->reader[k]->run;

		if (w && wanted(l, t->reader[k]) && --w->n_before == 0)
			l->ready[l->n_ready++] = t->reader[k];
	}
}

/* It has what an ordinary step made, not a file's reader. */
static bool has_results(const struct task *t)
{
	for (int i = 0; i < t->step->node->n_in; i++)
		for (int k = 0; k < t->arg[i].n; k++) {
			const struct task *from = t->arg[i].dep[k].task;

			if (!from->path && (from->state == TASK_HIT || from->state == TASK_DONE))
				return true;
		}
	return false;
}

/* A task under an undecided `when` may never run, so what it finds does not stop the others. */
static void take_reply(struct look *l, struct task *t, const struct reply *r)
{
	struct work *w = t->run;

	for (int i = 0; i < r->n_problem && (l->opt->all || !is_passed_by(t)); i++) {
		struct wire_problem p = r->problem[i];

		p.warning |= t->step->when && t->state == TASK_WAITING;
		p.warning |= l->opt->keep_going && t->step->n_axis && has_results(t);
		p.text = origin_text(l->plan, t, p.text);
		note_problem(l, t, &p);
	}
	for (int i = 0; i < r->n_facts; i++)
		for (int k = 0; k < t->step->n_out; k++)
			if (strcmp(t->step->out[k].name, r->facts[i].port) == 0)
				w->facts[k] = r->facts[i].facts;
	if (r->memory > 0)
		t->memory = r->memory;
	t->passing = r->passing;
	if (r->predicted_s > 0)
		t->seconds = r->predicted_s;
}

/* What went wrong while looking is the task's own trouble: it is told, and the others are still looked at. */
static void take_error(struct look *l, struct task *t, struct error *e)
{
	struct error *last = e = error_origin(l->plan, t, e);

	while (last->cause)
		last = last->cause;
	const char *text = last->text;

	if (last->at.line)
		text = arena_printf(l->plan->arena, "%s:%d:%d: %s", last->at.file, last->at.line, last->at.col, last->text);
	note_problem(l, t, &(struct wire_problem){ .where = "", .text = text });
	error_free(e);
}

static struct error *send_ready(struct look *l)
{
	while (l->n_ready && pool_busy(l->pool) < pool_max(l->pool)) {
		struct task *t = l->ready[--l->n_ready];

		if (!t->step->node->shape) {
			pass_on(t, t->run);
			unlock_readers(l, t);
			continue;
		}
		struct arena *a = arena_new();
		struct request r;

		task_request(&r, l->plan, t, WIRE_SHAPE, a);
		struct error *e = pool_send(l->pool, &r, t);

		arena_free(a);
		if (e)
			return e;
	}
	return NULL;
}

static struct error *look_all(struct look *l)
{
	TRY(send_ready(l));
	while (pool_busy(l->pool)) {
		struct pool_event ev;

		TRY(pool_wait(l->pool, &ev, -1, -1, l->plan->arena));
		if (!ev.ctx)
			continue;
		if (ev.reply && !ev.reply->error)
			take_reply(l, ev.ctx, ev.reply);
		else
			take_error(l, ev.ctx, ev.reply ? ev.reply->error : ev.death);
		unlock_readers(l, ev.ctx);
		TRY(send_ready(l));
	}
	return NULL;
}

/* Makers stand before their readers in the plan. */
static void mark_passed_by(struct look *l)
{
	struct plan *p = l->plan;

	for (int i = p->n_task - 1; i >= 0 && !l->opt->all; i--) {
		const struct task *t = p->task[i];

		for (int k = 0; wanted(l, t) && k < t->step->node->n_in; k++)
			for (int n = 0; n < t->arg[k].n; n++) {
				const struct task_dep *d = &t->arg[k].dep[n];

				if (d->task->state == TASK_HIT && !dep_has_bytes(p, d))
					task_work(p, d->task)->passed_by = true;
			}
	}
}

/* The last in the plan's order go on the stack first, so that the first are looked at first. */
static int prepare(struct look *l)
{
	struct plan *p = l->plan;
	int n = 0;

	mark_passed_by(l);
	for (int i = 0; i < p->n_task; i++) {
		if (!wanted(l, p->task[i]))
			continue;
		task_work(p, p->task[i])->n_before = 0;
		n += p->task[i]->step->node->shape;
	}
	for (int i = 0; i < p->n_task && n; i++)
		for (int k = 0; wanted(l, p->task[i]) && k < p->task[i]->n_reader; k++)
			if (p->task[i]->reader[k]->run && wanted(l, p->task[i]->reader[k]))
				((struct work *)p->task[i]->reader[k]->run)->n_before++;
	for (int i = p->n_task - 1; i >= 0 && n; i--)
		if (wanted(l, p->task[i]) && !((struct work *)p->task[i]->run)->n_before)
			l->ready[l->n_ready++] = p->task[i];
	return n;
}

struct error *headers_check(struct plan *p, struct pool *pool, const struct headers_options *o, struct diag *d)
{
	struct look l = { .plan = p, .pool = pool, .diag = d, .opt = o };

	l.ready = NEW_N(p->arena, struct task *, p->n_task + 1);
	l.index = map_new(p->arena);
	if (!prepare(&l))
		return NULL;
	TRY(look_all(&l));
	tell(&l);
	return NULL;
}
