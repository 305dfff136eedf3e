#include "num/linalg.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"

static void set_one_thread(void)
{
	openblas_set_num_threads(1);
}

/* The engine hands out threads itself, and results must not depend on how many there are. */
static void use_one_thread(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_one_thread);
}

/* The first k columns of Q of the pivoted QR of the column-major q [n_col][n_row], in place, and |R_ii|. */
static int pivoted_qr(int n_row, int n_col, int k, double *q, double *r_diag, struct arena *scratch)
{
	double *tau = NEW_N(scratch, double, k);
	lapack_int *pivot = NEW_N(scratch, lapack_int, n_col);

	if (LAPACKE_dgeqp3(LAPACK_COL_MAJOR, n_row, n_col, q, n_row, pivot, tau))
		return -1;
	for (int i = 0; i < k; i++)
		r_diag[i] = fabs(q[(size_t)i * (size_t)n_row + (size_t)i]);
	return LAPACKE_dorgqr(LAPACK_COL_MAJOR, n_row, k, k, q, n_row, tau) ? -1 : 0;
}

/* X [n_row][n_col] as the columns that LAPACK wants; false when a value is not finite. */
static int transpose(int n_row, int n_col, const double *X, double *q)
{
	int finite = 1;

	for (size_t i = 0; i < (size_t)n_row; i++)
		for (size_t c = 0; c < (size_t)n_col; c++) {
			double x = X[i * (size_t)n_col + c];

			q[c * (size_t)n_row + i] = x;
			finite &= isfinite(x) != 0;
		}
	return finite;
}

int linalg_basis(int n_row, int n_col, const double *X, double tol, double *basis, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	int k = n_row < n_col ? n_row : n_col, rank = 0;
	double *q = NEW_N(scratch, double, (size_t)n_row * (size_t)n_col);
	double *r_diag = NEW_N(scratch, double, k);

	use_one_thread();
	if (k > 0 && (!transpose(n_row, n_col, X, q) || pivoted_qr(n_row, n_col, k, q, r_diag, scratch)))
		rank = k = -1;
	for (int i = 0; i < k; i++)
		if (r_diag[i] > tol * r_diag[0])
			memcpy(basis + (size_t)rank++ * (size_t)n_row, q + (size_t)i * (size_t)n_row, (size_t)n_row * sizeof *q);
	arena_reset(scratch, mark);
	return rank;
}
