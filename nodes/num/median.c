#include "num/median.h"

#include <math.h>

static void swap(double *a, double *b)
{
	double c = *a;

	*a = *b;
	*b = c;
}

/* Puts the k-th smallest at x[k], nothing larger before it and nothing smaller behind. The pivot is the middle of three, so
 * ordered values are no trap. */
static void select_place(double x[], long n, long k)
{
	for (long low = 0, high = n - 1; low < high;) {
		double a = x[low], b = x[low + (high - low) / 2], c = x[high];
		double pivot = fmax(fmin(a, b), fmin(fmax(a, b), c));
		long i = low, j = high;

		while (i <= j) {
			while (x[i] < pivot)
				i++;
			while (x[j] > pivot)
				j--;
			if (i <= j)
				swap(&x[i++], &x[j--]);
		}
		if (k <= j)
			high = j;
		else if (k >= i)
			low = i;
		else
			return;
	}
}

double median(long n, double x[])
{
	long k = n / 2;
	double below;

	select_place(x, n, k);
	if (n % 2)
		return x[k];
	below = x[0];
	for (long i = 1; i < k; i++)
		below = fmax(below, x[i]);
	return (below + x[k]) / 2;
}
