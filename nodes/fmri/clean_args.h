/* clean_args.h - cleaning in time, as every node of signals offers it: schemas/parts/cleaning.yaml.
 *
 * A node reads its data into x [n_vol][n_col], and says
 *   TRY(cleaning_new(&c, &args, &inputs, n_vol, tr_s, "bold", arena));
 *   TRY(cleaning_float(c, env, n_col, x, "voxels", out->record));
 * after which the first cleaning_rows(c) rows of x are the result; its shape function calls clean_check(). */
#ifndef SULCUS_FMRI_CLEAN_ARGS_H
#define SULCUS_FMRI_CLEAN_ARGS_H

#include <math.h>
#include <stdbool.h>

#include "base/error.h"
#include "num/filter.h"

struct arena;
struct item;
struct node_env;
struct out;
struct series;
struct shape;

/* In the order in which the schema lists them. */
enum clean_standardize { CLEAN_STANDARDIZE_FALSE, CLEAN_STANDARDIZE_ZSCORE_SAMPLE, CLEAN_STANDARDIZE_ZSCORE, CLEAN_STANDARDIZE_PSC };
enum clean_filter { CLEAN_FILTER_BUTTERWORTH, CLEAN_FILTER_COSINE, CLEAN_FILTER_PROJECTION };
enum clean_fill { CLEAN_FILL_SPLINE, CLEAN_FILL_LOMB_SCARGLE };

struct clean_args {
	bool detrend, standardize_confounds, despike, extrapolate, ensure_finite, compat;
	enum clean_standardize standardize;
	enum clean_filter filter;
	enum clean_fill fill;
	double low_pass_hz, high_pass_hz;   /* NAN: none */
	double stop_hz[2];                  /* what is between is removed; 0, 0: nothing */
	double tr_s;                        /* NAN: not given */
	int filter_order;                   /* 0: 5 */
	enum filter_ends ends;              /* of the Butterworth filter */
	int pad;                            /* samples beyond the ends; below 0: as the filter's length asks */
	int min_segment;                    /* volumes */
};

/* From the params struct of any node that has these parameters. */
#define CLEAN_ARGS(p) ((struct clean_args){ \
	.detrend = (p)->detrend, .standardize_confounds = (p)->standardize_confounds, .despike = (p)->despike, \
	.extrapolate = (p)->has_extrapolate ? (p)->extrapolate : (int)(p)->compat == 1, \
	.ensure_finite = (p)->ensure_finite, .compat = (int)(p)->compat == 1, \
	.standardize = (enum clean_standardize)(p)->standardize, .filter = (enum clean_filter)(p)->filter, \
	.fill = (enum clean_fill)(p)->fill, \
	.low_pass_hz = (p)->has_low_pass ? (p)->low_pass_hz : (double)NAN, \
	.high_pass_hz = (p)->has_high_pass ? (p)->high_pass_hz : (double)NAN, \
	.stop_hz = { (p)->n_band_stop == 2 ? (p)->band_stop_hz[0] : 0, (p)->n_band_stop == 2 ? (p)->band_stop_hz[1] : 0 }, \
	.tr_s = (p)->has_tr ? (p)->tr_s : (double)NAN, \
	.filter_order = (p)->filter_order, .ends = (enum filter_ends)(p)->filter_ends, \
	.pad = (p)->has_filter_pad ? (p)->filter_pad : -1, .min_segment = (p)->min_segment })

/* The time between volumes to work with: the given one, else the header's; 0: unknown. */
double clean_tr(const struct clean_args *args, double header_tr_s);

/* Columns of numbers to take out, [n_row][n_col]; name: [n_col], or NULL. */
struct confounds { int n_row, n_col; const double *x; const char *const *name; };

/* The ports of the part, NULL where nothing was given, and confounds that the node itself made, which come before the
 * others and have a row for each volume. */
struct clean_inputs { const struct item *confounds, *sample_mask, *runs; struct confounds own; };
#define CLEAN_INPUTS(in) ((struct clean_inputs){ (in)->confounds, (in)->sample_mask, (in)->runs, { 0 } })

/* A table or a written list. An error names the first cell that is no number or missing. it NULL: no columns. */
must_check struct error *confounds_read(struct confounds *out, const struct item *it, struct arena *a);

struct cleaning;   /* everything that is the same for all columns */

/* what: "bold", "signals", as messages call the data; header_tr_s 0: unknown. */
must_check struct error *cleaning_new(struct cleaning **out, const struct clean_args *args, const struct clean_inputs *in,
                                      int n_vol, double header_tr_s, const char *what, struct arena *a);
/* How many volumes are left, at most n_vol. */
int cleaning_rows(const struct cleaning *c);
/* What the rows of a series are after cleaning: how many, and which volumes unless they are all of them in order. s->volume is
 * what the rows were before, NULL: volumes 0 to n_vol - 1. */
void cleaning_volumes(const struct cleaning *c, struct series *s, struct arena *a);
/* Cleans x [n_vol][n_col] where it lies. Notes what people should know (columns without variance, with NaN), and writes
 * the record (blob record.json) unless record is NULL. what: "voxels", "regions", "columns". */
must_check struct error *cleaning_float(struct cleaning *c, struct node_env *env, long n_col, float *x, const char *what,
                                        struct out *record);
must_check struct error *cleaning_double(struct cleaning *c, struct node_env *env, long n_col, double *x, const char *what,
                                         struct out *record);

/* At check time: a given TR (NAN: none) that is not the header's is an error; a warning when the header has 0 or 1, which
 * nobody set. False when there was an error. */
bool clean_check_tr(struct shape *s, double tr_s, double header_tr_s, const char *what);
/* At check time, in a shape function: n_vol and header_tr_s are facts of the port called what; the part's ports are
 * looked up. Returns how many volumes will be left, -1 while unknown. */
int clean_check(struct shape *s, const struct clean_args *args, int n_vol, double header_tr_s, const char *what);

#endif
