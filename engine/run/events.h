/* events.h - a run's events, one JSON map a line, for programs that watch it. */
#ifndef SULCUS_EVENTS_H
#define SULCUS_EVENTS_H

#include <stdio.h>

#include "base/error.h"

struct plan;
struct sched_result;
struct task;

void events_plan(FILE *f, const struct plan *p, int n_todo);
void events_start(FILE *f, const struct task *t);
void events_end(FILE *f, const struct task *t);
void events_retry(FILE *f, const struct task *t, const struct error *e);
void events_done(FILE *f, const struct sched_result *r, double seconds);

#endif
