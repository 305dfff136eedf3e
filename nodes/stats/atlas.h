/* atlas.h - the names of places in the world. */
#ifndef SULCUS_STATS_ATLAS_H
#define SULCUS_STATS_ATLAS_H

#include "img/labels.h"

struct atlas { struct labels labels; double to_voxel[3][4]; };

must_check struct error *atlas_read(struct atlas *out, const struct item *it, struct arena *a);
/* The region that has the voxel nearest to a point, mm; NULL: none, or the point is beyond the grid. */
const char *atlas_name(const struct atlas *at, const double world[3]);

#endif
