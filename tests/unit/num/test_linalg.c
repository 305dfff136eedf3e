/* linalg.h: the basis is orthonormal and spans the columns; Penrose's four conditions; scipy's numbers. */
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

enum { MAX = 12 };

static void multiply(int m, int n, int k, const double *A, const double *B, double *C)
{
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++) {
			C[i * n + j] = 0;
			for (int q = 0; q < k; q++)
				C[i * n + j] += A[i * k + q] * B[q * n + j];
		}
}

/* The pseudo-inverse is the one matrix with A P A = A, P A P = P, and A P, P A symmetric. */
static void check_penrose(int m, int n, const double *A, int rank)
{
	double inv[MAX * MAX], AP[MAX * MAX], PA[MAX * MAX], again[MAX * MAX];

	CHECK_INT(linalg_pinv(m, n, A, 2.220446049250313e-16 * MAX, inv, check_arena()), rank);
	multiply(m, m, n, A, inv, AP);
	multiply(n, n, m, inv, A, PA);
	multiply(m, n, m, AP, A, again);
	for (int i = 0; i < m * n; i++)
		CHECK_NEAR(again[i], A[i], 1e-12);
	multiply(n, m, n, PA, inv, again);
	for (int i = 0; i < m * n; i++)
		CHECK_NEAR(again[i], inv[i], 1e-10);
	for (int i = 0; i < m; i++)
		for (int j = 0; j < m; j++)
			CHECK_NEAR(AP[i * m + j], AP[j * m + i], 1e-11);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			CHECK_NEAR(PA[i * n + j], PA[j * n + i], 1e-11);
}

TEST(the_pseudo_inverse_is_that_of_penrose)
{
	double A[MAX * MAX];

	for (int m = 1; m <= MAX; m++)
		for (int n = 1; n <= MAX; n++) {
			for (int i = 0; i < m * n; i++)
				A[i] = check_random() - .5;
			check_penrose(m, n, A, m < n ? m : n);
			for (int i = 0; i < m && n > 2; i++)
				A[i * n + 2] = 2 * A[i * n] - A[i * n + 1];
			check_penrose(m, n, A, n > 2 && m > n - 1 ? n - 1 : (m < n ? m : n));
		}
	memset(A, 0, sizeof A);
	check_penrose(4, 3, A, 0);
}

/* scipy 1.10.1: lstsq(A, y)[0] with A[i, j] = cos(1 + i (j + 1)), y[i] = i; then with a column twice. */
TEST(least_squares_are_those_of_scipy)
{
	double A[8 * 3], inv[3 * 8];
	const double must[3] = { 1.6456427265803024, -0.3347508998463168, -0.7736576917467612 };
	const double must_twice[3] = { 1.5453530393326096, -0.2871149615309166, -0.2871149615309166 };

	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 8; i++)
			for (int j = 0; j < 3; j++)
				A[i * 3 + j] = cos(1 + i * (turn == 1 && j == 2 ? 2 : j + 1));
		CHECK_INT(linalg_pinv(8, 3, A, 2.220446049250313e-16, inv, check_arena()), 3 - turn);
		for (int j = 0; j < 3; j++) {
			double b = 0;

			for (int i = 0; i < 8; i++)
				b += inv[j * 8 + i] * i;
			CHECK_NEAR(b, turn == 0 ? must[j] : must_twice[j], 1e-12);
		}
	}
}

TEST(what_is_not_finite_has_no_inverse)
{
	double A[6] = { 1, 2, 3, 4, NAN, 6 }, inv[6], value[2], S[4] = { 1, 0, INFINITY, 1 };

	CHECK_INT(linalg_pinv(3, 2, A, 1e-16, inv, check_arena()), -1);
	CHECK_INT(linalg_eigen(2, S, 1, value, inv, check_arena()), -1);
}

TEST(leading_eigenvectors_come_largest_first)
{
	double S[MAX * MAX], value[MAX], vector[MAX * MAX];

	for (int i = 0; i < MAX; i++)
		for (int j = 0; j <= i; j++)
			S[i * MAX + j] = S[j * MAX + i] = check_random() - .5;
	for (int n_lead = 0; n_lead <= MAX; n_lead += 3) {
		CHECK_INT(linalg_eigen(MAX, S, n_lead, value, vector, check_arena()), 0);
		for (int k = 0; k < n_lead; k++) {
			const double *v = vector + k * MAX;
			double largest = 0;

			CHECK(k == 0 || value[k] <= value[k - 1]);
			for (int i = 0; i < MAX; i++) {
				double row = 0;

				for (int j = 0; j < MAX; j++)
					row += S[i * MAX + j] * v[j];
				CHECK_NEAR(row, value[k] * v[i], 1e-13);
				largest = fabs(v[i]) > fabs(largest) ? v[i] : largest;
			}
			CHECK(largest > 0);
		}
	}
}

TEST(products_are_sums_of_products)
{
	double A[4 * 5], B[5 * 3], C[4 * 3], G[4 * 4], must[16], T[5 * 4];

	for (int i = 0; i < 20; i++)
		T[i % 5 * 4 + i / 5] = A[i] = check_random();
	for (int i = 0; i < 15; i++)
		B[i] = check_random();
	linalg_product(4, 3, 5, A, B, false, C);
	linalg_product(4, 3, 5, A, B, true, C);
	multiply(4, 3, 5, A, B, must);
	for (int i = 0; i < 12; i++)
		CHECK_NEAR(C[i], 2 * must[i], 1e-14);
	linalg_gram(4, 5, A, false, G);
	linalg_gram(4, 5, A, true, G);
	multiply(4, 4, 5, A, T, must);
	for (int i = 0; i < 16; i++)
		CHECK_NEAR(G[i], 2 * must[i], 1e-14);
}
