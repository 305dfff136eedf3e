/* median.h: against a plain sort, of ordered numbers and of ties too. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "num/median.h"

static int ascending(const void *p, const void *q)
{
	const double *x = p, *y = q;

	return (*x > *y) - (*x < *y);
}

static double by_sorting(int n, const double *x)
{
	double sorted[64];

	memcpy(sorted, x, (size_t)n * sizeof *x);
	qsort(sorted, (size_t)n, sizeof *sorted, ascending);
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

TEST(medians_are_those_of_sorted_numbers)
{
	for (int n = 1; n <= 64; n++)
		for (int kind = 0; kind < 4; kind++) {
			double x[64], must;

			for (int i = 0; i < n; i++)
				x[i] = kind == 0 ? i : kind == 1 ? -i : kind == 2 ? floor(check_random() * 4) : check_random();
			must = by_sorting(n, x);
			CHECK(median(n, x) == must);
		}
}

TEST(infinities_have_a_middle_too)
{
	CHECK(median(3, (double[]){ INFINITY, 2, -INFINITY }) == 2);
	CHECK(median(2, (double[]){ INFINITY, 2 }) == INFINITY);
}
