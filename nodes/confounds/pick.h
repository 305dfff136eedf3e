/* pick.h - the columns of a table of confounds that a strategy takes, by fMRIPrep's names. */
#ifndef SULCUS_CONFOUNDS_PICK_H
#define SULCUS_CONFOUNDS_PICK_H

#include "confounds/strategy.h"

struct doc;

struct pick {
	const char *name;
	enum part part;
	int column;           /* in the table; -1: missing */
};

struct picks {
	int n;
	struct pick *pick;        /* [n] sorted by name */
	int n_problem;
	const char **problem;     /* what the table or the sidecar lacks, a sentence each */
};

/* sidecar may be NULL. Columns for the filter of motion and for scrubbing are asked for too, but are no picks. */
void picks_make(struct picks *out, const struct strategy *s, int n_col, const char *const *column,
                const struct doc *sidecar, struct arena *a);
/* Names of an expansion of base, the base first; returns how many. */
enum { EXPANSION_MAX = 4 };
int expansion_names(const char *name[EXPANSION_MAX], const char *base, enum expansion e, struct arena *a);

#endif
