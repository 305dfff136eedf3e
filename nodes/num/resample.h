/* resample.h - volumes from one lattice of voxels onto another.
 *
 * As scipy.ndimage.affine_transform through nilearn's resample_img (0.12.1): cubic B-splines whose coefficients come from
 * a recursive filter with mirrored ends, or linear, or the nearest voxel. What is along the axes of both lattices (also
 * flipped, also exchanged) is done axis by axis; whole voxels are copied, to the bit. Sums are in double.
 *   Unser, Aldroubi and Eden 1993, B-spline signal processing, IEEE Trans. Signal Processing 41, 821-848 */
#ifndef SULCUS_RESAMPLE_H
#define SULCUS_RESAMPLE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum resample_kind { RESAMPLE_CONTINUOUS /* cubic B-spline */, RESAMPLE_LINEAR, RESAMPLE_NEAREST };

enum resample_edge {
	/* Up to half a voxel beyond the outermost centres the position counts as the outermost centre, farther out is
	 * fill. A position within 1e-9 voxel of a whole or half one counts as that one, so rounding makes no holes. */
	RESAMPLE_CLAMP,
	/* nilearn: all beyond the outermost centres is fill, without any tolerance. */
	RESAMPLE_FILL,
};

/* Voxels of one lattice as those of another, c = p o + b with (p b) = inv(from) to; false when one has no inverse.
 * Diagonal affines give numpy's bits. */
bool resample_map(const double from[3][4], const double to[3][4], double p[3][3], double b[3]);

struct resample;   /* read only once made, shared by threads */

/* from, to: voxel -> world, mm; n: voxels along i, j, k (i fastest in volumes), at least 1. NULL when an affine has no
 * inverse. */
struct resample *resample_new(const int n_from[3], const double from[3][4], const int n_to[3], const double to[3][4],
                              enum resample_kind kind, enum resample_edge edge, double fill, struct arena *a);
/* Results between voxels are clamped to this range; fill is not. */
void resample_clip(struct resample *r, double low, double high);
/* Are all outputs copies of voxels? Then nothing is rounded, and what is not finite stays what it is. */
bool resample_copies(const struct resample *r);

/* nilearn's short cut, for callers that reproduce it: an output that lies exactly whole voxels away is not interpolated.
 * Output o is then source voxel o + shift. */
bool resample_shifts(const struct resample *r, int shift[3]);
/* What nilearn does then with the tight box start .. stop - 1 of the source's content: all else is 0, whatever the fill
 * is, and the box begins at the output's first voxel even when it should have begun below it. False when there nilearn
 * fails. */
bool resample_pad(struct resample *r, const int start[3], const int stop[3]);

/* Doubles of work that n_threads need together for one volume. */
size_t resample_work_size_of(const struct resample *r, int n_threads);
/* The same for one thread. */
size_t resample_work_size(const struct resample *r);
/* One volume in -> out, of floats; they do not overlap. Where the nearest voxel is NaN or infinite the result is NaN;
 * elsewhere what is not finite counts as the mean of its finite neighbours (two rounds of them, then 0). */
void resample_volume(const struct resample *r, const float *in, float *out, double *work);
/* The same by several threads, with work [resample_work_size_of()]. */
void resample_volume_by(const struct resample *r, const float *in, float *out, int n_threads, double *work);
/* Where the nearest voxels of outputs (i, j, k), (i + 1, j, k), ... are in the source; -1: fill. */
void resample_nearest(const struct resample *r, const int voxel[3], int n, int index[]);

#endif
