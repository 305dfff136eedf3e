#include "num/gauss_fast.h"

#include <stddef.h>

#include "num/simd.h"

/* What the four lines around a line of n voxels add to it; a line that is beyond the image is NULL. */
struct around {
	const float *line[4];
	int n_lines;
};

static struct around look_around(const int n[3], int j, int k, const float *mid)
{
	size_t line = (size_t)n[0], plane = line * (size_t)n[1];
	struct around a = { .n_lines = 0 };

	if (j + 1 < n[1])
		a.line[a.n_lines++] = mid + line;
	if (j > 0)
		a.line[a.n_lines++] = mid - line;
	if (k + 1 < n[2])
		a.line[a.n_lines++] = mid + plane;
	if (k > 0)
		a.line[a.n_lines++] = mid - plane;
	return a;
}

NUM_CLONES static void one_line(int n, const float *mid, const struct around *a, bool edges_lose, float *out)
{
	const double weight = 0.2;

	for (int i = 0; i < n; i++) {
		int neighbours = a->n_lines + (i > 0) + (i + 1 < n);
		double sum = (i + 1 < n ? (double)mid[i + 1] : 0) + (i > 0 ? (double)mid[i - 1] : 0);

		for (int k = 0; k < a->n_lines; k++)
			sum += (double)a->line[k][i];
		out[i] = (float)((mid[i] + weight * sum) / (1 + weight * (edges_lose ? 6 : neighbours)));
	}
}

void gauss_fast(const int n[3], bool edges_lose, const float in[], float out[])
{
	for (int k = 0; k < n[2]; k++)
		for (int j = 0; j < n[1]; j++) {
			size_t at = ((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0];
			struct around a = look_around(n, j, k, in + at);

			one_line(n[0], in + at, &a, edges_lose, out + at);
		}
}
