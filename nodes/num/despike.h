/* despike.h - spikes in time series, moved towards a smooth curve, FILTER_LANES columns at a time.
 *
 * As AFNI's 3dDespike: a curve
 *   a + b t + c t^2 + sum over k = 1 .. n_vol / 30 of d_k sin(2 pi k t / n_vol) + e_k cos(2 pi k t / n_vol)
 * is fitted so that the sum of |residuals| is least; sigma = sqrt(pi / 2) median(|residual|); a value whose
 * s = residual / sigma is beyond c1 on either side is moved to
 *   s' = c1 + (c2 - c1) tanh((s - c1) / (c2 - c1)),
 * so nothing stays beyond c2; 3dDespike takes c1 = 2.5, c2 = 4. The fit is made by a fixed number of weighted
 * least-squares steps (weights 1 / |residual|), which come within 0.1 % of the least sum; 3dDespike solves a linear
 * program.
 *   Cox 1996, AFNI: software for analysis and visualization of functional magnetic resonance neuroimages
 *   Schlossmacher 1973, An iterative technique for absolute deviations curve fitting */
#ifndef SULCUS_DESPIKE_H
#define SULCUS_DESPIKE_H

#include <stddef.h>

struct arena;
struct despike;

/* Shorter runs than this stay as they are. */
enum { DESPIKE_MIN_VOLUMES = 15 };

/* What is the same for all columns; lives in the arena, read only, shared by threads. 0 < c1 < c2. */
struct despike *despike_new(int n_vol, double c1, double c2, struct arena *a);
/* Doubles of work space that one thread needs. */
size_t despike_work(const struct despike *d);
/* Moves the spikes of x [n_vol][FILTER_LANES] and returns how many values it moved. Columns that are constant, or hold
 * what is not finite, or whose median residual is 0, stay as they are. */
long despike_run(const struct despike *d, double x[], double work[]);

#endif
