/* study.h - pipelines written into a fresh folder, planned, and run without workers: every task that is ready gets a
 * record of made-up outputs, and the plan is made again until nothing is left, as a run does with an open plan. */
#ifndef SULCUS_TEST_STUDY_H
#define SULCUS_TEST_STUDY_H

#include "check.h"
#include "plan/plan.h"

struct diag;

struct study {
	const char *folder;
	struct diag *diag;
	struct store *store;
	struct pipeline *pipeline;
	struct plan *plan;
	struct override set[4];
	int n_set;
	bool no_data;
	int n_ran;                  /* tasks that got a record, all rounds together */
	bool (*fails)(const struct task *t);   /* tasks that fail when run; NULL: none */
};

/* A fresh folder and store, closed at the end of the block: its thread must not outlive the test's arena. */
#define STUDY(s) struct study s __attribute__((cleanup(study_end))) = study_new()
struct study study_new(void);
void study_end(struct study *s);
void study_file(const struct study *s, const char *name, const char *text);
/* Reads FOLDER/p.yaml and expands it; problems stay in s->diag. */
void study_plan(struct study *s, const char *yaml);
/* The same, and there must be none. */
void study_read(struct study *s, const char *yaml);
/* Plans and runs to the end; nothing may be wrong. */
void study_run(struct study *s, const char *yaml);
/* What d would print. */
const char *study_problems(const struct study *s);
struct task *study_task(const struct study *s, const char *name);
/* "b@01 <- a@01, c": what a task is given, port by port, with the keys of gathered cells; "(none)". */
const char *study_given(const struct study *s, const char *task);
/* The names of a step's tasks, with how each ended: "a@01 hit, a@02 excluded". */
const char *study_states(const struct study *s, const char *step);
const char *study_key(const struct study *s, const char *task);

#endif
