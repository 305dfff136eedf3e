/* box.h - where an image has content, and the range of its values. */
#ifndef SULCUS_FMRI_BOX_H
#define SULCUS_FMRI_BOX_H

#include <stdbool.h>

#include "img/image.h"

struct arena;

/* The smallest and largest value of all volumes, NaN left out; infinity and -infinity when nothing else is there. */
void image_range(const struct image *im, double *low, double *high, int n_threads, struct arena *a);

/* Widens low .. high to hold all of x, NaN left out. */
void floats_range(long n, const float *x, double *low, double *high);

/* Voxels start .. stop - 1 along i, j, k. */
struct box {
	int start[3], stop[3];
	bool empty;    /* nothing is there: the box is the whole grid */
	bool nan;      /* some voxel is NaN, which counts as nothing */
};
/* The tight box of voxels that in any volume exceed rtol (nilearn's: 1e-8) of the image's largest magnitude. */
void image_box(struct box *out, const struct image *im, double rtol, int n_threads, struct arena *a);

#endif
