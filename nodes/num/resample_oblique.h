/* resample_oblique.h - what the files of lattices that are turned against each other share: places along a row. */
#ifndef SULCUS_RESAMPLE_OBLIQUE_H
#define SULCUS_RESAMPLE_OBLIQUE_H

#include "num/resample_plan.h"

/* A row of outputs along an axis of the source: output `voxel` is at ((step * voxel + j) + k) + b. */
struct resample_along {
	double step, j, k, b, last;
};

static inline __attribute__((always_inline)) double resample_place_along(const struct resample_along *a, double voxel)
{
	return ((a->step * voxel + a->j) + a->k) + a->b;
}

/* Outputs first .. end - 1 of a row from padded coefficients, wherever they are; out: the row. */
void resample_some(const struct resample *r, const double *coefficient, const struct resample_along a[3], int first, int end,
                   float *out);
/* The same of outputs that all lie inside, away from whole and half voxels, with their first taps side by side. whole: the
 * first taps of output 0, were the row so long. */
void resample_run(const struct resample *r, const double *coefficient, const struct resample_along a[3],
                  const double whole[3], int first, int end, float *out);

#endif
