#include "num/gauss.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"

void gauss_sigma(const double affine[3][4], const double fwhm_mm[3], double sigma[3])
{
	const double fwhm_of_sigma = sqrt(8 * log(2));

	for (int n = 0; n < 3; n++) {
		double square = 0;

		for (int row = 0; row < 3; row++)
			square += affine[row][n] * affine[row][n];
		sigma[n] = fwhm_mm[n] == 0 ? 0 : fwhm_mm[n] / (fwhm_of_sigma * sqrt(square));
	}
}

int gauss_radius(double sigma)
{
	if (!(sigma >= 0 && 4 * sigma + 0.5 < GAUSS_MAX_RADIUS + 1))
		return -1;
	return (int)(4 * sigma + 0.5);
}

/* numpy adds up to 128 numbers in eight interleaved sums; the last bit of the weights depends on it. */
static double sum_like_numpy(int n, const double x[])
{
	double r[8], sum = 0;
	int i = 0;

	if (n > 128) {
		int half = n / 2 - n / 2 % 8;

		return sum_like_numpy(half, x) + sum_like_numpy(n - half, x + half);
	}
	if (n >= 8) {
		for (int k = 0; k < 8; k++)
			r[k] = x[k];
		for (i = 8; i < n - n % 8; i += 8)
			for (int k = 0; k < 8; k++)
				r[k] += x[i + k];
		sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
	}
	for (; i < n; i++)
		sum += x[i];
	return sum;
}

void gauss_weights(double sigma, int radius, double weight[])
{
	double all[2 * GAUSS_MAX_RADIUS + 1];

	all[radius] = 1;
	for (int x = 1; x <= radius; x++)
		all[radius + x] = all[radius - x] = exp(-0.5 / (sigma * sigma) * ((double)x * x));
	double sum = sum_like_numpy(2 * radius + 1, all);
	for (int x = 0; x <= radius; x++)
		weight[x] = all[x + radius] / sum;
}

/* Where voxel x is found on an axis of n voxels whose mirror images go on for ever: period 2 n. */
static int mirrored(int x, int n)
{
	long period = 2L * n, m = x % period;

	if (m < 0)
		m += period;
	return (int)(m < n ? m : period - 1 - m);
}

static void set_axis(struct gauss *g, int axis, double sigma, struct arena *a)
{
	int n = g->n[axis], r = gauss_radius(sigma), all = n + 2 * r;

	assert(n >= 1 && r >= 0);
	double *weight = NEW_N(a, double, r + 1);
	int *mirror = NEW_N(a, int, all);

	gauss_weights(sigma, r, weight);
	for (int x = 0; x < all; x++)
		mirror[x] = mirrored(x - r, n);
	g->radius[axis] = r;
	g->weight[axis] = weight;
	g->mirror[axis] = mirror;
}

struct gauss *gauss_new(const int n[3], const double sigma[3], struct arena *a)
{
	struct gauss *g = NEW(a, struct gauss);

	memcpy(g->n, n, sizeof g->n);
	for (int axis = 0; axis < 3; axis++)
		set_axis(g, axis, sigma[axis], a);
	return g;
}

void gauss_truncate(struct gauss *g, double max)
{
	g->truncate_max = max;
}
