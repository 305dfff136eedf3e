/* taskdiff.h - the results of two runs' tasks compared, by the records that the runs left (run.json). */
#ifndef SULCUS_TASKDIFF_H
#define SULCUS_TASKDIFF_H

#include <stdbool.h>

#include "base/error.h"

struct looker;
struct store;

struct totals { int n_same, n_differ, n_only[2]; };

/* Prints what differs; with numbers where the store still has both. A folder without run.json has no tasks. */
must_check struct error *taskdiff(struct totals *out, const char *const folder[2], struct looker *l, struct store *store,
                                  bool all);

#endif
