/* Weighted sums against the plain ones, and the same bits in any company. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "num/project.h"

enum { N = 5003, ROWS = 7, OUT = 5 };

static double *numbers(long n)
{
	double *x = NEW_N(check_arena(), double, n);

	for (long i = 0; i < n; i++)
		x[i] = check_random() - 0.5;
	return x;
}

TEST(projections_are_weighted_sums)
{
	const double *row = numbers((long)ROWS * N), *weight = numbers((long)OUT * N);
	double out[ROWS * OUT];

	project(ROWS, N, row, OUT, weight, out);
	for (int r = 0; r < ROWS; r++)
		for (int k = 0; k < OUT; k++) {
			long double sum = 0;

			for (int v = 0; v < N; v++)
				sum += (long double)row[r * N + v] * weight[k * N + v];
			CHECK_NEAR(out[r * OUT + k], (double)sum, 1e-12);
		}
}

TEST(a_row_has_the_same_bits_alone_and_with_others)
{
	const double *row = numbers((long)ROWS * N), *weight = numbers((long)OUT * N);
	double all[ROWS * OUT], one[OUT];

	project(ROWS, N, row, OUT, weight, all);
	for (int r = 0; r < ROWS; r++) {
		project(1, N, row + (long)r * N, OUT, weight, one);
		CHECK(memcmp(one, all + r * OUT, sizeof one) == 0);
	}
}

TEST(few_numbers_and_no_rows_are_no_trap)
{
	const double row[3] = { 1, 2, 3 }, weight[3] = { 4, 5, 6 };
	double out = NAN;

	project(0, 3, row, 1, weight, &out);
	CHECK(isnan(out));
	project(1, 3, row, 1, weight, &out);
	CHECK_NEAR(out, 32, 0);
	project(1, 0, row, 1, weight, &out);
	CHECK_NEAR(out, 0, 0);
}
