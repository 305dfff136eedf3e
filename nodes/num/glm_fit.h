/* glm_fit.h - least squares under autoregressive noise at many voxels, in one pass over the data.
 *
 * With orthonormal Q of the design (glm_model.h) all that is needed of a series y are its products with shifted rows of Q,
 *   b_0 = Q' y,  b_d = sum over t of (q_{t+d} + q_{t-d}) y_t for d = 1 .. order,
 * its own lagged products, and its first and last values. From these follow
 *   residual autocovariances r_k = sum over t of e_t e_{t+k} / (n_row - k) of ordinary least squares,
 *   rho by Yule-Walker (order 1: perhaps rounded toward zero to multiples of 1 / bins),
 *   gamma = S(rho)^-1 h with h = (W Q)' (W y), whitened sums as glm_white.h has them,
 *   variance = (|W y|^2 - h' gamma) / degrees of freedom, at least 0.
 * Series are centred first where the design can make a constant, so that no digits are lost to the mean; its share goes
 * back to beta afterwards. What is left of a series that the design explains but for 1e-14 of its sum of squares is
 * rounding: variance and rho are 0. */
#ifndef SULCUS_GLM_FIT_H
#define SULCUS_GLM_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "num/glm_model.h"

struct glm_fit_options {
	bool percent;            /* 100 (y / mean - 1) is fitted, else y as it is */
	double mean;             /* of all voxels, for percent; 0: each voxel's own */
	int bins;                /* order 1: rho is a multiple of 1 / bins; 0: as it comes */
	/* nilearn: means below 1 count as 1, residual_mean (of all voxels and volumes) is subtracted before autocovariances, rho
	 * is taken as it comes. Else partial autocorrelations are kept within -0.99 to 0.99, so noise stays stationary. */
	bool compat;
	double residual_mean;
	double dof;              /* that the sum of squares is divided by */
};

/* What became of a voxel. All but fitted ones have 0 everywhere. */
enum glm_voxel { GLM_FITTED, GLM_CONSTANT, GLM_NO_MEAN, GLM_NOT_FINITE, GLM_VOXEL_KINDS };

/* Where the results of the voxels of a block go, row after row `stride` apart. */
struct glm_fit_out {
	size_t stride;
	double *beta;            /* [n_col] */
	double *variance;        /* [1] */
	double *rho;             /* [order]; NULL: order is 0 */
	unsigned char *kind;     /* [1] enum glm_voxel */
};

struct glm_fit;
/* o is copied, m kept. */
struct glm_fit *glm_fit_new(const struct glm_model *m, const struct glm_fit_options *o, struct arena *a);
/* From now on rho is not estimated, but read from where it would go. */
void glm_fit_given(struct glm_fit *f);
/* Voxels a block, a multiple of 8; doubles of work space. */
int glm_fit_block(const struct glm_fit *f);
size_t glm_fit_work(const struct glm_fit *f);
/* y [n_row][block] in natural units is changed to what was fitted; n of its voxels are meant, from the left. Each voxel's bits
 * depend on that voxel alone. */
void glm_fit_run(const struct glm_fit *f, int n, double *y, const struct glm_fit_out *out, double *work);
/* Only the scaling: y becomes what is fitted, less the offset[block] that centring took; kind[block]. */
void glm_fit_scale(const struct glm_fit *f, int n, double *y, double *offset, unsigned char *kind);
/* The design can make a constant: residuals have mean 0. */
bool glm_fit_centres(const struct glm_fit *f);
/* The same, and sum[block] over t of the residuals of ordinary least squares, for residual_mean. */
void glm_fit_residual_sum(const struct glm_fit *f, int n, double *y, double *sum, unsigned char *kind);

#endif
