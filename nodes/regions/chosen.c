#include "regions/chosen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "img/coords.h"
#include "img/image.h"
#include "img/labels.h"
#include "node/node.h"

enum { NAMED = 12 };   /* regions in a message */

static struct error *find_peaks(struct chosen *c, const struct image *im, struct arena *a)
{
	const struct labels *l = c->labels;
	double *x;

	TRY(image_need_3d(im, "the image"));
	TRY(grid_check(&im->grid, "the image", &l->grid, "the regions"));
	x = arena_alloc(a, (size_t)grid_size(&l->grid), sizeof *x);
	image_volume_double(im, 0, NONFINITE_KEEP, x);
	c->peak = NEW_N(a, double, l->n + 1);
	for (int k = 0; k < l->n; k++)
		c->peak[k] = NAN;
	for (long v = 0; v < grid_size(&l->grid); v++)
		if (l->region[v] >= 0 && isfinite(x[v]) && !(c->peak[l->region[v]] >= x[v]))
			c->peak[l->region[v]] = x[v];
	return NULL;
}

struct error *chosen_new(struct chosen *c, const struct labels *l, const struct item *image, struct arena *a)
{
	struct error *e;
	struct image im;

	*c = (struct chosen){ .labels = l, .is = NEW_N(a, bool, l->n + 1), .name = NEW_N(a, const char *, l->n + 1) };
	for (int k = 0; k < l->n; k++)
		c->name[k] = l->name[k];
	if (!image)
		return NULL;
	TRY(image_of(&im, image, a));
	e = find_peaks(c, &im, a);
	image_close(&im);
	return e;
}

/* ---- names ---- */
static int find(const struct labels *l, const char *name)
{
	char *end;
	long value;

	for (int k = 0; k < l->n; k++)
		if (strcmp(l->name[k], name) == 0)
			return k;
	value = strtol(name, &end, 10);
	for (int k = 0; k < l->n && end != name && !*end; k++)
		if (l->value[k] == value)
			return k;
	return -1;
}

static struct error *not_there(const struct labels *l, const char *name, struct arena *a)
{
	const char **all = NEW_N(a, const char *, l->n + 1), *near;
	struct buf b = { .arena = a };

	for (int k = 0; k < l->n; k++) {
		all[k] = l->name[k];
		if (k < NAMED)
			buf_printf(&b, "%s'%s' (%d)", k ? ", " : "", l->name[k], l->value[k]);
	}
	if (l->n > NAMED)
		buf_printf(&b, " and %d more", l->n - NAMED);
	near = text_nearest(name, all);
	return error_new(ERR_USER, "no region has the name or number '%s'%s%s%s; there %s %s", name, near ? ", did you mean '" : "",
	                 near ? near : "", near ? "'?" : "", l->n == 1 ? "is" : "are", b.text);
}

struct error *chosen_by_name(struct chosen *c, int n, const char *const *name, struct arena *a)
{
	for (int k = 0; k < n; k++) {
		int region = find(c->labels, name[k]);

		if (region < 0)
			return not_there(c->labels, name[k], a);
		c->is[region] = true;
	}
	return NULL;
}

/* ---- ranks ---- */
/* Is region x to be taken before y? Of equal ones the smaller number. */
static bool is_before(const struct chosen *c, int x, int y, bool by_peak)
{
	const double p = by_peak ? c->peak[x] : c->labels->size[x], q = by_peak ? c->peak[y] : c->labels->size[y];

	if (isnan(p) || isnan(q))
		return isnan(q) && (!isnan(p) || x < y);
	return p != q ? p > q : x < y;
}

void chosen_first(struct chosen *c, int n, bool by_peak, struct node_env *env)
{
	const int n_all = c->labels->n;

	if (n_all < n)
		node_note(env, "there %s only %d region%s, %d were asked for", n_all == 1 ? "is" : "are", n_all, n_all == 1 ? "" : "s", n);
	for (int taken = 0; taken < n && taken < n_all; taken++) {
		int best = -1;

		for (int k = 0; k < n_all; k++)
			if (!c->is[k] && (best < 0 || is_before(c, k, best, by_peak)))
				best = k;
		c->is[best] = true;
	}
}

/* ---- positions ---- */
/* The region at a position, -1: none; *far: the distance, in mm, of the nearest voxel of one, *near, -1 before, which one that is. */
static int region_at(const struct labels *l, const double inverse[3][4], const double at[3], double *far, int *near)
{
	double voxel[3], least = INFINITY;
	int own = -1;

	affine_apply(inverse, at, voxel);
	for (long v = 0; v < grid_size(&l->grid); v++) {
		double world[3], square = 0;
		int p[3];

		if (l->region[v] < 0)
			continue;
		grid_voxel(&l->grid, v, p);
		grid_world(&l->grid, (const double[3]){ p[0], p[1], p[2] }, world);
		for (int d = 0; d < 3; d++)
			square += (world[d] - at[d]) * (world[d] - at[d]);
		if (rint(voxel[0]) == p[0] && rint(voxel[1]) == p[1] && rint(voxel[2]) == p[2])
			own = l->region[v];
		if (*near < 0 || square < least) {   /* of a position whose square is no number the first region is as near */
			least = square;
			*near = l->region[v];
		}
	}
	*far = sqrt(least);
	return own;
}

struct error *chosen_at(struct chosen *c, const struct coords *at, double within_mm, struct node_env *env)
{
	const struct labels *l = c->labels;
	double inverse[3][4], far;

	if (!grid_inverse(&l->grid, inverse))
		return error_new(ERR_DATA, "the affine of the regions has no inverse: world coordinates have no voxel");
	for (int k = 0; k < at->n; k++) {
		const char *name = at->name ? at->name[k] : NULL;
		const double *p = at->xyz[k];
		int near = -1, region = region_at(l, inverse, p, &far, &near);

		if (region < 0 && far <= within_mm)
			region = near;
		if (region < 0) {
			node_note(env, "no region lies at (%g, %g, %g)%s%s: the nearest is '%s' at %.3g mm", p[0], p[1], p[2], name ? ", " : "",
			          name ? name : "", l->name[near], far);
			continue;
		}
		if (c->is[region])
			node_note(env, "(%g, %g, %g) lies in a region that an earlier position chose, '%s'", p[0], p[1], p[2], c->name[region]);
		else if (name)
			c->name[region] = name;
		c->is[region] = true;
	}
	return NULL;
}
