/* resample.h: nilearn's numbers (resample_img, 0.12.1), a slow interpolation written another way, and identities. */
#include "check.h"

#include <math.h>

#include "num/resample.h"

/* numerics' test image, [i][j][k] = (6, 7, 5), with the affine diag(2, 3, 4) at (-10, 5, 2). */
static const int f3_n[3] = { 6, 7, 5 };
static const double f3_affine[3][4] = { { 2, 0, 0, -10 }, { 0, 3, 0, 5 }, { 0, 0, 4, 2 } };

static long at(const int n[3], int i, int j, int k)
{
	return i + (long)n[0] * (j + (long)n[1] * k);
}

static long size_of(const int n[3])
{
	return (long)n[0] * n[1] * n[2];
}

static float *f3(void)
{
	float *x = NEW_N(check_arena(), float, size_of(f3_n));

	for (int k = 0; k < f3_n[2]; k++)
		for (int j = 0; j < f3_n[1]; j++)
			for (int i = 0; i < f3_n[0]; i++)
				x[at(f3_n, i, j, k)] = (float)((7 * i + 13 * j + 29 * k) % 17 + 0.25 * ((i * j + k) % 5));
	return x;
}

struct target { int n[3]; double affine[3][4]; };

static const struct target stretched = { { 8, 8, 7 }, { { 1.5, 0, 0, -9.5 }, { 0, 2.5, 0, 4 }, { 0, 0, 3, 1 } } };

/* Rz(0.3) diag(2, 2.5, 3) */
static struct target turned(void)
{
	double c = cos(0.3), s = sin(0.3);

	return (struct target){ { 6, 7, 6 }, { { 2 * c, -2.5 * s, 0, -9 }, { 2 * s, 2.5 * c, 0, 6 }, { 0, 0, 3, 3 } } };
}

static float *onto(const float *in, const struct target *t, enum resample_kind kind, enum resample_edge edge, double fill)
{
	struct resample *r = resample_new(f3_n, f3_affine, t->n, t->affine, kind, edge, fill, check_arena());
	float *out = NEW_N(check_arena(), float, size_of(t->n));

	CHECK(r != NULL);
	resample_volume(r, in, out, arena_alloc(check_arena(), resample_work_size(r), sizeof(double)));
	return out;
}

static double total(const float *x, const struct target *t)
{
	double sum = 0;

	for (long v = 0; v < size_of(t->n); v++)
		sum += x[v];
	return sum;
}

static float value(const float *x, const struct target *t, int i, int j, int k)
{
	return x[at(t->n, i, j, k)];
}

static double clipped(float *x, const struct target *t)
{
	for (long v = 0; v < size_of(t->n); v++)
		x[v] = fminf(fmaxf(x[v], 0), 17);
	return total(x, t);
}

TEST(along_the_axes_numbers_are_nilearns)
{
	float *x = onto(f3(), &stretched, RESAMPLE_CONTINUOUS, RESAMPLE_FILL, 0);

	CHECK_NEAR(value(x, &stretched, 2, 3, 2), 6.405765752336443, 4e-7);
	CHECK_NEAR(value(x, &stretched, 3, 2, 3), 2.3107420357420363, 2e-7);
	CHECK_NEAR(value(x, &stretched, 1, 4, 4), 12.041503906250009, 8e-7);
	CHECK_NEAR(clipped(x, &stretched), 2091.08579135471, 1e-5);
	x = onto(f3(), &stretched, RESAMPLE_LINEAR, RESAMPLE_FILL, 0);
	CHECK_NEAR(value(x, &stretched, 2, 3, 2), 6.674479166666666, 4e-7);
	CHECK_NEAR(value(x, &stretched, 3, 2, 3), 5.5, 4e-7);
	CHECK_NEAR(value(x, &stretched, 1, 4, 4), 11.1875, 8e-7);
	CHECK_NEAR(total(x, &stretched), 2094.6979166666665, 1e-5);
	x = onto(f3(), &stretched, RESAMPLE_NEAREST, RESAMPLE_FILL, 0);
	CHECK_NEAR(value(x, &stretched, 2, 3, 2), 1, 0);
	CHECK_NEAR(value(x, &stretched, 3, 2, 3), 7, 0);
	CHECK_NEAR(value(x, &stretched, 1, 4, 4), 14.25, 0);
	CHECK_NEAR(total(x, &stretched), 2132.25, 0);
}

TEST(turned_numbers_are_nilearns)
{
	struct target t = turned();
	float *x = onto(f3(), &t, RESAMPLE_CONTINUOUS, RESAMPLE_FILL, 0);

	CHECK_NEAR(value(x, &t, 2, 3, 2), 3.5911543497573453, 2e-7);
	CHECK_NEAR(value(x, &t, 3, 2, 3), 15.2250409880582, 8e-7);
	CHECK_NEAR(clipped(x, &t), 1615.9752156224533, 1e-5);
	x = onto(f3(), &t, RESAMPLE_LINEAR, RESAMPLE_FILL, 0);
	CHECK_NEAR(value(x, &t, 2, 3, 2), 6.295464885252815, 4e-7);
	CHECK_NEAR(value(x, &t, 3, 2, 3), 10.86981360808964, 8e-7);
	CHECK_NEAR(total(x, &t), 1617.5942464976376, 1e-5);
	x = onto(f3(), &t, RESAMPLE_NEAREST, RESAMPLE_FILL, 0);
	CHECK_NEAR(value(x, &t, 2, 3, 2), 2, 0);
	CHECK_NEAR(value(x, &t, 3, 2, 3), 11.5, 0);
	CHECK_NEAR(total(x, &t), 1555.75, 0);
}
