/* glm.h - a fitted linear model (kind `glm`): all that contrasts and permutations need, so that they never open the data
 * again.
 *
 * Y = X beta + e for every voxel by itself, in each run. Noise of order N is whitened by W y_t = y_t - sum_i rho_i y_{t-i},
 * terms before the first row left out (nilearn's whitening; num/glm_model.h has the covariances that go with it).
 * Voxels are in the order of the file, ascending index, not in C order of (i, j, k). Voxels that are 0 at all times, or
 * constant, have beta, variance and rho 0. */
#ifndef SULCUS_GLM_H
#define SULCUS_GLM_H

#include <stdbool.h>

#include "base/error.h"
#include "img/grid.h"

struct arena;
struct doc;
struct item;
struct out;

struct glm_run {
	const char *name;            /* the run's cell key, "1"; "" when there is one that has none */
	int n_row, n_col;            /* volumes (or subjects) that were fitted, columns of the design */
	const char *const *column;   /* [n_col] names */
	const double *design;        /* [n_row][n_col] */
	int order;                   /* of the noise; 0: ordinary least squares */
	const double *beta;          /* [n_col][n] */
	const double *variance;      /* [n] of the noise after whitening: sum of squares / degrees of freedom */
	const double *rho;           /* [order][n], as whitened with (rounded to bins, if so asked); NULL: order is 0 */
	/* Which rows a voxel was fitted on: group models with missing subjects. Else one part with all rows, part NULL. */
	int n_part;
	const unsigned char *row_in; /* [n_part][n_row] 1: this row is in */
	const double *dof;           /* [n_part] rows - rank */
	const int *part;             /* [n] or NULL */
};

struct glm {
	struct grid grid;
	long n;                      /* voxels that were fitted, at least 1 */
	const int *index;            /* [n] ascending, where in a volume each is */
	bool group;                  /* rows are subjects: glm.second_level */
	const char *noise;           /* "ols", "ar1", "ar2", ... */
	int n_run;
	struct glm_run *run;         /* [n_run] */
	const float *data;           /* group: what was fitted [n_row][n], NaN where missing; else NULL */
	void *map;                   /* what glm_close lets go of */
	size_t map_size;
};

/* Blobs: glm.json (names, counts, everything small; formats and offsets of what follows), mask.nii (which voxels, to be
 * looked at by any tool), design.tsv (of the first run, likewise) and glm.bin (the arrays, little-endian, 8-byte aligned, mapped when read).
 * Sizes are checked against glm.json; a damaged or cut artifact is an error. */
must_check struct error *glm_read(struct glm *out, const struct item *it, struct arena *a);
void glm_close(struct glm *g);
must_check struct error *glm_write(struct out *out, const struct glm *g, struct arena *a);

/* ---- facts: {dim, affine, group, noise, voxels, runs: [{name, rows, dof, columns: [names], null: [[n_col], ...]}]} ----
 * The same from a stored model (peek) and from shapes before anything is computed. What is not known yet is left out:
 * rows, dof and n_voxel are -1 then. */
struct design_facts {
	const char *name;            /* of the run */
	int n_row;                   /* -1: not known */
	int dof;                     /* -1: not known */
	int n_col;
	const char *const *column;   /* [n_col] */
	int n_null;                  /* columns - rank; -1: not known */
	const double *null;          /* [n_null][n_col] orthonormal: combinations of columns that are 0; a contrast c can be
	                              * estimated when c . null is 0 for each */
};
struct glm_facts {
	struct grid grid;
	bool group;
	const char *noise;
	long n_voxel;                /* -1: not known */
	int n_run;
	const struct design_facts *run;
};
bool glm_facts_from(struct glm_facts *out, const struct doc *facts, struct arena *a);
struct doc *glm_facts_to(const struct glm_facts *f, struct arena *a);
/* Of a model that was read; null spaces are found anew. */
void glm_facts_of(struct glm_facts *out, const struct glm *g, struct arena *a);
/* A design's facts are those of a table, and `null` and `dof` when they are known. */
bool design_facts_from(struct design_facts *out, const struct doc *facts, struct arena *a);
struct doc *design_facts_to(const struct design_facts *f, struct arena *a);
/* Rank, null space and dof of a design [n_row][n_col]; false when it has values that are not finite. */
bool design_facts_of(struct design_facts *out, int n_row, int n_col, const char *const *column, const double *x,
                     struct arena *a);

#endif
