/* --only: the named steps or tasks, and all that they need. */
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/map.h"
#include "config/diag.h"
#include "plan/inside.h"

static bool named(const struct plan *p, const struct task *t, const char *only)
{
	return strcmp(only, t->step->name) == 0 || strcmp(only, task_name(p->arena, t)) == 0;
}

/* Every name must be a step, or a task of one. */
static void names_check(const struct plan *p, const char *const *only, int n_only, struct diag *d)
{
	const char **steps = NEW_N(p->arena, const char *, p->pipeline->n_step + 1);

	for (int i = 0; i < p->pipeline->n_step; i++)
		steps[i] = p->pipeline->step[i]->name;
	for (int k = 0; k < n_only; k++) {
		bool found = false;

		for (int i = 0; i < p->n_task && !found; i++)
			found = named(p, p->task[i], only[k]);
		if (found)
			continue;
		diag_add(d, DIAG_ERROR, (struct mark){ "--only", 0, 0 }, 0, NULL, "%s has no step or task '%s'", p->pipeline->file, only[k]);
		diag_nearest(d, only[k], steps);
	}
}

/* A task is kept when a kept task depends on it; tasks stand in topological order. */
void plan_keep_only(struct plan *p, const char *const *only, int n_only, struct diag *d)
{
	struct map *kept = map_new(p->arena);
	int n = 0;

	names_check(p, only, n_only, d);
	for (int i = p->n_task; i-- > 0;) {
		struct task *t = p->task[i];
		bool keep = false;

		for (int k = 0; k < n_only && !keep; k++)
			keep = named(p, t, only[k]);
		for (int k = 0; k < t->n_reader && !keep; k++)
			keep = map_get_n(kept, &t->reader[k], sizeof t->reader[k]) != NULL;
		if (keep)
			map_put_n(kept, &p->task[i], sizeof p->task[i], t);
		else
			t->state = TASK_SKIPPED, t->why = "not asked for";
	}
	for (int i = 0; i < p->n_task; i++)
		if (p->task[i]->state != TASK_SKIPPED)
			p->task[n++] = p->task[i];
	p->n_task = n;
}
