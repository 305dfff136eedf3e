/* regions.h - where signals of regions are taken: a grid, which of its voxels count, and which voxels each region has.
 *
 * The data and the regions may lie on different grids; one of them, or the mask's, is the grid to work on. */
#ifndef SULCUS_FMRI_REGIONS_H
#define SULCUS_FMRI_REGIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "img/grid.h"

struct arena;
struct image;
struct item;
struct node_env;

enum region_target { REGION_ONTO_DATA, REGION_ONTO_REGIONS, REGION_ONTO_MASK, REGION_ONTO_NONE };

struct region_space {
	struct grid grid;
	bool moves_data;            /* the data are to be resampled onto grid */
	unsigned char *inside;      /* [grid_size] 1: in the mask and the data's field of view */
};

/* what: "labels" or "maps", as messages call the regions on grid own. mask NULL: everywhere. compat: what lies beyond the
 * data stays inside, and a mask's voxels end at its outermost centres, as nilearn has it. */
must_check struct error *region_space_new(struct region_space *out, enum region_target target, const struct grid *data,
                                          const struct grid *own, const char *what, const struct item *mask,
                                          bool compat, struct arena *a);
/* Tells what was moved onto what, if anything was. */
void region_space_note(const struct region_space *s, const struct grid *data, const struct grid *own, const char *what,
                       struct node_env *env);
/* Takes voxels out of inside where the data, or the voxel of the data that is nearest, is NaN or infinite in some volume.
 * voxel [n] are those to look at, inside before. Returns how many were taken out. */
long region_space_drop(struct region_space *s, const struct image *im, int n, const int voxel[], struct node_env *env);
/* The grid to work on: an error when the three do not go together. mask NULL: none, or not known. */
must_check struct error *region_space_grid(struct grid *out, enum region_target target, const struct grid *data,
                                           const struct grid *own, const char *what, const struct grid *mask);

/* place [grid_size(to)] in a volume on `from` of the nearest voxel; -1 beyond `from`. NULL when an affine has no inverse. */
int *nearest_places(const struct grid *from, const struct grid *to, bool compat, struct arena *a);

/* Voxels by region: those of k are voxel[first[k]] to voxel[first[k + 1] - 1], ascending. */
struct regions {
	int n, n_voxel;
	const int *first;           /* [n + 1] */
	const int *voxel;           /* [n_voxel] places in a volume */
};
/* region [n_place]: which of n, -1 for none. */
void regions_sort(struct regions *out, int n, long n_place, const int region[], struct arena *a);

/* ---- one number of the values of a region at one time ---- */
enum region_statistic {
	REGION_MEAN, REGION_MEDIAN, REGION_SUM, REGION_MINIMUM, REGION_MAXIMUM, REGION_STANDARD_DEVIATION, REGION_VARIANCE,
};
/* Of x [n], n at least 1, in double: the variance is the mean of squared deviations (of a population), the median of an
 * even number the mean of the middle two. work [n] is used by the median. As scipy.ndimage. */
double region_statistic(enum region_statistic what, long n, const double x[], double work[]);

#endif
