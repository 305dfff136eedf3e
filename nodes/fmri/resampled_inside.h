/* resampled_inside.h - shared by resampled.c, for images that are stored, and resampled_passing.c, for one that passes by. */
#ifndef SULCUS_FMRI_RESAMPLED_INSIDE_H
#define SULCUS_FMRI_RESAMPLED_INSIDE_H

#include "fmri/resampled.h"

/* What workers need to make volumes. */
struct putting {
	const struct grid *g;
	struct image_writer *w;
	bool raw;
	double fill;
	int threads_each;
	float **in, **out;             /* [worker] */
	double **work;
	struct error **problem;        /* [worker], the first of each */
};

/* How many workers are to make n_vol volumes, and how many threads each of them has. */
int putting_workers(struct putting *c, int n_vol, int n_threads);
/* Room for the largest of n images on each worker. */
void putting_room(struct putting *c, int n, const struct resampled *source, int workers, struct arena *a);
/* Volume t of s on the new grid, in this worker's room or where it lies: floats, or values of the image's type. Its floats
 * before are then where image_floats() says, else in c->in[worker]. */
const void *putting_make(const struct putting *c, const struct resampled *s, int t, int worker);
must_check struct error *putting_put(const struct putting *c, int t, const void *voxel);

/* Is what r makes to be clipped at all? */
bool resampling_clips(const struct resample *r, const struct resampling *how);

#endif
