/* coverage.h - how much of each region the data cover, which regions that drops, and how people are told.
 *
 * Coverage is the share of a region on its own grid (of its voxels, or of the weight of its map) that lies in the data's
 * field of view, in the mask, and where the data are numbers at all times. */
#ifndef SULCUS_FMRI_COVERAGE_H
#define SULCUS_FMRI_COVERAGE_H

#include <stdbool.h>

#include "base/error.h"
#include "img/grid.h"

struct arena;
struct node_env;
struct out;

struct coverage {
	int n;                          /* regions */
	const char *what;               /* "label", "map" */
	const int *value;               /* [n], or NULL: 0, 1, 2, ... */
	const char *const *name;        /* [n] */
	long *voxels, *used;            /* [n] on the region's own grid; of the grid that signals were taken on */
	double *share;                  /* [n] 0 to 1 */
	unsigned char *kept;            /* [n] has a column */
	int n_kept, *column;            /* [n_kept] which regions the columns are */
};

/* Zeros for n regions. */
void coverage_new(struct coverage *c, int n, const char *what, const int *value, const char *const *name,
                  struct arena *a);
/* covered [grid_size(own)]: the nearest voxel of `work` is inside. An error when an affine has no inverse. */
must_check struct error *coverage_reach(unsigned char *covered, const struct grid *own, const struct grid *work,
                                        const unsigned char *inside, struct arena *a);
/* Decides who is kept: whoever has a voxel and at least the share, and with keep_empty also who has none. An error when nobody
 * is left. */
must_check struct error *coverage_decide(struct coverage *c, double min_share, bool keep_empty);
/* Tells which regions are dropped or all zero, by name. */
void coverage_note(const struct coverage *c, struct node_env *env);
/* The names of the columns [n_kept]. */
const char *const *coverage_names(const struct coverage *c, struct arena *a);
/* The table: value, name, voxels, voxels_used, coverage, kept (1 or 0). */
must_check struct error *coverage_write(const struct coverage *c, struct out *o, struct arena *a);

#endif
