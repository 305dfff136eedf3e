#include "num/cluster_find.h"

#include <stdlib.h>

#include "base/arena.h"

/* Voxel v's place in C order of (i, j, k). */
static long c_order(const int n[3], long v)
{
	const long i = v % n[0], j = v / n[0] % n[1], k = v / ((long)n[0] * n[1]);

	return k + n[2] * (j + n[1] * i);
}

static int by_peak(const void *p, const void *q)
{
	const struct cluster *a = p, *b = q;
	const double x = a->value, y = b->value;

	return x != y ? (x < y) - (x > y) : (a->part > b->part) - (a->part < b->part);
}

static int by_peak_below(const void *p, const void *q)
{
	const struct cluster *a = p, *b = q;
	const double x = a->value, y = b->value;

	return x != y ? (x > y) - (x < y) : (a->part > b->part) - (a->part < b->part);
}

static void mark(const struct cluster_cut *cut, bool below, long size, const double *x, const unsigned char *inside,
                 unsigned char *on)
{
	for (long v = 0; v < size; v++)
		on[v] = (!inside || inside[v]) && (below ? cluster_cut_below(cut, x[v]) : cluster_cut_above(cut, x[v]));
}

/* Sizes and peaks of all parts. */
static struct cluster *measure(int n_part, const int *label, bool below, const int n[3], const double *x, struct arena *a)
{
	const long size = (long)n[0] * n[1] * n[2];
	struct cluster *part = NEW_N(a, struct cluster, n_part + 1);

	for (long v = 0; v < size; v++) {
		struct cluster *c = &part[label[v]];

		if (label[v] == 0)
			continue;
		if (c->size++ == 0 || (below ? x[v] < c->value : x[v] > c->value) ||
		    (x[v] == c->value && c_order(n, v) < c_order(n, c->peak))) {
			c->value = x[v];
			c->peak = v;
		}
		c->part = label[v];
	}
	return part + 1;
}

void clusters_find(struct clusters *out, const struct cluster_cut *cut, bool below, const int n[3], const double *x,
                   const unsigned char *inside, struct arena *a)
{
	const long size = (long)n[0] * n[1] * n[2];
	int *label = arena_alloc(a, (size_t)size, sizeof *label), *place, n_part;
	unsigned char *on = arena_alloc(a, (size_t)size, 1);
	struct cluster *part;

	mark(cut, below, size, x, inside, on);
	n_part = components_label(on, n, cut->touch, label, a);
	part = measure(n_part, label, below, n, x, a);
	*out = (struct clusters){ 0, part, label };
	for (int k = 0; k < n_part; k++)
		if ((double)part[k].size >= cut->min_voxels)
			part[out->n++] = part[k];
	/* The weakest first is, of values below, from the largest one down. */
	qsort(part, (size_t)out->n, sizeof *part, below == cut->weakest_first ? by_peak : by_peak_below);
	place = NEW_N(a, int, n_part + 1);
	for (int k = 0; k < out->n; k++)
		place[part[k].part] = k + 1;
	for (long v = 0; v < size; v++)
		label[v] = place[label[v]];
}
