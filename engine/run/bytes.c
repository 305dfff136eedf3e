/* A record may outlive its bytes. When somebody wants them, the task that made them runs again first. */
#include "base/arena.h"
#include "plan/outside.h"
#include "run/sched_inside.h"
#include "store/store.h"

/* No gc takes what came in this run; but it may have passed by. */
static bool is_kept(const struct task *maker)
{
	return maker->state == TASK_DONE && !(maker->run && ((const struct work *)maker->run)->gone);
}

void sched_want_bytes(struct plan *p, struct task *t)
{
	if (t->state != TASK_HIT || t->need_bytes || !task_runs(t))
		return;
	for (int i = 0; i < t->record.n_out; i++)
		if (!plan_has_bytes(p, &t->record.out[i].artifact, t->step->keep == KEEP_ALWAYS))
			t->need_bytes = true;
}

static void run_again(struct sched *s, struct task *maker)
{
	struct work *w = task_work(s->plan, maker);

	if (!is_settled(maker))   /* it is on its way */
		return;
	maker->state = TASK_READY;
	maker->need_bytes = true;
	maker->why = "its bytes were not kept";
	w->again = true;
	queue_push(s, maker);
}

bool dep_has_bytes(const struct plan *p, const struct task_dep *d)
{
	const struct artifact *art = dep_output((struct plan *)p, d);

	return art && (is_kept(dep_maker(d)) || plan_has_bytes(p, art, false));
}

bool bytes_ready(struct sched *s, struct task *t)
{
	struct work *w = task_work(s->plan, t);

	for (int i = 0; i < t->step->node->n_in; i++) {
		for (int k = 0; k < t->arg[i].n; k++) {
			const struct artifact *art = dep_output(s->plan, &t->arg[i].dep[k]);
			struct task *maker = dep_maker(&t->arg[i].dep[k]);

			if (art && (w->foreign ? plan_has_bytes(s->plan, art, true) : dep_has_bytes(s->plan, &t->arg[i].dep[k])))
				continue;
			struct work *m = task_work(s->plan, maker);

			run_again(s, maker);
			PUSH(s->plan->arena, m->after, m->n_after, t);
			w->n_before++;
		}
	}
	if (w->n_before)
		t->state = TASK_WAITING;
	return !w->n_before;
}

/* Other bytes than before (or none, when it failed) change the keys of those that waited. */
void bytes_made(struct sched *s, struct task *t)
{
	struct work *m = t->run;
	struct task **after = m->after;
	int n = m->n_after;

	m->n_after = 0;
	m->after = NULL;
	m->again = t->need_bytes = false;
	for (int k = 0; k < n; k++) {
		struct work *w = after[k]->run;
		struct error *e;

		if (--w->n_before || after[k]->state != TASK_WAITING)
			continue;
		e = task_settle(s->plan, after[k]);
		if (!e && w->again && after[k]->state == TASK_HIT)   /* wanted for its bytes, too */
			after[k]->state = TASK_READY;
		if (e)
			task_failed(s, after[k], e);
		else if (after[k]->state == TASK_READY)
			queue_push(s, after[k]);
		else
			task_settled(s, after[k]);
	}
}
