#include "fmri/regions.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/run_finite.h"
#include "img/image.h"
#include "img/mask.h"
#include "node/node.h"
#include "num/median.h"
#include "num/resample.h"

/* Where the voxel centres are along a world axis, mm. */
static void extent(const struct grid *g, int axis, double *low, double *high)
{
	for (int corner = 0; corner < 8; corner++) {
		double w[3];

		grid_world(g, (double[3]){ corner & 1 ? g->n[0] - 1 : 0, corner & 2 ? g->n[1] - 1 : 0, corner & 4 ? g->n[2] - 1 : 0 }, w);
		*low = corner == 0 || w[axis] < *low ? w[axis] : *low;
		*high = corner == 0 || w[axis] > *high ? w[axis] : *high;
	}
}

static struct error *check_apart(const struct grid *own, const char *what, const struct grid *data)
{
	double mm[2][3];

	grid_voxel_mm(own, mm[0]);
	grid_voxel_mm(data, mm[1]);
	for (int d = 0; d < 3; d++) {
		double low[2] = { 0 }, high[2] = { 0 }, reach = mm[0][0] + mm[0][1] + mm[0][2] + mm[1][0] + mm[1][1] + mm[1][2];

		extent(own, d, &low[0], &high[0]);
		extent(data, d, &low[1], &high[1]);
		if (low[0] > high[1] + reach || low[1] > high[0] + reach)
			return error_new(ERR_DATA, "%s and bold are apart: along %c %s lie from %g to %g mm, bold from %g to %g mm", what,
			                 "xyz"[d], what, low[0], high[0], low[1], high[1]);
	}
	return NULL;
}

struct error *region_space_grid(struct grid *out, enum region_target target, const struct grid *data,
                                const struct grid *own, const char *what, const struct grid *mask)
{
	struct error *e = NULL;

	*out = target == REGION_ONTO_REGIONS ? *own : target == REGION_ONTO_MASK && mask ? *mask : *data;
	TRY(check_apart(own, what, data));
	if (target != REGION_ONTO_NONE)
		return NULL;
	e = grid_check(own, what, data, "bold");
	if (!e && mask)
		e = grid_check(mask, "the mask", data, "bold");
	return e ? error_wrap(e, "resampling_target is none") : NULL;
}

int *nearest_places(const struct grid *from, const struct grid *to, bool compat, struct arena *a)
{
	enum resample_edge edge = compat ? RESAMPLE_FILL : RESAMPLE_CLAMP;
	int *place = arena_alloc(a, (size_t)grid_size(to), sizeof *place);
	struct resample *r;

	if (grid_same(from, to)) {
		for (long v = 0; v < grid_size(to); v++)
			place[v] = (int)v;
		return place;
	}
	r = resample_new(from->n, from->affine, to->n, to->affine, RESAMPLE_NEAREST, edge, 0, a);
	for (int k = 0; r && k < to->n[2]; k++)
		for (int j = 0; j < to->n[1]; j++)
			resample_nearest(r, (const int[3]){ 0, j, k }, to->n[0], place + grid_index(to, 0, j, k));
	return r ? place : NULL;
}

/* Clears what the places do not lead to, or lead to a voxel that is not inside (other NULL: all are). */
static void keep_reached(unsigned char *inside, long n, const int *place, const unsigned char *other)
{
	for (long v = 0; v < n; v++)
		inside[v] = inside[v] && place[v] >= 0 && (!other || other[place[v]]);
}

static struct error *keep_near(struct region_space *s, const struct grid *from, const unsigned char *other, bool compat,
                               const char *what, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	const int *place = nearest_places(from, &s->grid, compat, a);

	if (!place)
		return error_new(ERR_DATA, "the affine of %s has no inverse: world coordinates have no voxel", what);
	keep_reached(s->inside, grid_size(&s->grid), place, other);
	arena_reset(a, mark);
	return NULL;
}

struct error *region_space_new(struct region_space *out, enum region_target target, const struct grid *data,
                               const struct grid *own, const char *what, const struct item *mask, bool compat,
                               struct arena *a)
{
	struct mask m;

	if (mask)
		TRY(mask_read(&m, mask, NULL, NULL, a));
	if (target == REGION_ONTO_MASK && !mask)
		return error_new(ERR_USER, "resampling_target is mask, but no mask is given");
	TRY(region_space_grid(&out->grid, target, data, own, what, mask ? &m.grid : NULL));
	out->moves_data = !grid_same(&out->grid, data);
	out->inside = arena_alloc(a, (size_t)grid_size(&out->grid), 1);
	memset(out->inside, 1, (size_t)grid_size(&out->grid));
	if (mask)
		TRY(keep_near(out, &m.grid, m.inside, compat, "the mask", a));
	if (out->moves_data && !compat)
		TRY(keep_near(out, data, NULL, false, "bold", a));
	return NULL;
}

long region_space_drop(struct region_space *s, const struct image *im, int n, const int voxel[], struct node_env *env)
{
	const int *place = s->moves_data ? nearest_places(&im->grid, &s->grid, false, env->arena) : NULL;
	unsigned char *bad = NEW_N(env->arena, unsigned char, n + 1);
	int *nearest = arena_alloc(env->arena, (size_t)n + 1, sizeof *nearest);
	long n_bad;

	for (int v = 0; v < n; v++)
		nearest[v] = place ? place[voxel[v]] : voxel[v];
	n_bad = run_not_finite(im, n, nearest, bad, env->n_threads).some;
	for (int v = 0; v < n; v++)
		if (bad[v])
			s->inside[voxel[v]] = 0;
	if (n_bad > 0)
		node_note(env, "%ld of %d voxels of regions are left out: bold is NaN or infinite there in some volume", n_bad, n);
	return n_bad;
}

void region_space_note(const struct region_space *s, const struct grid *data, const struct grid *own, const char *what,
                       struct node_env *env)
{
	const char *to = grid_text(&s->grid, env->arena);

	if (s->moves_data)
		node_note(env, "bold (%s) was resampled onto %s", grid_text(data, env->arena), to);
	if (!grid_same(own, &s->grid))
		node_note(env, "%s (%s) were resampled onto %s", what, grid_text(own, env->arena), to);
}

void regions_sort(struct regions *out, int n, long n_place, const int region[], struct arena *a)
{
	int *first = NEW_N(a, int, n + 2), *voxel;

	/* first[k + 2] counts the voxels of k, then first[k + 1] is where the next of them goes */
	for (long v = 0; v < n_place; v++)
		if (region[v] >= 0)
			first[region[v] + 2]++;
	for (int k = 0; k < n; k++)
		first[k + 2] += first[k + 1];
	voxel = arena_alloc(a, (size_t)first[n + 1] + 1, sizeof *voxel);
	for (long v = 0; v < n_place; v++)
		if (region[v] >= 0)
			voxel[first[region[v] + 1]++] = (int)v;
	*out = (struct regions){ .n = n, .n_voxel = first[n], .first = first, .voxel = voxel };
}

/* ---- statistics ---- */
/* Eight sums that do not wait for each other, put together in a fixed order. */
static double sum_of(long n, const double x[])
{
	double part[8] = { 0 };
	long whole = n - n % 8;

	for (long v = 0; v < whole; v += 8)
		for (int l = 0; l < 8; l++)
			part[l] += x[v + l];
	for (long v = whole; v < n; v++)
		part[v - whole] += x[v];
	return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
}

static double variance(long n, const double x[])
{
	double mean = sum_of(n, x) / (double)n, sum = 0;

	for (long v = 0; v < n; v++)
		sum += (x[v] - mean) * (x[v] - mean);
	return sum / (double)n;
}

static double extreme(long n, const double x[], double sign)
{
	double best = x[0];

	for (long v = 1; v < n; v++)
		if (sign * x[v] > sign * best)
			best = x[v];
	return best;
}

double region_statistic(enum region_statistic what, long n, const double x[], double work[])
{
	switch (what) {
	case REGION_MEAN: return sum_of(n, x) / (double)n;
	case REGION_MEDIAN: return median(n, memcpy(work, x, (size_t)n * sizeof *x));
	case REGION_SUM: return sum_of(n, x);
	case REGION_MINIMUM: return extreme(n, x, -1);
	case REGION_MAXIMUM: return extreme(n, x, 1);
	case REGION_STANDARD_DEVIATION: return sqrt(variance(n, x));
	case REGION_VARIANCE: return variance(n, x);
	}
	return NAN;
}
