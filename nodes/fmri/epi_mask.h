/* epi_mask.h - brain and air of an EPI image, told apart by its histogram.
 *
 * The threshold lies in the widest gap between neighbours of the sorted voxels, looked for between two fractions of them
 * (a heuristic of T. Nichols; nilearn.masking.compute_epi_mask). */
#ifndef SULCUS_FMRI_EPI_MASK_H
#define SULCUS_FMRI_EPI_MASK_H

#include <stdbool.h>

#include "base/error.h"

struct arena;

/* Smooths x [n[2]][n[1]][n[0]] by a Gaussian with a full width at half maximum of one voxel, cut off at two, mirrored at the
 * faces. What is not finite counts as 0; NaN stays NaN. */
void epi_smooth(double *x, const int n[3], struct arena *a);

struct epi_cut {
	double lower, upper;    /* fractions of the sorted voxels */
	bool exclude_zeros;     /* voxels of exactly 0 are not sorted */
	bool single;            /* compat: widths of gaps are rounded to float, as nilearn's are for float images */
};

/* The threshold for x [n], where NaN takes no part: the middle of the widest gap, the lowest of equal ones. An error when
 * there is no gap. */
must_check struct error *epi_threshold(double *out, long n, const double *x, const struct epi_cut *cut, struct arena *a);

#endif
