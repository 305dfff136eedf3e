/* export.h - results as files for people, named by their cells: sub-01_run-2_z.nii.gz (export_name.h).
 *
 * manifest.json in the same folder tells which files we wrote, of which artifact, and how their stat was then, so
 * that an unchanged file is left alone, a missing one written again, and nobody else's file removed. */
#ifndef SULCUS_EXPORT_H
#define SULCUS_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "plan/plan.h"

struct doc;
struct map;
struct pool;

struct export_file {
	const char *name, *kind, *step;
	const struct task *task;
	struct task_dep from;
	const struct artifact *artifact;
	const char *text;           /* of no task: what the file says; else NULL */
	bool fresh;                 /* is there as we wrote it, of this artifact */
	int64_t size, mtime_ns;     /* as written */
	int n_outside;              /* files of people that it was written from */
	const struct outside_file **outside;
	struct error *error;
};

struct exports {
	struct plan *plan;
	const char *folder;
	const char *version;        /* of this program */
	struct arena *arena;
	int n, n_fresh, n_written, n_failed, n_removed;
	struct export_file *file;
	const struct doc *manifest; /* of the last run, or NULL */
	struct map *recorded;       /* name -> its map in the manifest */
	bool read;
};

/* Lists what the finished tasks of the plan export, and which of it is fresh. Called again after tasks have run. */
must_check struct error *exports_list(struct exports *x);
/* Asks for the bytes of what has to be written. */
void exports_want_bytes(struct exports *x);
/* Writes what is not fresh, several at a time, and the manifest. whole: every task ended well, so files that the
 * manifest has beyond these are stale, and removed unless somebody changed them. */
must_check struct error *exports_write(struct exports *x, struct pool *pool, bool whole);

#endif
