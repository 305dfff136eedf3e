/* percentile.h - a percentile of a whole run without a sorted copy of it. */
#ifndef SULCUS_FMRI_PERCENTILE_H
#define SULCUS_FMRI_PERCENTILE_H

#include <stdbool.h>

struct arena;
struct image;
struct mask;

struct percentile_of {
	const struct image *im;   /* values that are not finite count as 0 */
	const struct mask *mask;  /* only voxels inside, or NULL: all */
	bool magnitude;           /* of |values|; otherwise of those that are 0 or more */
};

/* The value at position percent / 100 (n - 1) of the n sorted values of all volumes, linear between neighbours
 * (scipy.stats.scoreatpercentile). Returns n; *out is left alone when it is 0. */
long percentile_find(double *out, const struct percentile_of *of, double percent, int n_threads, struct arena *a);

#endif
