/* Voxels of spheres.
 *
 * Inside is what has its centre at most the radius away, in double, and the voxel that the seed is in; nilearn's
 * NiftiSpheresMasker computes distances in this order too, so that voxels exactly on the surface agree. */
#include "signals/sphere.h"

#include <math.h>

#include "base/arena.h"

struct search {
	const struct spheres *o;
	double inverse[3][4];
	unsigned char *taken;    /* [grid_size]: in the sphere being made */
};

static bool candidate(const struct search *f, long v)
{
	return !f->o->inside || f->o->inside[v];
}

static void take(struct search *f, long v, int **list, int *n, struct arena *a)
{
	if (f->taken[v] || !candidate(f, v))
		return;
	f->taken[v] = 1;
	PUSH(a, *list, *n, (int)v);
}

/* The voxels low .. high - 1 along an axis that the sphere may reach, with one to spare. */
static void reach(const struct search *f, const double voxel[3], double radius, int d, int *low, int *high)
{
	double *row = (double[3]){ f->inverse[d][0], f->inverse[d][1], f->inverse[d][2] };
	double r = radius * sqrt(row[0] * row[0] + row[1] * row[1] + row[2] * row[2]) + 1, n = f->o->grid->n[d];

	*low = (int)fmax(0, fmin(n, floor(voxel[d] - r)));
	*high = (int)fmax(0, fmin(n, ceil(voxel[d] + r) + 1));
}

static void take_ball(struct search *f, const double seed[3], const double voxel[3], int **list, int *n,
                      struct arena *a)
{
	const struct grid *g = f->o->grid;
	double r = f->o->radius_mm, w[3];
	int low[3], high[3];

	for (int d = 0; d < 3; d++)
		reach(f, voxel, r, d, &low[d], &high[d]);
	for (int i = low[0]; i < high[0]; i++)
		for (int j = low[1]; j < high[1]; j++)
			for (int k = low[2]; k < high[2]; k++) {
				grid_world(g, (double[3]){ i, j, k }, w);
				for (int d = 0; d < 3; d++)
					w[d] = (w[d] - seed[d]) * (w[d] - seed[d]);
				if (w[0] + w[1] + w[2] <= r * r)
					take(f, grid_index(g, i, j, k), list, n, a);
			}
}

static void take_nearest(struct search *f, const double voxel[3], int **list, int *n, struct arena *a)
{
	const struct grid *g = f->o->grid;
	double at[3];

	for (int d = 0; d < 3; d++) {
		at[d] = nearbyint(voxel[d]);
		if (!(at[d] >= 0 && at[d] < g->n[d]))
			return;
	}
	take(f, grid_index(g, (int)at[0], (int)at[1], (int)at[2]), list, n, a);
}

/* compat: the first candidate in C order whose centre, truncated to whole mm, is the truncated seed. */
static void take_truncated(struct search *f, const double seed[3], int **list, int *n, struct arena *a)
{
	const struct grid *g = f->o->grid;

	for (int i = 0; i < g->n[0]; i++)
		for (int j = 0; j < g->n[1]; j++)
			for (int k = 0; k < g->n[2]; k++) {
				long v = grid_index(g, i, j, k);
				double w[3];

				grid_world(g, (double[3]){ i, j, k }, w);
				if (candidate(f, v) && trunc(w[0]) == trunc(seed[0]) && trunc(w[1]) == trunc(seed[1]) &&
				    trunc(w[2]) == trunc(seed[2])) {
					take(f, v, list, n, a);
					return;
				}
			}
}

static struct sphere find_one(struct search *f, const double seed[3], struct arena *a)
{
	double voxel[3];
	int *list = NULL, n = 0;

	affine_apply((const double (*)[4])f->inverse, seed, voxel);
	if (!isnan(f->o->radius_mm))
		take_ball(f, seed, voxel, &list, &n, a);
	take_nearest(f, voxel, &list, &n, a);
	if (f->o->compat)
		take_truncated(f, seed, &list, &n, a);
	for (int i = 0; i < n; i++)
		f->taken[list[i]] = 0;
	return (struct sphere){ n, list };
}

const char *sphere_name(const struct spheres *o, const struct coords *c, int k, struct arena *a)
{
	const char *name = o->name ? o->name[k] : c->name ? c->name[k] : NULL;
	const double *x = c->xyz[k];

	return arena_printf(a, "seed %d%s%s%s (%g, %g, %g)", k, name ? " '" : "", name ? name : "", name ? "'" : "",
	                    x[0], x[1], x[2]);
}

static struct error *check_overlap(const struct sphere *s, const struct spheres *o, const struct coords *c,
                                   struct arena *a)
{
	int *owner = NEW_N(a, int, grid_size(o->grid));   /* 1 + seed */

	for (int k = 0; k < c->n; k++)
		for (int i = 0; i < s[k].n; i++) {
			int *who = &owner[s[k].index[i]];

			if (*who > 0)
				return error_new(ERR_USER, "%s and %s share voxels: take a smaller radius, or allow_overlap: true",
				                 sphere_name(o, c, *who - 1, a), sphere_name(o, c, k, a));
			*who = k + 1;
		}
	return NULL;
}

struct error *spheres_find(struct sphere *out, const struct spheres *o, const struct coords *c, struct arena *a)
{
	struct search f = { .o = o, .taken = NEW_N(a, unsigned char, grid_size(o->grid)) };

	if (!grid_inverse(o->grid, f.inverse))
		return error_new(ERR_DATA, "the affine of bold has no inverse: world coordinates have no voxel");
	for (int k = 0; k < c->n; k++) {
		out[k] = find_one(&f, c->xyz[k], a);
		if (out[k].n == 0)
			return error_new(ERR_USER, "the sphere of %s holds no voxel of %s (%s)", sphere_name(o, c, k, a),
			                 o->inside ? "the mask" : "bold", grid_text(o->grid, a));
	}
	return o->allow_overlap ? NULL : check_overlap(out, o, c, a);
}
