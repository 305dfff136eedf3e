#include "fmri/coverage.h"

#include "base/arena.h"
#include "base/json.h"
#include "fmri/regions.h"
#include "img/table.h"
#include "node/node.h"

enum { NAMED = 20 };   /* regions that one remark names */

void coverage_new(struct coverage *c, int n, const char *what, const int *value, const char *const *name,
                  struct arena *a)
{
	*c = (struct coverage){
		.n = n, .what = what, .value = value, .name = name, .voxels = NEW_N(a, long, n), .used = NEW_N(a, long, n),
		.share = NEW_N(a, double, n), .kept = NEW_N(a, unsigned char, n), .column = NEW_N(a, int, n),
	};
}

struct error *coverage_reach(unsigned char *covered, const struct grid *own, const struct grid *work,
                             const unsigned char *inside, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	const int *place = nearest_places(work, own, false, a);

	if (!place)
		return error_new(ERR_DATA, "an affine has no inverse: world coordinates have no voxel");
	for (long v = 0; v < grid_size(own); v++)
		covered[v] = place[v] >= 0 && inside[place[v]];
	arena_reset(a, mark);
	return NULL;
}

struct error *coverage_decide(struct coverage *c, double min_share, bool keep_empty)
{
	double best = 0;

	for (int k = 0; k < c->n; k++) {
		if (c->used[k] == 0)
			c->share[k] = 0;
		if (c->share[k] > best)
			best = c->share[k];
		c->kept[k] = (c->used[k] > 0 || keep_empty) && c->share[k] >= min_share;
		if (c->kept[k])
			c->column[c->n_kept++] = k;
	}
	if (c->n_kept > 0)
		return NULL;
	return error_new(ERR_DATA, "no %s is left: of the %d, '%s' the first, none has %s (the largest coverage is %.3g)", c->what,
	                 c->n, c->name[0], min_share > 0 ? "the coverage that min_coverage wants" : "a voxel in bold and the mask",
	                 best);
}

/* Names and coverage of those regions for whom pick is true. */
static const char *listed(const struct coverage *c, bool (*pick)(const struct coverage *, int), int *n, struct arena *a)
{
	struct buf b = { .arena = a };

	*n = 0;
	for (int k = 0; k < c->n; k++) {
		if (!pick(c, k))
			continue;
		if (*n < NAMED)
			buf_printf(&b, "%s'%s' (%.3g)", *n ? ", " : "", c->name[k], c->share[k]);
		(*n)++;
	}
	if (*n > NAMED)
		buf_printf(&b, " and %d more (see the output coverage)", *n - NAMED);
	return b.text;
}

static bool is_dropped(const struct coverage *c, int k)
{
	return !c->kept[k];
}

static bool is_empty(const struct coverage *c, int k)
{
	return c->kept[k] && c->used[k] == 0;
}

void coverage_note(const struct coverage *c, struct node_env *env)
{
	const char *text;
	int n;

	text = listed(c, is_dropped, &n, env->arena);
	if (n > 0)
		node_note(env, "%d of %d %ss have too little coverage and no column: %s", n, c->n, c->what, text);
	text = listed(c, is_empty, &n, env->arena);
	if (n > 0)
		node_note(env, "%d of %d %ss have no voxel, their columns are 0: %s", n, c->n, c->what, text);
}

const char *const *coverage_names(const struct coverage *c, struct arena *a)
{
	const char **name = NEW_N(a, const char *, c->n_kept + 1);

	for (int k = 0; k < c->n_kept; k++)
		name[k] = c->name[c->column[k]];
	return name;
}

struct error *coverage_write(const struct coverage *c, struct out *o, struct arena *a)
{
	enum { VALUE, NAME, VOXELS, USED, COVERAGE, KEPT, N_COLUMN };
	static const char *const column[] = { "value", "name", "voxels", "voxels_used", "coverage", "kept" };
	const char **cell = NEW_N(a, const char *, (long)N_COLUMN * c->n);
	struct table t = { .n_row = c->n, .n_col = N_COLUMN, .column = column, .header = true, .cell = cell };

	for (int k = 0; k < c->n; k++, cell += N_COLUMN) {
		cell[VALUE] = arena_printf(a, "%d", c->value ? c->value[k] : k);
		cell[NAME] = c->name[k];
		cell[VOXELS] = arena_printf(a, "%ld", c->voxels[k]);
		cell[USED] = arena_printf(a, "%ld", c->used[k]);
		cell[COVERAGE] = table_number_text(c->share[k], a);
		cell[KEPT] = c->kept[k] ? "1" : "0";
	}
	return table_write(out_blob(o, "table.tsv"), &t, a);
}
