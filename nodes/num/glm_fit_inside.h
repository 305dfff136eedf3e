/* glm_fit_inside.h - what the files glm_fit*.c share. */
#ifndef SULCUS_GLM_FIT_INSIDE_H
#define SULCUS_GLM_FIT_INSIDE_H

#include "num/glm_fit.h"
#include "num/simd.h"

/* A matrix [n_out][n_in] in tiles of rows, [n_tile][n_in][GLM_TILE], for products with LANES columns. Sums of a tile of 6 rows and
 * what is multiplied are in registers at once, also in 16 registers of half the length (AVX2). */
enum { GLM_TILE = 6 };
struct glm_packed { int n_in, n_tile; double *x; };

struct glm_fit {
	const struct glm_model *m;
	struct glm_fit_options o;
	int stride;                /* voxels a block */
	bool centre;               /* the design can make a constant */
	bool given;                /* rho is read, not estimated */
	struct glm_packed shifted; /* rows of Q, for d = 1 .. order those of q_{t+d} + q_{t-d}, and with a residual_mean `left` */
	struct glm_packed to_beta;
	const double *constant;    /* [n_col] betas of a constant 1 */
	const double *left;        /* [n_row] 1 - Q Q' 1 */
};

/* LANES series on their way, all [..][LANES]. */
struct glm_series {
	double *b;        /* [order + 1][rank]; with a residual_mean the sum of residuals; the rest of a tile */
	double *square;   /* [order + 1] sum over t of y_t y_{t+d} */
	double *first;    /* [order] values */
	double *last;     /* [order] values, the very last first */
};

void glm_pack(struct glm_packed *p, int n_out, int n_in, const double *x, struct arena *a);
/* out [n_tile GLM_TILE][LANES] = matrix times y, rows of y stride apart */
void glm_product(const struct glm_packed *p, const double *y, int stride, double *out);

/* rho [order][LANES] of the residuals of ordinary least squares; work [order + 1][LANES]. */
void glm_noise(const struct glm_fit *f, const struct glm_series *s, double *rho, double *work);

#endif
