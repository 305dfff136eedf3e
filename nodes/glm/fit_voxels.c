#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "fmri/run_finite.h"
#include "glm/fit.h"
#include "node/node.h"
#include "num/par.h"

/* ---- data ---- */
struct error *fit_data_open(struct fit_data *out, const struct image *im, const struct fit_run *run,
                            const struct fit_args *args, long n, const int *index, struct node_env *env)
{
	struct gather_options o = { .smoothing = args->smoothing, .nonfinite = NONFINITE_ZERO, .compat = args->compat };
	struct gauss *gauss;
	struct gather *g;
	float *x;

	*out = (struct fit_data){ im, run, n, index, args->compat ? NONFINITE_ZERO : NONFINITE_KEEP, NULL, NULL };
	TRY(fwhm_gauss(&gauss, &args->smoothing, &im->grid, env->arena));
	if (!gauss)
		return NULL;
	if (!args->compat) {
		unsigned char *bad = NEW_N(env->arena, unsigned char, n);

		rows_not_finite(im, run->n_row, run->row, n, index, bad, env->n_threads);
		out->bad = bad;
	}
	TRY(gather_new(&g, im, &o, n, index, env->n_threads, env->arena));
	x = arena_alloc(env->arena, (size_t)im->n_vol * (size_t)n, sizeof *x);
	gather_floats(g, x, env->n_threads, env->arena);
	out->smoothed = x;
	return NULL;
}

void fit_data_block(const struct fit_data *d, long first, int n, int stride, double *y)
{
	for (int k = 0; k < d->run->n_row; k++, y += stride) {
		int t = d->run->row[k];

		if (!d->smoothed)
			image_gather_double(d->im, t, d->nonfinite, n, d->index + first, y);
		for (int v = 0; d->smoothed && v < n; v++)
			y[v] = d->bad && d->bad[first + v] ? (double)NAN : d->smoothed[t * d->n + first + v];
	}
}

/* ---- a loop over blocks ---- */
struct loop {
	const struct fit_data *d;
	struct glm_fit *fit;
	int stride;
	double **y, **work;              /* [worker] */
	struct fitted *out;
	double *sum;                     /* [n] of each voxel */
};

static void loop_open(struct loop *l, const struct fit_data *d, struct glm_fit *fit, struct node_env *env)
{
	int workers = par_workers(env->n_threads, d->n);

	*l = (struct loop){ .d = d, .fit = fit, .stride = glm_fit_block(fit), .y = NEW_N(env->arena, double *, workers),
	                    .work = NEW_N(env->arena, double *, workers) };
	for (int w = 0; w < workers; w++) {
		l->y[w] = NEW_N(env->arena, double, (size_t)l->stride * (size_t)d->run->n_row);
		l->work[w] = NEW_N(env->arena, double, glm_fit_work(fit));
	}
}

static void loop_run(struct loop *l, par_fn *fn, int n_threads)
{
	par_for(n_threads, (l->d->n + l->stride - 1) / l->stride, fn, l);
}

/* The voxels of a block, loaded. */
static int load(const struct loop *l, long block, int worker, long *first)
{
	*first = block * l->stride;
	int n = (int)(l->d->n - *first < l->stride ? l->d->n - *first : l->stride);

	fit_data_block(l->d, *first, n, l->stride, l->y[worker]);
	return n;
}

/* ---- what all voxels have together: sums are added in the order of voxels ---- */
static void sum_block(void *ctx, long block, int worker)
{
	struct loop *l = ctx;
	long first;
	int n = load(l, block, worker, &first);
	const double *y = l->y[worker];

	for (int t = 0; t < l->d->run->n_row; t++, y += l->stride)
		for (int v = 0; v < n; v++)
			l->sum[first + v] += y[v];
}

static void residual_block(void *ctx, long block, int worker)
{
	struct loop *l = ctx;
	double *sum = l->work[worker];
	long first;
	int n = load(l, block, worker, &first);

	glm_fit_residual_sum(l->fit, n, l->y[worker], sum, (unsigned char *)(sum + l->stride));
	memcpy(l->sum + first, sum, (size_t)n * sizeof *sum);
}

/* The mean over all voxels and volumes of what fn sums; voxels that are not finite are left out. */
static double mean_of(struct loop *l, par_fn *fn, struct node_env *env)
{
	double total = 0;
	long n = 0;

	l->sum = NEW_N(env->arena, double, l->d->n);
	loop_run(l, fn, env->n_threads);
	for (long v = 0; v < l->d->n; v++)
		if (isfinite(l->sum[v])) {
			total += l->sum[v];
			n++;
		}
	return n > 0 ? total / ((double)n * l->d->run->n_row) : 0;
}

/* ---- the fit ---- */
static void fit_block(void *ctx, long block, int worker)
{
	struct loop *l = ctx;
	const struct fitted *f = l->out;
	long first;
	int n = load(l, block, worker, &first);
	struct glm_fit_out out = { (size_t)l->d->n, f->beta + first, f->variance + first, f->rho ? f->rho + first : NULL,
	                           f->kind + first };

	glm_fit_run(l->fit, n, l->y[worker], &out, l->work[worker]);
}

/* The fit and room for its loop. Two options ask for a pass over the data first. */
static struct error *make_fit(struct loop *l, const struct fit_data *d, const struct fit_args *args, struct node_env *env)
{
	const struct glm_model *m = d->run->model;
	struct glm_fit_options o = { .percent = args->scaling != FIT_SCALING_NONE, .bins = args->bins, .compat = args->compat,
	                             .dof = m->n_row - (args->compat ? m->n_col : m->rank) };

	loop_open(l, d, glm_fit_new(m, &o, env->arena), env);
	if (args->scaling == FIT_SCALING_GRAND) {
		o.mean = mean_of(l, sum_block, env);
		if (args->compat)
			o.mean = fmax(o.mean, 1);
		if (!(o.mean > 0))
			return error_new(ERR_DATA, "signal_scaling: grand, but the mean of all voxels and volumes of %s is %g, must be "
			                 "above 0", d->run->what, o.mean);
		l->fit = glm_fit_new(m, &o, env->arena);
	}
	if (args->compat && args->order > 0 && !glm_fit_centres(l->fit)) {
		o.residual_mean = mean_of(l, residual_block, env);
		loop_open(l, d, glm_fit_new(m, &o, env->arena), env);
	}
	return NULL;
}

/* ---- compat: ar2 and more with shared coefficients ---- */

/* Where each voxel comes in C order of (i, j, k): the voxels [n] in that order. */
static long *c_order(const struct fit_data *d, struct arena *a)
{
	const struct grid *g = &d->im->grid;
	long *order = NEW_N(a, long, d->n), n = 0, *at = NEW_N(a, long, grid_size(g));

	for (long v = 0; v < d->n; v++)
		at[d->index[v]] = v + 1;
	for (int i = 0; i < g->n[0]; i++)
		for (int j = 0; j < g->n[1]; j++)
			for (int k = 0; k < g->n[2]; k++)
				if (at[grid_index(g, i, j, k)])
					order[n++] = at[grid_index(g, i, j, k)] - 1;
	return order;
}

/* nilearn labels voxels by their coefficients with two decimals, and of each label fits all by those of the first. With at most
 * `bins` voxels its groups by k-means are the voxels themselves. */
static void share_rho(const struct fitted *f, const struct fit_data *d, int order, struct arena *a)
{
	struct map *first = map_new(a);
	const long *voxel = c_order(d, a);

	for (long k = 0; k < d->n; k++) {
		double *label = NEW_N(a, double, order), *rho = f->rho + voxel[k], *own;

		if (f->kind[voxel[k]] != GLM_FITTED)
			continue;
		for (int i = 0; i < order; i++)
			label[i] = rint(rho[i * d->n] * 100) / 100;
		own = map_get_n(first, label, (size_t)order * sizeof *label);
		if (!own)
			map_put_n(first, label, (size_t)order * sizeof *label, rho);
		for (int i = 0; own && i < order; i++)
			rho[i * d->n] = own[i * d->n];
	}
}

static void fit_shared(struct loop *l, const struct fit_data *d, const struct fit_args *args, struct node_env *env)
{
	share_rho(l->out, d, args->order, env->arena);
	glm_fit_given(l->fit);
	loop_run(l, fit_block, env->n_threads);
}

struct error *fit_voxels(struct fitted *out, const struct fit_data *d, const struct fit_args *args, struct node_env *env)
{
	const struct glm_model *m = d->run->model;
	struct loop l;

	TRY(make_fit(&l, d, args, env));
	*out = (struct fitted){
		.fit = l.fit,
		.beta = arena_alloc(env->arena, (size_t)m->n_col * (size_t)d->n, sizeof(double)),
		.variance = arena_alloc(env->arena, (size_t)d->n, sizeof(double)),
		.rho = args->order > 0 ? arena_alloc(env->arena, (size_t)args->order * (size_t)d->n, sizeof(double)) : NULL,
		.kind = arena_alloc(env->arena, (size_t)d->n, 1),
	};
	l.out = out;
	loop_run(&l, fit_block, env->n_threads);
	if (args->compat && args->order > 1)
		fit_shared(&l, d, args, env);
	for (long v = 0; v < d->n; v++)
		out->count[out->kind[v]]++;
	return NULL;
}
