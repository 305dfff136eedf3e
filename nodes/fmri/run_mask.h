/* run_mask.h - the mask of a run, on the run's grid or brought together with it. */
#ifndef SULCUS_FMRI_RUN_MASK_H
#define SULCUS_FMRI_RUN_MASK_H

#include "img/mask.h"

struct shape;

/* What goes onto the other's grid when they differ. */
enum run_resampling { RUN_RESAMPLING_NONE, RUN_RESAMPLING_MASK, RUN_RESAMPLING_DATA };

struct run_mask_options {
	enum run_resampling resampling;   /* none: an error; mask: the data onto the mask's; data: the mask onto the data's */
	const char *fix;                  /* what to say when they differ: "resampling: data takes ..." */
	bool compat;                      /* nilearn's edges */
};

/* The mask it of a run on grid g, on g, or (resampling: mask) on its own grid. A mask goes onto g by nearest voxels. */
must_check struct error *run_mask_read(struct mask *out, const struct item *it, const struct grid *g,
                                       const struct run_mask_options *o, struct arena *a);
/* At check time: the same for the input called mask, with problems reported. *grid is where the voxels will be. Returns
 * how many there are; -1: unknown, and *out is not set. */
int run_mask_check(struct mask *out, struct shape *s, const struct grid *g, const struct run_mask_options *o,
                   struct grid *grid);
/* The smallest box with the mask's voxels and one more on each side where there is one: nilearn's grid for data that
 * are resampled onto a mask. */
void run_mask_crop(struct mask *out, const struct mask *m, struct arena *a);

#endif
