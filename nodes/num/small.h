/* small.h - symmetric matrices of a few rows, one for each voxel: nothing is allocated, the bits do not depend on a library. */
#ifndef SULCUS_SMALL_H
#define SULCUS_SMALL_H

#include <stdbool.h>

/* Where row i, column j >= i of a symmetric matrix of n rows is in its upper triangle, row by row: 00 01 .. 11 12 .. */
static inline int small_place(int n, int i, int j)
{
	return i * n - i * (i - 1) / 2 + j - i;
}

/* a [n][n], of which the lower triangle counts, becomes L with L L' = a, in its lower triangle. False: it is not positive
 * definite (a pivot is at most 2^-40 of its diagonal element, or no number). */
bool small_cholesky(int n, double *a);
/* x := L^-1 x */
void small_forward(int n, const double *l, double *x);
/* x := (L L')^-1 x */
void small_solve(int n, const double *l, double *x);
/* inverse [n][n] of L L' */
void small_inverse(int n, const double *l, double *inverse);
/* out [n][n] := the symmetric matrix whose square is the inverse of a [n][n], by Jacobi's rotations; a is overwritten,
 * work [n][n]. False: a is not positive definite. */
bool small_root_of_inverse(int n, double *a, double *work, double *out);

#endif
