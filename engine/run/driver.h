/* driver.h - a whole run: plan, headers, tasks, exports, what was done (docs/engine.md, "A run"). */
#ifndef SULCUS_DRIVER_H
#define SULCUS_DRIVER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "run/report.h"

struct diag;
struct memo;
struct pipeline;
struct pool;
struct progress;
struct store;

struct driver {
	struct pipeline *pipeline;
	struct store *store;
	struct memo *memo;
	struct diag *diag;
	struct arena *arena;
	const char *const *only;
	int n_only, jobs;           /* jobs, memory 0: what the machine has */
	int64_t memory;
	bool keep_going, offline, quiet;
	const char *folder, *version;
	FILE *events;               /* or NULL */
	/* what follows is filled in */
	struct plan *plan;
	struct pool *pool;          /* NULL as long as nobody needs it */
	struct progress *progress;
	struct exports exports;
	struct report report;
};

/* *wrong: the file has errors, which are in d->diag; nothing was run (or nothing more). */
must_check struct error *driver_run(struct driver *d, bool *wrong);
/* Frees the errors of what failed, which the report needs until then. */
void driver_free(struct driver *d);
bool driver_failed(const struct driver *d);

#endif
