#include "num/tfce.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

/* A voxel; at the root of a part, the part. Small, as the cache has to hold all of them. */
struct node {
	double sum;        /* the largest sum of any of its voxels up to the step `since` */
	int parent;        /* -1: not there yet */
	int size;
	int since;         /* the step since which it has this size */
	int sign;
};

/* A part's voxels in a chain, kept only when each voxel's value is asked for. */
struct chain { int next, last; };

struct tfce_work {
	struct node *node;    /* [n] */
	int *step, *order;    /* [n] how many steps each voxel reaches; voxels by descending step */
	int *begin;           /* [steps + 2] where in order each step begins */
	double *below;        /* [steps + 1] sum of h^H over the steps up to this one */
	struct chain *chain;  /* [n] */
	double *value;        /* [n] or NULL */
};

struct tfce *tfce_new(const struct tfce_options *o, const struct neighbours *b, struct arena *a)
{
	struct tfce *f = NEW(a, struct tfce);
	double *extent = arena_alloc(a, (size_t)b->n + 1, sizeof *extent);

	for (int size = 0; size <= b->n; size++)
		extent[size] = pow(size, o->e);
	*f = (struct tfce){ *o, b, extent };
	return f;
}

struct tfce_work *tfce_work_new(const struct tfce *f, struct arena *a)
{
	struct tfce_work *w = NEW(a, struct tfce_work);
	size_t n = (size_t)f->neighbours->n;

	w->node = arena_alloc(a, n, sizeof *w->node);
	w->chain = arena_alloc(a, n, sizeof *w->chain);
	w->step = arena_alloc(a, n, sizeof *w->step);
	w->order = arena_alloc(a, n, sizeof *w->order);
	w->begin = NEW_N(a, int, f->o.steps + 2);
	w->below = NEW_N(a, double, f->o.steps + 1);
	return w;
}

/* Step k as numpy.linspace has it: the last is max itself. */
static double height(const struct tfce *f, double max, double dh, int k)
{
	return k == f->o.steps ? max : k * dh;
}

/* How many steps are at most x. */
static int steps_reached(const struct tfce *f, double max, double dh, double x)
{
	double guess = x / dh;
	int k = guess < f->o.steps ? (int)guess : f->o.steps;

	while (k < f->o.steps && height(f, max, dh, k + 1) <= x)
		k++;
	while (k > 0 && height(f, max, dh, k) > x)
		k--;
	return k;
}

/* Voxels by descending step, by number within one; those that reach none are left out. */
static void sort(const struct tfce *f, const double *t, double max, double dh, struct tfce_work *w)
{
	int n = f->neighbours->n, steps = f->o.steps;

	memset(w->begin, 0, (size_t)(steps + 2) * sizeof *w->begin);
	for (int v = 0; v < n; v++) {
		double x = f->o.two_sided ? fabs(t[v]) : t[v];

		w->step[v] = x > 0 ? steps_reached(f, max, dh, x) : 0;
		w->node[v].parent = -1;
		w->node[v].sign = t[v] < 0 ? -1 : 1;
		w->begin[steps - w->step[v] + 1]++;
	}
	for (int k = 0; k <= steps; k++)
		w->begin[k + 1] += w->begin[k];
	for (int v = 0; v < n; v++)
		w->order[w->begin[steps - w->step[v]]++] = v;
}

static int root_of(struct node *node, int v)
{
	while (node[v].parent != v) {
		node[v].parent = node[node[v].parent].parent;
		v = node[v].parent;
	}
	return v;
}

/* The part r is about to change at this step: what it had in the steps above is added to all of its voxels. */
static void settle(const struct tfce *f, struct tfce_work *w, int r, int step)
{
	struct node *p = &w->node[r];
	double more;

	if (p->since == step)
		return;
	more = f->extent[p->size] * (w->below[p->since] - w->below[step]);
	p->sum += more;
	p->since = step;
	for (int v = w->value ? r : -1; v >= 0; v = w->chain[v].next)
		w->value[v] += more;
}

/* The smaller part joins the larger. */
static int join(const struct tfce *f, struct tfce_work *w, int r, int q, int step)
{
	struct node *into, *from;

	settle(f, w, r, step);
	settle(f, w, q, step);
	if (w->node[r].size < w->node[q].size) {
		int other = r;

		r = q;
		q = other;
	}
	into = &w->node[r];
	from = &w->node[q];
	into->sum = fmax(into->sum, from->sum);
	into->size += from->size;
	from->parent = r;
	if (w->value) {
		w->chain[w->chain[r].last].next = q;
		w->chain[r].last = w->chain[q].last;
	}
	return r;
}

/* Voxel v appears, and joins the parts of its sign that it touches. */
static void appear(const struct tfce *f, struct tfce_work *w, int v)
{
	const struct neighbours *b = f->neighbours;
	const int *of = b->of + (size_t)v * (size_t)b->touch;
	struct node *node = w->node;
	int step = w->step[v], r = v;

	node[v] = (struct node){ .parent = v, .size = 1, .since = step, .sign = node[v].sign };
	w->chain[v] = (struct chain){ .next = -1, .last = v };
	for (int k = 0; k < b->touch && of[k] >= 0; k++) {
		int u = of[k];

		if (node[u].parent < 0 || node[u].sign != node[v].sign)
			continue;
		u = root_of(node, u);
		if (u != r)
			r = join(f, w, r, u, step);
	}
}

static double largest(const struct tfce *f, const double *t)
{
	double max = 0;

	for (int v = 0; v < f->neighbours->n; v++)
		max = fmax(max, f->o.two_sided ? fabs(t[v]) : t[v]);
	return max;
}

double tfce_run(const struct tfce *f, const double *t, struct tfce_work *w, double *value)
{
	int n = f->neighbours->n, n_there;
	double max = largest(f, t), dh = max / f->o.steps, weight = f->o.unweighted ? 1 : dh, most = 0;

	if (value)
		memset(value, 0, (size_t)n * sizeof *value);
	if (!(dh > 0) || isinf(dh))
		return 0;
	w->value = value;
	for (int k = 1; k <= f->o.steps; k++)
		w->below[k] = w->below[k - 1] + weight * pow(height(f, max, dh, k), f->o.h);
	sort(f, t, max, dh, w);
	n_there = w->begin[f->o.steps - 1];   /* after sorting, where the voxels of step 1 end */
	for (int k = 0; k < n_there; k++)
		appear(f, w, w->order[k]);
	for (int k = 0; k < n_there; k++) {
		int v = w->order[k];

		if (w->node[v].parent != v)
			continue;
		settle(f, w, v, 0);
		most = fmax(most, w->node[v].sum);
	}
	for (int v = 0; v < n && value; v++)
		value[v] *= w->node[v].sign;
	return most;
}
