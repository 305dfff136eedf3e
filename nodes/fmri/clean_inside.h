/* clean_inside.h - what the files clean_*.c share. */
#ifndef SULCUS_FMRI_CLEAN_INSIDE_H
#define SULCUS_FMRI_CLEAN_INSIDE_H

#include "fmri/clean_args.h"
#include "num/clean.h"

enum { CLEAN_MAX_NOTES = 100 };

struct cleaning {
	struct clean_args args;
	double tr_s;
	struct clean_runs runs;
	const struct clean **run;         /* [runs.n_run] */
	const char *const *label;         /* [runs.n_run]; NULL: one run without a name */
	int n_short;                      /* kept stretches that were too short */
	int n_confounds;                  /* columns given */
	int n_cosines;                    /* columns added, of all runs */
	int n_note;
	const char *note[CLEAN_MAX_NOTES];
};

/* Which volumes there are: what `runs`, `sample_mask` and `min_segment` say. */
struct clean_volumes {
	int n_vol, n_run;
	const int *run_of;                /* [n_vol] */
	const char *const *label;         /* [n_run]; NULL: nobody gave runs */
	const int *const *row, *n_row;    /* [n_run] the volumes of each, ascending, and how many */
	bool *kept;                       /* [n_vol] */
	int n_kept, n_short;
};

/* All that cleaning_new() does; *where becomes the port or parameter that an error is about. */
must_check struct error *cleaning_make(struct cleaning **out, const char **where, const struct clean_args *args,
                                       const struct clean_inputs *in, int n_vol, double header_tr_s, const char *what,
                                       struct arena *a);
/* What this run's chain leaves, as an error when it is nothing. n_more: confounds that are still to come. */
must_check struct error *cleaning_check_dof(const struct cleaning *c, int run, int n_more);

/* The numeric options. With runs nilearn forgets some, which compat does too. */
struct clean_options clean_options_of(const struct clean_args *args, double tr_s, bool with_runs);
/* Whether the parameters go together. */
must_check struct error *clean_check_args(const struct clean_args *args, const char **where, double tr_s);

must_check struct error *clean_volumes_read(struct clean_volumes *out, const char **where, const struct clean_args *args,
                                            const struct clean_inputs *in, int n_vol, const char *what, struct arena *a);
/* own, then the table, side by side: n_vol rows, or none without columns. */
must_check struct error *clean_confounds_read(struct confounds *out, const struct clean_inputs *in, int n_vol,
                                              const char *what, struct arena *a);
must_check struct error *clean_rows_differ(const char *port, int n_row, int n_vol, const char *what);
/* Slow cosines put to the right of the confounds of one run, unless one repeats a confound. Returns how many; *why is
 * then NULL, else what there is to say. */
int clean_add_cosines(struct confounds *c, const char **why, const struct clean_args *args, int n_vol, double tr_s,
                      struct arena *a);
/* Which confounds are constant or repeat others. */
const char *clean_dependent(const struct confounds *c, int rank, struct arena *a);

must_check struct error *clean_record_write(struct out *record, const struct cleaning *c, const struct clean_report *r,
                                            long n_col, struct arena *a);

#endif
