#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/glm_fit_inside.h"
#include "num/glm_white.h"

enum { BLOCK_BYTES = 256 << 10, MOST_LANES = 33 };

/* ---- products ---- */
void glm_pack(struct glm_packed *p, int n_out, int n_in, const double *x, struct arena *a)
{
	*p = (struct glm_packed){ n_in, (n_out + GLM_TILE - 1) / GLM_TILE, NULL };
	p->x = NEW_N(a, double, (size_t)p->n_tile * GLM_TILE * (size_t)n_in);
	for (size_t r = 0; r < (size_t)n_out; r++)
		for (size_t t = 0; t < (size_t)n_in; t++)
			p->x[(r / GLM_TILE * (size_t)n_in + t) * GLM_TILE + r % GLM_TILE] = x[r * (size_t)n_in + t];
}

NUM_CLONES void glm_product(const struct glm_packed *p, const double *y, int stride, double *out)
{
	const double *x = p->x;

	for (int tile = 0; tile < p->n_tile; tile++, out += GLM_TILE * LANES) {
		lanes_double sum[GLM_TILE] = { { 0 } };
		const double *from = y;

		for (int t = 0; t < p->n_in; t++, x += GLM_TILE, from += stride)
			for (int r = 0; r < GLM_TILE; r++)
				sum[r] += x[r] * *(const lanes_double *)from;
		for (int r = 0; r < GLM_TILE; r++)
			((lanes_double *)out)[r] = sum[r];
	}
}

/* sum over t of y_t y_{t+d} for d = 0 .. order */
NUM_CLONES static void squares(int n_row, int order, const double *y, size_t stride, double *out)
{
	for (int d = 0; d <= order; d++) {
		const double *early = y, *late = y + (size_t)d * stride;
		lanes_double sum = { 0 };

		for (int t = d; t < n_row; t++, early += stride, late += stride)
			sum += *(const lanes_double *)early * *(const lanes_double *)late;
		((lanes_double *)out)[d] = sum;
	}
}

/* ---- made once ---- */

/* q_{t+d} + q_{t-d} of each row of Q, for d > 0. */
static void shift_rows(const struct glm_model *m, int d, double *out)
{
	size_t n = (size_t)m->n_row, step = (size_t)d;

	for (size_t i = 0; i < (size_t)m->rank; i++)
		for (size_t t = 0; t < n; t++)
			out[i * n + t] = (t + step < n ? m->q[i * n + t + step] : 0) + (t >= step ? m->q[i * n + t - step] : 0);
}

static void set_shifted(struct glm_fit *f, struct arena *a)
{
	const struct glm_model *m = f->m;
	size_t n = (size_t)m->n_row, size = (size_t)m->rank * n;
	double *x = arena_alloc(a, size * (size_t)(m->order + 1) + n, sizeof *x);

	memcpy(x, m->q, size * sizeof *x);
	for (int d = 1; d <= m->order; d++)
		shift_rows(m, d, x + (size_t)d * size);
	memcpy(x + (size_t)(m->order + 1) * size, f->left, n * sizeof *x);
	glm_pack(&f->shifted, (m->order + 1) * m->rank + (f->o.residual_mean != 0), m->n_row, x, a);
}

/* The betas of a constant 1. Those that are rounding become 0, so that a large mean is not spread over all columns. */
static void set_betas(struct glm_fit *f, const double *ones, struct arena *a)
{
	const struct glm_model *m = f->m;
	double *constant = NEW_N(a, double, m->n_col);

	for (int c = 0; c < m->n_col; c++) {
		double sum = 0, size = 0;

		for (int i = 0; i < m->rank; i++) {
			double part = m->to_beta[(size_t)c * (size_t)m->rank + (size_t)i] * ones[i];

			sum += part;
			size += fabs(part);
		}
		constant[c] = fabs(sum) > 1e-13 * size ? sum : 0;
	}
	f->constant = constant;
}

/* What the design makes of a constant 1, and what is left of it. */
static void set_constant(struct glm_fit *f, struct arena *a)
{
	size_t n = (size_t)f->m->n_row, k = (size_t)f->m->rank;
	double *ones = NEW_N(a, double, k), *left = NEW_N(a, double, n), square = 0;

	for (size_t t = 0; t < n; t++)
		left[t] = 1;
	for (size_t i = 0; i < k; i++) {
		for (size_t t = 0; t < n; t++)
			ones[i] += f->m->q[i * n + t];
		for (size_t t = 0; t < n; t++)
			left[t] -= ones[i] * f->m->q[i * n + t];
	}
	for (size_t t = 0; t < n; t++)
		square += left[t] * left[t];
	f->centre = square < 1e-24 * (double)n;
	f->left = left;
	set_betas(f, ones, a);
}

struct glm_fit *glm_fit_new(const struct glm_model *m, const struct glm_fit_options *o, struct arena *a)
{
	struct glm_fit *f = NEW(a, struct glm_fit);
	long lanes = BLOCK_BYTES / (LANES * (long)sizeof(double) * m->n_row);

	/* An odd number of lines of cache between rows, so that a column of lanes is spread over all of it. */
	lanes = lanes > MOST_LANES ? MOST_LANES : lanes < 1 ? 1 : lanes;
	*f = (struct glm_fit){ .m = m, .o = *o, .stride = (int)(lanes | 1) * LANES };
	set_constant(f, a);
	set_shifted(f, a);
	glm_pack(&f->to_beta, m->n_col, m->rank, m->to_beta, a);
	return f;
}

void glm_fit_given(struct glm_fit *f)
{
	f->given = true;
}

int glm_fit_block(const struct glm_fit *f)
{
	return f->stride;
}

/* ---- a block ---- */
struct desk {
	struct glm_series s;
	struct glm_white white;
	double *rho;        /* [order] */
	double *gamma;      /* [rank] */
	double *row;        /* [order + 1] */
	double *beta;       /* [n_tile of to_beta][GLM_TILE] */
	double *offset;     /* [stride], no lanes */
	unsigned char *kind;
};

static double *take(double **room, int n)
{
	double *x = *room;

	*room += (size_t)n * LANES;
	return x;
}

size_t glm_fit_work(const struct glm_fit *f)
{
	int n = f->m->order, rows = f->shifted.n_tile * GLM_TILE + 6 * (n + 1) + f->m->rank + f->to_beta.n_tile * GLM_TILE;

	return (size_t)rows * LANES + 2 * (size_t)f->stride + glm_white_room(f->m);
}

static void desk_place(struct desk *d, const struct glm_fit *f, double *room)
{
	int n = f->m->order;

	d->s.b = take(&room, f->shifted.n_tile * GLM_TILE);
	d->s.square = take(&room, n + 1);
	d->s.first = take(&room, n + 1);
	d->s.last = take(&room, n + 1);
	d->rho = take(&room, n + 1);
	d->row = take(&room, n + 1);
	d->gamma = take(&room, f->m->rank);
	d->beta = take(&room, f->to_beta.n_tile * GLM_TILE);
	d->offset = room;
	d->kind = (unsigned char *)(room + f->stride);
	glm_white_place(&d->white, f->m, room + 2 * (size_t)f->stride);
}

/* All sums over time of LANES series. */
static void summarize(const struct glm_fit *f, const double *y, struct glm_series *s)
{
	size_t stride = (size_t)f->stride, n = (size_t)f->m->n_row, line = LANES * sizeof *y;

	glm_product(&f->shifted, y, f->stride, s->b);
	squares(f->m->n_row, f->m->order, y, stride, s->square);
	for (size_t i = 0; i < (size_t)f->m->order; i++) {
		memcpy(s->first + i * LANES, y + i * stride, line);
		memcpy(s->last + i * LANES, y + (n - 1 - i) * stride, line);
	}
}

/* h = (W Q)' (W y) and |W y|^2. */
NUM_CLONES static void whitened(const struct glm_model *m, const struct glm_white *w, const struct glm_series *s,
                                const double *ends, double *h, double *square)
{
	const lanes_double *weight = (const lanes_double *)w->weight, *b = (const lanes_double *)s->b;
	const lanes_double *end = (const lanes_double *)ends, *y = (const lanes_double *)s->square;
	size_t k = (size_t)m->rank, n = (size_t)m->order;
	lanes_double total = weight[0] * y[0];

	for (size_t d = 1; d <= n; d++)
		total += 2 * weight[d] * y[d];
	for (size_t i = 0; i < n; i++)
		total -= end[i] * end[i];
	*(lanes_double *)square = total;
	for (size_t i = 0; i < k; i++) {
		lanes_double sum = weight[0] * b[i];

		for (size_t d = 1; d <= n; d++)
			sum += weight[d] * b[d * k + i];
		for (size_t e = 0; e < n; e++)
			sum -= ((const lanes_double *)w->end)[e * k + i] * end[e];
		((lanes_double *)h)[i] = sum;
	}
}

/* gamma of LANES series, and the sum of squares that is left of them, whitened. */
static void estimate(const struct glm_fit *f, struct desk *d, double *square)
{
	const struct glm_model *m = f->m;
	double fitted[LANES];

	if (m->order == 0) {
		memcpy(d->gamma, d->s.b, (size_t)m->rank * LANES * sizeof(double));
		for (int lane = 0; lane < LANES; lane++) {
			square[lane] = d->s.square[lane];
			for (int i = 0; i < m->rank; i++)
				square[lane] -= d->gamma[i * LANES + lane] * d->gamma[i * LANES + lane];
		}
		return;
	}
	if (!f->given)
		glm_noise(f, &d->s, d->rho, d->row);
	glm_white_set(&d->white, m, d->rho);
	glm_white_end(&d->white, m->order, d->s.last, d->row);
	whitened(m, &d->white, &d->s, d->row, d->gamma, square);
	glm_white_forward(&d->white, m->rank, d->gamma);
	glm_white_dot(&d->white, m->rank, d->gamma, d->gamma, fitted);
	for (int lane = 0; lane < LANES; lane++)
		square[lane] -= fitted[lane];
	glm_white_backward(&d->white, m->rank, d->gamma);
}

static void recall(size_t n_row, double *x, int n, size_t stride, const double *in)
{
	memset(x, 0, n_row * LANES * sizeof *x);
	for (size_t r = 0; r < n_row; r++)
		memcpy(x + r * LANES, in + r * stride, (size_t)n * sizeof *x);
}

static void store(size_t n_row, const double *x, int n, size_t stride, double *out)
{
	for (size_t r = 0; r < n_row; r++)
		memcpy(out + r * stride, x + r * LANES, (size_t)n * sizeof *x);
}

/* LANES series y, of which n are meant, with what centring took from each. */
static void eight(const struct glm_fit *f, int n, const double *y, const double *offset, struct desk *d,
                  const struct glm_fit_out *out, size_t at)
{
	const struct glm_model *m = f->m;
	double variance[LANES];

	if (f->given)
		recall((size_t)m->order, d->rho, n, out->stride, out->rho + at);
	summarize(f, y, &d->s);
	estimate(f, d, variance);
	for (int lane = 0; lane < LANES; lane++)
		variance[lane] = variance[lane] > 1e-14 * d->s.square[lane] ? variance[lane] / f->o.dof : 0;
	glm_product(&f->to_beta, d->gamma, LANES, d->beta);
	for (int i = 0; i < m->n_col * LANES; i++)
		d->beta[i] += offset[i % LANES] * f->constant[i / LANES];
	store((size_t)m->n_col, d->beta, n, out->stride, out->beta + at);
	store(1, variance, n, out->stride, out->variance + at);
	if (m->order > 0)
		store((size_t)m->order, d->rho, n, out->stride, out->rho + at);
}

void glm_fit_run(const struct glm_fit *f, int n, double *y, const struct glm_fit_out *out, double *work)
{
	struct desk d;

	desk_place(&d, f, work);
	glm_fit_scale(f, n, y, d.offset, d.kind);
	for (int first = 0; first < n; first += LANES)
		eight(f, n - first < LANES ? n - first : LANES, y + first, d.offset + first, &d, out, (size_t)first);
	memcpy(out->kind, d.kind, (size_t)n);
}
