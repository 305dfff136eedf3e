/* map.h - a statistic in one volume, and which voxels of it were tested. */
#ifndef SULCUS_STATS_MAP_H
#define SULCUS_STATS_MAP_H

#include <stdbool.h>

#include "img/facts.h"
#include "img/grid.h"

struct item;
struct node_env;
struct shape;

struct stat_map {
	struct grid grid;
	double *x;                   /* [grid_size]; NaN and infinities are 0, and so is what lies outside the mask */
	bool is_float;               /* stored as floats: a threshold of 0.1 is the float 0.1 */
	const unsigned char *inside; /* [grid_size] of the mask; NULL: there is none */
	unsigned char *tested;       /* [grid_size] */
	long n_tested;
};

/* How voxels are chosen that count as tests when there is no mask: finite and not 0; compat: what differs from the median of the
 * image's border, as nilearn's masker. */
enum stat_tested { STAT_TESTED_NOT_0, STAT_TESTED_BACKGROUND };

/* Notes tell how many voxels are no number. */
must_check struct error *stat_map_read(struct stat_map *out, const struct item *image, const struct item *mask,
                                       enum stat_tested tested, struct node_env *env);
/* An error when no voxel was tested. */
must_check struct error *stat_map_need_tests(const struct stat_map *m, enum stat_tested tested);
/* The voxels a cluster must have: as given, or from a volume, less the rounding of the affine's entries. */
double stat_map_least_voxels(const struct stat_map *m, double voxels, bool has_volume, double mm3);
/* A threshold as the voxels are stored. */
double stat_map_threshold(const struct stat_map *m, double threshold);

/* At check time: inputs image and mask; false when nothing is known of the image, or it is no volume. */
bool stat_map_check(struct image_facts *im, struct shape *s);

#endif
