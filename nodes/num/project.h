/* project.h - many weighted sums of the same numbers, such as least squares by a pseudo-inverse made once. */
#ifndef SULCUS_PROJECT_H
#define SULCUS_PROJECT_H

/* out[r][k] = sum_v weight[k][v] row[r][v]  for row [n_row][n], weight [n_out][n], out [n_row][n_out]. The sum of a row has
 * the same bits whatever rows it comes with: tiles of 2048 in order, and in a tile eight sums over every eighth number. */
void project(int n_row, long n, const double *row, int n_out, const double *weight, double *out);

#endif
