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

/* What svd() leaves: X = sum over i < k of u[i] singular[i] vt[.][i]. */
struct svd {
	int k;            /* min(n_row, n_col) */
	double *singular; /* [k], largest first */
	double *u;        /* [k][n_row] */
	double *vt;       /* [n_col][k] */
};

/* Of the column-major x [n_col][n_row], which is overwritten. */
static int svd(struct svd *s, int n_row, int n_col, double *x, struct arena *scratch)
{
	s->singular = NEW_N(scratch, double, s->k);
	s->u = arena_alloc(scratch, (size_t)n_row * (size_t)s->k, sizeof *s->u);
	s->vt = arena_alloc(scratch, (size_t)n_col * (size_t)s->k, sizeof *s->vt);
	return LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', n_row, n_col, x, n_row, s->singular, s->u, n_row, s->vt, s->k);
}

/* pinv [n_col][n_row] = V S^-1 U' of the first `rank` directions. */
static void invert(const struct svd *s, int n_row, int n_col, int rank, double *pinv)
{
	for (int c = 0; c < n_col; c++)
		for (int i = 0; i < rank; i++)
			s->vt[(size_t)c * (size_t)s->k + (size_t)i] /= s->singular[i];
	if (rank == 0)
		memset(pinv, 0, (size_t)n_row * (size_t)n_col * sizeof *pinv);
	else
		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n_col, n_row, rank, 1, s->vt, s->k, s->u, n_row, 0, pinv,
		            n_row);
}

int linalg_pinv(int n_row, int n_col, const double *X, double rcond, double *pinv, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct svd s = { .k = n_row < n_col ? n_row : n_col };
	double *x = arena_alloc(scratch, (size_t)n_row * (size_t)n_col, sizeof *x);
	int rank = 0;

	use_one_thread();
	if (s.k > 0 && (!transpose(n_row, n_col, X, x) || svd(&s, n_row, n_col, x, scratch)))
		rank = -1;
	while (rank >= 0 && rank < s.k && s.singular[rank] > rcond * s.singular[0])
		rank++;
	if (rank >= 0 && s.k > 0)
		invert(&s, n_row, n_col, rank, pinv);
	arena_reset(scratch, mark);
	return rank;
}

int linalg_svd(int n_row, int n_col, const double *X, double *singular, double *u, double *v, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct svd s = { .k = n_col };
	size_t n = (size_t)n_row, k = (size_t)n_col;
	double *x = arena_alloc(scratch, n * k + 1, sizeof *x);
	int bad = 0;

	use_one_thread();
	if (n_col > 0 && (!transpose(n_row, n_col, X, x) || svd(&s, n_row, n_col, x, scratch)))
		bad = -1;
	if (n_col > 0 && !bad) {
		memcpy(singular, s.singular, k * sizeof *singular);
		memcpy(u, s.u, n * k * sizeof *u);
		for (size_t i = 0; i < k; i++)
			for (size_t c = 0; c < k; c++)
				v[i * k + c] = s.vt[c * k + i];
	}
	arena_reset(scratch, mark);
	return bad;
}

/* An eigenvector may be turned round; so that it is the same everywhere, its largest entry is positive. */
static void fix_sign(int n, double *v)
{
	int largest = 0;

	for (int i = 1; i < n; i++)
		if (fabs(v[i]) > fabs(v[largest]))
			largest = i;
	if (v[largest] < 0)
		for (int i = 0; i < n; i++)
			v[i] = -v[i];
}

int linalg_eigen(int n, const double *S, int n_lead, double *value, double *vector, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	size_t size = (size_t)n;
	double *s = arena_alloc(scratch, size * size, sizeof *s), *w = NEW_N(scratch, double, n);
	double *z = arena_alloc(scratch, size * (size_t)n_lead, sizeof *z);
	lapack_int *support = NEW_N(scratch, lapack_int, 2 * size), found = 0;
	int bad = 0;

	use_one_thread();
	memcpy(s, S, size * size * sizeof *s);
	for (size_t i = 0; i < size; i++)
		for (size_t j = 0; j <= i; j++)
			bad |= !isfinite(S[i * size + j]);
	/* The lower triangle by rows is the upper one by columns. */
	if (!bad && n_lead > 0)
		bad = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'I', 'U', n, s, n, 0, 0, n - n_lead + 1, n, 0, &found, w, z, n,
		                     support) || found != n_lead;
	for (int k = 0; k < n_lead && !bad; k++) {
		double *v = vector + (size_t)k * size;

		value[k] = w[n_lead - 1 - k];
		memcpy(v, z + (size_t)(n_lead - 1 - k) * size, size * sizeof *v);
		fix_sign(n, v);
	}
	arena_reset(scratch, mark);
	return bad ? -1 : 0;
}

void linalg_product(int m, int n, int k, const double *A, const double *B, bool accumulate, double *C)
{
	use_one_thread();
	if (m > 0 && n > 0)
		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, A, k > 0 ? k : 1, B, n, accumulate, C, n);
}

void linalg_gram(int n_row, int n_col, const double *A, bool accumulate, double *C)
{
	size_t n = (size_t)n_row;

	use_one_thread();
	if (n_row > 0)
		cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, n_row, n_col, 1, A, n_col > 0 ? n_col : 1, accumulate, C,
		            n_row);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			C[j * n + i] = C[i * n + j];
}
