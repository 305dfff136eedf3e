/* moments.h - means and squares of groups of volumes, block of voxels by block, volume by volume.
 *
 * One pass in double over values less the group's first: what differs little from volume to volume loses nothing, and a
 * voxel that is constant in a group has a square of exactly 0. With d = x - first, over the n volumes of a group
 *   mean = first + sum(d) / n,   sum (x - mean)^2 = sum(d^2) - sum(d)^2 / n
 *   Chan, Golub and LeVeque 1983, Algorithms for computing the sample variance
 * A NaN or an infinity in a group makes both NaN. The order is that of the calls, so the bits are too. */
#ifndef SULCUS_MOMENTS_H
#define SULCUS_MOMENTS_H

#include <stddef.h>

struct moments {
	int n, n_group;                  /* voxels of the block, groups */
	int *count;                      /* [n_group] volumes so far */
	double *first, *sum, *square;    /* [n_group][n] the first value, and sums of what others differ from it */
};

/* How many doubles a block takes. */
size_t moments_size(int n, int n_group);
/* Begins a block. count [n_group] and work [moments_size()] are kept until its end. */
void moments_begin(struct moments *m, int n, int n_group, int *count, double *work);
/* Adds the block's part x [n] of the next volume of a group. */
void moments_add(struct moments *m, int group, const double *x);
/* At the end: the mean of a group at voxel v less that of group 0's first value, and the sum of squares about the mean. */
double moments_mean(const struct moments *m, int group, int v);
double moments_square(const struct moments *m, int group, int v);

#endif
