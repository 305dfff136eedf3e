/* work.h - what a run knows of a task beyond the plan, and how a worker is told to do it. */
#ifndef SULCUS_WORK_H
#define SULCUS_WORK_H

#include "plan/plan.h"
#include "run/wire.h"

/* At task->run, for tasks that are looked at or run; a run that has nothing to do makes none. */
struct work {
	const struct doc **facts;   /* [step->n_out] of its outputs; NULL: not known */
	int n_before;               /* headers: tasks whose facts are awaited; then: producers whose bytes are */
	struct task **after;        /* tasks that wait for these bytes, besides the plan's readers */
	int n_after;
	bool queued, leased, again; /* again: it ran for its bytes alone */
	int threads;                /* while running */
	int64_t memory;             /* held while running, bytes */
	double started;             /* of clock_now */
	int64_t bytes;              /* written by this run */
	int n_member, room_member;  /* a pass that t makes: who reads it meanwhile (pass.c) */
	struct task **member;
	const struct task *pass;    /* the maker of the pass that it runs or ran in, or NULL */
	bool alone;                 /* not in a pass again */
	bool gone;                  /* what it made passed by: a digest, no bytes */
	bool passed_by;             /* headers: a hit without bytes, whose facts somebody needs */
	bool foreign;               /* another's program, which is not given files of people, as it might change them */
	bool told;                  /* its end was told to people */
	const char *words;          /* the last ones of a task that failed, or NULL */
	const char *log;            /* where what it printed is, or NULL */
	int n_outside;              /* files of people that it reads where they lie, and its own if it is an input */
	const struct outside_file **outside;
};

struct work *task_work(struct plan *p, struct task *t);
/* How a worker is told to do t, or to look at its headers. */
void task_request(struct request *r, struct plan *p, struct task *t, enum wire_do what, struct arena *a);
/* The task whose bytes an input really is, as `else` and picks hand on those of others. */
struct task *dep_maker(const struct task_dep *d);
/* Is it something that a worker does? (A pick only hands on.) */
bool task_runs(const struct task *t);

/* May the file of an input stand for the result, when both have the same bytes? */
const struct outside_file *task_stands_in(struct plan *p, const struct task *t);
/* An error when an outside file was changed since its digest was taken, so that what was made of it counts for nothing. */
must_check struct error *task_check_outside(const struct task *t);

/* Seconds of a clock that never jumps. */
double clock_now(void);

#endif
