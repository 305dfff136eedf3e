/* mask_finish.h - the last steps of every node that makes a mask: tidy the shape, refuse an empty one, write it. */
#ifndef SULCUS_FMRI_MASK_FINISH_H
#define SULCUS_FMRI_MASK_FINISH_H

#include <stdbool.h>

#include "base/error.h"

struct grid;
struct node_env;
struct shape;

struct mask_finish {
	int opening;            /* morph_tidy() */
	bool connected;
	const char *empty;      /* what to say when no voxel is inside from the start: "no voxel differs from ..." */
	const char *full;       /* what to say when all are, or NULL */
};

/* inside [grid_size] of 0 and 1 is changed. An error when nothing is left. */
must_check struct error *mask_finish(struct node_env *env, const struct mask_finish *f, const struct grid *g,
                                     unsigned char *inside, const char *path);
/* For shape functions: an opening that leaves nothing on this grid, because erosion also eats from the grid's faces. */
void mask_opening_check(struct shape *s, int opening, const struct grid *g);

#endif
