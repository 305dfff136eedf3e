#include "num/glm_model.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "num/linalg.h"

/* A design with columns of length 1 and, where there are fewer rows than columns, rows of zeros below; x = u diag(singular) v'. */
struct unit_design {
	int n;                  /* rows, with those of zeros */
	double *length;         /* [n_col] 1 for a column of zeros */
	double *singular;       /* [n_col] */
	double *u, *v;          /* [n_col][n], [n_col][n_col], one direction a row */
};

/* The largest size in a column, or -1 when a value is not finite. */
static double largest(int n_row, int n_col, const double *x, int col)
{
	double most = 0;

	for (int t = 0; t < n_row; t++) {
		double size = fabs(x[(size_t)t * (size_t)n_col + (size_t)col]);

		if (!isfinite(size))
			return -1;
		most = size > most ? size : most;
	}
	return most;
}

/* A column [n_row][n_col] to out with length 1; what is too small to be told from 0 becomes 0. False: not finite. */
static bool scale_column(int n_row, int n_col, const double *x, int col, double *out, double *length)
{
	double most = largest(n_row, n_col, x, col), square = 0;

	*length = 1;
	if (most < 0)
		return false;
	if (most < DBL_MIN / DBL_EPSILON)
		return true;
	for (int t = 0; t < n_row; t++) {
		double part = x[(size_t)t * (size_t)n_col + (size_t)col] / most;

		square += part * part;
	}
	*length = most * sqrt(square);
	if (!isfinite(*length))
		return false;
	for (int t = 0; t < n_row; t++)
		out[(size_t)t * (size_t)n_col + (size_t)col] = x[(size_t)t * (size_t)n_col + (size_t)col] / *length;
	return true;
}

static bool unit_design(struct unit_design *d, int n_row, int n_col, const double *x, struct arena *a)
{
	size_t p = (size_t)n_col, n = (size_t)(n_row > n_col ? n_row : n_col);
	double *scaled = NEW_N(a, double, n * p);

	*d = (struct unit_design){ (int)n, NEW_N(a, double, p), NEW_N(a, double, p), NEW_N(a, double, p * n),
	                           NEW_N(a, double, p * p) };
	for (int c = 0; c < n_col; c++)
		if (!scale_column(n_row, n_col, x, c, scaled, &d->length[c]))
			return false;
	return linalg_svd((int)n, n_col, scaled, d->singular, d->u, d->v, a) == 0;
}

/* Orthonormal combinations of columns that are 0: the directions without singular value, in the units of x. */
static int null_space(const struct unit_design *d, int n_col, int rank, double *null, struct arena *a)
{
	int n_null = n_col - rank;
	double *w = NEW_N(a, double, (size_t)n_col * (size_t)n_null + 1);

	for (int c = 0; c < n_col; c++)
		for (int i = 0; i < n_null; i++)
			w[(size_t)c * (size_t)n_null + (size_t)i] = d->v[(size_t)(rank + i) * (size_t)n_col + (size_t)c] / d->length[c];
	return linalg_basis(n_col, n_null, w, 0, null, a);
}

/* to_beta [n_col][rank]: one solution, less its part in the null space, which leaves the one of least norm. */
static void solution(const struct unit_design *d, int n_col, int rank, int n_null, const double *null, double *to_beta)
{
	size_t p = (size_t)n_col, k = (size_t)rank;

	for (size_t c = 0; c < p; c++)
		for (size_t i = 0; i < k; i++)
			to_beta[c * k + i] = d->v[i * p + c] / (d->length[c] * d->singular[i]);
	for (int r = 0; r < n_null; r++)
		for (size_t i = 0; i < k; i++) {
			const double *one = null + (size_t)r * p;
			double part = 0;

			for (size_t c = 0; c < p; c++)
				part += one[c] * to_beta[c * k + i];
			for (size_t c = 0; c < p; c++)
				to_beta[c * k + i] -= one[c] * part;
		}
}

/* Rank, q, to_beta and null; the arrays have room for full rank. */
static bool decompose(struct glm_model *m, const double *x, double *q, double *to_beta, double *null, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	struct unit_design d;
	bool good = unit_design(&d, m->n_row, m->n_col, x, a);

	while (good && m->rank < m->n_col && d.singular[m->rank] > d.n * DBL_EPSILON * d.singular[0])
		m->rank++;
	good &= m->rank > 0;
	if (good && m->rank < m->n_col)
		m->n_null = null_space(&d, m->n_col, m->rank, null, a);
	if (good) {
		for (int i = 0; i < m->rank; i++)
			memcpy(q + (size_t)i * (size_t)m->n_row, d.u + (size_t)i * (size_t)d.n, (size_t)m->n_row * sizeof *q);
		solution(&d, m->n_col, m->rank, m->n_null, null, to_beta);
	}
	arena_reset(a, mark);
	return good;
}

/* sum over t of q_{t+d} r_t */
static double lag_product(int n_row, int d, const double *q, const double *r)
{
	double sum = 0;

	for (int t = 0; t + d < n_row; t++)
		sum += q[t + d] * r[t];
	return sum;
}

static void set_lagged(struct glm_model *m, struct arena *a)
{
	size_t k = (size_t)m->rank, n = (size_t)m->n_row;
	double *lagged = NEW_N(a, double, (size_t)(m->order + 1) * k * k), *last = NEW_N(a, double, (size_t)m->order * k + 1);

	for (size_t i = 0; i < k; i++)
		lagged[i * k + i] = 1;
	for (int d = 1; d <= m->order; d++)
		for (size_t i = 0; i < k; i++) {
			for (size_t j = 0; j <= i; j++) {
				const double *q = m->q + i * n, *r = m->q + j * n;
				double sum = lag_product(m->n_row, d, q, r) + lag_product(m->n_row, d, r, q);

				lagged[((size_t)d * k + i) * k + j] = lagged[((size_t)d * k + j) * k + i] = sum;
			}
			last[(size_t)(d - 1) * k + i] = m->q[i * n + n - (size_t)d];
		}
	m->lagged = lagged;
	m->last = last;
}

struct glm_model *glm_model_new(int n_row, int n_col, const double *x, int order, struct arena *a)
{
	struct glm_model *m = NEW(a, struct glm_model);
	size_t p = (size_t)n_col, most = (size_t)(n_row < n_col ? n_row : n_col);
	double *q = NEW_N(a, double, most * (size_t)n_row + 1), *to_beta = NEW_N(a, double, p * most + 1);
	double *null = NEW_N(a, double, p * p + 1);

	*m = (struct glm_model){ .n_row = n_row, .n_col = n_col, .order = order, .q = q, .to_beta = to_beta, .null = null };
	if (n_row <= order || n_col < 1 || !decompose(m, x, q, to_beta, null, a))
		return NULL;
	set_lagged(m, a);
	return m;
}
