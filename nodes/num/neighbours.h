/* neighbours.h - which voxels of a list touch which: made once, for the many labellings of permutations. */
#ifndef SULCUS_NEIGHBOURS_H
#define SULCUS_NEIGHBOURS_H

#include "num/components.h"

struct arena;

struct neighbours {
	int n;          /* voxels */
	int touch;      /* at most so many neighbours each: 6, 18 or 26 */
	const int *of;  /* [n][touch] their numbers in the list, -1 after the last */
};

/* index [n]: ascending, where in a volume of the size dim (first axis fastest) each voxel is. */
struct neighbours *neighbours_new(const int dim[3], int n, const int *index, enum components_touch touch, struct arena *a);

#endif
