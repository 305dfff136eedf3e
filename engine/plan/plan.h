/* plan.h - a pipeline's tasks: one a step and cell, with what each waits for.
 *
 * plan_expand finds the axes' cells and makes the tasks; task_settle then says of a task whose
 * inputs are settled whether it is excluded, already in the store, or to be run. The planner calls it over the
 * whole graph; the scheduler calls it again as tasks finish, so both always agree. */
#ifndef SULCUS_PLAN_H
#define SULCUS_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "config/pipeline.h"
#include "store/store.h"

struct memo;

enum task_state {
	TASK_WAITING,   /* some input is not settled yet */
	TASK_HIT,       /* its record is in the store */
	TASK_READY,     /* key known, no record: to be run */
	TASK_RUNNING,
	TASK_DONE,      /* ran in this run */
	TASK_EXCLUDED,  /* by a when, or because what it needs was excluded */
	TASK_FAILED,
	TASK_SKIPPED,   /* something it needs failed */
};

struct task_dep {
	struct task *task;
	int port;                   /* index of its output port */
	const char *item;           /* the one item of a list output (an axis known when it was made), else NULL */
};

struct task_arg {
	int n;                      /* 1, or the items of a list; 0: not given or a literal */
	struct task_dep *dep;       /* sorted by cell key */
	const char **cell;          /* [n] keys of a gathered list, else NULL */
};

struct task {
	struct step *step;
	int *cell;                  /* [step->n_axis] positions in the axes' keys */
	const char *path;           /* an input: its file */
	struct task_arg *arg;       /* [step->node->n_in] */
	struct task_dep *pred;      /* records the step's `when` reads */
	int n_pred;
	struct task **reader;       /* tasks that wait for this one */
	int n_reader;
	struct task_dep *fall;      /* [step->n_out] what `else` gives when excluded, task NULL: nothing; or NULL */
	int want;                   /* index of the on_request output that this task makes, -1: the ordinary ones */
	int n_wait;                 /* inputs not settled yet */
	enum task_state state;
	const char *why;            /* why it runs, is skipped or excluded; shared text */
	bool keyed;
	struct digest key;
	struct record record;       /* filled in for HIT and DONE: outputs, cost */
	bool need_bytes;            /* its record stands, but it is to run again for bytes that were not kept */
	int64_t memory;             /* predicted, 0 unknown */
	int64_t passing;            /* what of it is not there in a pass */
	double seconds;             /* predicted, 0 unknown */
	double priority;            /* seconds on the longest path below it */
	struct error *error;        /* FAILED */
	int tries;
	void *run;                  /* the scheduler's own */
};

struct plan {
	struct pipeline *pipeline;
	struct arena *arena;
	struct store *store;        /* NULL: check without a store */
	struct memo *memo;          /* or NULL */
	int n_task;
	struct task **task;         /* in topological order */
	bool open;                  /* some axis is known only after a task has run: expand again then */
	bool no_data;               /* files are not looked up; every pattern has one cell "*" */
	int n_count[TASK_SKIPPED + 1];
	bool looked_ahead;          /* new files were hashed side by side (plan/ahead.c) */
	void (*new_files)(void *ctx);   /* called before the first file is hashed: much is going to run; or NULL */
	void *new_files_ctx;
	char *key_text;             /* plan/key.c's buffer, and its room in bytes */
	size_t key_room;
	struct map *folder;         /* plan/beside.c's listings */
	struct outside *outside;    /* plan/outside.c's files */
};

/* Makes the tasks of a checked pipeline. Problems (no file matches, a missing partner, an axis that nothing
 * relates) go to d. only: NULL, or steps ("step", "step@01,2") whose ancestors alone are kept. */
struct plan *plan_expand(struct pipeline *p, struct store *s, struct memo *m, const char *const *only, int n_only,
                         bool no_data, struct diag *d, struct arena *a);
/* Settles every task it can, in order. */
must_check struct error *plan_settle(struct plan *p);
/* All inputs of t are settled: excluded, a hit, or ready (then keyed). */
must_check struct error *task_settle(struct plan *p, struct task *t);

/* The tasks that make a step's port, one a cell; n 0 when the step was left out or is not known yet. */
int plan_tasks(const struct step *s, int port, struct task *const **tasks);
/* The cell's key text for an axis of the step ("01"). */
const char *task_cell(const struct task *t, int axis);
/* The canonical JSON of setting i for this cell (sweeps and cells taken); NULL: an optional one not given. */
const char *task_setting(const struct task *t, int i, struct arena *a);
/* Files that say more about an input's file: same folder first, then those above (plan/beside.c); returns how many. */
int task_beside(struct plan *p, const struct task *t, const char *const **path);
/* The JSON that stands for a written list at input arg i (blob literal.json), or NULL. Its bytes
 * must be put into the store before the task runs. */
const char *task_literal(const struct task *t, int i);
/* The name for people: "corr" or "corr@01,2". */
const char *task_name(struct arena *a, const struct task *t);
/* The artifact a task gives at a port, following `else` when it was excluded; NULL when there is none. */
const struct artifact *task_output(const struct task *t, int port);
/* The same for what a task depends on: of a list output the one item. */
const struct artifact *dep_output(struct plan *p, const struct task_dep *d);
/* Is it known what the task gives? */
bool is_settled(const struct task *t);
/* The canonical text that the task's key is the digest of (plan/key.c says its form). */
const char *task_key_text(struct plan *p, const struct task *t, struct arena *a);
/* The canonical JSON map of its parameters, as sent to the worker. */
const char *task_params_json(const struct task *t, struct arena *a);

#endif
