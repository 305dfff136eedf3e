/* Values that are not finite: nilearn lets finite neighbours grow into them twice, and what is left is 0. */
#include "num/resample_plan.h"

#include <math.h>
#include <string.h>

#include "num/simd.h"

enum { ROUNDS = 2, NEVER = 255 };

NUM_CLONES bool resample_all_finite(long n, const float *x)
{
	lanes_float eight = { 0 };
	float sum = 0;
	long i = 0;

	/* 0 times NaN or infinity is NaN, and a sum keeps it. */
	for (; i + LANES <= n; i += LANES)
		eight += *(const lanes_float *)(x + i) * 0;
	for (; i < n; i++)
		sum += x[i] * 0;
	for (int l = 0; l < LANES; l++)
		sum += eight[l];
	return sum == 0;
}

/* The mean of the neighbours of voxel v, at place p, that were valid before this round; false when it has none. */
static bool neighbours(const int n[3], long v, const int p[3], int round, const float *x, const unsigned char *state,
                       float *mean)
{
	const long step[3] = { 1, n[0], (long)n[0] * n[1] };
	double sum = 0;
	int count = 0;

	for (int d = 0; d < 3; d++)
		for (int side = -1; side <= 1; side += 2) {
			int q = p[d] + side;

			if (q < 0 || q >= n[d] || state[v + side * step[d]] >= round)
				continue;
			sum += x[v + side * step[d]];
			count++;
		}
	*mean = (float)(sum / (count ? count : 1));
	return count > 0;
}

void resample_mend(const int n[3], const float *in, float *out, unsigned char *bad)
{
	long size = (long)n[0] * n[1] * n[2];

	for (long v = 0; v < size; v++) {
		bad[v] = isfinite(in[v]) ? 0 : NEVER;
		out[v] = bad[v] ? 0 : in[v];
	}
	/* A state is the round that made the voxel valid; this one's do not count before the next. */
	for (int round = 1; round <= ROUNDS; round++) {
		long v = 0;

		for (int k = 0; k < n[2]; k++)
			for (int j = 0; j < n[1]; j++)
				for (int i = 0; i < n[0]; i++, v++)
					if (bad[v] == NEVER && neighbours(n, v, (int[3]){ i, j, k }, round, out, bad, &out[v]))
						bad[v] = (unsigned char)round;
	}
	for (long v = 0; v < size; v++)
		bad[v] = bad[v] != 0;
}
