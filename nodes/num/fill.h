/* fill.h - values for censored volumes, made from the kept ones, FILTER_LANES columns at a time.
 *
 * FILL_SPLINE: the cubic spline through the kept volumes whose first two and last two pieces are one polynomial each
 * (not-a-knot), as scipy.interpolate.CubicSpline makes it. One kept volume gives a constant, two a line, three a
 * parabola.
 *   de Boor 1978, A practical guide to splines, chapter IV
 * FILL_LOMB_SCARGLE: least-squares sines and cosines of the kept volumes, one frequency at a time, added up where
 * volumes are missing:
 *   f_k = k / (8 span), k = 1 .. 4 n_keep, span the time from the first to the last kept volume, so the
 *   highest frequency is the mean Nyquist frequency n_keep / (2 span) of the kept volumes;
 *   tan(2 w tau) = sum sin(2 w t) / sum cos(2 w t), w = 2 pi f_k;
 *   c = sum h cos(w (t - tau)) / sum cos^2, s likewise; h the kept values minus their mean;
 *   H(t) = sum over k of c cos(w (t - tau)) + s sin(w (t - tau)).
 * H is then multiplied by sd(h) / sd(H), the deviation of H being taken over all volumes, and the mean put back. As
 * each frequency is fitted by itself, lone gaps are drawn to the mean (there a slow wave has about the share of its
 * amplitude that the missing volumes have of all): this method keeps spectra, a spline keeps values.
 *   Mathias et al. 2004, Algorithms for spectral analysis of irregularly sampled time series
 *   Power et al. 2014, Methods to detect, characterize, and remove motion artifact in resting state fMRI */
#ifndef SULCUS_FILL_H
#define SULCUS_FILL_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct fill;

enum fill_kind { FILL_SPLINE, FILL_LOMB_SCARGLE };

/* What is the same for all columns; lives in the arena, read only, shared by threads. keep[n_keep], n_keep >= 1, and
 * fill[n_fill], the rows to overwrite, are rows of 0 .. n_vol - 1, ascending; they may overlap. Without extrapolate
 * rows before the first kept one and after the last stay as they are. */
struct fill *fill_new(enum fill_kind kind, int n_vol, int n_keep, const int keep[], int n_fill, const int fill[],
                      bool extrapolate, double tr_s, struct arena *a);
/* How many of the rows to overwrite stay as they are, and which: rows[.] in ascending order. */
int fill_outside(const struct fill *f, const int **rows);
/* Doubles of work space that one thread needs. */
size_t fill_work(const struct fill *f);
/* Overwrites the rows of x [n_vol][FILTER_LANES]; what is not a number stays within its column. */
void fill_run(const struct fill *f, double x[], double work[]);

#endif
