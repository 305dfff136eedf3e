/* kept.h - which volumes of a run are kept: the port sample_mask of signals, designs and fits. */
#ifndef SULCUS_FMRI_KEPT_H
#define SULCUS_FMRI_KEPT_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct item;
struct table;

/* kept [n_vol]; it: one column, the volumes to keep as numbers from 0, ascending, or true or false (1 or 0) for each
 * volume; NULL keeps all. what: "bold", as messages call the data. Callers say what it means when none is kept. */
must_check struct error *kept_read(bool **kept, int *n_kept, const struct item *it, int n_vol, const char *what,
                                   struct arena *a);
/* A table that must have one column; holds: what that is, in words. */
must_check struct error *kept_one_column(struct table *t, const char *port, const char *holds, const struct item *it,
                                         struct arena *a);

#endif
