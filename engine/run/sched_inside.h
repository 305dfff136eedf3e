/* sched_inside.h - shared by the files of the scheduler. */
#ifndef SULCUS_SCHED_INSIDE_H
#define SULCUS_SCHED_INSIDE_H

#include "run/pool.h"
#include "run/sched.h"
#include "run/work.h"

struct sched {
	struct plan *plan;
	struct pool *pool;
	const struct sched_options *opt;
	struct sched_result *result;
	int n_ready, n_room;
	struct task **ready;        /* a heap by priority */
	int n_lease;
	struct task **lease;        /* wait for a result that is being made elsewhere */
	int n_held;
	struct task **held;         /* wait until their readers can go along in a pass */
	int n_running, threads_used;
	int64_t memory_used;
	bool stop;                  /* start nothing more */
	double stop_at;             /* kill what still runs at this time; 0: never */
	int signal_fd;
	const char *host;           /* this machine's name, for records */
	struct arena *scratch;      /* emptied after each step of the loop */
	struct error *error;        /* of the run itself */
};

/* ---- queue.c ---- */
void queue_push(struct sched *s, struct task *t);
/* The first ready task that fits what is free now, or NULL. */
struct task *queue_take(struct sched *s);
int task_threads(const struct sched *s, const struct task *t);
/* How many it may come to use as others end; 0: no more. */
int task_most(const struct sched *s, const struct task *t, int n_threads);
int64_t task_memory(const struct task *t);
/* Seconds on the longest path below each task. */
void queue_rank(struct plan *p);

/* ---- finish.c ---- */
/* The reply or the death of a running task. */
void task_finish(struct sched *s, struct task *t, struct pool_event *ev);
/* t has its last state: its readers may go on. */
void task_settled(struct sched *s, struct task *t);
/* Found in the store after all. */
void task_found(struct sched *s, struct task *t);
void task_failed(struct sched *s, struct task *t, struct error *e);

/* How the run of a task ended: r's outputs or error, which is taken over. */
void task_end(struct sched *s, struct task *t, struct reply *r, struct pool_event *ev);

/* ---- pass.c ---- */
enum pass_choice { PASS_NONE, PASS_NOW, PASS_LATER };
/* May t run in one pass with all that reads it? Then they are its members; later: when these have what else they need. */
enum pass_choice pass_choose(struct sched *s, struct task *t);
int64_t pass_memory(const struct task *t);
must_check struct error *pass_send(struct sched *s, struct task *t);
void pass_finish(struct sched *s, struct task *t, struct pool_event *ev);

/* ---- bytes.c ---- */
/* Are the bytes of a settled input there? */
bool dep_has_bytes(const struct plan *p, const struct task_dep *d);
/* False when bytes of its inputs must be made again first; it is queued again when they are. */
bool bytes_ready(struct sched *s, struct task *t);
/* t ran (or failed) for its bytes: those that waited for them go on. */
void bytes_made(struct sched *s, struct task *t);

#endif
