/* clean.h - time series made fit for statistics: despiked, detrended, filtered, freed of confounds, standardised.
 *
 * The chain of nilearn.signal.clean, with everything in double, over one run of volumes of which some may be censored:
 *   Butterworth or no filter: each column minus its mean and its straight line, then the filter, then minus what the
 *   confounds explain (y - Q Q' y, Q an orthonormal basis of the confounds, which went through the same detrending and
 *   filter), then one of the scalings. Before a filter censored volumes are filled from the kept ones and afterwards
 *   left out; without a filter they are left out first.
 *   Projection: trend, the Fourier frequencies outside the band, and the confounds are taken out of the kept volumes in
 *   one least-squares fit, so that nothing comes back and no values are invented (AFNI's 3dTproject; Lindquist et
 *   al. 2018, Human Brain Mapping 40:2358).
 * Columns are taken FILTER_LANES at a time and stay in the cache from the first step to the last. A value that is not
 * finite spoils its own column only. Where we differ from nilearn 0.12.1: it takes a column for constant when its
 * standard deviation is below eps; here also when it is below 1000 eps of its size before the chain, else z-scores blow
 * up what is only rounding. And it keeps a direction of the confounds when its pivot is above 100 eps, which is where
 * the rounding of filtered dependent confounds lies, so that chance decides; here it must be above 1e-9 of the largest. */
#ifndef SULCUS_CLEAN_H
#define SULCUS_CLEAN_H

#include <stdbool.h>

#include "num/fill.h"
#include "num/filter.h"

struct arena;
struct despike;

enum clean_scale {
	CLEAN_SCALE_NONE,
	CLEAN_SCALE_ZSCORE,         /* mean 0, standard deviation 1 dividing by n; constant columns become 0 */
	CLEAN_SCALE_ZSCORE_SAMPLE,  /* the same dividing by n - 1 */
	CLEAN_SCALE_PSC,            /* 100 (x - mean) / |mean|; columns of mean 0 become 0 */
	CLEAN_SCALE_MAX,            /* x / max |x|, for confounds that are not to be standardised */
};

enum clean_way { CLEAN_BUTTERWORTH, CLEAN_PROJECTION };

struct clean_options {
	bool detrend;
	enum clean_scale scale;
	bool standardize_confounds;  /* false: they are divided by their largest absolute value, their mean is kept */
	double high_pass_hz;         /* NAN: none */
	double low_pass_hz;          /* NAN: none */
	double tr_s;                 /* used when there is a cut-off, or something to fill */
	int order;                   /* of the Butterworth filter; nilearn: 5 */
	enum filter_ends ends;       /* what it finds beyond the ends */
	bool has_pad;                /* else as many samples as the design says */
	int pad;
	double stop_hz[2];           /* what is between is removed; 0, 0: nothing */
	enum clean_way way;
	enum fill_kind fill;         /* how censored volumes get values before a Butterworth filter */
	bool drop_ends;              /* censored volumes before the first kept one and after the last do not enter the filter;
	                                else they are extrapolated */
	bool mirror;                 /* compat: only those censored volumes t are filled (dropped, at the ends) for which
	                                n_vol - 1 - t is kept, and with drop_ends the volumes taken are counted from the first
	                                kept one on, wherever the rest begins */
	bool despike;                /* over all volumes, censored ones taken from their kept neighbours */
	bool make_finite;            /* what is not finite counts as 0 */
};

/* Directions to take out, orthonormal. */
struct clean_basis {
	int n;
	const double *row;           /* [n][n_keep] */
	const double *t;             /* [n_keep][n], or with `whole` row' row [n_keep][n_keep]; NULL: n is small */
	bool whole;
};

/* One run: everything that is the same for all columns; read only, shared by threads. */
struct clean {
	struct clean_options options;
	int n_vol, n_keep;
	struct filter_cutoffs cutoffs, stop;  /* look at .facts: IMPOSSIBLE means that nothing else here can be used */
	int n_filter;                   /* Butterworth filters that run one after the other */
	struct filter filter[2];
	int pad;                        /* the most that one of them needs */
	struct despike *despike;        /* or NULL */
	const int *keep;                /* [n_keep] ascending; NULL: all volumes are kept */
	struct fill *fill;              /* or NULL */
	int n_fill;
	const int *filled;              /* [n_fill] the volumes that it fills */
	int n_span;                     /* volumes that are detrended and filtered */
	const int *span;                /* [n_span] which; NULL: all */
	const int *pick;                /* [n_keep] which of those are left in the end; NULL: all */
	bool centre;                    /* the mean is taken out */
	const double *line;             /* [n_span]: time, mean 0, length 1; NULL: stays in */
	struct clean_basis band;        /* projection: frequencies outside the band, orthogonal to mean and line */
	struct clean_basis confounds;   /* n is the rank; -1: they hold values that are not finite */
	int n_trend;                    /* 2 with detrending, else 0 */
	double filter_dof;              /* degrees of freedom that the filter takes, those of the trend apart */
	double dof;                     /* left: n_keep - n_trend - filter_dof - confounds.n */
};

/* How many volumes there must be more than, for the filters' padding; 0 without a filter. */
int clean_pad_needed(const struct clean_options *o);
/* Gets ready for columns of n_vol samples, of which keep[n_keep] (ascending; NULL: all) are kept, and n_conf confounds
 * conf [n_vol][n_conf] (NULL when there is none). The facts to look at first are those of clean_cutoffs(); n_span must
 * be more than clean_pad_needed(), at least 1, and n_keep at least 1; then confounds.n.
 * A Butterworth filter takes (1 - mean over the DFT's frequencies of its gain squared) of the n_keep degrees of
 * freedom, the usual approximation for white noise; with a high-pass, what detrending takes is among them. */
struct clean *clean_new(const struct clean_options *o, int n_vol, int n_conf, const double *conf, struct arena *a);
struct clean *clean_new_kept(const struct clean_options *o, int n_vol, int n_keep, const int *keep, int n_conf,
                             const double *conf, struct arena *a);
/* How many volumes enter the filter: the n_span that clean_new_kept() will have. */
int clean_span(const struct clean_options *o, int n_vol, int n_keep, const int *keep);

/* Several runs of one matrix of n_vol rows, each cleaned by itself. */
struct clean_runs {
	int n_vol, n_run;
	const struct clean *const *run;  /* [n_run] */
	const int *const *row;           /* [n_run][run's n_vol] its rows in the matrix; NULL: one run of all rows in order */
	int n_out;                       /* volumes left of all runs */
	const int *const *out_row;       /* [n_run][run's n_keep] where they go; NULL like row */
};

enum clean_stage { CLEAN_BEFORE, CLEAN_DETRENDED, CLEAN_FILTERED, CLEAN_FREED, CLEAN_N_STAGES };

/* What happened, summed over columns in a fixed order. */
struct clean_report {
	long n_constant;                /* columns without variance left (PSC: or without mean) in some run */
	long n_not_finite;              /* columns with values that are not finite among the kept volumes */
	long n_despiked;                /* values that were moved */
	double square[CLEAN_N_STAGES];  /* sums of squares of the kept volumes about each run's mean; finite columns */
};

/* in and out [n_vol][n_col], row-major; out may be in, its first n_out rows are the result. With one volume left nothing
 * is scaled. PSC uses the mean from before detrending when, averaged over all columns, the mean left after it is less
 * than a tenth of that (as nilearn does: one decision for all columns of a run). */
struct clean_report clean_runs_float(const struct clean_runs *r, long n_col, const float *in, float *out, int n_threads,
                                     struct arena *scratch);
struct clean_report clean_runs_double(const struct clean_runs *r, long n_col, const double *in, double *out, int n_threads,
                                      struct arena *scratch);
/* The same with one run; returns n_constant. */
long clean_float(const struct clean *c, long n_col, const float *in, float *out, int n_threads,
                 struct arena *scratch);
long clean_double(const struct clean *c, long n_col, const double *in, double *out, int n_threads,
                  struct arena *scratch);

#endif
