/* clean_args.h - the cleaning parameters that nodes of signals share, and the checks that go with them.
 *
 * detrend, standardize, standardize_confounds, low_pass, high_pass, tr and filter are the same words everywhere. */
#ifndef SULCUS_FMRI_CLEAN_ARGS_H
#define SULCUS_FMRI_CLEAN_ARGS_H

#include <math.h>
#include <stdbool.h>

#include "base/error.h"
#include "num/clean.h"

struct arena;
struct item;
struct shape;

/* In the order in which the schemas list them. */
enum clean_standardize { CLEAN_STANDARDIZE_FALSE, CLEAN_STANDARDIZE_ZSCORE_SAMPLE, CLEAN_STANDARDIZE_ZSCORE, CLEAN_STANDARDIZE_PSC };

struct clean_args {
	bool detrend, standardize_confounds;
	enum clean_standardize standardize;
	double low_pass_hz, high_pass_hz;   /* NAN: none */
	double tr_s;                        /* NAN: not given */
	bool cosine;                        /* filter: cosine */
};

/* From the params struct of any node that has these parameters. */
#define CLEAN_ARGS(p) ((struct clean_args){ \
	.detrend = (p)->detrend, .standardize_confounds = (p)->standardize_confounds, \
	.standardize = (enum clean_standardize)(p)->standardize, \
	.low_pass_hz = (p)->has_low_pass ? (p)->low_pass_hz : (double)NAN, \
	.high_pass_hz = (p)->has_high_pass ? (p)->high_pass_hz : (double)NAN, \
	.tr_s = (p)->has_tr ? (p)->tr_s : (double)NAN, .cosine = (int)(p)->filter == 1 })

/* The time between volumes to work with: the given one, else the header's; 0: unknown. */
double clean_tr(const struct clean_args *args, double header_tr_s);

/* Numbers to take out, [n_row][n_col]. */
struct confounds { int n_row, n_col; const double *x; };
/* A table or a written list. An error names the first cell that is no number or missing. it NULL: no columns. */
must_check struct error *confounds_read(struct confounds *out, const struct item *it, struct arena *a);

/* All that clean_float() needs, or an error that says what does not go together. what: "bold", "signals". */
must_check struct error *clean_prepare(struct clean **out, const struct clean_args *args, int n_vol, double header_tr_s,
                                       const struct confounds *confounds, const char *what, struct arena *a);
/* The same at check time: n_vol and header_tr_s are facts of the port called what; confounds' port is looked up. */
void clean_check(struct shape *s, const struct clean_args *args, int n_vol, double header_tr_s, const char *what);

#endif
