/* high_variance.h - the time courses that the most variable voxels share, as confounds.
 *
 * Columns are detrended (unless told not to); those whose mean square v is above the (100 - percentile) percentile of
 * all v (linear interpolation, strictly above) make S [n_vol][kept], and the leading eigenvectors of S S' / n_vol are
 * the result: of length 1, the one with the largest eigenvalue first. A sign means nothing; here the entry of largest
 * magnitude is positive (the first of equal ones). Columns with a NaN or an infinity are left out.
 *   Behzadi et al. 2007, A component based noise correction method (tCompCor); nilearn's high_variance_confounds */
#ifndef SULCUS_FMRI_HIGH_VARIANCE_H
#define SULCUS_FMRI_HIGH_VARIANCE_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct image;
struct mask;
struct series;

/* Of all voxels: out [n_vol][n]. An error when fewer than n columns can be told apart. */
must_check struct error *high_variance_of(const struct image *im, int n, double percentile, bool detrend, double **out,
                                          int n_threads, struct arena *a);
/* Of the voxels in a mask on the image's grid (NULL: all), or of the columns of a table of signals. */
must_check struct error *high_variance_in(const struct image *im, const struct mask *mask, int n, double percentile,
                                          bool detrend, double **out, int n_threads, struct arena *a);
must_check struct error *high_variance_of_series(const struct series *s, int n, double percentile, bool detrend,
                                                 double **out, int n_threads, struct arena *a);

#endif
