/* progress.h - what a run tells while it goes: live lines on a terminal, plain lines elsewhere, events as JSON lines. */
#ifndef SULCUS_PROGRESS_H
#define SULCUS_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct arena;
struct plan;
struct progress;
struct sched_result;
struct task;

/* out: where lines for people go; quiet: none but failures. events: JSON lines, or NULL. */
struct progress *progress_new(FILE *out, bool quiet, FILE *events, struct arena *a);
/* The plan that is about to be run; again when it has grown. */
void progress_plan(struct progress *p, const struct plan *plan, int jobs);
bool progress_is_live(const struct progress *p);
void progress_start(struct progress *p, struct task *t);
/* t is DONE, HIT (found), FAILED, SKIPPED, EXCLUDED, or READY again when the run was interrupted. */
void progress_end(struct progress *p, struct task *t);
void progress_retry(struct progress *p, struct task *t, const struct error *e);
/* Redraws when it is time to. */
void progress_tick(struct progress *p);
/* Wipes the live lines; tells the end. */
void progress_finish(struct progress *p, const struct sched_result *r);

#endif
