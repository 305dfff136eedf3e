/* gauss_reach.h - which parts of which lines the passes have to make; shared by gauss_reach.c and gauss_run.c. */
#ifndef SULCUS_GAUSS_REACH_H
#define SULCUS_GAUSS_REACH_H

#include "num/gauss.h"

/* Voxels first .. end - 1 of a line along i; none when end <= first. */
struct gauss_span { int first, end; };

struct gauss_reach {
	long n_vox;
	const int32_t *index;
	/* [nk][nj]: what is wanted of the passes along i, j and k; wanted[2] holds the voxels of the index. */
	struct gauss_span *wanted[3];
};

#endif
