/* motion.h - the six motion parameters of a run: framewise displacement, and breathing taken out of them.
 *
 * Breathing moves the magnetic field, and with it the estimated position, mostly along the phase-encoding axis; short
 * TRs make it look like motion, and framewise displacement censors healthy volumes. A filter takes the band of
 * breathing out of the parameters before displacement and expansions are made of them.
 *   Power et al. 2012, Spurious but systematic correlations in functional connectivity MRI networks (displacement)
 *   Fair et al. 2020, Correction of respiratory artifacts in MRI head motion estimates (notch)
 *   Gratton et al. 2020, Removal of high frequency contamination from motion estimates in single-band fMRI (low pass)
 * The filter is Butterworth, forward and backward; XCP-D's notch is scipy.signal.iirnotch. */
#ifndef SULCUS_FMRI_MOTION_H
#define SULCUS_FMRI_MOTION_H

#include "num/filter.h"

struct arena;

enum { MOTION_N = 6 };
extern const char *const motion_names[MOTION_N];   /* trans_x, y, z in mm, rot_x, y, z in radians */

struct motion_filter {
	double from_hz, to_hz;   /* what is taken out; to_hz INFINITY: all that is faster */
	int order;               /* of the filter in one direction; it runs twice */
	double tr_s;
};

/* The filter, or what is wrong with it. A band above Nyquist is folded to where sampling shows it; what reaches up to
 * Nyquist makes a low pass. */
const char *motion_filter_design(struct filter *out, const struct motion_filter *f, int n_vol, struct arena *a);
/* Of x [n_vol], in place. */
void motion_filter_run(const struct filter *f, int n_vol, double *x, struct arena *a);

/* x[t] - x[t - 1]; the first is NaN. */
void motion_difference(int n_vol, const double *x, double *out);
/* Sum of |differences|, rotations as arcs on a sphere of this radius, mm; the first is NaN. */
void motion_displacement(int n_vol, const double *const par[MOTION_N], double radius_mm, double *fd_mm);

#endif
