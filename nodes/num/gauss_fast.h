/* gauss_fast.h - nilearn's fwhm='fast': each voxel and a fifth of its neighbours behind the six faces.
 *
 * At the faces of the image there are fewer neighbours; nilearn divides by 1 + 6 / 5 even there, so edges lose mass and
 * a constant image does not stay. Here the sum is divided by the weights that are in it, unless nilearn's way is asked
 * for. Sums are double, the result is stored as float. */
#ifndef SULCUS_GAUSS_FAST_H
#define SULCUS_GAUSS_FAST_H

#include <stdbool.h>

/* One volume in [nk][nj][ni] of finite values to out, likewise; out is not in. */
void gauss_fast(const int n[3], bool edges_lose, const float in[], float out[]);

#endif
