/* cluster_peaks.h - local maxima of clusters, as nilearn 0.12.1 finds them (reporting/get_clusters_table.py).
 *
 * A voxel is one when none of its 26 neighbours in the same cluster is farther from 0. Voxels that share a face and are both
 * one are one plateau, whose middle counts: the centre of mass, rounded half to even, or the plateau's voxel nearest to it
 * when that is not on the plateau. Flat stretches (all 27 values are equal) are none, unless the whole cluster is flat. */
#ifndef SULCUS_CLUSTER_PEAKS_H
#define SULCUS_CLUSTER_PEAKS_H

#include "num/cluster_find.h"

struct cluster_peak {
	int cluster;        /* from 0 */
	int voxel[3];
	double value;       /* with its sign */
	int part;           /* the plateau's place in C order of first voxels */
};

/* Peaks by cluster, in a cluster the strongest first, equal ones by part. Returns how many there are: at least one for
 * each cluster. */
int cluster_peaks_find(struct cluster_peak **out, const struct clusters *c, const int n[3], const double *x,
                       struct arena *a);

#endif
