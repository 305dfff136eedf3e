#include "stats/atlas.h"

#include <math.h>

struct error *atlas_read(struct atlas *out, const struct item *it, struct arena *a)
{
	TRY(labels_read(&out->labels, it, 0, NULL, a));
	grid_inverse(&out->labels.grid, out->to_voxel);   /* a grid that was read has one */
	return NULL;
}

const char *atlas_name(const struct atlas *at, const double world[3])
{
	const struct grid *g = &at->labels.grid;
	double voxel[3];
	int region;

	affine_apply(at->to_voxel, world, voxel);
	for (int d = 0; d < 3; d++) {
		voxel[d] = rint(voxel[d]);
		if (!(voxel[d] >= 0 && voxel[d] < g->n[d]))
			return NULL;
	}
	region = at->labels.region[grid_index(g, (int)voxel[0], (int)voxel[1], (int)voxel[2])];
	return region < 0 ? NULL : at->labels.name[region];
}
