/* mask.h - which voxels, and columns of them.
 *
 * The columns of masked data are in C order of (i, j, k): k fastest, although volumes have i fastest. */
#ifndef SULCUS_MASK_H
#define SULCUS_MASK_H

#include "base/error.h"
#include "img/grid.h"
#include "img/image.h"

struct arena;
struct item;

struct mask {
	struct grid grid;
	int n;                        /* voxels inside */
	const int *index;             /* [n] where in a volume each column's voxel is, columns in C order of (i, j, k) */
	const unsigned char *inside;  /* [grid_size] 0 or 1, in the order of a volume */
};

/* Any one-volume image: inside is what is finite and not 0. It must be on grid g (when not NULL; what_g names it: "the
 * image") and have a voxel inside. it NULL: every voxel of g. */
must_check struct error *mask_read(struct mask *out, const struct item *it, const struct grid *g, const char *what_g,
                                   struct arena *a);
/* The same; the mask may be empty. */
must_check struct error *mask_read_any(struct mask *out, const struct item *it, const struct grid *g, const char *what_g,
                                       struct arena *a);
must_check struct error *mask_open(struct mask *out, const char *path, const struct grid *g, const char *what_g,
                                   struct arena *a);
/* The mask of all voxels where inside [grid_size] is not 0; inside is copied. It may be empty. */
void mask_of(struct mask *out, const struct grid *g, const unsigned char *inside, struct arena *a);
void mask_all(struct mask *out, const struct grid *g, struct arena *a);

/* row[v] = volume[index[v]] */
void mask_gather(const struct mask *m, const float *volume, float *row);
/* volume[index[v]] = row[v], 0 elsewhere. */
void mask_scatter(const struct mask *m, const float *row, float *volume);
/* Volume t of an image at the mask's voxels: row [n]. */
static inline void mask_row(const struct mask *m, const struct image *im, int t, enum nonfinite policy, float *row)
{
	image_gather(im, t, policy, m->n, m->index, row);
}
/* The volume of a row as a one-volume float32 image; a mask as uint8. */
must_check struct error *mask_write_row(const char *path, const struct mask *m, const float *row, struct arena *a);
must_check struct error *mask_write(const char *path, const struct mask *m);

#endif
