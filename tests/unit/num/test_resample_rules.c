/* resample.h: edges, whole voxels, values that are not finite, and a slow spline written another way. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "num/par.h"
#include "num/resample.h"

struct lattice { int n[3]; double affine[3][4]; };

static long size_of(const int n[3])
{
	return (long)n[0] * n[1] * n[2];
}

static float *run(const struct lattice *from, const float *in, const struct lattice *to, enum resample_kind kind,
                  enum resample_edge edge, double fill, int threads)
{
	struct resample *r = resample_new(from->n, from->affine, to->n, to->affine, kind, edge, fill, check_arena());
	float *out = NEW_N(check_arena(), float, size_of(to->n));

	CHECK(r != NULL);
	resample_volume_by(r, in, out, threads,
	                   arena_alloc(check_arena(), resample_work_size_of(r, threads) + 1, sizeof(double)));
	return out;
}

/* A line along x of n voxels, the first at x0, with this step. */
static struct lattice line(int n, double x0, double step)
{
	return (struct lattice){ { n, 1, 1 }, { { step, 0, 0, x0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
}

static float *noise(const int n[3])
{
	float *x = NEW_N(check_arena(), float, size_of(n));

	for (long v = 0; v < size_of(n); v++)
		x[v] = (float)(20 * check_random() - 10);
	return x;
}

/* ---- a spline written another way: coefficients by elimination, values by the definition ---- */
static double bspline(double x)
{
	x = fabs(x);
	return x < 1 ? 2.0 / 3 - x * x + x * x * x / 2 : x < 2 ? (2 - x) * (2 - x) * (2 - x) / 6 : 0;
}

static int mirror(int i, int n)
{
	while (n > 1 && (i < 0 || i >= n))
		i = i < 0 ? -i : 2 * (n - 1) - i;
	return n == 1 ? 0 : i;
}

/* Coefficients c with sum_k c[mirror(k)] bspline(i - k) = x[i], in place. */
static void solve_line(int n, double *x, long stride)
{
	double m[16][17] = { { 0 } };

	for (int i = 0; i < n; i++) {
		for (int k = i - 1; k <= i + 1; k++)
			m[i][mirror(k, n)] += bspline(i - k);
		m[i][n] = x[i * stride];
	}
	for (int c = 0; c < n; c++)
		for (int r = 0; r < n; r++) {
			double f = m[r][c] / m[c][c];

			for (int e = c; e <= n && r != c; e++)
				m[r][e] -= f * m[c][e];
		}
	for (int i = 0; i < n; i++)
		x[i * stride] = m[i][n] / m[i][i];
}

static double *coefficients(const int n[3], const float *in)
{
	double *c = NEW_N(check_arena(), double, size_of(n));
	const long step[3] = { 1, n[0], (long)n[0] * n[1] };

	for (long v = 0; v < size_of(n); v++)
		c[v] = in[v];
	for (int d = 0; d < 3; d++)
		for (long v = 0; v < size_of(n); v++)
			if (v / step[d] % n[d] == 0)
				solve_line(n[d], c + v, step[d]);
	return c;
}

static double slow_value(const int n[3], const double *c, enum resample_kind kind, const double x[3])
{
	double sum = 0;
	int f[3] = { (int)floor(x[0]), (int)floor(x[1]), (int)floor(x[2]) };

	for (int k = f[2] - 1; k <= f[2] + 2; k++)
		for (int j = f[1] - 1; j <= f[1] + 2; j++)
			for (int i = f[0] - 1; i <= f[0] + 2; i++) {
				const double at[3] = { i, j, k };
				double w = 1;

				for (int d = 0; d < 3; d++)
					w *= kind == RESAMPLE_CONTINUOUS ? bspline(x[d] - at[d]) : fmax(0, 1 - fabs(x[d] - at[d]));
				sum += w * c[mirror(i, n[0]) + (long)n[0] * (mirror(j, n[1]) + (long)n[1] * mirror(k, n[2]))];
			}
	return sum;
}

/* Compares every output; the source's affine is the identity, so world coordinates are its voxels. */
static void check_slowly(const struct lattice *from, const struct lattice *to, enum resample_kind kind)
{
	float *in = noise(from->n), *out = run(from, in, to, kind, RESAMPLE_FILL, -77, 1);
	double *c = coefficients(from->n, in);
	long v = 0;
	int inside = 0;

	for (long i = 0; i < size_of(from->n) && kind == RESAMPLE_LINEAR; i++)
		c[i] = in[i];
	for (int k = 0; k < to->n[2]; k++)
		for (int j = 0; j < to->n[1]; j++)
			for (int i = 0; i < to->n[0]; i++, v++) {
				double x[3];
				bool in_it = true;

				for (int d = 0; d < 3; d++) {
					x[d] = to->affine[d][0] * i + to->affine[d][1] * j + to->affine[d][2] * k + to->affine[d][3];
					in_it &= x[d] >= 0 && x[d] <= from->n[d] - 1;
				}
				inside += in_it;
				CHECK_NEAR(out[v], in_it ? slow_value(from->n, c, kind, x) : -77, 3e-6);
			}
	CHECK(inside > 100);
}

TEST(all_forms_agree_with_a_slow_spline)
{
	const struct lattice from = { { 9, 11, 7 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	const struct lattice to[] = {
		{ { 17, 21, 13 }, { { .5, 0, 0, .03 }, { 0, .5, 0, .01 }, { 0, 0, .5, .02 } } },
		{ { 7, 9, 5 }, { { 1.3, 0, 0, -.4 }, { 0, 1.3, 0, -.4 }, { 0, 0, 1.3, .4 } } },
		/* flipped */
		{ { 12, 12, 9 }, { { -.8, 0, 0, 8.1 }, { 0, .9, 0, .1 }, { 0, 0, -.75, 6 } } },
		/* axes exchanged, one flipped: outputs i, j, k run along z, x, y */
		{ { 9, 12, 12 }, { { 0, .8, 0, .1 }, { 0, 0, -.9, 10 }, { .75, 0, 0, .05 } } },
		{ { 9, 12, 12 }, { { 0, 0, .7, .1 }, { 0, .9, 0, .2 }, { .8, 0, 0, .05 } } },
		/* turned, sheared */
		{ { 12, 14, 9 }, { { .7, -.2, .1, 1 }, { .2, .7, 0, .3 }, { -.1, .1, .8, .4 } } },
		/* turned so little that outputs in a row take taps in a row */
		{ { 9, 11, 7 }, { { .9999, -.01, .01, .05 }, { .01, .9999, -.02, .1 }, { -.01, .02, .9999, .05 } } },
		/* whole voxels along one axis alone */
		{ { 9, 12, 9 }, { { 1, 0, 0, 0 }, { 0, .9, 0, .1 }, { 0, 0, .75, 0 } } },
	};

	for (size_t t = 0; t < sizeof to / sizeof to[0]; t++) {
		check_slowly(&from, &to[t], RESAMPLE_CONTINUOUS);
		check_slowly(&from, &to[t], RESAMPLE_LINEAR);
	}
}

TEST(axes_of_one_two_or_three_voxels)
{
	const int n[3] = { 1, 2, 3 };
	const struct lattice from = { { 1, 2, 3 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	const struct lattice to = { { 1, 21, 21 }, { { 1, 0, 0, 0 }, { 0, .05, 0, 0 }, { 0, 0, .1, 0 } } };
	float *in = noise(n), *out = run(&from, in, &to, RESAMPLE_CONTINUOUS, RESAMPLE_FILL, 0, 1);
	double *c = coefficients(n, in);

	for (int k = 0; k < 21; k++)
		for (int j = 0; j < 20; j++)
			CHECK_NEAR(out[j + 21 * k], slow_value(n, c, RESAMPLE_CONTINUOUS, (double[3]){ 0, .05 * j, .1 * k }), 3e-6);
}

/* nilearn's integers: 0 0 0 119 255 255 255 119 0 0 0 as uint8, 307 in the middle as uint16. */
TEST(a_line_overshoots)
{
	const float x[6] = { 0, 0, 255, 255, 0, 0 };
	struct lattice from = line(6, 0, 1), to = line(11, 0, .5);
	float *y = run(&from, x, &to, RESAMPLE_CONTINUOUS, RESAMPLE_FILL, 0, 1);

	CHECK_INT((int)(y[3] + 0.5), 119);
	CHECK_INT((int)(y[4] + 0.5), 255);
	CHECK_INT((int)(y[5] + 0.5), 307);
	CHECK_INT((int)(y[7] + 0.5), 119);
	CHECK(y[1] < 0.5 && y[9] < 0.5);
	struct resample *r = resample_new(from.n, from.affine, to.n, to.affine, RESAMPLE_CONTINUOUS, RESAMPLE_CLAMP, 0,
	                                  check_arena());
	resample_clip(r, 0, 255);
	resample_volume(r, x, y, NEW_N(check_arena(), double, resample_work_size(r)));
	for (int i = 0; i < 11; i++)
		CHECK(y[i] >= 0 && y[i] <= 255);
}

TEST(edges_are_clamped_or_filled)
{
	const float x[3] = { 5, 1, 7 };
	struct lattice from = line(3, 0, 1), to = line(7, -.75, .5);   /* -0.75 -0.25 0.25 0.75 1.25 1.75 2.25 */

	for (int kind = RESAMPLE_CONTINUOUS; kind <= RESAMPLE_NEAREST; kind++) {
		float *clamp = run(&from, x, &to, (enum resample_kind)kind, RESAMPLE_CLAMP, -1, 1);
		float *fill = run(&from, x, &to, (enum resample_kind)kind, RESAMPLE_FILL, -1, 1);

		CHECK_NEAR(clamp[0], -1, 0);
		CHECK_NEAR(clamp[1], 5, 1e-6);
		CHECK_NEAR(clamp[6], 7, 1e-6);
		CHECK_NEAR(fill[1], -1, 0);
		CHECK_NEAR(fill[6], -1, 0);
		for (int i = 2; i < 6; i++)
			CHECK_NEAR(fill[i], clamp[i], 0);
	}
}

TEST(rounding_makes_no_holes)
{
	const float x[3] = { 5, 1, 7 };
	struct lattice from = line(3, 0, 1), to = line(3, -.5 - 1e-12, 1.5);
	float *clamp = run(&from, x, &to, RESAMPLE_LINEAR, RESAMPLE_CLAMP, -1, 1);

	CHECK_NEAR(clamp[0], 5, 0);
	CHECK_NEAR(clamp[1], 1, 0);
	CHECK_NEAR(clamp[2], 7, 0);
	to = line(3, -1e-13, 1);
	CHECK_NEAR(run(&from, x, &to, RESAMPLE_CONTINUOUS, RESAMPLE_CLAMP, -1, 1)[0], 5, 0);
	CHECK_NEAR(run(&from, x, &to, RESAMPLE_CONTINUOUS, RESAMPLE_FILL, -1, 1)[0], -1, 0);
}

TEST(whole_voxels_are_copied_to_the_bit)
{
	const float x[6] = { 8.25f, NAN, 5.75f, INFINITY, 2, 9.25f };
	struct lattice from = line(6, 10, 2), to = line(6, 16, 2);
	float *y = run(&from, x, &to, RESAMPLE_CONTINUOUS, RESAMPLE_CLAMP, -1, 1);

	CHECK(y[0] == INFINITY && y[1] == 2 && y[2] == 9.25f && y[3] == -1 && y[5] == -1);
	to = line(6, 20, -2);
	y = run(&from, x, &to, RESAMPLE_LINEAR, RESAMPLE_CLAMP, -1, 2);
	CHECK(y[0] == 9.25f && y[1] == 2 && y[2] == INFINITY && isnan(y[4]) && y[5] == 8.25f);
}

/* The example of nilearn's short cut: right, and as nilearn does it. */
TEST(a_shift_to_the_low_side_as_nilearn_does_it)
{
	const float x[6] = { 8.25f, 15.5f, 5.75f, 13, 2, 9.25f }, right[6] = { 13, 2, 9.25f }, wrong[6] = { 8.25f, 15.5f, 5.75f };
	struct lattice from = line(6, 0, 1), to = line(6, 3, 1);
	float *y = run(&from, x, &to, RESAMPLE_CONTINUOUS, RESAMPLE_CLAMP, 0, 1);
	struct resample *r = resample_new(from.n, from.affine, to.n, to.affine, RESAMPLE_CONTINUOUS, RESAMPLE_FILL, -1,
	                                  check_arena());
	int shift[3];

	for (int i = 0; i < 6; i++)
		CHECK_NEAR(y[i], right[i], 0);
	CHECK(resample_shifts(r, shift));
	CHECK_INT(shift[0], 3);
	CHECK(resample_pad(r, (int[3]){ 0, 0, 0 }, (int[3]){ 6, 1, 1 }));
	resample_volume(r, x, y, NEW_N(check_arena(), double, resample_work_size(r) + 1));
	for (int i = 0; i < 6; i++)
		CHECK_NEAR(y[i], wrong[i], 0);
	CHECK(!resample_pad(r, (int[3]){ 0, 0, 0 }, (int[3]){ 2, 1, 1 }));
	to = line(6, 3, 1.5);
	CHECK(!resample_shifts(resample_new(from.n, from.affine, to.n, to.affine, RESAMPLE_LINEAR, RESAMPLE_FILL, 0,
	                                    check_arena()), shift));
}

/* Two rounds reach two voxels from either side; what they do not reach is 0. */
TEST(what_is_not_finite_grows_from_its_neighbours)
{
	const float x[9] = { 1, 2, NAN, INFINITY, NAN, NAN, NAN, 8, 9 };
	const float mended[9] = { 1, 2, 2, 2, 0, 8, 8, 8, 9 };
	struct lattice from = line(9, 0, 1), to = line(33, 0, .25);

	for (int kind = RESAMPLE_CONTINUOUS; kind <= RESAMPLE_LINEAR; kind++) {
		float *y = run(&from, x, &to, (enum resample_kind)kind, RESAMPLE_FILL, 0, 2);
		float *must = run(&from, mended, &to, (enum resample_kind)kind, RESAMPLE_FILL, 0, 1);

		for (int i = 0; i < 33; i++) {
			bool bad = !isfinite(x[(int)(.25 * i + .5)]);

			CHECK(bad ? isnan(y[i]) : fabs(y[i] - must[i]) < 1e-6);
		}
	}
}

TEST(the_mean_of_neighbours_is_of_three_dimensions)
{
	const int n[3] = { 3, 3, 3 };
	const struct lattice from = { { 3, 3, 3 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	const struct lattice to = { { 5, 5, 5 }, { { .5, 0, 0, 0 }, { 0, .5, 0, 0 }, { 0, 0, .5, 0 } } };
	float *x = noise(n), *y, *z;

	x[13] = NAN;
	y = run(&from, x, &to, RESAMPLE_LINEAR, RESAMPLE_CLAMP, 0, 1);
	x[13] = (x[4] + x[10] + x[12] + x[14] + x[16] + x[22]) / 6;
	z = run(&from, x, &to, RESAMPLE_LINEAR, RESAMPLE_CLAMP, 0, 1);
	for (int v = 0; v < 125; v++) {
		int at[3] = { v % 5, v / 5 % 5, v / 25 };
		bool middle = true;

		for (int d = 0; d < 3; d++)
			middle &= at[d] == 1 || at[d] == 2;
		CHECK(middle ? isnan(y[v]) : fabsf(y[v] - z[v]) < 1e-5f);
	}
}

TEST(threads_make_the_same_bits)
{
	const struct lattice from = { { 20, 23, 17 }, { { 3, 0, 0, -30 }, { 0, 3, 0, -30 }, { 0, 0, 3, -30 } } };
	const struct lattice to[2] = {
		{ { 70, 31, 29 }, { { -1, 0, 0, 35 }, { 0, 2, 0, -30 }, { 0, 0, 2, -30 } } },
		{ { 70, 31, 29 }, { { 1, .1, 0, -30 }, { -.1, 2, .3, -30 }, { 0, 0, 2, -30 } } },
	};
	float *in = noise(from.n);

	for (int bad = 0; bad < 2; bad++, in[100] = NAN)
		for (int t = 0; t < 2; t++)
			for (int kind = RESAMPLE_CONTINUOUS; kind <= RESAMPLE_NEAREST; kind++) {
				float *one = run(&from, in, &to[t], (enum resample_kind)kind, RESAMPLE_CLAMP, 0, 1);
				float *five = run(&from, in, &to[t], (enum resample_kind)kind, RESAMPLE_CLAMP, 0, 5);

				CHECK(memcmp(one, five, (size_t)size_of(to[t].n) * sizeof *one) == 0);
			}
}

/* Rows of five are summed output by output. */
TEST(outputs_that_are_summed_together_have_the_bits_of_each)
{
	const struct lattice from = { { 70, 23, 17 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	struct lattice to = { { 75, 23, 17 }, { { .9997, -.004, .007, -1.3 }, { .004, .9998, .01, .2 }, { -.007, -.01, .9999, .4 } } };
	struct lattice narrow = to;
	const float *in = noise(from.n);

	narrow.n[0] = 5;
	for (int kind = RESAMPLE_CONTINUOUS; kind <= RESAMPLE_LINEAR; kind++) {
		float *all = run(&from, in, &to, (enum resample_kind)kind, RESAMPLE_CLAMP, 0, 1);

		for (int x = 0; x < 75; x += 5) {
			float *five;

			for (int d = 0; d < 3; d++)
				narrow.affine[d][3] = to.affine[d][3] + x * to.affine[d][0];
			five = run(&from, in, &narrow, (enum resample_kind)kind, RESAMPLE_CLAMP, 0, 1);
			for (long v = 0; v < size_of(narrow.n); v++)
				CHECK_NEAR(all[v / 5 * 75 + x + v % 5], five[v], x == 0 ? 0 : 1e-5);
		}
	}
}

TEST(far_away_and_singular)
{
	const float x[3] = { 5, 1, 7 };
	struct lattice from = line(3, 0, 1), to = line(3, 1e300, 1), flat = line(3, 0, 0);

	for (int kind = RESAMPLE_CONTINUOUS; kind <= RESAMPLE_NEAREST; kind++) {
		to.affine[1][0] = 0;
		CHECK_NEAR(run(&from, x, &to, (enum resample_kind)kind, RESAMPLE_CLAMP, -2, 1)[1], -2, 0);
		to.affine[1][0] = 0.1;
		CHECK_NEAR(run(&from, x, &to, (enum resample_kind)kind, RESAMPLE_CLAMP, -2, 1)[1], -2, 0);
	}
	CHECK(!resample_new(from.n, flat.affine, to.n, to.affine, RESAMPLE_LINEAR, RESAMPLE_CLAMP, 0, check_arena()));
	CHECK(!resample_new(from.n, from.affine, to.n, flat.affine, RESAMPLE_LINEAR, RESAMPLE_CLAMP, 0, check_arena()));
	from.affine[0][3] = NAN;
	CHECK(!resample_new(from.n, from.affine, to.n, to.affine, RESAMPLE_LINEAR, RESAMPLE_CLAMP, 0, check_arena()));
}
