/* clean.h - time series made fit for statistics: detrended, filtered, freed of confounds, standardised.
 *
 * The chain of nilearn.signal.clean, with everything in double: each column minus its mean and its straight
 * line, then the Butterworth filter, then minus what the confounds explain (y - Q Q' y, Q an orthonormal basis
 * of the confounds, which went through the same detrending and filter), then one of the scalings. Columns are
 * taken FILTER_LANES at a time and stay in the cache from the first step to the last. A NaN spoils its own
 * column only. Where we differ from nilearn 0.12.1: it takes a column for constant when its standard deviation
 * is below eps; here also when it is below 1000 eps of the mean before the chain, else z-scores blow up what is
 * only rounding. And it keeps a direction of the confounds when its pivot is above 100 eps, which is where the
 * rounding of filtered dependent confounds lies, so that chance decides; here it must be above 1e-9 of the
 * largest. */
#ifndef SULCUS_CLEAN_H
#define SULCUS_CLEAN_H

#include <stdbool.h>

#include "num/filter.h"

struct arena;

enum clean_scale {
	CLEAN_SCALE_NONE,
	CLEAN_SCALE_ZSCORE,         /* mean 0, standard deviation 1 dividing by n; constant columns become 0 */
	CLEAN_SCALE_ZSCORE_SAMPLE,  /* the same dividing by n - 1 */
	CLEAN_SCALE_PSC,            /* 100 (x - mean) / |mean|; columns of mean 0 become 0 */
	CLEAN_SCALE_MAX,            /* x / max |x|, for confounds that are not to be standardised */
};

struct clean_options {
	bool detrend;
	enum clean_scale scale;
	bool standardize_confounds;  /* false: they are divided by their largest absolute value, their mean is kept */
	double high_pass_hz;         /* NAN: none */
	double low_pass_hz;          /* NAN: none */
	double tr_s;                 /* used when there is a cut-off */
	int order;                   /* of the Butterworth filter; nilearn: 5 */
};

/* Everything that is the same for all columns; read only, shared by threads. */
struct clean {
	struct clean_options options;
	int n_vol;
	struct filter_cutoffs cutoffs;  /* look at .facts: IMPOSSIBLE means that nothing else here can be used */
	struct filter filter;
	const double *line;             /* [n_vol]: time, mean 0, length 1; NULL: no detrending */
	int n_basis;                    /* rank of the prepared confounds; -1: they hold values that are not finite */
	const double *basis;            /* [n_basis][n_vol], orthonormal */
	double dof;                     /* about how many degrees of freedom are left, see clean_new() */
};

/* How many volumes there must be more than, for the filter's padding; 0 without a filter. */
int clean_pad_needed(const struct clean_options *o);
/* Gets ready for columns of n_vol samples and n_conf confounds conf [n_vol][n_conf] (NULL when there is none).
 * n_vol must be more than clean_pad_needed(), at least 1. The facts to look at are cutoffs.facts and n_basis.
 * dof = min(n_vol less what detrending takes, sum over the DFT's frequencies of the filter's gain squared) -
 * n_basis; the filter's part is a usual approximation for white noise. */
struct clean *clean_new(const struct clean_options *o, int n_vol, int n_conf, const double *conf, struct arena *a);

/* in and out [n_vol][n_col], row-major; out may be in. With n_vol 1 nothing is scaled. PSC uses the mean from
 * before the chain when, averaged over all columns, the mean left after it is less than a tenth of that (as
 * nilearn does: one decision for all columns). Returns how many columns became constant 0 by the scaling (no
 * variance, or for PSC no mean). */
long clean_float(const struct clean *c, long n_col, const float *in, float *out, int n_threads,
                 struct arena *scratch);
long clean_double(const struct clean *c, long n_col, const double *in, double *out, int n_threads,
                  struct arena *scratch);

#endif
