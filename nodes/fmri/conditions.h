/* conditions.h - what was shown at each volume of a run: the port `conditions` of tests and summaries.
 *
 * The table has one row a volume, a column of which (`labels`, else `trial_type`, or the one asked for) names its condition;
 * or it has events (columns onset, duration in s and trial_type): a volume is of the event that its middle, (t + 1/2) tr,
 * lies in, from the onset on and before its end (a middle within a millionth of tr of either is at it). Of a run that was censored both may speak of all its volumes, or the rows of those
 * that are left. Cells without a value are volumes without a condition. */
#ifndef SULCUS_FMRI_CONDITIONS_H
#define SULCUS_FMRI_CONDITIONS_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct item;
struct node_env;
struct shape;
struct table;

struct conditions_args {
	const char *column;            /* that names the conditions; NULL or "": labels, else trial_type, else the only one */
	long n_vol;                    /* volumes of the run; -1: not known, one a row */
	double tr_s;                   /* time between volumes, for events; 0: unknown */
	const char *what;              /* "bold", as messages call the run */
	long n_row;                    /* of a censored run: how many of its volumes there are; -1: not known; 0: all */
	const int *volume;             /* [n_row] which; NULL: all, or not known */
	int dropped;                   /* volumes of the run before these n_vol, of which conditions tell too */
};

struct conditions {
	long n;                        /* volumes that there are; of the whole run while nobody knows which those are */
	const char *const *name;       /* [n] of each volume, NULL: it has none */
	const int *of;                 /* [n] the same as a number in names; -1: none */
	int n_names;
	const char *const *names;      /* [n_names] in order of first appearance, NULL ended */
	const char *column;            /* that the names stood in */
	bool events;
	const double *first_s;         /* [n_names] of events: the first onset of each condition; NULL: a row a volume */
	double run_s;                  /* of events: when the run ends, first_s and this from the beginning of its first volume */
	long n_shared;                 /* volumes in events of several conditions at once, which therefore have none */
};

/* it: a table, or a written one. */
must_check struct error *conditions_read(struct conditions *out, const struct item *it, const struct conditions_args *args,
                                         struct arena *a);
must_check struct error *conditions_of(struct conditions *out, const struct table *t, const struct conditions_args *args,
                                       struct arena *a);
/* At check time: reads the port when its bytes or cells are known, else looks at rows and columns; what is wrong is told at
 * the port. True: *out is whole. */
bool conditions_check(struct conditions *out, struct shape *s, const char *port, const struct conditions_args *args);

/* Notes how many volumes have no condition because they would have several, if there are any. */
void conditions_tell_shared(const struct conditions *c, struct node_env *env);
/* The number of a name; an error that names what there is and the nearest. */
must_check struct error *conditions_find(int *out, const struct conditions *c, const char *name);
/* The volumes of any of the names, ascending: volume [*n]. The same error. */
must_check struct error *conditions_volumes(int **volume, long *n, const struct conditions *c, int n_names,
                                            const char *const *names, struct arena *a);
/* Of names without any volume: why, as the end of a sentence: " (its first event ...)"; "": it cannot be said. */
const char *conditions_why_none(const struct conditions *c, int n_names, const char *const *names, struct arena *a);
/* Volumes of one condition. */
long conditions_count(const struct conditions *c, int name);

#endif
