/* selection.h - a way of cleaning put to one run's table: the columns, the volumes that are kept, and why. */
#ifndef SULCUS_CONFOUNDS_SELECTION_H
#define SULCUS_CONFOUNDS_SELECTION_H

#include "base/error.h"
#include "confounds/censor.h"
#include "confounds/moved.h"
#include "confounds/pick.h"
#include "confounds/strategy.h"
#include "img/table.h"

struct item;

struct selection {
	struct strategy strategy;
	struct table table;
	struct picks picks;
	struct moved moved;         /* motion made anew */
	struct censoring censoring;
	const double *fd_mm;        /* [n_row], or NULL when the table has none */
	int n_keep, *keep;
	double *x;                  /* [n_row][picks.n]; one column of zeros when there are no picks */
	struct arena *a;
};

must_check struct error *selection_make(struct selection *s, const struct confounds_select_params *params,
                                        const struct item *table, const struct item *sidecar, struct arena *a);
extern const char selection_no_sidecar[];   /* compcor without one */
/* Names of the columns of x; of the one column of zeros when there are no picks. */
const char *const *selection_names(const struct picks *p, struct arena *a);
int selection_count(const struct picks *p, enum part part);
/* The column of volumes that are kept; the record. */
must_check struct error *selection_write_mask(const struct selection *s, const char *path);
must_check struct error *selection_write_record(const struct selection *s, const char *path);

#endif
