/* bands.h - the sines and cosines that span the frequencies to remove, for filtering by projection.
 *
 * A run of n_vol volumes holds the frequencies k / (n_vol tr_s), k = 0 .. n_vol / 2. To take those outside a pass band
 * (or inside a stop band) out by regression, as AFNI's 3dTproject does, is a filter with sharp edges that goes into one
 * projection together with confounds and censored volumes: the rows of the volumes that are kept are picked afterwards.
 * k = 0, the constant, is never among them. */
#ifndef SULCUS_BANDS_H
#define SULCUS_BANDS_H

#include <stdbool.h>

/* From 0 up: from_hz <= f <= to_hz is kept, or removed when stop. INFINITY: no upper end. An edge that a frequency
 * meets within 1e-9 of the frequencies' distance counts as met. */
struct band {
	double from_hz, to_hz;
	bool stop;
};

/* Columns: two for each frequency that is removed, one for k = n_vol / 2 when n_vol is even. */
int bands_count(int n_vol, double tr_s, const struct band *b);
/* out [n_vol][bands_count()]: the cosine, then the sine, of 2 pi k t / n_vol, slowest first; unit norm. */
void bands_basis(int n_vol, double tr_s, const struct band *b, double *out);

#endif
