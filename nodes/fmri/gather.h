/* gather.h - a run as volumes that somebody wants: perhaps on another grid, perhaps smoothed, and of them the voxels at
 * an index list, one row a volume.
 *
 * Work follows the voxels that are wanted: without resampling and smoothing nothing else is converted, with them what
 * lies within reach is. Memory is one volume and its work space a thread, never another 4-D image. */
#ifndef SULCUS_FMRI_GATHER_H
#define SULCUS_FMRI_GATHER_H

#include <stdbool.h>

#include "base/error.h"
#include "img/image.h"

struct arena;
struct gauss;
struct gauss_source;
struct shape;

/* Full width at half maximum in mm: none, one for all axes, or one for each. */
struct fwhm { int n; const double *mm; };

/* Weights for a grid, or *out NULL when nothing is to be smoothed. An error when it is too wide. */
must_check struct error *fwhm_gauss(struct gauss **out, const struct fwhm *f, const struct grid *g, struct arena *a);
/* Problems with the parameter called where on this grid. */
void fwhm_check(struct shape *s, const struct fwhm *f, const struct grid *g, const char *where);

struct gather_options {
	const struct grid *onto;     /* resampled onto this grid first (continuous, clipped); NULL: the image's own */
	struct fwhm smoothing;       /* then smoothed */
	enum nonfinite nonfinite;    /* of what is neither resampled nor smoothed, which sees them as 0 */
	bool compat;                 /* nilearn's way of resampling and smoothing, with its slips */
};
struct gather;
/* The voxels of `onto`, or of the image, at index [n]; index is kept, not copied. */
must_check struct error *gather_new(struct gather **out, const struct image *im, const struct gather_options *o, long n,
                                    const int *index, int n_threads, struct arena *a);
/* Calls fn once for every volume, in any order, from all threads: row [n], worker < par_workers(n_threads, n_vol). */
typedef void gather_row_fn(void *ctx, int t, const double *row, int worker);
void gather_rows(const struct gather *g, gather_row_fn *fn, void *ctx, int n_threads, struct arena *a);
/* out [n_vol][n] */
void gather_floats(const struct gather *g, float *out, int n_threads, struct arena *a);

/* compat: nilearn smooths uint8 and uint16 images without slope as such, so each pass drops the fraction. g may be
 * NULL. */
void gather_truncate(struct gauss *g, const struct image *im);
bool gather_keeps_unsigned(const struct image *im);

/* The run where it lies, if it is of a type that smoothing reads; else false, with n_vol 0. */
bool gather_in_place(const struct image *im, struct gauss_source *source);
/* Volume t, smoothed (g NULL: as it is), NaN and infinities 0. work: gather_work() floats. */
void gather_volume(const struct image *im, const struct gauss *g, int t, float *out, float *work);
size_t gather_work(const struct gauss *g);

#endif
