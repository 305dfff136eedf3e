/* run_finite.h - which voxels of a run are numbers at all times. */
#ifndef SULCUS_FMRI_RUN_FINITE_H
#define SULCUS_FMRI_RUN_FINITE_H

struct image;

/* Looks at the voxels at index [n] in all volumes: bad [n] is 1 where one is NaN or infinite. Returns how many. */
long run_not_finite(const struct image *im, long n, const int *index, unsigned char *bad, int n_threads);

#endif
