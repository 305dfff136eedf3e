/* filter.h - Butterworth filters without phase shift, and slow cosines.
 *
 * A filter is a chain of second-order sections from the bilinear transform of the analog prototype; it runs
 * forward and then backward over a signal that is extended at both ends by its odd mirror image, and starts in
 * the steady state.
 *   scipy.signal.butter and sosfiltfilt
 *   Gustafsson 1996, Determining the initial states in forward-backward filtering */
#ifndef SULCUS_FILTER_H
#define SULCUS_FILTER_H

enum {
	FILTER_MAX_ORDER = 16,
	FILTER_LANES = 16,  /* columns that filter_run() does at once */
};

enum filter_band { FILTER_NONE, FILTER_LOW, FILTER_HIGH, FILTER_BAND, FILTER_STOP };

/* What has to be said about the cut-offs that were asked for. */
enum filter_fact {
	FILTER_FACT_ZERO = 1,          /* a cut-off is exactly 0: there is no such filter */
	FILTER_FACT_CROSSED = 2,       /* high_pass >= low_pass: there is no such filter */
	FILTER_FACT_BAD_RATE = 4,      /* tr_s is not a positive finite number, or a cut-off infinite, or of STOP missing */
	FILTER_FACT_BAD_ORDER = 8,     /* order is not within 1 .. FILTER_MAX_ORDER */
	FILTER_FACT_IMPOSSIBLE = 15,   /* any of the above */
	FILTER_FACT_LOW_CLIPPED = 16,  /* low_pass was at or above Nyquist and has been lowered to just below */
	FILTER_FACT_HIGH_CLIPPED = 32, /* high_pass was at or above Nyquist and has been lowered to just below */
	FILTER_FACT_NEGATIVE = 64,     /* a cut-off was negative and has been raised to just above 0 */
	FILTER_FACT_UNFILTERED = 128,  /* both were clipped to the same value: signals stay as they are */
};

struct filter_cutoffs {
	enum filter_band band;
	double high_pass_hz;  /* signal below is removed; meaningful for HIGH and BAND; STOP: the upper edge */
	double low_pass_hz;   /* signal above is removed; meaningful for LOW and BAND; STOP: the lower edge */
	int facts;            /* of enum filter_fact; when one is IMPOSSIBLE, band is NONE */
};

/* What stands beyond the ends: 2 x[0] - x[q], x[q], x[0], nothing. */
enum filter_ends { FILTER_ENDS_ODD, FILTER_ENDS_EVEN, FILTER_ENDS_CONSTANT, FILTER_ENDS_NONE };

struct filter {
	int n_sections;  /* 0: leaves signals as they are */
	int pad;         /* samples beyond either end; n_vol must be greater */
	enum filter_ends ends;
	double tr_s;
	double b[FILTER_MAX_ORDER][3], a[FILTER_MAX_ORDER][3];  /* a[][0] == 1 */
	double start[FILTER_MAX_ORDER][2];  /* steady state of each section's delays for a first sample of 1 */
};

/* NAN: no such cut-off. At or above Nyquist: Nyquist - Nyquist 10 eps32; below 0: Nyquist eps32 (nilearn's
 * rules). */
struct filter_cutoffs filter_cutoffs(double high_pass_hz, double low_pass_hz, double tr_s, int order);
/* The same for a filter that removes what is between from_hz and to_hz. A band that begins at or above Nyquist leaves
 * signals as they are (LOW_CLIPPED and UNFILTERED); one that ends there ends just below (HIGH_CLIPPED). */
struct filter_cutoffs filter_stop_cutoffs(double from_hz, double to_hz, double tr_s, int order);
/* Butterworth of this order; order within 1 .. FILTER_MAX_ORDER, cut-offs as filter_cutoffs() gave them. */
void filter_design(struct filter *f, const struct filter_cutoffs *cut, double tr_s, int order);
/* Other ends than the design's, which are odd and three times as long as the filter; pad below 0 keeps that length. */
void filter_set_ends(struct filter *f, enum filter_ends ends, int pad);
/* |H|^2 at this frequency, which is the gain of forward and backward together. */
double filter_gain(const struct filter *f, double hz);
/* Filters FILTER_LANES columns in place: x [n_vol + 2 pad][FILTER_LANES], where rows pad .. pad + n_vol - 1 hold
 * the signals before and after, and the others are work space. n_vol > pad. A NaN stays within its column. */
void filter_run(const struct filter *f, int n_vol, double x[]);
/* The same for one series x [n_vol] in place; work [n_vol + 2 pad][FILTER_LANES]. */
void filter_series(const struct filter *f, int n_vol, double x[n_vol], double work[]);

/* How many cosines are slower than high_pass_hz: min(n_vol - 1, floor(((2 n_vol) high_pass) dt_s)), in this
 * order; 0 for anything that is not a positive number. nilearn's dt_s is (last - first) / (n_vol - 1) of the
 * frame times, whose rounding may lose a cosine: 375 volumes of 0.8 s and 0.01 Hz give it 5, dt_s = 0.8 gives
 * 6. */
int cosine_count(int n_vol, double high_pass_hz, double dt_s);
/* The slow cosines without the constant: out[t][k - 1] = sqrt(2 / n) cos(pi / n (t + 0.5) k), k = 1 .. n_cos. */
void cosine_basis(int n_vol, int n_cos, double out[n_vol][n_cos]);

#endif
