/* Covariances of contrasts, LANES voxels at a time. Voxels with the same rho have the same: with noise of order 1 in bins
 * each is made once. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/glm_white.h"
#include "num/par.h"
#include "num/simd.h"

enum { BLOCK = 32 * LANES, MOST_KINDS = 512 };

struct covariances {
	const struct glm_model *m;
	long n;
	const double *rho;
	int n_con;
	const double *g;         /* [n_con][rank] contrasts in the coordinates of Q */
	double *out;             /* [pairs][n] */
	double **room;           /* [worker] */
};

/* g = con to_beta */
static void to_gamma(const struct glm_model *m, int n_con, const double *con, double *g)
{
	for (int a = 0; a < n_con; a++)
		for (int r = 0; r < m->rank; r++) {
			double sum = 0;

			for (int c = 0; c < m->n_col; c++)
				sum += con[(size_t)a * (size_t)m->n_col + (size_t)c] * m->to_beta[(size_t)c * (size_t)m->rank + (size_t)r];
			g[(size_t)a * (size_t)m->rank + (size_t)r] = sum;
		}
}

/* The voxels from `first` on, at most LANES; u [n_con][rank][LANES] is work space. */
static void eight(const struct covariances *c, long first, struct glm_white *w, double *rho, double *u)
{
	int rank = c->m->rank, n = (int)(c->n - first < LANES ? c->n - first : LANES);
	double dot[LANES], *out = c->out + first;

	memset(rho, 0, (size_t)c->m->order * LANES * sizeof *rho);
	for (int i = 0; i < c->m->order; i++)
		memcpy(rho + (size_t)i * LANES, c->rho + (size_t)i * (size_t)c->n + first, (size_t)n * sizeof *rho);
	glm_white_set(w, c->m, rho);
	for (int a = 0; a < c->n_con; a++) {
		double *x = u + (size_t)a * (size_t)rank * LANES;

		for (int k = 0; k < rank * LANES; k++)
			x[k] = c->g[a * rank + k / LANES];
		glm_white_forward(w, rank, x);
	}
	for (int a = 0; a < c->n_con; a++)
		for (int b = a; b < c->n_con; b++, out += c->n) {
			glm_white_dot(w, rank, u + (size_t)a * (size_t)rank * LANES, u + (size_t)b * (size_t)rank * LANES, dot);
			memcpy(out, dot, (size_t)n * sizeof *out);
		}
}

static void block(void *ctx, long item, int worker)
{
	const struct covariances *c = ctx;
	struct glm_white w;
	double *rho = c->room[worker] + glm_white_room(c->m), *u = rho + (size_t)c->m->order * LANES;

	glm_white_place(&w, c->m, c->room[worker]);
	for (long first = item * BLOCK; first < c->n && first < (item + 1) * BLOCK; first += LANES)
		eight(c, first, &w, rho, u);
}

static void all(struct covariances *c, int n_threads, struct arena *scratch)
{
	long n_blocks = (c->n + BLOCK - 1) / BLOCK;
	int workers = par_workers(n_threads, n_blocks);
	size_t room = glm_white_room(c->m) + (size_t)(c->m->order + c->n_con * c->m->rank) * LANES;

	c->room = NEW_N(scratch, double *, workers);
	for (int w = 0; w < workers; w++)
		c->room[w] = NEW_N(scratch, double, room);
	par_for(n_threads, n_blocks, block, c);
}

/* How many of kind [n], ascending, are below x. */
static int below(const double *kind, int n, double x)
{
	int low = 0;

	while (low < n) {
		int middle = low + (n - low) / 2;

		if (kind[middle] < x)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

/* The different values of rho [n], ascending, to kind; -1 when they are more than MOST_KINDS, or not all numbers. */
static int kinds_of(long n, const double *rho, double *kind)
{
	int n_kind = 0;

	for (long v = 0; v < n; v++) {
		int k = below(kind, n_kind, rho[v]);

		if (!isfinite(rho[v]))
			return -1;
		if (k < n_kind && kind[k] == rho[v])
			continue;
		if (n_kind == MOST_KINDS)
			return -1;
		memmove(kind + k + 1, kind + k, (size_t)(n_kind++ - k) * sizeof *kind);
		kind[k] = rho[v];
	}
	return n_kind;
}

/* From out [pairs][n_kind] to each voxel. */
static void spread(const struct covariances *c, const struct covariances *kinds)
{
	int n_pair = c->n_con * (c->n_con + 1) / 2;

	for (long v = 0; v < c->n; v++) {
		int k = c->m->order == 0 ? 0 : below(kinds->rho, (int)kinds->n, c->rho[v]);

		for (int p = 0; p < n_pair; p++)
			c->out[p * c->n + v] = kinds->out[p * kinds->n + k];
	}
}

void glm_model_covariance(const struct glm_model *m, long n, const double *rho, int n_con, const double *con, double *out,
                          int n_threads, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	double *g = NEW_N(scratch, double, n_con * m->rank), *kind = NEW_N(scratch, double, MOST_KINDS);
	struct covariances c = { .m = m, .n = n, .rho = rho, .n_con = n_con, .g = g, .out = out }, one = c;
	long n_kind = m->order == 0 ? 1 : m->order == 1 ? kinds_of(n, rho, kind) : -1;

	to_gamma(m, n_con, con, g);
	if (n_kind > 0 && n_kind < n) {
		one.n = n_kind;
		one.rho = kind;
		one.out = NEW_N(scratch, double, n_con * (n_con + 1) / 2 * n_kind);
		all(&one, n_threads, scratch);
		spread(&c, &one);
	} else {
		all(&c, n_threads, scratch);
	}
	arena_reset(scratch, mark);
}
