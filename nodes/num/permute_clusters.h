/* permute_clusters.h - the largest cluster of a map, by extent and by mass.
 *
 * A cluster is a connected part of the voxels whose statistic is above the threshold; two-sided, also of those below
 * its negative, by themselves. Its mass is the sum of |t| - threshold.
 *   Bullmore et al. 1999, Global, voxel, and cluster tests, by theory and permutation (mass) */
#ifndef SULCUS_PERMUTE_CLUSTERS_H
#define SULCUS_PERMUTE_CLUSTERS_H

#include <stdbool.h>

#include "num/neighbours.h"

struct arena;

struct permute_cluster { int first, size; double mass; };   /* first: of its voxels in the list */
struct permute_clusters {
	int *root;                /* [n] -1: in no cluster, else a voxel of the same, the first of it in the end */
	int *above;               /* [n] the voxels that are in clusters */
	struct permute_cluster *cluster;  /* [n] at each cluster's first voxel */
	int n_above;
};

struct permute_clusters *permute_clusters_new(int n, struct arena *a);
/* Finds the clusters of t [n]: the largest size and mass, 0 without any. What is found stays in w until the next
 * turn. */
void permute_clusters_find(const struct neighbours *b, const double *t, double threshold, bool two_sided,
                           struct permute_clusters *w, double *max_size, double *max_mass);

#endif
