/* glm_white.h - whitening LANES voxels at a time, each by its own rho; for glm_*.c alone.
 *
 * Products of whitened series come from lagged products of what is whitened. Written out over all rows and `order` more
 * beyond the end, the whitening is a convolution, so
 *   (W x)' (W y) = sum over d of weight_d (lagged product d) - sum over m = 1 .. order of x_end_m y_end_m
 * with weight_d = sum over i of a_i a_{i+d} and x_end_m = sum over i = m .. order of a_i x_{n_row - 1 + m - i}, the rows
 * beyond the end. Arrays are [..][LANES]. */
#ifndef SULCUS_GLM_WHITE_H
#define SULCUS_GLM_WHITE_H

#include <stddef.h>

#include "num/glm_model.h"

struct glm_white {
	double *a;        /* [order + 1] 1, -rho_1, .. */
	double *weight;   /* [order + 1] */
	double *end;      /* [order][rank] of Q */
	double *low;      /* [rank (rank + 1) / 2] L of S = L D L', by rows; on the diagonal 1 / D (0 where D is not above 0) */
	double *row;      /* [rank] */
};

/* Doubles that it takes; lays it out there. */
size_t glm_white_room(const struct glm_model *m);
void glm_white_place(struct glm_white *w, const struct glm_model *m, double *room);
/* For rho [order]. */
void glm_white_set(struct glm_white *w, const struct glm_model *m, const double *rho);
/* x_end [order] of a series from its last values x [order], the very last first. */
void glm_white_end(const struct glm_white *w, int order, const double *x, double *end);
/* x [rank] becomes L^-1 x; L'^-1 D^-1 x. One after the other they are S^-1 x. */
void glm_white_forward(const struct glm_white *w, int rank, double *x);
void glm_white_backward(const struct glm_white *w, int rank, double *x);
/* out [1] = sum over i of x_i y_i / D_i */
void glm_white_dot(const struct glm_white *w, int rank, const double *x, const double *y, double *out);

#endif
