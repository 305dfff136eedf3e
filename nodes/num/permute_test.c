/* The regressor that is tested, and what spans the others. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/glm_model.h"
#include "num/permute.h"

static double dot(int n, const double *x, const double *y)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

/* rest [k - 1][n]: an orthonormal basis of what of the orthonormal basis [k][n] is orthogonal to the vector with the
 * coordinates u [k], of unit length: the rows after the first of a Householder reflection that takes u to the first axis. */
static void reflect(int k, int n, const double *basis, const double *u, double *rest, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	double *w = NEW_N(scratch, double, k), *s = NEW_N(scratch, double, n), ww;

	memcpy(w, u, (size_t)k * sizeof *w);
	w[0] += u[0] < 0 ? -1 : 1;
	ww = dot(k, w, w);
	for (int i = 0; i < k; i++)
		for (int r = 0; r < n; r++)
			s[r] += w[i] * basis[(size_t)i * (size_t)n + (size_t)r];
	for (int i = 1; i < k; i++)
		for (int r = 0; r < n; r++) {
			size_t at = (size_t)i * (size_t)n + (size_t)r;

			rest[at - (size_t)n] = basis[at] - 2 * w[i] / ww * s[r];
		}
	arena_reset(scratch, mark);
}

/* Turns the basis z so that the constant, if it is in its span, is its first row. */
static bool constant_first(int n_z, int n, double *z, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	double *u = NEW_N(scratch, double, n_z), *rest = NEW_N(scratch, double, (size_t)n_z * (size_t)n), length;
	bool inside;

	for (int i = 0; i < n_z; i++)
		for (int r = 0; r < n; r++)
			u[i] += z[(size_t)i * (size_t)n + (size_t)r] / sqrt(n);
	length = sqrt(dot(n_z, u, u));
	inside = n_z > 0 && length > 1 - 1e-10;
	if (inside) {
		for (int i = 0; i < n_z; i++)
			u[i] /= length;
		reflect(n_z, n, z, u, rest, scratch);
		for (int r = 0; r < n; r++)
			z[r] = 1 / sqrt(n);
		memcpy(z + n, rest, (size_t)(n_z - 1) * (size_t)n * sizeof *z);
	}
	arena_reset(scratch, mark);
	return inside;
}

/* x less its part in the span of z, to unit length; twice, as once leaves rounding. False: nothing is left. */
static bool residual(int n, double *x, int n_z, const double *z)
{
	double before = sqrt(dot(n, x, x)), after;

	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < n_z; i++) {
			const double *row = z + (size_t)i * (size_t)n;
			double c = dot(n, row, x);

			for (int r = 0; r < n; r++)
				x[r] -= c * row[r];
		}
	after = sqrt(dot(n, x, x));
	if (!(after > 1e-10 * before))
		return false;
	for (int r = 0; r < n; r++)
		x[r] /= after;
	return true;
}

struct permute_test *permute_test_new(int n_row, const double *x, int n_z, const double *z, struct arena *a)
{
	struct permute_test *t = NEW(a, struct permute_test);
	double *own_x = arena_alloc(a, (size_t)n_row, sizeof *own_x), low = INFINITY, high = -INFINITY;
	double *own_z = arena_alloc(a, (size_t)n_z * (size_t)n_row + 1, sizeof *own_z);

	memcpy(own_x, x, (size_t)n_row * sizeof *x);
	if (n_z > 0)
		memcpy(own_z, z, (size_t)n_z * (size_t)n_row * sizeof *z);
	*t = (struct permute_test){ .n_row = n_row, .n_z = n_z, .dof = n_row - n_z - 1, .x = own_x, .z = own_z };
	t->mean_in_z = constant_first(n_z, n_row, own_z, a);
	if (t->dof < 1 || !residual(n_row, own_x, n_z, own_z))
		return NULL;
	for (int r = 0; r < n_row; r++) {
		low = fmin(low, own_x[r]);
		high = fmax(high, own_x[r]);
	}
	t->x_constant = high - low <= 1e-10 * fmax(fabs(high), fabs(low));
	return t;
}

struct permute_test *permute_test_of(const struct glm_model *m, const double *contrast, struct arena *a)
{
	size_t n = (size_t)m->n_row, rank = (size_t)m->rank;
	double *u = NEW_N(a, double, rank), *x = NEW_N(a, double, n), *z = arena_alloc(a, rank * n, sizeof *z), length;

	/* In the coordinates of Q the contrast is to_beta' c, and X (X'X)^+ c is Q' of it. */
	for (size_t c = 0; c < (size_t)m->n_col; c++)
		for (size_t k = 0; k < rank; k++)
			u[k] += m->to_beta[c * rank + k] * contrast[c];
	length = sqrt(dot(m->rank, u, u));
	if (!(length > 0))
		return NULL;
	for (size_t k = 0; k < rank; k++) {
		u[k] /= length;
		for (size_t r = 0; r < n; r++)
			x[r] += u[k] * m->q[k * n + r];
	}
	reflect(m->rank, m->n_row, m->q, u, z, a);
	return permute_test_new(m->n_row, x, m->rank - 1, z, a);
}
