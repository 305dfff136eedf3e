/* tfce.h - threshold-free cluster enhancement of a map.
 *
 *   TFCE(v) = dh sum over the steps h <= t(v) of extent(v, h)^E h^H,   h = dh, 2 dh, .. max; dh = max / steps
 * extent: voxels of the connected part around v of what is at least h; negative values likewise, by themselves, with
 * a negative sign. max is the largest |t| (two-sided) or t. One pass from the highest step down joins parts as voxels
 * appear (a forest of disjoint sets), so the cost is nearly that of sorting and not that of `steps` labellings.
 *   Smith and Nichols 2009, Threshold-free cluster enhancement, eq. 1
 * nilearn leaves out dh. As dh follows each map's maximum, the permuted maps are then weighted otherwise than the
 * observed one, so that p-values differ too. */
#ifndef SULCUS_TFCE_H
#define SULCUS_TFCE_H

#include <stdbool.h>

#include "num/neighbours.h"

struct tfce_options {
	double e, h;        /* the powers E, H */
	int steps;          /* at least 1 */
	bool two_sided;
	bool unweighted;    /* compat: without dh */
};
struct tfce {
	struct tfce_options o;
	const struct neighbours *neighbours;
	const double *extent;            /* [n + 1] size^E */
};
struct tfce_work;   /* of one thread */

struct tfce *tfce_new(const struct tfce_options *o, const struct neighbours *b, struct arena *a);
struct tfce_work *tfce_work_new(const struct tfce *f, struct arena *a);
/* The largest |TFCE| of the map t [n]. value [n], or NULL: of each voxel; the largest of them has the very bits that
 * are returned. */
double tfce_run(const struct tfce *f, const double *t, struct tfce_work *w, double *value);

#endif
