/* Voxels of spheres.
 *
 * Inside is what has its centre at most the radius away, in double, and the voxel that the seed is in; nilearn's
 * NiftiSpheresMasker computes distances in this order too, so that voxels exactly on the surface agree. */
#include "signals/sphere.h"

#include <math.h>

#include "base/arena.h"

/* Voxels around a seed to look at one by one; in a larger box those outside the image are not counted but estimated. */
enum { COUNTABLE = 1 << 24 };

struct search {
	const struct spheres *o;
	double inverse[3][4];
	unsigned char *taken;    /* [grid_size]: in the sphere being made */
	const double *seed;      /* mm */
	double voxel[3];         /* where the seed is in the grid */
	double radius_mm;        /* of the sphere being made; negative: none */
	int *list, n;            /* its voxels in the image */
	long n_full;
	struct arena *arena;
};

static void take(struct search *f, long v)
{
	if (f->taken[v])
		return;
	f->taken[v] = 1;
	PUSH(f->arena, f->list, f->n, (int)v);
}

/* The voxels low .. high - 1 along an axis that the sphere may reach, with one to spare. */
static void reach(const struct search *f, int d, double *low, double *high)
{
	const double *row = f->inverse[d];
	double r = f->radius_mm * sqrt(row[0] * row[0] + row[1] * row[1] + row[2] * row[2]) + 1;

	*low = floor(f->voxel[d] - r);
	*high = ceil(f->voxel[d] + r) + 1;
}

static bool in_ball(const struct search *f, double i, double j, double k)
{
	double w[3], r = f->radius_mm;

	grid_world(f->o->grid, (double[3]){ i, j, k }, w);
	for (int d = 0; d < 3; d++)
		w[d] = (w[d] - f->seed[d]) * (w[d] - f->seed[d]);
	return w[0] + w[1] + w[2] <= r * r;
}

static bool in_grid(const struct grid *g, double i, double j, double k)
{
	return i >= 0 && i < g->n[0] && j >= 0 && j < g->n[1] && k >= 0 && k < g->n[2];
}

/* mm3 of the ball over mm3 of a voxel. */
static double estimate(const struct search *f)
{
	const double (*m)[4] = (const double (*)[4])f->inverse;
	double det = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
	             m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);

	return fmin(4.0 / 3 * 3.14159265358979323846 * pow(f->radius_mm, 3) * fabs(det), 1e15);
}

/* Goes through the box that the sphere reaches, beyond the image too unless that is endless work. A sphere that does
 * not reach the image has nothing to count. */
static void take_ball(struct search *f)
{
	const struct grid *g = f->o->grid;
	double low[3], high[3], n = 1;

	for (int d = 0; d < 3; d++) {
		reach(f, d, &low[d], &high[d]);
		if (!(low[d] < g->n[d] && high[d] > 0))
			return;
		n *= high[d] - low[d];
	}
	for (int d = 0; d < 3 && !(n <= COUNTABLE); d++) {
		low[d] = fmax(0, fmin(g->n[d], low[d]));
		high[d] = fmax(0, fmin(g->n[d], high[d]));
	}
	for (double i = low[0]; i < high[0]; i++)
		for (double j = low[1]; j < high[1]; j++)
			for (double k = low[2]; k < high[2]; k++) {
				if (!in_ball(f, i, j, k))
					continue;
				f->n_full++;
				if (in_grid(g, i, j, k))
					take(f, grid_index(g, (int)i, (int)j, (int)k));
			}
	if (!(n <= COUNTABLE))
		f->n_full = (long)estimate(f);
}

static void take_nearest(struct search *f)
{
	const struct grid *g = f->o->grid;
	double at[3];

	for (int d = 0; d < 3; d++)
		at[d] = nearbyint(f->voxel[d]);
	if (in_grid(g, at[0], at[1], at[2]))
		take(f, grid_index(g, (int)at[0], (int)at[1], (int)at[2]));
}

/* compat: the first candidate in C order whose centre, truncated to whole mm, is the truncated seed. */
static void take_truncated(struct search *f)
{
	const struct grid *g = f->o->grid;
	const unsigned char *inside = f->o->inside;

	for (int i = 0; i < g->n[0]; i++)
		for (int j = 0; j < g->n[1]; j++)
			for (int k = 0; k < g->n[2]; k++) {
				long v = grid_index(g, i, j, k);
				double w[3];

				grid_world(g, (double[3]){ i, j, k }, w);
				if ((!inside || inside[v]) && trunc(w[0]) == trunc(f->seed[0]) && trunc(w[1]) == trunc(f->seed[1]) &&
				    trunc(w[2]) == trunc(f->seed[2])) {
					take(f, v);
					return;
				}
			}
}

/* Of the voxels found in the image those that the mask has. */
static struct sphere masked(const struct search *f)
{
	const unsigned char *inside = f->o->inside;
	int n = 0;

	for (int i = 0; i < f->n; i++)
		if (!inside || inside[f->list[i]])
			f->list[n++] = f->list[i];
	return (struct sphere){ n, f->list, f->n, f->n_full > f->n ? f->n_full : f->n };
}

static struct sphere find_one(struct search *f, const double seed[3], double radius_mm)
{
	f->seed = seed;
	f->radius_mm = radius_mm;
	f->list = NULL;
	f->n = 0;
	f->n_full = 0;
	affine_apply((const double (*)[4])f->inverse, seed, f->voxel);
	if (radius_mm >= 0)
		take_ball(f);
	take_nearest(f);
	if (f->o->compat)
		take_truncated(f);
	for (int i = 0; i < f->n; i++)
		f->taken[f->list[i]] = 0;
	return masked(f);
}

/* ---- words ---- */
const char *sphere_column(const struct spheres *o, const struct coords *c, int k)
{
	return o->name ? o->name[k] : c->name ? c->name[k] : NULL;
}

const char *sphere_name(const struct spheres *o, const struct coords *c, int k, struct arena *a)
{
	const char *name = sphere_column(o, c, k);
	const double *x = c->xyz[k];

	return arena_printf(a, "seed %d%s%s%s (%g, %g, %g)", k, name ? " '" : "", name ? name : "", name ? "'" : "",
	                    x[0], x[1], x[2]);
}

/* "x -90 .. 90, y -126 .. 90, z -72 .. 108 mm": of the centres of voxels. */
static const char *extent(const struct grid *g, struct arena *a)
{
	double low[3], high[3];

	for (int d = 0; d < 3; d++) {
		low[d] = high[d] = g->affine[d][3];
		for (int c = 0; c < 3; c++) {
			double step = g->affine[d][c] * (g->n[c] - 1);

			low[d] += step < 0 ? step : 0;
			high[d] += step > 0 ? step : 0;
		}
	}
	return arena_printf(a, "x %g .. %g, y %g .. %g, z %g .. %g mm", low[0], high[0], low[1], high[1], low[2], high[2]);
}

/* The seeds behind the first that have none either: "; 2 others hold none either: seed 4 ..., seed 7 ..." */
static const char *others(const struct sphere *s, const struct spheres *o, const struct coords *c, int first,
                          struct arena *a)
{
	const char *names = "";
	int n = 0;

	for (int k = first + 1; k < c->n; k++)
		if (s[k].n == 0 && ++n <= 5)
			names = arena_printf(a, "%s%s%s", names, n > 1 ? ", " : "", sphere_name(o, c, k, a));
	if (n == 0)
		return "";
	return arena_printf(a, "; %d other%s none either: %s%s", n, n > 1 ? "s hold" : " holds", names, n > 5 ? ", ..." : "");
}

static struct error *check_empty(const struct sphere *s, const struct spheres *o, const struct coords *c,
                                 struct arena *a)
{
	for (int k = 0; k < c->n; k++) {
		if (s[k].n > 0)
			continue;
		if (s[k].n_image > 0)
			return error_new(ERR_USER, "the sphere of %s holds no voxel of the mask, only %ld of bold outside of it%s",
			                 sphere_name(o, c, k, a), s[k].n_image, others(s, o, c, k, a));
		return error_new(ERR_USER, "the sphere of %s holds no voxel of bold, which is %s and covers %s%s",
		                 sphere_name(o, c, k, a), grid_text(o->grid, a), extent(o->grid, a), others(s, o, c, k, a));
	}
	return NULL;
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
	struct search f = { .o = o, .taken = NEW_N(a, unsigned char, grid_size(o->grid)), .arena = a };

	if (!grid_inverse(o->grid, f.inverse))
		return error_new(ERR_DATA, "the affine of bold has no inverse: world coordinates have no voxel");
	for (int k = 0; k < c->n; k++)
		out[k] = find_one(&f, c->xyz[k], o->n_radius == 0 ? -1 : o->radius_mm[o->n_radius > 1 ? k : 0]);
	TRY(check_empty(out, o, c, a));
	return o->allow_overlap ? NULL : check_overlap(out, o, c, a);
}
