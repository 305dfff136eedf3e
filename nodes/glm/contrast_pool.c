#include "glm/contrast_pool.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "num/par.h"
#include "num/small.h"
#include "num/stat_tails.h"

enum { BLOCK = 512 /* voxels a thread takes at once */ };

static const double tiny = 1e-50, least_variance = 1e-16;   /* nilearn's */

/* ---- blocks of voxels ---- */
struct job {
	struct pool *p;
	const struct run_effects *e;
	const struct pool_maps *maps;
	bool is_f;
	double **work;                /* [worker][3 n_row^2 + 2 n_row] */
	void (*voxel)(const struct job *j, long v, double *work);
};

static void run_block(void *ctx, long block, int worker)
{
	const struct job *j = ctx;
	long first = block * BLOCK, end = first + BLOCK < j->p->n ? first + BLOCK : j->p->n;

	for (long v = first; v < end; v++)
		j->voxel(j, v, j->work[worker]);
}

static void run_job(struct job *j, int n_threads, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	long n_block = (j->p->n + BLOCK - 1) / BLOCK;
	int workers = par_workers(n_threads, n_block), q = j->p->n_row;

	j->work = NEW_N(scratch, double *, workers);
	for (int w = 0; w < workers; w++)
		j->work[w] = arena_alloc(scratch, (size_t)q * (3 * (size_t)q + 2), sizeof(double));
	par_for(n_threads, n_block, run_block, j);
	arena_reset(scratch, mark);
}

/* ---- one voxel ---- */
/* The covariance of the effects of n voxels at voxel v, times scale, as a square. */
static void load(double *square, int q, const double *cov, long n, long v, double scale)
{
	for (int i = 0; i < q; i++)
		for (int j = i; j < q; j++)
			square[i * q + j] = square[j * q + i] = cov[small_place(q, i, j) * n + v] * scale;
}

static void load_effect(double *x, int q, const double *effect, long n, long v)
{
	for (int k = 0; k < q; k++)
		x[k] = effect[k * n + v];
}

static void add_mean(const struct job *j, long v, double *work)
{
	struct pool *p = j->p;

	(void)work;
	for (int k = 0; k < p->n_row; k++)
		p->effect[k * p->n + v] += j->e->effect[k * p->n + v];
	for (int k = 0; k < p->n_cov; k++)
		p->cov[k * p->n + v] += j->e->cov[k * p->n + v] * j->e->variance[v];
}

static void add_precision(const struct job *j, long v, double *work)
{
	struct pool *p = j->p;
	int q = p->n_row;
	double *l = work, *inverse = work + q * q, *x = work + 2 * q * q, variance = j->e->variance[v];

	if (p->compat && q == 1)
		variance = fmax(variance, least_variance / fmax(j->e->cov[v], tiny));
	load(l, q, j->e->cov, p->n, v, variance);
	if (!small_cholesky(q, l)) {
		p->bad[v] = 1;
		return;
	}
	small_inverse(q, l, inverse);
	load_effect(x, q, j->e->effect, p->n, v);
	small_solve(q, l, x);
	for (int a = 0; a < q; a++) {
		p->effect[a * p->n + v] += x[a];
		for (int b = a; b < q; b++)
			p->cov[small_place(q, a, b) * p->n + v] += inverse[a * q + b];
	}
}

static void add_whitened(const struct job *j, long v, double *work)
{
	struct pool *p = j->p;
	int q = p->n_row;
	double *square = work, *root = work + q * q;

	load(square, q, j->e->cov, p->n, v, 1);
	if (!small_root_of_inverse(q, square, work + 2 * q * q, root)) {
		p->bad[v] = 1;
		return;
	}
	for (int a = 0; a < q; a++)
		for (int b = 0; b < q; b++)
			p->effect[a * p->n + v] += root[a * q + b] * j->e->effect[b * p->n + v];
	p->cov[v] += j->e->variance[v];
}

static void add_voxel(const struct job *j, long v, double *work)
{
	static void (*const add[])(const struct job *, long, double *) = {
		[POOL_MEAN] = add_mean, [POOL_PRECISION] = add_precision, [POOL_WHITENED] = add_whitened,
	};
	struct pool *p = j->p;

	p->dof[v] += j->e->dof[v];
	/* No covariance: not estimable. No variance: constant, or fitted without a rest. */
	if (!(j->e->cov[v] > 0) || !(j->e->dof[v] > 0) || !(p->compat || j->e->variance[v] > 0))
		p->bad[v] = 1;
	if (!p->bad[v])
		add[p->how](j, v, work);
}

void pool_add(struct pool *p, const struct run_effects *e, int n_threads, struct arena *scratch)
{
	p->n_run++;
	run_job(&(struct job){ .p = p, .e = e, .voxel = add_voxel }, n_threads, scratch);
}

/* ---- all runs ---- */
void pool_new(struct pool *p, enum pool_how how, bool compat, int n_row, long n, struct arena *a)
{
	*p = (struct pool){ .how = how, .compat = compat, .n_row = n_row };
	p->n_cov = how == POOL_WHITENED ? 1 : n_row * (n_row + 1) / 2;
	p->effect = arena_alloc(a, (size_t)n_row * (size_t)n, sizeof *p->effect);
	p->cov = arena_alloc(a, (size_t)p->n_cov * (size_t)n, sizeof *p->cov);
	p->dof = arena_alloc(a, (size_t)n, sizeof *p->dof);
	p->bad = arena_alloc(a, (size_t)n, 1);
	pool_clear(p, n);
}

void pool_clear(struct pool *p, long n)
{
	p->n = n;
	p->n_run = 0;
	memset(p->effect, 0, (size_t)p->n_row * (size_t)n * sizeof *p->effect);
	memset(p->cov, 0, (size_t)p->n_cov * (size_t)n * sizeof *p->cov);
	memset(p->dof, 0, (size_t)n * sizeof *p->dof);
	memset(p->bad, 0, (size_t)n);
}

/* What was summed, weighted by precision, to a covariance and an effect. */
static bool unweight(const struct pool *p, long v, double *work)
{
	int q = p->n_row;
	double *l = work, *inverse = work + q * q, *x = work + 2 * q * q;

	load(l, q, p->cov, p->n, v, 1);
	if (!small_cholesky(q, l))
		return false;
	small_inverse(q, l, inverse);
	load_effect(x, q, p->effect, p->n, v);
	small_solve(q, l, x);
	for (int a = 0; a < q; a++) {
		p->effect[a * p->n + v] = x[a];
		for (int b = a; b < q; b++)
			p->cov[small_place(q, a, b) * p->n + v] = inverse[a * q + b];
	}
	return true;
}

static void finish_voxel(const struct job *j, long v, double *work)
{
	struct pool *p = j->p;
	double n = p->n_run;

	if (!p->bad[v] && p->how == POOL_PRECISION)
		p->bad[v] = !unweight(p, v, work);
	if (!p->bad[v] && p->how == POOL_MEAN && p->n_row > 1) {
		load(work, p->n_row, p->cov, p->n, v, 1);
		p->bad[v] = !small_cholesky(p->n_row, work);
	}
	for (int k = 0; k < p->n_row; k++) {
		double *e = &p->effect[k * p->n + v];

		*e = p->bad[v] ? 0 : p->how == POOL_PRECISION ? *e : *e / n;
	}
	for (int k = 0; k < p->n_cov; k++) {
		double *c = &p->cov[k * p->n + v];

		*c = p->bad[v] ? 0 : p->how == POOL_PRECISION ? *c : *c / (n * n);
	}
}

void pool_finish(struct pool *p, int n_threads, struct arena *scratch)
{
	run_job(&(struct job){ .p = p, .voxel = finish_voxel }, n_threads, scratch);
}

/* ---- statistics ---- */
static double t_of(const struct pool *p, long v)
{
	return p->effect[v] / sqrt(fmax(p->cov[v], tiny));
}

static double f_of(const struct pool *p, long v, double *work)
{
	int q = p->n_row;
	double *l = work, *x = work + q * q, sum = 0;

	load_effect(x, q, p->effect, p->n, v);
	if (p->how != POOL_WHITENED) {
		load(l, q, p->cov, p->n, v, 1);
		if (!small_cholesky(q, l))
			return NAN;
		small_forward(q, l, x);
	}
	for (int k = 0; k < q; k++)
		sum += x[k] * x[k];
	return sum / q / (p->how == POOL_WHITENED ? fmax(p->cov[v], tiny) : 1);
}

/* From logarithms, so that small probabilities keep their digits. */
struct tails { double z, p, log10p; };

static struct tails t_tails(double t, double dof, bool clip)
{
	double log_p = stat_log_t_above(fabs(t), dof), z = stat_z_of_log(log_p), small = exp(log_p);

	if (clip || isinf(z))
		z = fmin(z, STAT_Z_CLIP);
	if (t > 0)
		return (struct tails){ z, small, -log_p / M_LN10 };
	return (struct tails){ t < 0 ? -z : 0, 1 - small, -log1p(-small) / M_LN10 };
}

static struct tails f_tails(double f, double q, double dof, bool clip)
{
	double log_p = stat_log_f_above(f, q, dof), z = stat_z_of_f(f, q, dof, clip);

	if (isinf(z))
		z = z > 0 ? STAT_Z_CLIP : -STAT_Z_CLIP;
	return (struct tails){ z, exp(log_p), -log_p / M_LN10 };
}

static void test_voxel(const struct job *j, long v, double *work)
{
	const struct pool *p = j->p;
	const struct pool_maps *m = j->maps;
	double stat = 0;
	struct tails t = { 0, 1, 0 };

	if (!p->bad[v]) {
		stat = j->is_f ? f_of(p, v, work) : t_of(p, v);
		t = j->is_f ? f_tails(stat, p->n_row, p->dof[v], p->compat) : t_tails(stat, p->dof[v], p->compat);
	}
	if (m->stat)
		m->stat[v] = (float)stat;
	if (m->z)
		m->z[v] = (float)t.z;
	if (m->p)
		m->p[v] = t.p;
	if (m->log10p)
		m->log10p[v] = (float)t.log10p;
}

void pool_test(const struct pool *p, bool is_f, const struct pool_maps *out, int n_threads, struct arena *scratch)
{
	run_job(&(struct job){ .p = (struct pool *)p, .maps = out, .is_f = is_f, .voxel = test_voxel }, n_threads, scratch);
}
