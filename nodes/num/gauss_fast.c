#include "num/gauss_fast.h"

#include <stddef.h>

#include "num/simd.h"

/* The four lines around a line; one that is beyond the image counts 0 times. */
struct around {
	const float *line[4];
	double times[4];
	int n_lines;
};

static struct around look_around(const int n[3], int j, int k, const float *mid)
{
	long line = n[0], plane = line * n[1];
	const long step[4] = { line, -line, plane, -plane };
	const bool there[4] = { j + 1 < n[1], j > 0, k + 1 < n[2], k > 0 };
	struct around a = { .n_lines = 0 };

	for (int q = 0; q < 4; q++) {
		a.line[q] = there[q] ? mid + step[q] : mid;
		a.times[q] = there[q];
		a.n_lines += there[q];
	}
	return a;
}

/* Voxels first .. end - 1 of a line, which all have `left` and `right` neighbours in it, 0 or 1 of them. */
NUM_CLONES static void some_voxels(const float *mid, const struct around *a, long first, long end, int left, int right,
                                   bool edges_lose, float *out)
{
	const double weight = 0.2, all = 1 + weight * (edges_lose ? 6 : a->n_lines + left + right);

	for (long i = first; i < end; i++) {
		double sum = (left ? (double)mid[i - 1] : 0) + (right ? (double)mid[i + 1] : 0);

		sum += a->times[0] * a->line[0][i] + a->times[1] * a->line[1][i];
		sum += a->times[2] * a->line[2][i] + a->times[3] * a->line[3][i];
		out[i] = (float)((mid[i] + weight * sum) / all);
	}
}

void gauss_fast(const int n[3], bool edges_lose, const float in[], float out[])
{
	int last = n[0] - 1;

	for (int k = 0; k < n[2]; k++)
		for (int j = 0; j < n[1]; j++) {
			size_t at = ((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0];
			struct around a = look_around(n, j, k, in + at);

			some_voxels(in + at, &a, 0, 1, 0, last > 0, edges_lose, out + at);
			some_voxels(in + at, &a, 1, last, 1, 1, edges_lose, out + at);
			if (last > 0)
				some_voxels(in + at, &a, last, n[0], 1, 0, edges_lose, out + at);
		}
}
