#include "num/moments.h"

#include <string.h>

#include "num/simd.h"

size_t moments_size(int n, int n_group)
{
	return 3 * (size_t)n * (size_t)n_group;
}

void moments_begin(struct moments *m, int n, int n_group, int *count, double *work)
{
	size_t size = (size_t)n * (size_t)n_group;

	*m = (struct moments){ n, n_group, count, work, work + size, work + 2 * size };
	memset(count, 0, (size_t)n_group * sizeof *count);
}

/* x - x is 0, or NaN for what is not finite. */
NUM_CLONES static void begin_group(int n, const double *x, double *first, double *sum, double *square)
{
	for (int v = 0; v < n; v++) {
		first[v] = x[v];
		sum[v] = square[v] = x[v] - x[v];
	}
}

NUM_CLONES static void add(int n, const double *x, const double *first, double *sum, double *square)
{
	for (int v = 0; v < n; v++) {
		double d = x[v] - first[v];

		sum[v] += d;
		square[v] += d * d;
	}
}

void moments_add(struct moments *m, int group, const double *x)
{
	size_t at = (size_t)group * (size_t)m->n;

	if (m->count[group]++ == 0)
		begin_group(m->n, x, m->first + at, m->sum + at, m->square + at);
	else
		add(m->n, x, m->first + at, m->sum + at, m->square + at);
}

double moments_mean(const struct moments *m, int group, int v)
{
	size_t at = (size_t)group * (size_t)m->n + (size_t)v;

	return m->first[at] - m->first[v] + m->sum[at] / m->count[group];
}

/* Rounding may take it below 0; a comparison leaves NaN as it is. */
double moments_square(const struct moments *m, int group, int v)
{
	size_t at = (size_t)group * (size_t)m->n + (size_t)v;
	double square = m->square[at] - m->sum[at] * (m->sum[at] / m->count[group]);

	return square < 0 ? 0 : square;
}
