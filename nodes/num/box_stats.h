/* box_stats.h - what a box plot shows of numbers, and their mean and deviation.
 *
 * Quartiles lie at position q (n - 1) of the sorted values, linear between neighbours: numpy's percentile, the seventh way of
 * Hyndman and Fan 1996. Whiskers end at the last value that is not farther than 1.5 (q75 - q25) from the box, and at the box
 * when there is none: Tukey's, as matplotlib's boxplot_stats has them. */
#ifndef SULCUS_BOX_STATS_H
#define SULCUS_BOX_STATS_H

struct box_stats {
	long n, outliers;                 /* outliers: beyond the whiskers */
	double mean, sd;                  /* sd: sample, divided by n - 1; NaN when n is 1 */
	double min, q25, median, q75, max;
	double low, high;                 /* where the whiskers end */
};

/* Of x [n], none NaN, ascending. With n 0 all are NaN. */
void box_stats(struct box_stats *out, long n, const double x[]);

#endif
