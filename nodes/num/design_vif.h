/* design_vif.h - how much the columns of a design share.
 *
 * Variance inflation factor of column j: 1 / (1 - R^2), R^2 of column j fitted by all others. With the pseudo-inverse P of X,
 * whose columns are scaled to length 1, it is |row j of P|^2 |x_j - mean|^2, where the mean is taken out because one of
 * the columns (or some of them together) is constant.
 *   Belsley, Kuh and Welsch 1980, Regression Diagnostics, 3.2 */
#ifndef SULCUS_DESIGN_VIF_H
#define SULCUS_DESIGN_VIF_H

#include <stdbool.h>

struct arena;

/* Pearson's r of the columns of x [n_row][n_col] to out [n_col][n_col]; a column that does not vary has 0 with all others and
 * 1 with itself. */
void design_correlation(int n_row, int n_col, const double *x, double *out, struct arena *scratch);
/* vif [n_col]: INFINITY for a column that the others make up, NAN for one that does not vary. False when there is no answer:
 * values that are not finite. */
bool design_inflation(int n_row, int n_col, const double *x, double *vif, struct arena *scratch);

#endif
