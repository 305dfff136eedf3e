/* linalg.h - the few things asked of LAPACK; the only place that includes it. It runs single-threaded. */
#ifndef SULCUS_LINALG_H
#define SULCUS_LINALG_H

struct arena;

/* An orthonormal basis of the columns of X [n_row][n_col], by QR with column pivoting: the columns of Q whose
 * |R_ii| > tol |R_00| go to basis [min(n_row, n_col)][n_row], one basis vector a row.
 * Returns how many there are; -1 when X has values that are not finite. X is kept. */
int linalg_basis(int n_row, int n_col, const double *X, double tol, double *basis, struct arena *scratch);

#endif
