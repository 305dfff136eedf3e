#include "run/keep.h"

#include "base/arena.h"
#include "plan/plan.h"
#include "run/sched.h"
#include "store/gc.h"

bool step_exported(const struct plan *p, const struct step *st)
{
	for (int i = 0; i < p->pipeline->n_export; i++)
		if (p->pipeline->export[i].source.step == st)
			return true;
	return false;
}

/* The keys of the tasks of steps that say so; ran: only those whose bytes this run made. */
static int keys_of(struct plan *p, int keep, bool ran, struct digest **out)
{
	struct digest *key = NULL;
	int n = 0;

	for (int i = 0; i < p->n_task; i++) {
		const struct task *t = p->task[i];
		bool made = t->state == TASK_DONE || (!ran && t->state == TASK_HIT);

		if ((int)t->step->keep == keep && t->keyed && made && !(ran && step_exported(p, t->step)))
			PUSH(p->arena, key, n, t->key);
	}
	*out = key;
	return n;
}

void keep_want_bytes(struct plan *p)
{
	for (int i = 0; i < p->n_task; i++)
		if (p->task[i]->step->keep == KEEP_ALWAYS)
			sched_want_bytes(p, p->task[i]);
}

struct error *keep_apply(struct plan *p)
{
	struct digest *key;
	int n = keys_of(p, KEEP_ALWAYS, false, &key);

	if (n)
		TRY(gc_pin(p->store, arena_printf(p->arena, "keep %s", p->pipeline->path), key, n));
	n = keys_of(p, KEEP_NEVER, true, &key);
	return gc_drop(p->store, key, n);
}
