/* permute.h - permutation tests of one regressor in many voxels, and the largest statistics of each permutation.
 *
 * With e = y less what the other regressors Z (orthonormal) explain, of unit length, and a regressor x, orthogonal to Z
 * and of unit length,
 *   b = x' P e,   a = Z' P e,   t = b sqrt(dof / (1 - a'a - b^2)),   dof = rows - columns of Z - 1
 * is Student's t of the whole model fitted to the data whose residuals P changed: P flips signs of rows, or shuffles
 * rows.
 * Permutation 0 leaves all as it is, by the same arithmetic, so it gives the observed t to the bit.
 *   Freedman and Lane 1983; Winkler et al. 2014, Permutation inference for the general linear model
 * Each permutation is a function of its number alone, so they may be made in any order, by any number of threads. */
#ifndef SULCUS_PERMUTE_H
#define SULCUS_PERMUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "num/filter.h"
#include "num/tfce.h"

struct arena;
struct glm_model;

/* ---- the test: permute_test.c ---- */
struct permute_test {
	int n_row, n_z, dof;
	const double *x;          /* [n_row] of unit length, orthogonal to z */
	const double *z;          /* [n_z][n_row] orthonormal */
	bool mean_in_z;           /* the constant is in the span of z: then it is z's first row */
	bool x_constant;          /* all values of x are the same: shuffles change nothing */
};

/* x [n_row], z [n_z][n_row] orthonormal. NULL: z explains x, or no degree of freedom is left. */
struct permute_test *permute_test_new(int n_row, const double *x, int n_z, const double *z, struct arena *a);
/* The test of contrast [n_col], which can be estimated, in a model: x = X (X'X)^+ c, and z spans what else X can fit,
 * {X b: c'b = 0}.
 *   Ridgway 2009; Winkler et al. 2014, appendix A */
struct permute_test *permute_test_of(const struct glm_model *m, const double *contrast, struct arena *a);

/* ---- permutations: permute_draw.c ---- */
struct permute_draw {
	bool flips;               /* of signs; else shuffles of rows */
	bool all;                 /* flips: number k is the pattern of k's bits, so 2^n_block - 1 are all there are */
	int n_row, n_block;
	const int *member;        /* [n_row] rows, block after block */
	const int *begin;         /* [n_block + 1] */
	const int *block;         /* [n_row] 0 .. n_block - 1 */
	uint64_t seed;
	long n_made;              /* compat: permutations 1 .. n_made, made before, one from the other */
	const int *made;          /* [n_made][n_row] or NULL */
};

/* block [n_row]: rows of a block flip together, and are shuffled only within it. NULL: rows flip each by itself, and are
 * shuffled among all. */
struct permute_draw *permute_draw_new(bool flips, int n_row, const int *block, uint64_t seed, struct arena *a);
/* The permutations 1 .. n of nilearn's permuted_ols with random_state seed and one job. */
void permute_draw_nilearn(struct permute_draw *d, long n, struct arena *a);
/* Sign of each row, or the row that takes its place: out [n_row]. Number 0: as they are. */
void permute_draw(const struct permute_draw *d, long number, int *out);

/* ---- data: permute_data.c ---- */
struct permute_data {
	int n;                    /* voxels */
	const double *e;          /* [(n + 15) / 16][n_row][16] panels, 0 beyond the last voxel */
};
/* Drops the voxels of where [n], columns of y [n_row][n_col], that z explains to the last bit: returns how many are left. */
int permute_usable(const struct permute_test *test, long n_col, const float *y, int n, int *where, int n_threads,
                   struct arena *scratch);
struct permute_data *permute_data_new(const struct permute_test *test, long n_col, const float *y, int n, const int *where,
                                      int n_threads, struct arena *a);

/* ---- runs: permute_run.c ---- */
struct permute_max { double t, size, mass, tfce; };   /* the largest of a permutation */
struct permute_wanted {
	bool two_sided;                        /* largest |t|, else t */
	const struct neighbours *neighbours;   /* NULL: only t */
	bool clusters;
	double threshold;                      /* that forms them */
	const struct tfce *tfce;               /* or NULL */
};
/* Permutations first .. first + n - 1: max [n]. */
void permute_run(const struct permute_test *test, const struct permute_draw *draw, const struct permute_data *data,
                 const struct permute_wanted *wanted, long first, long n, struct permute_max *max, int n_threads,
                 struct arena *scratch);
/* The t of all voxels as the data are. */
void permute_observed(const struct permute_test *test, const struct permute_draw *draw, const struct permute_data *data,
                      double *t, struct arena *scratch);
/* How many of sorted [n], ascending, are at least x; tie: also those that are less by at most this part of it. */
long permute_reached(long n, const double *sorted, double x, double tie);

#endif
