#include "num/glm_white.h"

#include <string.h>

#include "num/simd.h"

typedef long long lanes_bits __attribute__((vector_size(64), aligned(8), may_alias));

size_t glm_white_room(const struct glm_model *m)
{
	size_t k = (size_t)m->rank, n = (size_t)m->order;

	return (2 * (n + 1) + n * k + k * (k + 1) / 2 + k) * LANES;
}

void glm_white_place(struct glm_white *w, const struct glm_model *m, double *room)
{
	size_t k = (size_t)m->rank, n = (size_t)m->order;

	w->a = room;
	w->weight = w->a + (n + 1) * LANES;
	w->end = w->weight + (n + 1) * LANES;
	w->low = w->end + n * k * LANES;
	w->row = w->low + k * (k + 1) / 2 * LANES;
}

/* Where element (i, 0) of the triangle is. */
static inline size_t at(size_t i)
{
	return i * (i + 1) / 2;
}

NUM_CLONES static void set_weights(struct glm_white *w, size_t n, const double *rho)
{
	lanes_double *a = (lanes_double *)w->a, *weight = (lanes_double *)w->weight;

	a[0] = 1 - (lanes_double){ 0 };
	for (size_t i = 1; i <= n; i++)
		a[i] = -*(const lanes_double *)(rho + (i - 1) * LANES);
	for (size_t d = 0; d <= n; d++) {
		lanes_double sum = { 0 };

		for (size_t i = 0; i + d <= n; i++)
			sum += a[i] * a[i + d];
		weight[d] = sum;
	}
}

NUM_CLONES static void set_end(struct glm_white *w, size_t n, size_t k, const double *last)
{
	const lanes_double *a = (const lanes_double *)w->a;
	lanes_double *end = (lanes_double *)w->end;

	for (size_t m = 1; m <= n; m++)
		for (size_t r = 0; r < k; r++) {
			lanes_double sum = { 0 };

			for (size_t i = m; i <= n; i++)
				sum += a[i] * last[(i - m) * k + r];
			end[(m - 1) * k + r] = sum;
		}
}

/* The lower triangle of S. */
NUM_CLONES static void set_gram(struct glm_white *w, size_t n, size_t k, const double *lagged)
{
	const lanes_double *weight = (const lanes_double *)w->weight, *end = (const lanes_double *)w->end;
	lanes_double *s = (lanes_double *)w->low;

	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j <= i; j++) {
			lanes_double sum = weight[0] * lagged[i * k + j];

			for (size_t d = 1; d <= n; d++)
				sum += weight[d] * lagged[(d * k + i) * k + j];
			for (size_t m = 0; m < n; m++)
				sum -= end[m * k + i] * end[m * k + j];
			s[at(i) + j] = sum;
		}
}

/* S = L D L' where it lies: row i holds L_ij D_j until it is complete. */
NUM_CLONES static void decompose(struct glm_white *w, size_t k)
{
	lanes_double *s = (lanes_double *)w->low, *row = (lanes_double *)w->row;

	for (size_t i = 0; i < k; i++) {
		lanes_double *low = s + at(i), d, inverse;

		for (size_t j = 0; j < i; j++) {
			const lanes_double *other = s + at(j);
			lanes_double sum = low[j];

			for (size_t m = 0; m < j; m++)
				sum -= row[m] * other[m];
			row[j] = sum;
		}
		d = low[i];
		for (size_t j = 0; j < i; j++) {
			low[j] = row[j] * s[at(j) + j];
			d -= row[j] * low[j];
		}
		inverse = 1 / d;
		low[i] = (lanes_double)((lanes_bits)inverse & (d > 0));
	}
}

void glm_white_set(struct glm_white *w, const struct glm_model *m, const double *rho)
{
	size_t n = (size_t)m->order, k = (size_t)m->rank;

	set_weights(w, n, rho);
	set_end(w, n, k, m->last);
	set_gram(w, n, k, m->lagged);
	decompose(w, k);
}

void glm_white_end(const struct glm_white *w, int order, const double *x, double *end)
{
	const lanes_double *a = (const lanes_double *)w->a, *from = (const lanes_double *)x;

	for (int m = 1; m <= order; m++) {
		lanes_double sum = { 0 };

		for (int i = m; i <= order; i++)
			sum += a[i] * from[i - m];
		((lanes_double *)end)[m - 1] = sum;
	}
}

NUM_CLONES void glm_white_forward(const struct glm_white *w, int rank, double *x)
{
	const lanes_double *s = (const lanes_double *)w->low;
	lanes_double *z = (lanes_double *)x;

	for (size_t i = 0; i < (size_t)rank; i++) {
		lanes_double sum = z[i];

		for (size_t j = 0; j < i; j++)
			sum -= s[at(i) + j] * z[j];
		z[i] = sum;
	}
}

NUM_CLONES void glm_white_backward(const struct glm_white *w, int rank, double *x)
{
	const lanes_double *s = (const lanes_double *)w->low;
	lanes_double *z = (lanes_double *)x;

	for (size_t i = 0; i < (size_t)rank; i++)
		z[i] *= s[at(i) + i];
	for (size_t i = (size_t)rank; i-- > 0; )
		for (size_t j = 0; j < i; j++)
			z[j] -= s[at(i) + j] * z[i];
}

NUM_CLONES void glm_white_dot(const struct glm_white *w, int rank, const double *x, const double *y, double *out)
{
	const lanes_double *s = (const lanes_double *)w->low, *p = (const lanes_double *)x, *q = (const lanes_double *)y;
	lanes_double sum = { 0 };

	for (size_t i = 0; i < (size_t)rank; i++)
		sum += p[i] * q[i] * s[at(i) + i];
	*(lanes_double *)out = sum;
}
