/* cluster_discoveries.h - how many voxels of a cluster are truly active, at least: all-resolution inference.
 *
 *   Rosenblatt, Finos, Weeda, Solari and Goeman 2018, All-Resolutions Inference for brain imaging
 *   Meijer, Krebs and Goeman 2019, Hommel's procedure in linear time
 * With probability 1 - alpha the bounds hold for all sets of voxels at once, however these were chosen. */
#ifndef SULCUS_CLUSTER_DISCOVERIES_H
#define SULCUS_CLUSTER_DISCOVERIES_H

#include <stdbool.h>

/* Hommel's h: at most so many of n hypotheses are true nulls. p [n_small] ascending: those of the p-values that are below or equal
 * to alpha; the other n - n_small are larger. The largest h with h (alpha - p_i) <= (n - 1 - i) alpha for all i < n - 1,
 * counted from 0; 0 when all are below alpha. exact: without room for rounding, as nilearn 0.12.1 has it. */
long discoveries_hommel(long n, long n_small, const double *p, double alpha, bool exact);

/* Of a set with p-values p [n] ascending: the largest 1 - u + #{i: h p_i <= u alpha} over u = 1, 2, ..., at least 0. from_0:
 * compat, u starts at 0, so that p-values of 0 (and all when h is 0) count one too many. */
long discoveries_bound(long n, const double *p, long h, double alpha, bool from_0);

#endif
