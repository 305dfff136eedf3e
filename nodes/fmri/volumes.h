/* volumes.h - the mean over time, and masks made from it. */
#ifndef SULCUS_FMRI_VOLUMES_H
#define SULCUS_FMRI_VOLUMES_H

#include <stdbool.h>

#include "img/image.h"

struct arena;

/* mean [grid_size] of all volumes, sums in double in the order of time; NaN stays NaN. */
void image_mean_over_time(const struct image *im, double *mean, int n_threads, struct arena *a);
/* The same bits of an image that may be a passing one. */
must_check struct error *image_mean_of(struct image *im, double *mean, int n_threads, struct arena *a);

/* inside [grid_size] of a volume: what differs from the median of its six border slabs, each border voxels thick (edges
 * and corners count in each slab that they are in). When the border holds a NaN: what is not NaN, and it returns true. */
bool background_mask(const double *volume, const struct grid *g, int border, unsigned char *inside, struct arena *a);

/* ---- 3-D shapes in [grid_size] bytes of 0 and 1; neighbours share a face; outside the grid is 0 ---- */
void morph_erode(unsigned char *x, const int n[3], int times, struct arena *a);
void morph_dilate(unsigned char *x, const int n[3], int times, struct arena *a);
/* Keeps the largest connected part; of equal ones that whose first voxel comes first in C order of (i, j, k). */
void morph_largest(unsigned char *x, const int n[3], struct arena *a);

/* What became of a shape: how many voxels it had and has. When erosion left none, `gone` erosions were needed and `last`
 * voxels were there before the last of them; else gone is 0. */
struct tidied { long given, last, left; int gone; };
/* What nilearn does after each mask: erode `opening` times, keep the largest part if connected, dilate twice as often, erode
 * again. */
struct tidied morph_tidy(unsigned char *x, const int n[3], int opening, bool connected, struct arena *a);

#endif
