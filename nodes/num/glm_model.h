/* glm_model.h - a design made ready for least squares under autoregressive noise.
 *
 * X = Q R with orthonormal Q; fits and covariances are made in the coordinates of Q (gamma), where whitening leaves well
 * conditioned equations, and go back by beta = to_beta gamma, the solution of least norm, which is what the pseudo-inverse
 * of the whitened design gives. Whitening of order N: W y_t = sum over i = 0 .. N of a_i y_{t-i} with a_0 = 1 and
 * a_i = -rho_i, terms before the first row left out.
 *   S(rho) = (W Q)' (W Q), from lagged products of Q that are made once (glm_white.h)
 *   cov(beta) = to_beta S^-1 to_beta' variance */
#ifndef SULCUS_GLM_MODEL_H
#define SULCUS_GLM_MODEL_H

#include <stdbool.h>

struct arena;

struct glm_model {
	int n_row, n_col;
	int rank;                /* singular values above max(n_row, n_col) 2^-52 of the largest, columns scaled to length 1 */
	int order;               /* N of the noise, less than n_row */
	const double *q;         /* [rank][n_row] orthonormal, one a row */
	const double *to_beta;   /* [n_col][rank] */
	const double *lagged;    /* [order + 1][rank][rank] symmetric: sum over t of q_t q_t' for 0 (the identity), and of
	                          * q_{t+d} q_t' + q_t q_{t+d}' for d = 1 .. order */
	const double *last;      /* [order][rank] the last rows of Q, the very last first */
	int n_null;              /* n_col - rank */
	const double *null;      /* [n_null][n_col] orthonormal: X null = 0 */
};

/* x [n_row][n_col]. NULL when it has values that are not finite or no rank at all, or order is not below n_row. */
struct glm_model *glm_model_new(int n_row, int n_col, const double *x, int order, struct arena *a);

/* The covariances of n_con contrasts con [n_con][n_col] at n voxels, variance 1: out [n_con (n_con + 1) / 2][n], the upper
 * triangle row by row (00 01 .. 11 12 ..): con_a cov(beta) con_b'. rho [order][n] (NULL when order is 0). */
void glm_model_covariance(const struct glm_model *m, long n, const double *rho, int n_con, const double *con, double *out,
                          int n_threads, struct arena *scratch);

#endif
