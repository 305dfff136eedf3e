/* sched.h - runs what a plan's tasks lack: ready ones by longest path, packed by threads and memory. */
#ifndef SULCUS_SCHED_H
#define SULCUS_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct plan;
struct pool;
struct progress;
struct task;

struct sched_options {
	int jobs;                   /* threads at a time */
	int64_t memory;             /* bytes at a time */
	bool keep_going;
	const char *log_folder;     /* what tasks print is kept there, one file a task; made when needed */
	struct progress *progress;
};

struct sched_result {
	int n_ran, n_failed, n_found;   /* found: another run made it while we waited */
	bool interrupted;
};

/* Runs until nothing is left that can. Tasks then are HIT, DONE, EXCLUDED, FAILED or SKIPPED. What fails in a task
 * stays in the task; an error is trouble of the run itself. A SIGINT or SIGTERM stops it, the second at once. */
must_check struct error *sched_run(struct sched_result *out, struct plan *p, struct pool *pool, const struct sched_options *o);

/* The bytes of a HIT are wanted though they may have been evicted: it will run again if they were. */
void sched_want_bytes(struct plan *p, struct task *t);

/* Processors we may use, by affinity and the control group's quota. */
int machine_jobs(void);
/* 80 % of the memory that the machine or the control group has. */
int64_t machine_memory(void);

#endif
