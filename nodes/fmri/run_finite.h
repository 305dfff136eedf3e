/* run_finite.h - which voxels of a run are numbers at all times. */
#ifndef SULCUS_FMRI_RUN_FINITE_H
#define SULCUS_FMRI_RUN_FINITE_H

struct image;

struct not_finite {
	long some;     /* voxels that are NaN or infinite at some time */
	long always;   /* of them those that never are a number */
};
/* Looks at the voxels at index [n] (NULL: the first n) in all volumes: bad [n] is 1 for those of some, 2 of always. */
struct not_finite run_not_finite(const struct image *im, long n, const int *index, unsigned char *bad, int n_threads);
/* The same in the volumes row [n_row] alone. */
struct not_finite rows_not_finite(const struct image *im, int n_row, const int *row, long n, const int *index,
                                  unsigned char *bad, int n_threads);

#endif
