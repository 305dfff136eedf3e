/* structure.h - dilation and erosion of a volume of 0 and 1 by a neighbourhood, and holes that are filled.
 *
 * A neighbourhood is all steps of voxels that share a face (6), also an edge (18), also a corner (26), as
 * scipy.ndimage.generate_binary_structure(3, 1 .. 3) has them; or a ball in mm of any affine. Each is its own mirror image. */
#ifndef SULCUS_STRUCTURE_H
#define SULCUS_STRUCTURE_H

#include <stdbool.h>

#include "num/components.h"

struct arena;

/* Along the first axis all steps from low to high belong to it, for each step along the other two that is listed. */
struct structure_row { int dj, dk, low, high; };
struct structure {
	int n, reach[3];                 /* rows; the longest step along each axis */
	const struct structure_row *row; /* [n] */
};

struct structure *structure_touch(enum components_touch touch, struct arena *a);
/* Steps of at most mm (and a millionth more: affines are rounded) between voxel centres; step [axis][x, y, z] in mm is what one
 * voxel along an axis is in the world, with an inverse. Longer steps along an axis than `longest` are left out. NULL: the ball has
 * more than STRUCTURE_ROWS rows. */
enum { STRUCTURE_ROWS = 1 << 20 };
struct structure *structure_ball(const double step[3][3], double mm, const int longest[3], struct arena *a);

/* x [n[2]][n[1]][n[0]] of 0 and 1 is changed; beyond the grid there are zeros. A voxel is in the dilation when a step leads to it
 * from one that is in x, in the erosion when every step from it leads to one that is. Returns how often that was done: fewer
 * times than asked when x no longer changed. */
int structure_dilate(unsigned char *x, const int n[3], const struct structure *s, int times, struct arena *scratch);
int structure_erode(unsigned char *x, const int n[3], const struct structure *s, int times, struct arena *scratch);
/* Holes become 1: zeros that are not connected with the grid's faces through zeros. The faces across an axis of one voxel do not
 * count, so that one slice has holes too. Returns how many holes there were. */
int structure_fill(unsigned char *x, const int n[3], enum components_touch touch, struct arena *scratch);

#endif
