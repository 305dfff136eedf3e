#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "glm.permutation.node.h"
#include "glm/permute_write.h"
#include "img/image.h"
#include "img/table.h"
#include "num/permute_clusters.h"

/* The clusters of the observed map, and the p of each. */
struct found {
	int n;
	struct permute_cluster *cluster;  /* [n] the largest mass first */
	double *size_p, *mass_p;  /* [voxels] at each cluster's first voxel */
};

static int by_mass(const void *p, const void *q)
{
	const struct permute_cluster *x = p, *y = q;

	return x->mass != y->mass ? (x->mass < y->mass) - (x->mass > y->mass) : (x->first > y->first) - (x->first < y->first);
}

/* nilearn's null_to_p: the data themselves do not count, and p is kept from 0 and 1. */
static double nilearn_p(const struct permute_results *r, const double *sorted, double x)
{
	double n = (double)(r->null.n - 1), p;

	if (r->null.n < 2)
		return 1;
	p = 1 - (n - (double)permute_reached(r->null.n - 1, sorted, x, 0)) / n;
	return fmax(1 / n, fmin(p, 1 - 1 / n));
}

static double cluster_p(const struct permute_results *r, const double *sorted, double x)
{
	if (r->params->compat == GLM_PERMUTATION_COMPAT_NILEARN)
		return nilearn_p(r, sorted, x);
	return permute_p(r, sorted, x);
}

/* Ascending; for nilearn's p without the data themselves. */
static double *sorted_of(const struct permute_results *r, enum permute_statistic which)
{
	struct permute_null null = r->null;

	if (r->params->compat == GLM_PERMUTATION_COMPAT_NILEARN) {
		null.max++;
		null.n--;
	}
	return permute_sorted(&null, which, r->env->arena);
}

static void p_all(const struct permute_results *r, struct found *f, const struct permute_clusters *w)
{
	const double *size = sorted_of(r, PERMUTE_SIZE), *mass = sorted_of(r, PERMUTE_MASS);
	struct arena *a = r->env->arena;

	f->cluster = NEW_N(a, struct permute_cluster, w->n_above + 1);
	f->size_p = NEW_N(a, double, r->model->n);
	f->mass_p = NEW_N(a, double, r->model->n);
	for (int k = 0; k < w->n_above; k++) {
		const struct permute_cluster *c = &w->cluster[w->above[k]];

		if (w->root[w->above[k]] != w->above[k])
			continue;
		f->cluster[f->n++] = *c;
		f->size_p[c->first] = cluster_p(r, size, c->size);
		f->mass_p[c->first] = cluster_p(r, mass, c->mass);
	}
	qsort(f->cluster, (size_t)f->n, sizeof *f->cluster, by_mass);
}

static struct error *write_map(const struct permute_results *r, struct out *out, const struct permute_clusters *w,
                               const double *p)
{
	const struct permute_model *m = r->model;
	float *volume = NEW_N(r->env->arena, float, grid_size(&m->glm.grid));
	bool compat = r->params->compat == GLM_PERMUTATION_COMPAT_NILEARN;
	double none = compat && r->null.n > 1 ? cluster_p(r, sorted_of(r, PERMUTE_SIZE), 0) : 1;

	for (int v = 0; v < m->n; v++) {
		double here = w->root[v] >= 0 ? p[w->root[v]] : none;

		volume[m->index[v]] = here < 1 ? (float)-log10(here) : 0;
	}
	return image_write_floats(out_blob(out, "image.nii"), &m->glm.grid, volume);
}

/* The voxel of a cluster with the largest |t|, the first of equals. */
static int peak_of(const struct permute_results *r, const struct permute_clusters *w, int first)
{
	int peak = first;

	for (int k = 0; k < w->n_above; k++) {
		int v = w->above[k];

		if (w->root[v] == first && fabs(r->model->t[v]) > fabs(r->model->t[peak]))
			peak = v;
	}
	return peak;
}

static struct error *write_table(const struct permute_results *r, struct out *out, const struct permute_clusters *w,
                                 const struct found *f)
{
	static const char *const column[] = { "cluster", "size", "mass", "size_p", "mass_p", "peak", "x", "y", "z" };
	enum { N_COL = sizeof column / sizeof *column };
	const struct permute_model *m = r->model;
	double *x = NEW_N(r->env->arena, double, (size_t)f->n * N_COL + 1), *at = x;

	for (int k = 0; k < f->n; k++, at += N_COL) {
		const struct permute_cluster *c = &f->cluster[k];
		int peak = peak_of(r, w, c->first), voxel[3];

		grid_voxel(&m->glm.grid, m->index[peak], voxel);
		at[0] = k + 1;
		at[1] = c->size;
		at[2] = c->mass;
		at[3] = f->size_p[c->first];
		at[4] = f->mass_p[c->first];
		at[5] = m->sign * m->t[peak];
		grid_world(&m->glm.grid, (const double[]){ voxel[0], voxel[1], voxel[2] }, at + 6);
	}
	if (f->n == 0)
		node_note(r->env, "no cluster: no voxel is beyond t = %.4g, so the table has no rows", r->wanted->threshold);
	return table_write_numbers(out_blob(out, "table.tsv"), f->n, N_COL, column, x, r->env->arena);
}

struct error *permute_write_clusters(const struct permute_results *r, const struct glm_permutation_outputs *out)
{
	struct permute_clusters *w = permute_clusters_new(r->model->n, r->env->arena);
	struct found f = { 0 };
	double size, mass;

	permute_clusters_find(r->wanted->neighbours, r->model->t, r->wanted->threshold, r->wanted->two_sided, w, &size, &mass);
	p_all(r, &f, w);
	if (out->size_log10p)
		TRY(write_map(r, out->size_log10p, w, f.size_p));
	if (out->mass_log10p)
		TRY(write_map(r, out->mass_log10p, w, f.mass_p));
	return out->clusters ? write_table(r, out->clusters, w, &f) : NULL;
}
