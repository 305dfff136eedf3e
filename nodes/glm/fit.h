/* fit.h - one run made ready for a linear model, and the model fitted at every voxel of it; for glm.first_level. */
#ifndef SULCUS_GLM_FIT_NODE_H
#define SULCUS_GLM_FIT_NODE_H

#include <stdbool.h>

#include "fmri/gather.h"
#include "img/design.h"
#include "img/glm.h"
#include "img/image.h"
#include "num/glm_fit.h"

struct arena;
struct item;
struct node_env;

enum fit_scaling { FIT_SCALING_VOXEL, FIT_SCALING_GRAND, FIT_SCALING_NONE };   /* as the schema lists them */

struct fit_args {
	int order;                       /* of the noise */
	int bins;                        /* 0: exact */
	enum fit_scaling scaling;
	struct fwhm smoothing;
	bool compat;
};

/* The order that noise: ols, ar1, .. ar20 asks for. */
must_check struct error *fit_order(int *order, const char *noise);

/* A run's rows and design. name: its key, "" when there is one run that has none. */
struct fit_run {
	const char *name, *what;         /* what: "bold", "run 2 of bold" in messages */
	int n_vol, n_row;
	const int *row;                  /* [n_row] the volumes that are kept, ascending */
	struct design design;            /* of the rows that are kept */
	const struct glm_model *model;
};

/* design: a row for each volume, or for each kept one; sample_mask may be NULL. Errors for designs that cannot be fitted. */
must_check struct error *fit_ready(struct fit_run *out, const char *name, const struct fit_args *args, int n_vol,
                                   const struct item *design, const struct item *sample_mask, struct arena *a);
/* The name of run k of n: its key, or where there are several without, its number from 1. */
const char *fit_name(const char *cell, int k, int n, struct arena *a);
/* What a run is called in messages. */
const char *fit_what(const char *name, struct arena *a);
/* The degrees of freedom that are left, or an error when there are none. */
must_check struct error *fit_check_dof(const char *what, const struct fit_args *args, int n_row, int n_col, int rank);

/* Values of a run at the voxels index [n] of a volume: from the image where it lies, or smoothed. */
struct fit_data {
	const struct image *im;
	const struct fit_run *run;
	long n;
	const int *index;                /* [n] ascending */
	enum nonfinite nonfinite;
	const float *smoothed;           /* [n_vol][n]; NULL: not smoothed */
	const unsigned char *bad;        /* [n] not 0: not a number in a kept volume before it was smoothed; or NULL */
};
must_check struct error *fit_data_open(struct fit_data *out, const struct image *im, const struct fit_run *run,
                                       const struct fit_args *args, long n, const int *index, struct node_env *env);
/* The kept rows of n voxels from `first` on: y [n_row][stride]. */
void fit_data_block(const struct fit_data *d, long first, int n, int stride, double *y);

/* Betas and so on of all voxels: beta [n_col][n], variance [n], rho [order][n] or NULL, kind [n] (enum glm_voxel). */
struct fitted {
	struct glm_fit *fit;
	double *beta, *variance, *rho;
	unsigned char *kind;
	long count[GLM_VOXEL_KINDS];
};
must_check struct error *fit_voxels(struct fitted *out, const struct fit_data *d, const struct fit_args *args,
                                    struct node_env *env);

/* ---- on request: what a run's fit predicts and leaves, an image at path ---- */
enum fit_more { FIT_RESIDUALS, FIT_PREDICTED, FIT_R_SQUARE, FIT_AR };
must_check struct error *fit_more_write(const char *path, enum fit_more what, const struct fitted *f, const struct fit_data *d,
                                        const struct fit_args *args, struct node_env *env);

#endif
