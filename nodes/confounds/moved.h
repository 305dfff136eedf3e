/* moved.h - motion of a run with breathing taken out: parameters, expansions and displacement made anew. */
#ifndef SULCUS_CONFOUNDS_MOVED_H
#define SULCUS_CONFOUNDS_MOVED_H

#include "base/error.h"
#include "confounds/pick.h"
#include "fmri/motion.h"

struct table;

struct moved {
	int n;                                             /* 0: nothing was made anew */
	const char *name[MOTION_N * EXPANSION_MAX];
	const double *x[MOTION_N * EXPANSION_MAX];         /* [n_row]; a derivative's first value is NaN */
	const double *fd_mm;                               /* [n_row], or NULL */
};

/* All expansions, unless the strategy has no filter. */
must_check struct error *moved_make(struct moved *out, const struct strategy *s, const struct table *t,
                                    struct arena *a);
/* NULL: this column is not made anew. */
const double *moved_column(const struct moved *m, const char *name);
/* What is wrong with the filter for a run of n_vol volumes (0: not known yet); text NULL: nothing. */
struct problem moved_check(const struct strategy *s, int n_vol, struct arena *a);

#endif
