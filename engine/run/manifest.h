/* manifest.h - what the folder of results holds of ours. */
#ifndef SULCUS_MANIFEST_H
#define SULCUS_MANIFEST_H

#include <stdbool.h>

#include "run/export.h"

extern const char manifest_name[];   /* "manifest.json" */
/* A manifest that cannot be read counts as none. */
must_check struct error *manifest_read(struct exports *x);
/* The file is there, with the stat it had when we wrote it, of the same artifact. */
bool manifest_is_fresh(const struct exports *x, struct export_file *f);
/* Fills in size and time of a file just written; false when it is not there. */
bool manifest_stat(const struct exports *x, struct export_file *f);
/* Removes files that an earlier run wrote, this one no longer exports, and nobody changed. */
void manifest_clean(struct exports *x);
/* The files of an earlier run that are still there and that this run has not: *name [n]. */
int manifest_earlier(const struct exports *x, const char *const **name);
/* whole: earlier files not listed now are forgotten, else kept. */
must_check struct error *manifest_write(const struct exports *x, bool whole);

#endif
