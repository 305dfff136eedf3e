/* linalg.h - the few things asked of LAPACK; the only place that includes it. It runs single-threaded. */
#ifndef SULCUS_LINALG_H
#define SULCUS_LINALG_H

#include <stdbool.h>

struct arena;

/* An orthonormal basis of the columns of X [n_row][n_col], by QR with column pivoting: the columns of Q whose
 * |R_ii| > tol |R_00| go to basis [min(n_row, n_col)][n_row], one basis vector a row.
 * Returns how many there are; -1 when X has values that are not finite. X is kept. */
int linalg_basis(int n_row, int n_col, const double *X, double tol, double *basis, struct arena *scratch);

/* The pseudo-inverse [n_col][n_row] of X [n_row][n_col] by singular values; those at most rcond times the largest count
 * as 0, so pinv y is the least-squares solution of least norm (scipy.linalg.lstsq takes rcond = 2^-52).
 * Returns the rank; -1 when X has values that are not finite, or LAPACK finds no solution. X is kept. */
int linalg_pinv(int n_row, int n_col, const double *X, double rcond, double *pinv, struct arena *scratch);

/* X [n_row][n_col], n_row >= n_col, as the sum over i < n_col of u[i] singular[i] v[i]': largest first, u [n_col][n_row] and
 * v [n_col][n_col] orthonormal, one direction a row. Returns 0; -1 when X has values that are not finite, or LAPACK finds
 * no solution. X is kept. */
int linalg_svd(int n_row, int n_col, const double *X, double *singular, double *u, double *v, struct arena *scratch);

/* The n_lead largest eigenvalues of the symmetric S [n][n], largest first, to value[n_lead], and their eigenvectors of
 * unit norm to vector [n_lead][n], one a row; the sign is such that the entry of largest size (the first of equals) is
 * positive. Reads the lower triangle, keeps S. Returns 0; -1 when values are not finite or LAPACK finds no solution. */
int linalg_eigen(int n, const double *S, int n_lead, double *value, double *vector, struct arena *scratch);

/* C [m][n] = A [m][k] B [k][n], row-major; accumulate: added to what C holds. */
void linalg_product(int m, int n, int k, const double *A, const double *B, bool accumulate, double *C);
/* C [n_row][n_row] = A A' of A [n_row][n_col], both triangles; accumulate: added to what C holds. */
void linalg_gram(int n_row, int n_col, const double *A, bool accumulate, double *C);

#endif
