/* gather.h - the voxels of a run that somebody wants, smoothed in space, one row a volume. */
#ifndef SULCUS_FMRI_GATHER_H
#define SULCUS_FMRI_GATHER_H

#include "base/error.h"
#include "img/image.h"

struct arena;
struct gauss;
struct shape;

/* Full width at half maximum in mm: none, one for all axes, or one for each. */
struct fwhm { int n; const double *mm; };

/* Weights for a grid, or *out NULL when nothing is to be smoothed. An error when it is too wide. */
must_check struct error *fwhm_gauss(struct gauss **out, const struct fwhm *f, const struct grid *g, struct arena *a);
/* Problems with the parameter called where on this grid. */
void fwhm_check(struct shape *s, const struct fwhm *f, const struct grid *g, const char *where);

/* Volume t, smoothed (g NULL: as it is), NaN and infinities 0. work: gather_work() floats. */
void gather_volume(const struct image *im, const struct gauss *g, int t, float *out, float *work);
size_t gather_work(const struct gauss *g);
/* out [n_vol][n]: the voxels at index, smoothed, NaN and infinities 0. */
void gather_run(const struct image *im, const struct gauss *g, long n, const int *index, float *out, int n_threads,
                struct arena *a);

#endif
