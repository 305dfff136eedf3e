/* linalg.h: the basis is orthonormal and spans the columns. */
#include "check.h"

#include <math.h>

#include "num/linalg.h"

enum { N = 30, P = 5 };

static void random_columns(double X[N][P])
{
	for (int i = 0; i < N; i++)
		for (int c = 0; c < P; c++)
			X[i][c] = check_random() - .5;
}

static double dot(const double *a, const double *b)
{
	double sum = 0;

	for (int i = 0; i < N; i++)
		sum += a[i] * b[i];
	return sum;
}

TEST(the_basis_is_orthonormal_and_spans_the_columns)
{
	double X[N][P], Q[P][N];

	random_columns(X);
	CHECK_INT(linalg_basis(N, P, &X[0][0], 1e-9, &Q[0][0], check_arena()), P);
	for (int a = 0; a < P; a++)
		for (int b = 0; b < P; b++)
			CHECK_NEAR(dot(Q[a], Q[b]), a == b, 1e-14);
	for (int c = 0; c < P; c++) {
		double x[N];

		for (int i = 0; i < N; i++)
			x[i] = X[i][c];
		for (int r = 0; r < P; r++) {
			double part = dot(Q[r], x);

			for (int i = 0; i < N; i++)
				x[i] -= part * Q[r][i];
		}
		CHECK_NEAR(dot(x, x), 0, 1e-25);
	}
}

TEST(dependent_columns_lower_the_rank)
{
	double X[N][P], Q[P][N];

	random_columns(X);
	for (int i = 0; i < N; i++)
		X[i][3] = X[i][0] - 2 * X[i][4];
	CHECK_INT(linalg_basis(N, P, &X[0][0], 1e-9, &Q[0][0], check_arena()), P - 1);
	memset(X, 0, sizeof X);
	CHECK_INT(linalg_basis(N, P, &X[0][0], 1e-9, &Q[0][0], check_arena()), 0);
}

TEST(more_columns_than_rows_and_none_at_all)
{
	double X[3][8] = { { 1, 2, 3, 4, 5, 6, 7, 9 }, { 2, 0, 1, 5, 1, 1, 0, 1 }, { 3, 3, 1, 1, 0, 2, 8, 2 } }, Q[3][3];

	CHECK_INT(linalg_basis(3, 8, &X[0][0], 1e-9, &Q[0][0], check_arena()), 3);
	CHECK_INT(linalg_basis(3, 0, &X[0][0], 1e-9, &Q[0][0], check_arena()), 0);
}

TEST(what_is_not_finite_is_told)
{
	double X[N][P], Q[P][N];

	random_columns(X);
	X[4][2] = INFINITY;
	CHECK_INT(linalg_basis(N, P, &X[0][0], 1e-9, &Q[0][0], check_arena()), -1);
}
