/* lanes.h - a small matrix times FILTER_LANES columns that stay in the cache. */
#ifndef SULCUS_LANES_H
#define SULCUS_LANES_H

/* out [n_out][FILTER_LANES] = A [n_out][n_in] x [n_in][FILTER_LANES]; each sum in the order of n_in, so each column's
 * bits depend on that column alone. out is not x. */
void lanes_product(int n_out, int n_in, const double *A, const double *x, double *out);

#endif
