#include "num/box_stats.h"

#include <math.h>

static const double reach = 1.5;   /* of whiskers, in heights of the box */

/* numpy goes from the nearer neighbour, so that its last bits are met too. */
static double quantile(long n, const double x[], double q)
{
	double place = (double)(n - 1) * q, part = place - floor(place);
	long k = (long)floor(place), next = k + 1 < n ? k + 1 : k;
	double step = x[next] - x[k];

	if (step == 0 || part == 0)   /* also where both are infinite */
		return x[k];
	return part < 0.5 ? x[k] + step * part : x[next] - step * (1 - part);
}

/* In two passes: signals are large beside what they vary. */
static void moments(struct box_stats *out, long n, const double x[])
{
	double sum = 0, square = 0;

	for (long k = 0; k < n; k++)
		sum += x[k];
	out->mean = sum / (double)n;
	for (long k = 0; k < n; k++)
		square += (x[k] - out->mean) * (x[k] - out->mean);
	out->sd = n > 1 ? sqrt(square / (double)(n - 1)) : NAN;
}

static void whiskers(struct box_stats *out, long n, const double x[])
{
	double height = out->q75 - out->q25, floor_at = out->q25 - reach * height, top_at = out->q75 + reach * height;
	long first = 0, last = n - 1;

	while (first < n && x[first] < floor_at)
		first++;
	while (last >= 0 && x[last] > top_at)
		last--;
	out->low = first < n && x[first] <= out->q25 ? x[first] : out->q25;
	out->high = last >= 0 && x[last] >= out->q75 ? x[last] : out->q75;
	for (long k = 0; k < n; k++)
		out->outliers += x[k] < out->low || x[k] > out->high;
}

void box_stats(struct box_stats *out, long n, const double x[])
{
	*out = (struct box_stats){ n, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
	if (n == 0)
		return;
	moments(out, n, x);
	out->min = x[0];
	out->q25 = quantile(n, x, 0.25);
	out->median = quantile(n, x, 0.5);
	out->q75 = quantile(n, x, 0.75);
	out->max = x[n - 1];
	whiskers(out, n, x);
}
