/* gauss.h: nilearn's numbers (smooth_img, 0.12.1), identities, and a slow Gaussian written another way. */
#include "check.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "num/gauss.h"
#include "num/gauss_fast.h"

/* The image of the reference cases, [i][j][k] = (6, 7, 5), with the affine diag(2, 3, 4). */
enum { NI = 6, NJ = 7, NK = 5, SIZE = NI * NJ * NK };

static const int f3_n[3] = { NI, NJ, NK };
static const double f3_affine[3][4] = { { 2, 0, 0, -10 }, { 0, 3, 0, 5 }, { 0, 0, 4, 2 } };

static int at(int i, int j, int k)
{
	return i + NI * (j + NJ * k);
}

static float *f3(void)
{
	float *x = NEW_N(check_arena(), float, SIZE);

	for (int k = 0; k < NK; k++)
		for (int j = 0; j < NJ; j++)
			for (int i = 0; i < NI; i++)
				x[at(i, j, k)] = (float)((7 * i + 13 * j + 29 * k) % 17 + 0.25 * ((i * j + k) % 5));
	return x;
}

static void smooth_in_place(const struct gauss *g, int n_vol, float *x)
{
	const struct gauss_source in = { .n_vol = n_vol, .voxel = x };

	gauss_smooth_volumes(g, &in, x, 1, check_arena());
}

static struct gauss *plan(const double affine[3][4], double fwhm_i, double fwhm_j, double fwhm_k)
{
	const double fwhm_mm[3] = { fwhm_i, fwhm_j, fwhm_k };
	double sigma[3];

	gauss_sigma(affine, fwhm_mm, sigma);
	return gauss_new(f3_n, sigma, check_arena());
}

TEST(sigma_and_radius_are_as_in_nilearn)
{
	const double fwhm_mm[3] = { 4, 4, 4 }, sheared[3][4] = { { 0, 3 }, { 2, 0 }, { 0, 4, 5 } };
	double sigma[3];

	gauss_sigma(f3_affine, fwhm_mm, sigma);
	CHECK_NEAR(sigma[0], 0.849321800288, 1e-12);
	CHECK_NEAR(sigma[1], 0.566214533525, 1e-12);
	CHECK_NEAR(sigma[2], 0.424660900144, 1e-12);
	CHECK_INT(gauss_radius(sigma[0]), 3);
	CHECK_INT(gauss_radius(sigma[1]), 2);
	CHECK_INT(gauss_radius(sigma[2]), 2);
	gauss_sigma(sheared, fwhm_mm, sigma);
	CHECK_NEAR(sigma[1], 0.849321800288 * 2 / 5, 1e-12);
}

TEST(impossible_sigmas_have_no_radius)
{
	CHECK_INT(gauss_radius(NAN), -1);
	CHECK_INT(gauss_radius(-1), -1);
	CHECK_INT(gauss_radius(INFINITY), -1);
	CHECK_INT(gauss_radius(1e300), -1);
	CHECK_INT(gauss_radius(GAUSS_MAX_RADIUS), -1);
	CHECK_INT(gauss_radius(GAUSS_MAX_RADIUS / 4), GAUSS_MAX_RADIUS);
	CHECK_INT(gauss_radius(0), 0);
	CHECK_INT(gauss_radius(0.12), 0);
}

TEST(weights_sum_to_one_and_have_the_asked_variance)
{
	double w[GAUSS_MAX_RADIUS + 1];
	const double sigmas[] = { 0.3, 1, 2.5, 17, 200 };

	for (int s = 0; s < 5; s++) {
		int r = gauss_radius(sigmas[s]);
		double sum, var = 0;

		gauss_weights(sigmas[s], r, w);
		sum = w[0];
		for (int x = 1; x <= r; x++) {
			sum += 2 * w[x];
			var += 2.0 * x * x * w[x];
		}
		CHECK_NEAR(sum, 1, 1e-14);
		if (s > 0)
			CHECK_NEAR(var / (sigmas[s] * sigmas[s]), 1, 5e-3);
	}
}

TEST(smoothed_values_are_those_of_nilearn)
{
	float *x = f3();
	double sum = 0;

	smooth_in_place(plan(f3_affine, 4, 4, 4), 1, x);
	CHECK_NEAR(x[at(0, 0, 0)], 3.829244409899546, 1e-6);
	CHECK_NEAR(x[at(2, 3, 1)], 8.875322244842078, 1e-6);
	CHECK_NEAR(x[at(5, 6, 4)], 7.933376694754418, 1e-6);
	for (int v = 0; v < SIZE; v++)
		sum += x[v];
	CHECK_NEAR(sum, 1795, 1e-4);
}

TEST(each_axis_has_its_own_width_and_zero_skips_it)
{
	float *x = f3();

	smooth_in_place(plan(f3_affine, 4, 0, 9), 1, x);
	CHECK_NEAR(x[at(0, 0, 0)], 4.720726828077208, 1e-6);
	CHECK_NEAR(x[at(2, 3, 1)], 8.953881235214642, 1e-6);
	CHECK_NEAR(x[at(5, 6, 4)], 8.381370631704643, 2e-6);
}

TEST(integer_voxels_are_smoothed_as_float)
{
	const float *x = f3();
	int16_t raw[SIZE];
	float out[SIZE];

	for (int v = 0; v < SIZE; v++)
		raw[v] = (int16_t)x[v];
	struct gauss_source in = { .n_vol = 1, .raw = raw, .slope = 1 };
	gauss_smooth_volumes(plan(f3_affine, 4, 4, 4), &in, out, 1, check_arena());
	CHECK(out[at(0, 0, 0)] == 3.8029752f);
	CHECK(out[at(2, 3, 1)] == 8.606049f);
	in.slope = 2;
	in.inter = 5;
	gauss_smooth_volumes(plan(f3_affine, 4, 4, 4), &in, out, 1, check_arena());
	CHECK_NEAR(out[at(2, 3, 1)], 2 * 8.606049 + 5, 4e-6);
}

TEST(unsigned_voxels_may_be_truncated_as_nilearn_does)
{
	float *x = f3();
	struct gauss *g = plan(f3_affine, 4, 4, 4);

	gauss_truncate(g, 255);
	for (int v = 0; v < SIZE; v++)
		x[v] = truncf(x[v]);
	smooth_in_place(g, 1, x);
	CHECK(x[at(0, 0, 0)] == 3);
	CHECK(x[at(2, 3, 1)] == 7);
}

TEST(an_impulse_is_mirrored_as_often_as_needed)
{
	const int n[3] = { 3, 1, 2 };
	const double unit[3][4] = { { 1 }, { 0, 1 }, { 0, 0, 1 } }, fwhm_mm[3] = { 8, 8, 8 };
	double sigma[3];
	float x[6] = { 1 };

	gauss_sigma(unit, fwhm_mm, sigma);
	smooth_in_place(gauss_new(n, sigma, check_arena()), 1, x);
	/* i fastest here; nilearn's list has k fastest. */
	const double must[6] = { 0.1671152, 0.16666815, 0.16621527, 0.16711612, 0.16666907, 0.16621618 };
	for (int v = 0; v < 6; v++)
		CHECK_NEAR(x[v], must[v], 2e-8);
}

TEST(what_is_not_finite_counts_as_zero)
{
	float *x = f3();

	x[at(2, 3, 1)] = NAN;
	x[at(0, 0, 0)] = INFINITY;
	smooth_in_place(plan(f3_affine, 4, 4, 4), 1, x);
	CHECK_NEAR(x[at(2, 3, 1)], 4.624929291252355, 1e-6);
	for (int v = 0; v < SIZE; v++)
		CHECK(isfinite(x[v]));
}

TEST(a_constant_image_stays)
{
	float x[SIZE];

	for (int v = 0; v < SIZE; v++)
		x[v] = 1234.5f;
	smooth_in_place(plan(f3_affine, 6, 30, 1), 1, x);
	for (int v = 0; v < SIZE; v++)
		CHECK_NEAR(x[v], 1234.5, 1e-3);
}

static double slow_pass(const double *x, int place, int stride, int here, int n, double sigma)
{
	int r = (int)(4 * sigma + 0.5);
	double sum = 0, all = 0;

	for (int q = -r; q <= r; q++) {
		double w = exp(-q * q / (2 * sigma * sigma));
		int y = place + q;

		while (y < 0 || y >= n)  /* fold at the faces until inside */
			y = y < 0 ? -1 - y : 2 * n - 1 - y;
		sum += w * x[here + (y - place) * stride];
		all += w;
	}
	return sum / all;
}

/* Three passes in double, one voxel at a time. */
static void slow_smooth(const int n[3], const double sigma[3], const float *in, double *out)
{
	int stride[3] = { 1, n[0], n[0] * n[1] }, size = stride[2] * n[2];
	double *x = NEW_N(check_arena(), double, size);

	for (int v = 0; v < size; v++)
		out[v] = in[v];
	for (int axis = 0; axis < 3; axis++) {
		memcpy(x, out, (size_t)size * sizeof *x);
		for (int v = 0; v < size && sigma[axis] > 0; v++)
			out[v] = slow_pass(x, v / stride[axis] % n[axis], stride[axis], v, n[axis], sigma[axis]);
	}
}

static int any_size(int max)
{
	return 1 + (int)(check_random() * max);
}

TEST(random_images_agree_with_a_slow_gaussian)
{
	for (int turn = 0; turn < 40; turn++) {
		const int n[3] = { any_size(30), any_size(30), any_size(12) };
		const double sigma[3] = { check_random() * 4, turn % 5 ? check_random() * 2 : 0, check_random() * 6 };
		int size = n[0] * n[1] * n[2];
		float *x = NEW_N(check_arena(), float, size);
		double *must = NEW_N(check_arena(), double, size);

		for (int v = 0; v < size; v++)
			x[v] = (float)(check_random() * 100 - 50);
		slow_smooth(n, sigma, x, must);
		smooth_in_place(gauss_new(n, sigma, check_arena()), 1, x);
		for (int v = 0; v < size; v++)
			CHECK_NEAR(x[v], must[v], 2e-5);
	}
}

TEST(threads_and_gathering_do_not_change_a_bit)
{
	enum { N_VOL = 7, N_VOX = 40 };
	const struct gauss *g = plan(f3_affine, 5, 6, 7);
	float in[N_VOL * SIZE], all[N_VOL * SIZE], out[N_VOL * SIZE], rows[N_VOL * N_VOX];
	const struct gauss_source source = { .n_vol = N_VOL, .voxel = in };
	int32_t index[N_VOX];

	for (int v = 0; v < N_VOL * SIZE; v++)
		in[v] = (float)check_random();
	for (int v = 0; v < N_VOX; v++)
		index[v] = (v * 37) % SIZE;
	gauss_smooth_volumes(g, &source, all, 1, check_arena());
	for (int n_threads = 1; n_threads <= 4; n_threads++) {
		gauss_smooth_volumes(g, &source, out, n_threads, check_arena());
		CHECK(memcmp(out, all, sizeof all) == 0);
		gauss_smooth_gather(g, &source, N_VOX, index, rows, n_threads, check_arena());
		for (int v = 0; v < N_VOL * N_VOX; v++)
			CHECK(rows[v] == all[v / N_VOX * SIZE + index[v % N_VOX]]);
	}
}

/* The voxels at index, from the whole image and by following them, have the same bits. */
static void check_reach(const int n[3], const double sigma[3], long n_vox, const int32_t *index)
{
	const struct gauss *g = gauss_new(n, sigma, check_arena());
	long size = (long)n[0] * n[1] * n[2];
	float *x = NEW_N(check_arena(), float, 2 * size), *all = NEW_N(check_arena(), float, 2 * size);
	float *rows = NEW_N(check_arena(), float, 2 * n_vox + 1);
	struct gauss_source source = { .n_vol = 2, .voxel = x };

	for (long v = 0; v < 2 * size; v++)
		x[v] = (float)(check_random() * 1000);
	gauss_smooth_volumes(g, &source, all, 2, check_arena());
	gauss_smooth_gather(g, &source, n_vox, index, rows, 2, check_arena());
	for (long v = 0; v < 2 * n_vox; v++)
		CHECK(rows[v] == all[v / n_vox * size + index[v % n_vox]]);
	gauss_smooth_volumes(g, &source, x, 2, check_arena());
	CHECK(memcmp(x, all, (size_t)(2 * size) * sizeof *x) == 0);
}

TEST(work_follows_the_voxels_and_keeps_the_bits)
{
	for (int turn = 0; turn < 60; turn++) {
		const int n[3] = { any_size(40), any_size(20), any_size(15) };
		const double sigma[3] = { turn % 7 ? check_random() * 3 : 0, turn % 5 ? check_random() * 2 : 0,
		                          turn % 3 ? check_random() * 4 : 0 };
		int size = n[0] * n[1] * n[2], n_vox = 0, one = any_size(size) - 1;
		double share = turn % 4 == 0 ? 1 : turn % 4 == 1 ? .01 : .5;
		int32_t *index = NEW_N(check_arena(), int32_t, size);

		for (int v = size - 1; v >= 0; v--) {
			bool line = (v / n[0] * 7919) % 11 < 4;  /* whole lines are empty in some turns */

			if (turn % 4 == 3 ? v == one : check_random() < share && (turn % 4 != 2 || line))
				index[n_vox++] = v;
		}
		check_reach(n, sigma, n_vox, index);
	}
}

TEST(a_line_that_nobody_needs_is_not_read)
{
	const int n[3] = { 9, 12, 12 };
	const double sigma[3] = { .5, .5, .5 };  /* radius 2 */
	const struct gauss *g = gauss_new(n, sigma, check_arena());
	const int32_t index[1] = { 4 + 9 * (5 + 12 * 6) };
	struct gauss_reach *reach = gauss_reach_new(g, 1, index, check_arena());
	float *x = NEW_N(check_arena(), float, 9 * 12 * 12), one, again;
	float *work = NEW_N(check_arena(), float, gauss_reach_work(g, reach));
	const struct gauss_source source = { .n_vol = 1, .voxel = x };

	for (int v = 0; v < 9 * 12 * 12; v++)
		x[v] = (float)check_random();
	gauss_smooth_reach(g, reach, &source, 0, &one, work);
	for (int v = 0; v < 9 * 12 * 12; v++)
		if (abs(v / 9 % 12 - 5) > 2 || abs(v / 108 - 6) > 2)
			x[v] = 1e30f;
	gauss_smooth_reach(g, reach, &source, 0, &again, work);
	CHECK(one == again);
}

/* Every radius that has code of its own, and some that have not, in one line. */
TEST(all_radii_agree_with_a_slow_gaussian)
{
	for (int r = 0; r <= 12; r++)
		for (int axis = 0; axis < 3; axis++) {
			int n[3] = { 1, 1, 1 };
			double sigma[3] = { 0, 0, 0 }, must[21];
			float x[21];

			n[axis] = 21;
			sigma[axis] = r / 4.0 + .01;
			CHECK_INT(gauss_radius(sigma[axis]), r);
			for (int v = 0; v < 21; v++)
				x[v] = (float)check_random();
			slow_smooth(n, sigma, x, must);
			smooth_in_place(gauss_new(n, sigma, check_arena()), 1, x);
			for (int v = 0; v < 21; v++)
				CHECK_NEAR(x[v], must[v], 2e-7);
		}
}

TEST(the_fast_kernel_is_that_of_nilearn)
{
	const float *x = f3();
	float out[SIZE];

	gauss_fast(f3_n, true, x, out);
	CHECK_NEAR(out[at(0, 0, 0)], 2.9318181818, 1e-6);
	CHECK_NEAR(out[at(2, 3, 1)], 9.8636363636, 1e-6);
	CHECK_NEAR(out[at(5, 6, 4)], 6.6818181818, 1e-6);
}

TEST(the_fast_kernel_keeps_constants_and_the_inside)
{
	const float *x = f3();
	float constant[SIZE], out[SIZE], lost[SIZE];

	for (int v = 0; v < SIZE; v++)
		constant[v] = 7;
	gauss_fast(f3_n, false, constant, out);
	for (int v = 0; v < SIZE; v++)
		CHECK(out[v] == 7);
	gauss_fast(f3_n, false, x, out);
	gauss_fast(f3_n, true, x, lost);
	for (int v = 0; v < SIZE; v++) {
		int i = v % NI, j = v / NI % NJ, k = v / (NI * NJ);
		int faces = (i == 0) + (i == NI - 1) + (j == 0) + (j == NJ - 1) + (k == 0) + (k == NK - 1);

		CHECK_NEAR(out[v] * (2.2 - .2 * faces), lost[v] * 2.2, 1e-5);
	}
	const int one[3] = { 1, 1, 1 };
	gauss_fast(one, false, x + 5, out);
	CHECK(out[0] == x[5]);
}
