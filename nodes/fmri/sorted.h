/* sorted.h - many numbers in ascending order. */
#ifndef SULCUS_FMRI_SORTED_H
#define SULCUS_FMRI_SORTED_H

struct arena;

/* Sorts x [n], without NaN, by its bits: a radix sort, which takes a fifth of the time of qsort() for a million. */
void sort_doubles(double *x, long n, struct arena *a);

#endif
