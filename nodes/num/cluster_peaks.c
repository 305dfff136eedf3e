#include "num/cluster_peaks.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

struct volume { const int *n; const double *x; const int *label; };

static long index_of(const int n[3], int i, int j, int k)
{
	return i + (long)n[0] * (j + (long)n[1] * k);
}

/* ---- which voxels ---- */
/* The voxels around (i, j, k), itself too, that are on the grid: from low up to high. */
static void box_around(const int n[3], const int at[3], int low[3], int high[3])
{
	for (int d = 0; d < 3; d++) {
		low[d] = at[d] > 0 ? at[d] - 1 : 0;
		high[d] = at[d] + 1 < n[d] ? at[d] + 1 : at[d];
	}
}

static void voxel_of(const int n[3], long v, int at[3])
{
	at[0] = (int)(v % n[0]);
	at[1] = (int)(v / n[0] % n[1]);
	at[2] = (int)(v / n[0] / n[1]);
}

/* The least and the largest distance from 0 in the voxels around v, 0 where it is not in the same cluster. */
static void look_around(const struct volume *o, long v, double *least, double *most)
{
	int at[3], low[3], high[3];

	voxel_of(o->n, v, at);
	box_around(o->n, at, low, high);
	*least = INFINITY;
	*most = 0;
	for (int k = low[2]; k <= high[2]; k++)
		for (int j = low[1]; j <= high[1]; j++)
			for (int i = low[0]; i <= high[0]; i++) {
				long w = index_of(o->n, i, j, k);
				double d = o->label[w] == o->label[v] ? fabs(o->x[w]) : 0;

				*least = d < *least ? d : *least;
				*most = d > *most ? d : *most;
			}
}

/* Whose values are all alike, as numpy's isclose has it. */
static unsigned char *flat_clusters(const struct volume *o, const struct clusters *c, struct arena *a)
{
	unsigned char *flat = NEW_N(a, unsigned char, c->n + 1);
	double *low = NEW_N(a, double, c->n + 1);

	for (int k = 0; k < c->n; k++)
		low[k] = INFINITY;
	for (long v = 0; v < index_of(o->n, 0, 0, o->n[2]); v++)
		if (o->label[v] > 0 && fabs(o->x[v]) < low[o->label[v] - 1])
			low[o->label[v] - 1] = fabs(o->x[v]);
	for (int k = 0; k < c->n; k++)
		flat[k] = fabs(c->cluster[k].value) - low[k] <= 1e-8 + 1e-5 * low[k];
	return flat;
}

/* Which voxels have no neighbour that is farther from 0; flat: nilearn's rule about flat stretches too, or NULL. */
static void mark_maxima(const struct volume *o, const unsigned char *flat, unsigned char *on)
{
	double least, most;

	for (long v = 0; v < index_of(o->n, 0, 0, o->n[2]); v++) {
		on[v] = 0;
		if (o->label[v] == 0 || o->x[v] == 0)
			continue;
		look_around(o, v, &least, &most);
		on[v] = fabs(o->x[v]) == most && (!flat || most > least || flat[o->label[v] - 1]);
	}
}

/* Voxels around v that are as far from 0, but cannot be a peak because v is none. */
static long unmark_around(const struct volume *o, long v, unsigned char *on, long *list)
{
	int at[3], low[3], high[3];
	long n = 0;

	voxel_of(o->n, v, at);
	box_around(o->n, at, low, high);
	for (int k = low[2]; k <= high[2]; k++)
		for (int j = low[1]; j <= high[1]; j++)
			for (int i = low[0]; i <= high[0]; i++) {
				long w = index_of(o->n, i, j, k);

				if (!on[w] || o->label[w] != o->label[v] || o->x[w] != o->x[v])
					continue;
				on[w] = 0;
				list[n++] = w;
			}
	return n;
}

static void drop_shoulders(const struct volume *o, unsigned char *on, struct arena *a)
{
	const long size = index_of(o->n, 0, 0, o->n[2]);
	long *list = arena_alloc(a, (size_t)size, sizeof *list), n = 0;

	for (long v = 0; v < size; v++)
		if (o->label[v] > 0 && !on[v])
			n += unmark_around(o, v, on, list + n);
	for (long k = 0; k < n; k++)
		n += unmark_around(o, list[k], on, list + n);
}

/* ---- plateaus ---- */
struct plateau {
	double weight, moment[3];
	int low[3], high[3];      /* the box around it */
	struct cluster_peak peak;
};

static void add_voxel(struct plateau *p, const int at[3], double weight)
{
	const bool first = p->weight == 0;

	p->weight += weight;
	for (int axis = 0; axis < 3; axis++) {
		p->moment[axis] += weight * at[axis];
		if (first || at[axis] < p->low[axis])
			p->low[axis] = at[axis];
		if (first || at[axis] > p->high[axis])
			p->high[axis] = at[axis];
	}
}

/* Sums in C order of (i, j, k), as scipy's. */
static void weigh(const struct volume *o, const int *part, struct plateau *p)
{
	const int *n = o->n;

	for (int i = 0; i < n[0]; i++)
		for (int j = 0; j < n[1]; j++)
			for (int k = 0; k < n[2]; k++) {
				const long v = index_of(n, i, j, k);

				if (part[v] == 0)
					continue;
				add_voxel(&p[part[v]], (const int[3]){ i, j, k }, fabs(o->x[v]));
				p[part[v]].peak.cluster = o->label[v] - 1;
			}
}

static void set_peak(struct cluster_peak *peak, const struct volume *o, const int at[3])
{
	for (int axis = 0; axis < 3; axis++)
		peak->voxel[axis] = at[axis];
	peak->value = o->x[index_of(o->n, at[0], at[1], at[2])];
}

/* The plateau's voxel nearest to the middle, of equal ones the first in C order. */
static void nearest(struct plateau *p, const struct volume *o, const int *part, const int middle[3])
{
	double best = INFINITY;

	for (int i = p->low[0]; i <= p->high[0]; i++)
		for (int j = p->low[1]; j <= p->high[1]; j++)
			for (int k = p->low[2]; k <= p->high[2]; k++) {
				double di = i - middle[0], dj = j - middle[1], dk = k - middle[2], d = di * di + dj * dj + dk * dk;

				if (part[index_of(o->n, i, j, k)] != p->peak.part || d >= best)
					continue;
				best = d;
				set_peak(&p->peak, o, (const int[3]){ i, j, k });
			}
}

static void settle(struct plateau *p, const struct volume *o, const int *part)
{
	int middle[3];

	for (int axis = 0; axis < 3; axis++)
		middle[axis] = (int)rint(p->moment[axis] / p->weight);
	if (part[index_of(o->n, middle[0], middle[1], middle[2])] == p->peak.part)
		set_peak(&p->peak, o, middle);
	else
		nearest(p, o, part, middle);
}

static int by_cluster(const void *p, const void *q)
{
	const struct cluster_peak *a = p, *b = q;
	const double x = fabs(a->value), y = fabs(b->value);

	if (a->cluster != b->cluster)
		return a->cluster < b->cluster ? -1 : 1;
	return x != y ? (x < y) - (x > y) : (a->part > b->part) - (a->part < b->part);
}

int cluster_peaks_find(struct cluster_peak **out, const struct clusters *c, const int n[3], const double *x,
                       enum cluster_peaks_rule rule, struct arena *a)
{
	const size_t size = (size_t)index_of(n, 0, 0, n[2]);
	const struct volume o = { n, x, c->label };
	unsigned char *on = arena_alloc(a, size, 1);
	int *part = arena_alloc(a, size, sizeof *part), n_part;
	struct plateau *p;

	mark_maxima(&o, rule == CLUSTER_PEAKS_NILEARN ? flat_clusters(&o, c, a) : NULL, on);
	if (rule == CLUSTER_PEAKS_HIGHEST)
		drop_shoulders(&o, on, a);
	n_part = components_label(on, n, COMPONENTS_FACES, part, a);
	p = NEW_N(a, struct plateau, n_part + 1);
	*out = NEW_N(a, struct cluster_peak, n_part + 1);
	weigh(&o, part, p);
	for (int k = 1; k <= n_part; k++) {
		p[k].peak.part = k;
		settle(&p[k], &o, part);
		(*out)[k - 1] = p[k].peak;
	}
	qsort(*out, (size_t)n_part, sizeof **out, by_cluster);
	return n_part;
}
