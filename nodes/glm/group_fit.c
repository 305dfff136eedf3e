/* Least squares at every voxel: gamma = Q'y, beta = to_beta gamma, and the squares of what is left over. */
#include "glm/group.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "node/node.h"
#include "num/filter.h"
#include "num/glm_model.h"
#include "num/lanes.h"
#include "num/par.h"

/* Voxels with the same subjects. */
struct part {
	const unsigned char *in;         /* [n_row] */
	long n;                          /* voxels */
	int n_in;                        /* rows */
	int number;                      /* among those that stay; -1: it has no answer */
	const struct glm_model *model;
	const double *fitted;            /* [n_in][rank]: Q, to make fitted values of gamma */
	double dof;
};
struct parts {
	int n, n_kept;
	struct part *part;
	int *of;                         /* [n voxels] */
};

/* ---- which subjects each voxel has ---- */
static void pattern_of(const struct group_data *g, int n_row, long v, unsigned char *in)
{
	bool all = g->count[g->index[v]] == n_row;

	for (int r = 0; r < n_row; r++)
		in[r] = all || !isnan(g->data[(size_t)r * (size_t)g->n + (size_t)v]);
}

/* Parts in the order of their first voxel. */
static void parts_find(struct parts *p, const struct group_data *g, int n_row, struct arena *a)
{
	struct map *known = map_new(a);
	unsigned char *in = NEW_N(a, unsigned char, n_row), *copy;

	*p = (struct parts){ .of = arena_alloc(a, (size_t)g->n, sizeof *p->of) };
	for (long v = 0; v < g->n; v++) {
		int *number;

		pattern_of(g, n_row, v, in);
		number = map_get_n(known, in, (size_t)n_row);
		if (!number) {
			copy = NEW_N(a, unsigned char, n_row);
			memcpy(copy, in, (size_t)n_row);
			number = NEW(a, int);
			*number = p->n;
			PUSH(a, p->part, p->n, ((struct part){ .in = copy }));
			map_put_n(known, copy, (size_t)n_row, number);
		}
		p->of[v] = *number;
		p->part[*number].n++;
	}
}

/* The model of the rows that are in; none when they say less than all rows do, or leave nothing over. */
static void part_model(struct part *p, const struct design *d, int rank, bool by_columns, struct arena *a)
{
	double *x = NEW_N(a, double, (long)d->n_row * d->n_col), *fitted;
	size_t n_col = (size_t)d->n_col;

	for (int r = 0; r < d->n_row; r++)
		if (p->in[r])
			memcpy(x + (size_t)p->n_in++ * n_col, d->x + (size_t)r * n_col, n_col * sizeof *x);
	p->number = -1;
	if (p->n_in > rank && p->n_in > (by_columns ? d->n_col : 0))
		p->model = glm_model_new(p->n_in, d->n_col, x, 0, a);
	if (!p->model || p->model->rank < rank)
		return;
	fitted = NEW_N(a, double, (long)p->n_in * rank);
	for (int r = 0; r < p->n_in; r++)
		for (int k = 0; k < rank; k++)
			fitted[r * rank + k] = p->model->q[k * p->n_in + r];
	p->fitted = fitted;
	p->dof = p->n_in - rank;
	p->number = 0;
}

static void parts_model(struct parts *p, const struct design *d, bool by_columns, struct arena *a)
{
	const struct glm_model *whole = glm_model_new(d->n_row, d->n_col, d->x, 0, a);

	for (int k = 0; whole && k < p->n; k++) {
		part_model(&p->part[k], d, whole->rank, by_columns, a);
		if (p->part[k].number == 0)
			p->part[k].number = p->n_kept++;
	}
}

/* Voxels without an answer leave the group; where they were, n still counts their subjects. */
static long parts_drop(struct parts *p, struct group_data *g, int n_row)
{
	long n = 0;

	for (int r = 0; r < n_row; r++) {
		const float *from = g->data + (size_t)r * (size_t)g->n;
		float *to = g->data + (size_t)r * (size_t)n;

		n = 0;
		for (long v = 0; v < g->n; v++)
			if (p->part[p->of[v]].number >= 0)
				to[n++] = from[v];
	}
	n = 0;
	for (long v = 0; v < g->n; v++)
		if (p->part[p->of[v]].number >= 0) {
			g->index[n] = g->index[v];
			p->of[n++] = p->of[v];
		}
	long dropped = g->n - n;

	g->n = n;
	return dropped;
}

/* ---- the fit ---- */
struct fitting {
	const struct parts *parts;
	const struct group_data *g;
	const long *order;               /* [n] voxels by part */
	const long *first;               /* [n_block + 1] in order: FILTER_LANES voxels of one part, or fewer */
	bool by_columns;
	int n_col, n_row;
	double *beta, *variance;
	double *work;                    /* [workers][work_size] */
	size_t work_size;
	unsigned char *exact;            /* [n_block] voxels that the model explains to rounding */
};

/* Squares below this of all are rounding: values are floats, so a difference of one last bit is 4e-15. */
static const double rounding = 1e-28;

static double variance_of(const struct fitting *f, const struct part *p, double left, double all)
{
	double over = f->by_columns ? p->n_in - f->n_col : p->dof;

	return left <= rounding * all ? 0 : left / over;
}

static void fit_block(void *ctx, long block, int worker)
{
	const struct fitting *f = ctx;
	const long *voxel = f->order + f->first[block];
	int n = (int)(f->first[block + 1] - f->first[block]), rank, row = 0;
	const struct part *p = &f->parts->part[f->parts->of[voxel[0]]];
	double *y = f->work + (size_t)worker * f->work_size, *fitted = y + f->n_row * FILTER_LANES;
	double *gamma = fitted + f->n_row * FILTER_LANES, *beta = gamma + f->n_col * FILTER_LANES;

	rank = p->model->rank;
	for (int r = 0; r < f->n_row; r++) {
		const float *from = f->g->data + (size_t)r * (size_t)f->g->n;

		for (int l = 0; l < FILTER_LANES && p->in[r]; l++)
			y[row * FILTER_LANES + l] = l < n ? from[voxel[l]] : 0;
		row += p->in[r];
	}
	lanes_product(rank, p->n_in, p->model->q, y, gamma);
	lanes_product(p->n_in, rank, p->fitted, gamma, fitted);
	lanes_product(f->n_col, rank, p->model->to_beta, gamma, beta);
	for (int l = 0; l < n; l++) {
		double left = 0, all = 0;

		for (int r = 0; r < p->n_in; r++) {
			double value = y[r * FILTER_LANES + l], e = value - fitted[r * FILTER_LANES + l];

			left += e * e;
			all += value * value;
		}
		f->variance[voxel[l]] = variance_of(f, p, left, all);
		f->exact[block] = (unsigned char)(f->exact[block] + (f->variance[voxel[l]] == 0));
		for (int k = 0; k < f->n_col; k++)
			f->beta[(size_t)k * (size_t)f->g->n + (size_t)voxel[l]] = beta[k * FILTER_LANES + l];
	}
}

/* Voxels by part, each part's ascending, cut into blocks. Returns how many. */
static long order_voxels(struct fitting *f, struct arena *a)
{
	const struct parts *p = f->parts;
	long n = f->g->n, *order = arena_alloc(a, (size_t)n, sizeof *order), *next = NEW_N(a, long, p->n + 1);
	long *first = NEW_N(a, long, n / FILTER_LANES + p->n + 2), n_block = 0, start = 0;

	for (int k = 0; k < p->n; k++) {
		long size = p->part[k].number >= 0 ? p->part[k].n : 0;

		next[k] = start;
		for (long v = 0; v < size; v += FILTER_LANES)
			first[n_block++] = start + v;
		start += size;
	}
	first[n_block] = start;
	for (long v = 0; v < n; v++)
		order[next[p->of[v]]++] = v;
	f->order = order;
	f->first = first;
	return n_block;
}

/* Returns how many voxels are the same in all subjects once the model is taken out. */
static long fit_all(struct fitting *f, struct node_env *env)
{
	struct arena_mark mark = arena_mark(env->arena);
	long n_block = order_voxels(f, env->arena), exact = 0;

	f->work_size = (size_t)(2 * f->n_row + 2 * f->n_col) * FILTER_LANES;
	f->work = NEW_N(env->arena, double, (long)f->work_size * par_workers(env->n_threads, n_block));
	f->exact = NEW_N(env->arena, unsigned char, n_block + 1);
	par_for(env->n_threads, n_block, fit_block, f);
	for (long b = 0; b < n_block; b++)
		exact += f->exact[b];
	arena_reset(env->arena, mark);
	return exact;
}

/* ---- what is kept of the parts ---- */
static void parts_write(struct glm_run *out, const struct parts *p, const struct group_data *g, struct arena *a)
{
	unsigned char *in = NEW_N(a, unsigned char, (long)p->n_kept * out->n_row);
	double *dof = NEW_N(a, double, p->n_kept);
	int *part = p->n_kept > 1 ? arena_alloc(a, (size_t)g->n, sizeof *part) : NULL;

	for (int k = 0; k < p->n; k++) {
		int number = p->part[k].number;

		if (number < 0)
			continue;
		memcpy(in + (size_t)number * (size_t)out->n_row, p->part[k].in, (size_t)out->n_row);
		dof[number] = p->part[k].dof;
	}
	for (long v = 0; part && v < g->n; v++)
		part[v] = p->part[p->of[v]].number;
	out->n_part = p->n_kept;
	out->row_in = in;
	out->dof = dof;
	out->part = part;
}

static struct error *keep_what_tells(struct parts *p, struct group_data *g, const struct design *d,
                                     struct node_env *env)
{
	long dropped;

	if (p->n_kept == 0)
		return error_new(ERR_NUMERIC, "%d subjects and %d columns leave no degree of freedom in any of the %ld voxels",
		                 d->n_row, d->n_col, g->n);
	dropped = parts_drop(p, g, d->n_row);
	if (dropped > 0)
		node_note(env,
		          "%ld voxels are left out: the subjects that have them cannot tell the design's columns apart, or are no more "
		          "than these", dropped);
	if (p->n_kept > 1)
		node_note(env, "%ld voxels are fitted with %d different sets of subjects", g->n, p->n_kept);
	return NULL;
}

struct error *group_fit(struct glm_run *out, struct group_data *g, const struct design *design, bool by_columns,
                        struct node_env *env)
{
	struct fitting f = { .g = g, .by_columns = by_columns, .n_col = design->n_col, .n_row = design->n_row };
	struct parts parts;
	long exact;

	parts_find(&parts, g, design->n_row, env->arena);
	parts_model(&parts, design, by_columns, env->arena);
	TRY(keep_what_tells(&parts, g, design, env));
	f.parts = &parts;
	f.beta = arena_alloc(env->arena, (size_t)design->n_col * (size_t)g->n, sizeof *f.beta);
	f.variance = arena_alloc(env->arena, (size_t)g->n, sizeof *f.variance);
	exact = fit_all(&f, env);
	if (exact > 0)
		node_note(env, "%ld voxels are explained by the design without a rest: their variance is 0", exact);
	*out = (struct glm_run){ .name = "", .n_row = design->n_row, .n_col = design->n_col, .column = design->column,
	                         .design = design->x, .beta = f.beta, .variance = f.variance };
	parts_write(out, &parts, g, env->arena);
	return NULL;
}
