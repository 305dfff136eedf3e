/* target.h - the grid that an image is to be resampled to, from what people write. */
#ifndef SULCUS_FMRI_TARGET_H
#define SULCUS_FMRI_TARGET_H

#include <stdbool.h>

#include "base/error.h"
#include "img/grid.h"

/* What was given; n_ 0: not. */
struct target {
	int n_affine, n_shape, n_voxel;
	const double *affine;   /* row by row: 9 numbers (no place), 12, or 16 (the last row 0 0 0 1) */
	const double *shape;    /* 3 */
	const double *voxel_mm; /* 1 or 3 */
	bool compat;            /* nilearn's bounding box, without any tolerance */
};

/* The grid in *out for an image on `from`. Nothing given: `from` itself.
 *   9 numbers: the box around the image's voxel centres; no shape may be given.
 *   12 or 16 without shape: from the affine's origin up to the image's last voxel centre.
 *   voxel: the image's axes and field of view (to the outer faces of voxels), its middle kept. */
must_check struct error *target_grid(struct grid *out, const struct grid *from, const struct target *t);

/* An error when no voxel of `to` lies within the image on `from`, up to the outer faces of its voxels. */
must_check struct error *target_overlap(const struct grid *to, const struct grid *from);

#endif
