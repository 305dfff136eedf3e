/* voxelwise.h - a statistic of groups of volumes at every voxel, with its p: what t-tests and analyses of variance share.
 *
 * Every volume is read once, a few volumes at a time, and what is kept of it are sums (num/moments.h). Where the statistic is
 * no number it is 0 and p is 1, as it is outside the mask. */
#ifndef SULCUS_STATS_VOXELWISE_H
#define SULCUS_STATS_VOXELWISE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct image;
struct image_facts;
struct item;
struct moments;
struct node_env;
struct out;
struct shape;

/* A member of a group: a volume, or the difference of two. */
struct voxelwise_term { int volume, minus, group; };   /* minus -1: none */

/* The statistic at voxel v of a block, and the natural logarithm of its p. */
typedef double voxelwise_fn(const void *ctx, const struct moments *m, int v, double *log_p);

struct voxelwise {
	int n_group, n_term;
	const struct voxelwise_term *term;   /* [n_term] */
	voxelwise_fn *fn;
	const void *ctx;
	const char *name;                    /* of the statistic in notes: "t" */
	bool keep_nan;                       /* compat: no number stays NaN */
};
struct voxelwise_out { struct out *stat, *p, *log10p; };

/* mask: or NULL for all voxels. The image may be a passing one when terms are single volumes in the order of time. */
must_check struct error *voxelwise_run(const struct voxelwise *w, struct image *im, const struct item *mask,
                                       struct node_env *env, const struct voxelwise_out *out);
/* At check time: the mask, the outputs (stat is the name of the first), memory and seconds. n_term -1: not known. */
void voxelwise_check(struct shape *s, const struct image_facts *im, const char *stat, int n_group, long n_term);

#endif
