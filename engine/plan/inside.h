/* inside.h - shared by the files of plan/. */
#ifndef SULCUS_PLAN_INSIDE_H
#define SULCUS_PLAN_INSIDE_H

#include "plan/cells.h"
#include "plan/plan.h"

struct pattern_match;

struct expansion {
	struct plan *plan;
	struct diag *d;
	struct arena *a;
};

/* leaves.c: keys of all axes that are known before any task runs. */
void leaves_find(struct expansion *x);
/* subject_rows.c: the cells of an input that gives each its row of one table; after all other keys are known. */
void subject_rows(struct expansion *x, struct step *st);
/* leaves.c: the files that an input's pattern matches; near: what nearly does, or NULL. False when there is nothing to be done
 * with them: they are elsewhere (it got its one cell "*"), or that was told. */
bool input_files(struct expansion *x, struct step *st, struct pattern_match **match, int *n, const char **near);
/* rows.c: the cells of a step from those of its sources; of a source, with the items of a list output. */
struct cells *step_cells(struct expansion *x, struct step *st);
const struct cells *source_cells(struct expansion *x, const struct source *s);
/* wires.c: the tasks of a step and what each depends on. */
void step_tasks(struct expansion *x, struct step *st);
/* ahead.c: hashes the outside files of tasks that wait for nothing else. */
void files_ahead(struct plan *p, struct arena *a);
/* only.c */
void plan_keep_only(struct plan *p, const char *const *only, int n_only, struct diag *d);
/* when.c: does the task's `when` hold? Records are read from the store. */
must_check struct error *when_holds(struct plan *p, struct task *t, bool *holds);
/* why.c: what makes the task run, from its key text and that of the last run; shared words. */
const char *why_runs(struct plan *p, struct task *t, const char *key_text);
/* key.c */
must_check struct error *key_text(struct plan *p, struct task *t, const char **text);
/* The value of a sweep for the task's cell. */
const char *swept(const struct task *t, const struct axis *x, const struct sweep_value *v, int n);

#endif
