/* region_spread.h - from one number for each part (voxel of a mask, label, map, sphere) to an image: which parts each voxel
 * has, and with what weight. */
#ifndef SULCUS_FMRI_REGION_SPREAD_H
#define SULCUS_FMRI_REGION_SPREAD_H

#include <stdbool.h>

#include "base/error.h"
#include "img/grid.h"

struct arena;
struct image;
struct labels;
struct mask;
struct regions;

struct region_spread {
	struct grid grid;
	int n_part;
	const long *first;       /* [grid_size + 1] entries of each voxel, parts ascending */
	const int *part;
	const float *weight;
};

/* Columns of a mask, in its order. inside [grid_size] (NULL: everywhere) keeps the others to a mask. */
void spread_mask(struct region_spread *out, const struct mask *m, struct arena *a);
void spread_labels(struct region_spread *out, const struct labels *l, const unsigned char *inside, struct arena *a);
void spread_maps(struct region_spread *out, const struct image *maps, const unsigned char *inside, struct arena *a);
/* Where regions overlap a voxel gets their mean. */
void spread_regions(struct region_spread *out, const struct grid *g, const struct regions *r, struct arena *a);

/* volume [grid_size]: sums over the parts of a voxel of weight times row[column[part]]; column -1 is 0. */
void spread_row(const struct region_spread *s, const int *column, const float *row, float *volume);

#endif
