#include "num/permute_clusters.h"

#include <math.h>

#include "base/arena.h"

struct permute_clusters *permute_clusters_new(int n, struct arena *a)
{
	struct permute_clusters *w = NEW(a, struct permute_clusters);

	w->root = arena_alloc(a, (size_t)n, sizeof *w->root);
	w->above = arena_alloc(a, (size_t)n, sizeof *w->above);
	w->cluster = arena_alloc(a, (size_t)n, sizeof *w->cluster);
	for (int v = 0; v < n; v++)
		w->root[v] = -1;
	return w;
}

static int root_of(int *root, int v)
{
	while (root[v] != v)
		v = root[v] = root[root[v]];
	return v;
}

/* Voxels come in ascending order, so only neighbours before v are looked at; a part's root is its first voxel. */
static void add_voxel(const struct neighbours *b, const double *t, int v, int *root)
{
	const int *of = b->of + (size_t)v * (size_t)b->touch;

	root[v] = v;
	for (int k = 0; k < b->touch && of[k] >= 0; k++) {
		int u = of[k], r;

		if (u > v || root[u] < 0 || (t[u] < 0) != (t[v] < 0))
			continue;
		u = root_of(root, u);
		r = root_of(root, v);
		root[u < r ? r : u] = u < r ? u : r;
	}
}

void permute_clusters_find(const struct neighbours *b, const double *t, double threshold, bool two_sided,
                           struct permute_clusters *w, double *max_size, double *max_mass)
{
	*max_size = *max_mass = 0;
	while (w->n_above > 0)
		w->root[w->above[--w->n_above]] = -1;
	for (int v = 0; v < b->n; v++)
		if (t[v] > threshold || (two_sided && t[v] < -threshold))
			w->above[w->n_above++] = v;
	for (int k = 0; k < w->n_above; k++)
		add_voxel(b, t, w->above[k], w->root);
	for (int k = 0; k < w->n_above; k++) {
		int v = w->above[k], r = w->root[v] = root_of(w->root, v);
		struct permute_cluster *c = &w->cluster[r];

		if (r == v)
			*c = (struct permute_cluster){ .first = v };
		c->size++;
		c->mass += fabs(t[v]) - threshold;
		*max_size = fmax(*max_size, c->size);
		*max_mass = fmax(*max_mass, c->mass);
	}
}
