/* contrast_model.h - what a contrast finds in each run of a fitted model: effects and their covariance. */
#ifndef SULCUS_GLM_CONTRAST_MODEL_H
#define SULCUS_GLM_CONTRAST_MODEL_H

#include <stdbool.h>

#include "base/error.h"
#include "fmri/contrast.h"
#include "img/glm.h"

struct arena;
struct glm_model;

/* One run. Its voxels may be fitted on different rows (parts). */
struct run_model {
	const struct glm_run *run;
	struct glm_model **part;      /* [run->n_part] designs of the rows that are in */
};

/* [g->n_run] models, and what contrasts have to know of them. */
must_check struct error *run_models(struct run_model **out, struct glm_facts *facts, const struct glm *g, struct arena *a);

/* Some voxels of one run, n from first on. */
struct run_effects {
	long first, n;
	int n_row;
	double *effect;               /* [n_row][n] */
	double *cov;                  /* [n_row (n_row + 1) / 2][n] of the effects for noise of variance 1 (num/small.h); 0
	                               * where the rows of a voxel's part cannot tell the contrast */
	const double *variance;       /* [n] of the noise */
	double *dof;                  /* [n] */
};
/* Arrays for at most n voxels. */
void run_effects_new(struct run_effects *e, int n_row, long n, struct arena *a);
/* Fills in all but first and n; n_total is the voxels of the model. */
void run_effects_of(struct run_effects *e, const struct run_model *m, const struct contrast *c, long n_total,
                    int n_threads, struct arena *scratch);

#endif
