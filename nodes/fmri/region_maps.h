/* region_maps.h - maps of regions with weights, a volume each, on a grid. */
#ifndef SULCUS_FMRI_REGION_MAPS_H
#define SULCUS_FMRI_REGION_MAPS_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct gather;
struct grid;
struct image;
struct resample;

struct region_maps {
	const struct image *im;
	struct resample *onto;      /* linear; NULL: the maps are on the grid already */
	float *own, *moved;         /* one volume each */
	double *work;
	long n_moved;               /* voxels of the grid */
};

/* compat: nilearn's edges. */
must_check struct error *region_maps_onto(struct region_maps *out, const struct image *im, const struct grid *grid,
                                          bool compat, struct arena *a);
/* weight [grid_size] of map k, what is not finite 0. */
void region_maps_read(const struct region_maps *m, int k, double *weight);
/* What counts as more than nothing in maps of this type: rounding leaves less. */
double region_maps_least(const struct image *im);

/* Least squares of data on maps:  D[t][v] = sum_k S[t][k] M[k][v] + e, S of least norm. */
struct region_fit {
	int n_map, n_voxel, rank;
	const double *inverse;      /* [n_map][n_voxel] */
};
/* M [n_voxel][n_map]. Singular values up to 2^-52 times the larger side of M, relative to the largest, are rounding and count
 * as 0; compat: up to 2^-52, which may take rounding for a map. An error when there is no solution. */
must_check struct error *region_fit_new(struct region_fit *out, int n_voxel, int n_map, const double *M, bool compat,
                                        struct arena *a);

/* x [n_vol][n_map] = S, reading the run one volume at a time. The gather's voxels are the fit's. */
void region_fit_run(const struct region_fit *f, const struct gather *g, int n_vol, double *x, int n_threads,
                    struct arena *a);

#endif
