/* What is to happen with a task whose inputs are settled. */
#include "plan/plan.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "node/node.h"
#include "plan/inside.h"
#include "store/memo.h"

bool is_settled(const struct task *t)
{
	return t->state == TASK_HIT || t->state == TASK_DONE || t->state >= TASK_EXCLUDED;
}

/* Is what it makes on record? Also while it runs again for bytes that were not kept. */
static bool has_record(const struct task *t)
{
	return t->state == TASK_HIT || t->state == TASK_DONE || (t->need_bytes && !is_settled(t));
}

const struct artifact *task_output(const struct task *t, int port)
{
	while (t->state == TASK_EXCLUDED && t->fall && t->fall[port].task) {
		const struct task_dep *instead = &t->fall[port];

		t = instead->task;
		port = instead->port;
	}
	if (!has_record(t))
		return NULL;
	for (int i = 0; i < t->record.n_out; i++)
		if (strcmp(t->record.out[i].port, t->step->out[port].name) == 0)
			return &t->record.out[i].artifact;
	return NULL;
}

const struct artifact *dep_output(struct plan *p, const struct task_dep *d)
{
	const struct artifact *all = task_output(d->task, d->port);
	struct artifact *one;
	size_t len;

	if (!all || !d->item)
		return all;
	one = NEW(p->arena, struct artifact);
	len = strlen(d->item);
	for (int i = 0; i < all->n_blob; i++)
		if (strncmp(all->blob[i].name, d->item, len) == 0 && all->blob[i].name[len] == '/') {
			struct store_blob blob = all->blob[i];

			blob.name += len + 1;
			PUSH(p->arena, one->blob, one->n_blob, blob);
		}
	artifact_seal(one);
	return one;
}

/* Was it made, or something given instead? */
static bool has_value(const struct task_dep *d)
{
	return task_output(d->task, d->port) != NULL;
}

static void fail(struct task *t, struct error *e)
{
	t->state = TASK_FAILED;
	t->error = e;
	t->why = "not enough of what it gathers";
}

/* Drops what was excluded from a gathered list, or says why that cannot be. */
static void gather_settle(struct task *t, struct task_arg *arg, const char *port)
{
	const struct step *st = t->step;
	int n = 0, lost = 0;
	const char *first = NULL;
	bool failed = false;

	for (int i = 0; i < arg->n; i++) {
		if (has_value(&arg->dep[i])) {
			arg->dep[n] = arg->dep[i];
			arg->cell[n++] = arg->cell[i];
			continue;
		}
		failed |= arg->dep[i].task->state != TASK_EXCLUDED;
		first = lost++ ? first : arg->cell[i];
	}
	if (failed && st->missing == MISSING_FAIL) {
		t->state = TASK_SKIPPED;
		t->why = "something it gathers failed";
		return;
	}
	if (lost && st->missing == MISSING_FAIL) {
		fail(t, error_at(error_new(ERR_USER, "'%s' lacks %d of %d cells (the first is %s), which were excluded", port, lost, arg->n, first), st->at->at));
	} else if (st->missing == MISSING_AT_LEAST && n < st->at_least) {
		fail(t, error_at(error_new(ERR_USER, "'%s' has %d cells, must have at least %d", port, n, st->at_least), st->at->at));
	} else if (!n) {
		t->state = TASK_EXCLUDED;
		t->why = "nothing was left to gather";
	}
	arg->n = n;
}

static void inputs_settle(struct task *t)
{
	for (int i = 0; i < t->step->node->n_in && t->state == TASK_WAITING; i++) {
		struct task_arg *arg = &t->arg[i];

		bool one_for_all = arg->n && !arg->cell;

		if (t->step->n_gather && t->step->node->in[i].many && t->step->arg[i].n_source && !one_for_all) {
			gather_settle(t, arg, t->step->node->in[i].name);
			continue;
		}
		for (int k = 0; k < arg->n; k++) {
			enum task_state s = arg->dep[k].task->state;

			if (has_value(&arg->dep[k]))
				continue;
			t->state = s == TASK_EXCLUDED ? TASK_EXCLUDED : TASK_SKIPPED;
			t->why = s == TASK_EXCLUDED ? "what it needs was excluded" : "what it needs failed";
		}
	}
	for (int i = 0; i < t->n_pred && t->state == TASK_WAITING; i++)
		if (!has_value(&t->pred[i])) {
			enum task_state s = t->pred[i].task->state;

			t->state = s == TASK_EXCLUDED ? TASK_EXCLUDED : TASK_SKIPPED;
			t->why = s == TASK_EXCLUDED ? "what its when reads was excluded" : "what its when reads failed";
		}
}

/* pick hands on what it was given. */
static void pick_settle(struct plan *p, struct task *t)
{
	const struct artifact *art = t->arg[0].n ? dep_output(p, &t->arg[0].dep[0]) : NULL;

	t->state = art ? TASK_HIT : TASK_EXCLUDED;
	t->why = art ? "" : "there is no such cell";
	if (!art)
		return;
	t->record.node = "pick";
	t->record.n_out = 1;
	t->record.out = NEW(p->arena, struct record_out);
	t->record.out[0] = (struct record_out){ t->step->out[0].name, *art };
}

static bool look_up(struct plan *p, struct task *t)
{
	if (p->memo && memo_record(p->memo, &t->key, &t->record))
		return true;
	if (!p->store || !store_lookup(p->store, &t->key, &t->record, p->arena))
		return false;
	if (p->memo)
		memo_add_record(p->memo, &t->record);
	return true;
}

struct error *task_settle(struct plan *p, struct task *t)
{
	const char *text;
	bool holds = true;

	inputs_settle(t);
	if (t->state != TASK_WAITING)
		return NULL;
	TRY(when_holds(p, t, &holds));
	if (!holds) {
		t->state = TASK_EXCLUDED;
		t->why = "its when does not hold";
		return NULL;
	}
	if (t->step->n_pick) {
		pick_settle(p, t);
		return NULL;
	}
	TRY(key_text(p, t, &text));
	t->key = digest_bytes(text, strlen(text));
	t->keyed = true;
	t->state = look_up(p, t) ? TASK_HIT : TASK_READY;
	t->why = t->state == TASK_HIT ? "" : why_runs(p, t, text);
	return NULL;
}

struct error *plan_settle(struct plan *p)
{
	if (!p->store || p->no_data)
		return NULL;
	memset(p->n_count, 0, sizeof p->n_count);
	for (int i = 0; i < p->n_task; i++) {
		struct task *t = p->task[i];

		if (t->state == TASK_WAITING && t->n_wait == 0) {
			struct error *e = task_settle(p, t);

			if (e)
				return error_at(error_wrap(e, "step '%s'", task_name(p->arena, t)), t->step->at->at);
			for (int k = 0; is_settled(t) && k < t->n_reader; k++)
				t->reader[k]->n_wait--;
		}
		p->n_count[t->state]++;
	}
	return NULL;
}
