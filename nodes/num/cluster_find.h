/* cluster_find.h - clusters: connected voxels of a volume that are beyond a threshold on the same side. */
#ifndef SULCUS_CLUSTER_FIND_H
#define SULCUS_CLUSTER_FIND_H

#include <stdbool.h>

#include "num/components.h"

struct arena;

/* What remains: x > above, and x < below; INFINITY and -INFINITY where nothing does. A value is never on both sides. */
struct cluster_cut {
	double above, below;
	double min_voxels;           /* clusters of fewer are left out */
	enum components_touch touch;
	bool weakest_first;          /* compat: clusters are numbered from the weakest peak on */
};

static inline bool cluster_cut_above(const struct cluster_cut *c, double x)
{
	return x > c->above;
}

static inline bool cluster_cut_below(const struct cluster_cut *c, double x)
{
	return x < c->below;
}

struct cluster {
	long size;                   /* voxels */
	double value;                /* of the peak: the largest, or the smallest of those below */
	long peak;                   /* its index in the volume; of equal ones the first in C order of (i, j, k) */
	int part;                    /* in which order the clusters' first voxels come in C order */
};

struct clusters {
	int n;
	struct cluster *cluster;     /* [n] by peak, the strongest first, equal ones by part */
	int *label;                  /* [n[2]][n[1]][n[0]] 1 + the cluster's place; 0: in none */
};

/* The clusters above, or below, of a volume x [n[2]][n[1]][n[0]] without NaN; inside: only where this is not 0, or NULL. */
void clusters_find(struct clusters *out, const struct cluster_cut *cut, bool below, const int n[3], const double *x,
                   const unsigned char *inside, struct arena *a);

#endif
