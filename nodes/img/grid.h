/* grid.h - where voxels are in the world.
 *
 * A volume is an array in the order of NIfTI: voxel (i, j, k) is at i + ni*(j + nj*k), i fastest. Columns of
 * masked voxels are in C order of (i, j, k) instead, k fastest (img/mask.h). World axes are RAS+, in mm. */
#ifndef SULCUS_GRID_H
#define SULCUS_GRID_H

#include <stdbool.h>

#include "base/error.h"

struct arena;

struct grid {
	int n[3];             /* voxels along i, j, k, each at least 1; their product fits an int */
	double affine[3][4];  /* voxel (i, j, k, 1) -> world (x, y, z), mm; has an inverse */
};

static inline long grid_size(const struct grid *g)
{
	return (long)g->n[0] * g->n[1] * g->n[2];
}

/* Where voxel (i, j, k) is in a volume. */
static inline long grid_index(const struct grid *g, int i, int j, int k)
{
	return i + (long)g->n[0] * (j + (long)g->n[1] * k);
}

/* The voxel at an index of a volume. */
void grid_voxel(const struct grid *g, long index, int voxel[3]);
/* World coordinates of a (fractional) voxel, summed as (a0*i + a1*j + a2*k) + a3. */
void grid_world(const struct grid *g, const double voxel[3], double world[3]);
/* World -> voxel; false when the affine has no inverse. */
bool grid_inverse(const struct grid *g, double inverse[3][4]);
bool affine_inverse(const double affine[3][4], double inverse[3][4]);
/* out may not be a or b:  out = a after b. */
void affine_multiply(double out[3][4], const double a[3][4], const double b[3][4]);
void affine_apply(const double a[3][4], const double x[3], double y[3]);
/* Edge lengths of a voxel, mm: the norms of the affine's columns. */
void grid_voxel_mm(const struct grid *g, double mm[3]);
/* The volume of a voxel, mm3: the affine's determinant, without its sign. */
double grid_voxel_mm3(const struct grid *g);

/* Same sizes, and affines that agree to |a-b| <= 1e-8 + 1e-5|b|. */
bool grid_same(const struct grid *a, const struct grid *b);
/* "50x59x50 at 4 mm", "50x59x50 at 3x3x3.5 mm" */
const char *grid_text(const struct grid *g, struct arena *a);
/* NULL when they are the same, else an error that says both: "the mask is 40x48x40 at 4 mm, the image 50x59x50
 * at 4 mm: they must share a grid" (when only the affines differ, the first entry that does). */
must_check struct error *grid_check(const struct grid *a, const char *what_a, const struct grid *b, const char *what_b);

#endif
