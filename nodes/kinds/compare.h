/* compare.h - two arrays of numbers, element by element: how far apart, where, and how alike. */
#ifndef SULCUS_COMPARE_H
#define SULCUS_COMPARE_H

#include "base/error.h"

struct arena;
struct doc;

/* Elements agree when |x - y| <= atol + rtol |y|, or both are NaN, or they are equal (also infinite). */
struct compare {
	double rtol, atol;
	long n, n_differ;
	double max_abs;             /* infinite when only one of two is NaN or infinite */
	long at;                    /* the element of max_abs; -1: no two differ at all */
	double x_at, y_at;
	long n_x, n_y, n_both;      /* elements that are finite and not 0, for Dice's coefficient */
	long n_equal_both;          /* of n_both those that are equal (labels) */
	long n_finite;              /* pairs of finite values, of which are the sums */
	double x_0, y_0;            /* the first such pair, subtracted so that large means do no harm */
	double sum_x, sum_y, sum_xx, sum_yy, sum_xy;
};

void compare_add(struct compare *c, const double *x, const double *y, long n);
/* {same, max_abs, where, correlation, dice, text}; where names the element c->at, what the elements are ("voxels").
 * dice: as for masks and labels. */
struct doc *compare_result(const struct compare *c, const char *where, const char *what, int dice, struct arena *a);
/* {same: false, text} for what cannot be compared element by element. */
struct doc *compare_unlike(const char *text, struct arena *a);

/* Smallest, largest and mean of what is finite, and the rest counted. */
struct summary { long n, n_finite, n_nan, n_nonzero; double min, max, sum; };

void summary_add(struct summary *s, const double *x, long n);
/* "range -3.1 to 7.25, mean 0.5" and, when there are any, "12 not finite" */
const char *summary_text(const struct summary *s, struct arena *a);

#endif
