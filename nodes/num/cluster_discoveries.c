#include "num/cluster_discoveries.h"

#include <float.h>
#include <math.h>

long discoveries_hommel(long n, long n_small, const double *p, double alpha, bool exact)
{
	double slope = 0, h;

	if (n_small == 0)
		return n;
	if (n_small == n && p[n - 1] < alpha)
		return 0;
	if (n == 1)
		return 0;
	for (long i = 0; i < n_small && i < n - 1; i++)
		slope = fmax(slope, (alpha - p[i]) / (double)(n - 1 - i));
	h = alpha / slope;
	if (!exact)
		h *= 1 + 4 * DBL_EPSILON;
	return h < (double)n ? (long)h : n;
}

long discoveries_bound(long n, const double *p, long h, double alpha, bool from_0)
{
	double best = 0;

	for (long i = 0; i < n; i++) {
		double u = ceil((double)h * p[i] / alpha);

		if (u < 1 && !from_0)
			u = 1;
		/* Later ones of the same u have more below them. */
		best = fmax(best, 1 - u + (double)(i + 1));
	}
	return (long)best;
}
