/* cluster_peaks.h - local maxima of clusters; nilearn 0.12.1's, but for shoulders (reporting/get_clusters_table.py).
 *
 * A voxel is one when none of its 26 neighbours in the same cluster is farther from 0, and the same is true of all voxels of
 * its value that it is connected with. Voxels that share a face and are both one are one plateau, whose middle counts: the
 * centre of mass, rounded half to even, or the plateau's voxel nearest to it when that is not on the plateau. */
#ifndef SULCUS_CLUSTER_PEAKS_H
#define SULCUS_CLUSTER_PEAKS_H

#include "num/cluster_find.h"

struct cluster_peak {
	int cluster;        /* from 0 */
	int voxel[3];
	double value;       /* with its sign */
	int part;           /* the plateau's place in C order of first voxels */
};

/* nilearn looks at the 26 neighbours alone, so that the far side of a shoulder is a peak too; and voxels all of whose neighbours are
 * equal are none, unless the values of the whole cluster are (to 1e-5). */
enum cluster_peaks_rule { CLUSTER_PEAKS_HIGHEST, CLUSTER_PEAKS_NILEARN };

/* Peaks by cluster, in a cluster the strongest first, equal ones by part. Returns how many there are: at least one for
 * each cluster. */
int cluster_peaks_find(struct cluster_peak **out, const struct clusters *c, const int n[3], const double *x,
                       enum cluster_peaks_rule rule, struct arena *a);

#endif
