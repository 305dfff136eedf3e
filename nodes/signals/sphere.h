/* sphere.h - which voxels are in a sphere. */
#ifndef SULCUS_SIGNALS_SPHERE_H
#define SULCUS_SIGNALS_SPHERE_H

#include <stdbool.h>

#include "base/error.h"
#include "img/coords.h"
#include "img/grid.h"

struct arena;

struct sphere { int n; const int *index; };   /* voxels of a volume */

struct spheres {
	const struct grid *grid;
	const unsigned char *inside;   /* [grid_size] candidates; NULL: all voxels */
	double radius_mm;              /* NAN: the voxel that the seed is in alone */
	bool allow_overlap, compat;    /* compat: see signals.spheres */
	const char *const *name;       /* [n] for messages, or NULL */
};

/* out [c->n]; an error for a sphere without voxels, or for two that share one. */
must_check struct error *spheres_find(struct sphere *out, const struct spheres *o, const struct coords *c,
                                      struct arena *a);
/* "seed 2 'PCC' (0, -52, 18)" */
const char *sphere_name(const struct spheres *o, const struct coords *c, int k, struct arena *a);

#endif
