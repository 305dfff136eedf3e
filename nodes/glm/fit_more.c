/* What a fit predicts and leaves, from its betas and the data once more. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "glm/fit.h"
#include "node/node.h"
#include "num/par.h"

/* What one thread needs: [n_row][stride] twice, [stride] twice. */
struct desk {
	double *y, *predicted, *offset;
	unsigned char *kind;
};

struct making {
	const struct fitted *f;
	const struct fit_data *d;
	const struct fit_args *args;
	int stride;
	struct desk *desk;               /* [worker] */
	enum fit_more what;
	float *out;                      /* [n_row][n]; r_square: [n] */
};

static void desks(struct making *c, struct node_env *env)
{
	int workers = par_workers(env->n_threads, c->d->n);
	size_t stride = (size_t)c->stride, size = stride * (size_t)c->d->run->n_row;

	c->desk = NEW_N(env->arena, struct desk, workers);
	for (int w = 0; w < workers; w++) {
		double *x = NEW_N(env->arena, double, 2 * size + 2 * stride);

		c->desk[w] = (struct desk){ x, x + size, x + 2 * size, (unsigned char *)(x + 2 * size + stride) };
	}
}

/* Design times beta. Voxels that were not fitted have beta 0. */
static void predict(const struct making *c, long first, int n, double *out)
{
	const struct design *x = &c->d->run->design;

	for (int t = 0; t < x->n_row; t++) {
		double *row = out + t * c->stride;

		memset(row, 0, (size_t)c->stride * sizeof *row);
		for (int k = 0; k < x->n_col; k++) {
			const double *beta = c->f->beta + k * c->d->n + first;
			double weight = x->x[(size_t)t * (size_t)x->n_col + (size_t)k];

			for (int v = 0; v < n; v++)
				row[v] += weight * beta[v];
		}
	}
}

/* x becomes W x by each voxel's own rho, from the last row on. */
static void whiten(const struct making *c, long first, int n, double *x)
{
	for (int t = c->d->run->n_row - 1; t >= 0; t--)
		for (int i = 1; i <= c->args->order && i <= t; i++) {
			const double *rho = c->f->rho + (i - 1) * c->d->n + first;
			double *row = x + t * c->stride, *before = x + (t - i) * c->stride;

			for (int v = 0; v < n; v++)
				row[v] -= rho[v] * before[v];
		}
}

/* The variance over time of a column, by its mean. */
static double variance(int n_row, int stride, const double *x)
{
	double mean = 0, sum = 0;

	for (int t = 0; t < n_row; t++)
		mean += x[t * stride];
	mean /= n_row;
	for (int t = 0; t < n_row; t++)
		sum += (x[t * stride] - mean) * (x[t * stride] - mean);
	return sum / n_row;
}

static void add_offset(const struct making *c, int n, const double *offset, double sign, double *x)
{
	for (int t = 0; t < c->d->run->n_row; t++, x += c->stride)
		for (int v = 0; v < n; v++)
			x[v] += sign * offset[v];
}

/* The constant that centring took is in the prediction, and not in y. It counts for nothing, but for compat. */
static void explain(const struct making *c, long first, int n, struct desk *d)
{
	int n_row = c->d->run->n_row;

	add_offset(c, n, d->offset, c->args->compat ? 1 : -1, c->args->compat ? d->y : d->predicted);
	whiten(c, first, n, d->y);
	whiten(c, first, n, d->predicted);
	for (int v = 0; v < n; v++) {
		double all = variance(n_row, c->stride, d->y + v);

		c->out[first + v] = all > 0 ? (float)(variance(n_row, c->stride, d->predicted + v) / all) : 0;
	}
}

/* What was not fitted is 0 in both. compat: the prediction is of the whitened design. */
static void series(const struct making *c, long first, int n, struct desk *d)
{
	bool residuals = c->what == FIT_RESIDUALS;

	add_offset(c, n, d->offset, 1, d->y);
	if (c->args->compat)
		whiten(c, first, n, d->predicted);
	for (int t = 0; t < c->d->run->n_row; t++)
		for (int v = 0; v < n; v++) {
			double p = d->predicted[t * c->stride + v];

			c->out[t * c->d->n + first + v] = (float)(residuals ? d->y[t * c->stride + v] - p : p);
		}
}

static void block(void *ctx, long item, int worker)
{
	struct making *c = ctx;
	struct desk *d = &c->desk[worker];
	long first = item * c->stride;
	int n = (int)(c->d->n - first < c->stride ? c->d->n - first : c->stride);

	fit_data_block(c->d, first, n, c->stride, d->y);
	glm_fit_scale(c->f->fit, n, d->y, d->offset, d->kind);
	predict(c, first, n, d->predicted);
	(c->what == FIT_R_SQUARE ? explain : series)(c, first, n, d);
}

/* rows [n_row][n] as volumes; 0 where no voxel is. */
static struct error *write_rows(const char *path, const struct fit_data *d, int n_row, double tr_s, const float *rows,
                                struct arena *a)
{
	long size = grid_size(&d->im->grid);
	float *volume = NEW_N(a, float, size);
	struct image_writer *w;

	TRY(image_create(&w, path, &d->im->grid, n_row, tr_s, IMAGE_FLOAT32, a));
	for (int t = 0; t < n_row; t++) {
		for (long v = 0; v < d->n; v++)
			volume[d->index[v]] = rows[t * d->n + v];
		TRY(image_put(w, t, volume));
	}
	return image_finish(w);
}

static struct error *write_rho(const char *path, const struct fitted *f, const struct fit_data *d, int order,
                               struct arena *a)
{
	float *x = arena_alloc(a, (size_t)order * (size_t)d->n + 1, sizeof *x);

	for (long k = 0; k < order * d->n; k++)
		x[k] = (float)f->rho[k];
	return write_rows(path, d, order, 0, x, a);
}

struct error *fit_more_write(const char *path, enum fit_more what, const struct fitted *f, const struct fit_data *d,
                             const struct fit_args *args, struct node_env *env)
{
	struct making c = { .f = f, .d = d, .args = args, .stride = glm_fit_block(f->fit), .what = what };
	struct arena_mark mark = arena_mark(env->arena);
	int n_row = what == FIT_R_SQUARE ? 1 : d->run->n_row;

	if (what == FIT_AR)
		return write_rho(path, f, d, args->order, env->arena);
	c.out = NEW_N(env->arena, float, (size_t)n_row * (size_t)d->n);
	desks(&c, env);
	par_for(env->n_threads, (d->n + c.stride - 1) / c.stride, block, &c);
	TRY(write_rows(path, d, n_row, what == FIT_R_SQUARE ? 0 : d->im->tr_s, c.out, env->arena));
	arena_reset(env->arena, mark);
	return NULL;
}
