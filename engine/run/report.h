/* report.h - what a run did: run.json for programs, a summary for people. */
#ifndef SULCUS_REPORT_H
#define SULCUS_REPORT_H

#include <stdio.h>
#include <time.h>

#include "run/export.h"
#include "run/sched.h"

struct report {
	struct plan *plan;
	const struct exports *exports;
	struct sched_result result;
	const char *folder, *version;
	double seconds;             /* of the whole run */
	time_t started;
	struct arena *arena;
};

/* <folder>/run.json */
must_check struct error *report_write(const struct report *r);
/* A row a step, what failed with its causes, where the results are, what to type next. */
void report_print(const struct report *r, FILE *f);
/* What failed, equal causes of many cells once. */
void report_failures(const struct report *r, FILE *f);

#endif
