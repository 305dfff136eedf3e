/* design_columns.h - columns of a design: events through a response, drifts, columns made orthogonal in their order.
 *
 * An event is a box over fine times, on <= k < off. What a response h makes of all of them, sum over boxes of
 * amplitude sum_j h[k - j], needs no convolution: with the running total H of h a box gives amplitude (H[k - on] - H[k - off]),
 * and that only at the two fine times around each volume. This agrees with nilearn's convolution to rounding. */
#ifndef SULCUS_DESIGN_COLUMNS_H
#define SULCUS_DESIGN_COLUMNS_H

#include "num/design_frames.h"

struct box { int on, off; double amplitude; };

/* The box of an event; it has at least one fine time, but for the last, where nothing can follow. */
struct box box_of(const struct frames *f, double onset_s, double duration_s, double amplitude);
/* Running totals of h [n] in place. */
void kernel_totals(int n, double *h);
/* out [f->n]: boxes through a response with the running totals total [n_total], taken `ahead` fine times later than the
 * volumes (oversampling - 1 for finite impulse responses, which average over the TR that begins with a volume; else 0). */
void boxes_respond(const struct frames *f, int n_box, const struct box *box, int n_total, const double *total, int ahead,
                   double *out);

/* Column k of x [n_col][n_row], one a row, less what the columns before it have in common with it. A column that is rounding
 * beside the longest (max(n_row, k) 2^-52) takes nothing, as with nilearn's pseudo-inverse. */
void columns_orthogonal(int n_row, int n_col, double *x);
/* out [order + 1][n]: (t / last t)^k, k = 1 .. order, orthogonal in their order and to the constant, which is last. */
void drift_polynomial(const struct frames *f, int order, double *out);

#endif
