/* median.h - the middle of numbers, found by Hoare's selection. */
#ifndef SULCUS_MEDIAN_H
#define SULCUS_MEDIAN_H

/* The median of x [n], n >= 1, none of them NaN; of an even number the mean of the two in the middle. The order of x is
 * lost. */
double median(long n, double x[]);

#endif
