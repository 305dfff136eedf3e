/* bands.h: projection is what the discrete Fourier transform does. */
#include "check.h"

#include <math.h>

#include "num/bands.h"

enum { MAX = 61 };

/* x minus what the columns explain; they are orthonormal. */
static void project(int n, int n_col, const double *basis, double *x)
{
	for (int c = 0; c < n_col; c++) {
		double part = 0;

		for (int t = 0; t < n; t++)
			part += basis[t * n_col + c] * x[t];
		for (int t = 0; t < n; t++)
			x[t] -= part * basis[t * n_col + c];
	}
}

static double power(int n, int k, const double *x)
{
	double re = 0, im = 0;

	for (int t = 0; t < n; t++) {
		re += x[t] * cos(2 * M_PI * k * t / n);
		im += x[t] * sin(2 * M_PI * k * t / n);
	}
	return re * re + im * im;
}

static void check_band(int n, double tr_s, struct band b)
{
	int n_col = bands_count(n, tr_s, &b);
	double x[MAX], y[MAX], *basis = NEW_N(check_arena(), double, n * n_col + 1);

	bands_basis(n, tr_s, &b, basis);
	for (int i = 0; i < n_col; i++)
		for (int j = 0; j < n_col; j++) {
			double dot = 0;

			for (int t = 0; t < n; t++)
				dot += basis[t * n_col + i] * basis[t * n_col + j];
			CHECK_NEAR(dot, i == j, 1e-13);
		}
	for (int t = 0; t < n; t++)
		x[t] = y[t] = check_random();
	project(n, n_col, basis, y);
	for (int k = 0; k <= n / 2; k++) {
		double hz = k / (n * tr_s);
		bool gone = k > 0 && (hz >= b.from_hz - 1e-12 && hz <= b.to_hz + 1e-12) == b.stop;

		CHECK_NEAR(power(n, k, y), gone ? 0 : power(n, k, x), 1e-10);
	}
}

TEST(frequencies_outside_the_band_are_removed_and_no_others)
{
	for (int n = 1; n <= MAX; n += 3) {
		check_band(n, 2, (struct band){ .01, .1, false });
		check_band(n, 2, (struct band){ .01, INFINITY, false });
		check_band(n, .72, (struct band){ 0, .1, false });
		check_band(n, 1.5, (struct band){ .12, .3, true });
	}
}

TEST(an_edge_on_a_frequency_is_met)
{
	const double tr_s = .1;  /* 50 x 0.1 s: frequencies 0.2, 0.4 ...; 0.6 and 3 / (50 0.1) differ in the last bit */

	CHECK_INT(bands_count(50, tr_s, &(struct band){ .2, .6, true }), 6);
	CHECK_INT(bands_count(50, tr_s, &(struct band){ .2, .6, false }), 49 - 6);
	CHECK_INT(bands_count(50, tr_s, &(struct band){ 5, INFINITY, true }), 1);
	CHECK_INT(bands_count(50, tr_s, &(struct band){ 0, INFINITY, false }), 0);
	CHECK_INT(bands_count(1, tr_s, &(struct band){ 1, 2, false }), 0);
}
