/* sphere.h - which voxels are in a sphere. */
#ifndef SULCUS_SIGNALS_SPHERE_H
#define SULCUS_SIGNALS_SPHERE_H

#include <stdbool.h>

#include "base/error.h"
#include "img/coords.h"
#include "img/grid.h"

struct arena;

struct sphere {
	int n;                /* voxels it has */
	const int *index;     /* [n] where they are in a volume */
	long n_image, n_full; /* voxels it would have without the mask; and if the image had no end either */
};

struct spheres {
	const struct grid *grid;
	const unsigned char *inside;   /* [grid_size] candidates; NULL: all voxels */
	int n_radius;                  /* 0: the voxel that the seed is in alone; 1: for all seeds; or one a seed */
	const double *radius_mm;
	bool allow_overlap, compat;    /* compat: see signals.spheres */
	const char *const *name;       /* [n] for messages, or NULL: the seeds' own */
};

/* out [c->n]; an error for spheres without voxels, or for two that share one. */
must_check struct error *spheres_find(struct sphere *out, const struct spheres *o, const struct coords *c,
                                      struct arena *a);
/* The name of a seed, or NULL; and for messages: "seed 2 'PCC' (0, -52, 18)" */
const char *sphere_column(const struct spheres *o, const struct coords *c, int k);
const char *sphere_name(const struct spheres *o, const struct coords *c, int k, struct arena *a);

#endif
