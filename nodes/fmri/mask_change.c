#include "fmri/empty_write.h"
#include "fmri/mask_change.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "img/facts.h"
#include "node/node.h"
#include "node/shape.h"
#include "num/structure.h"

enum components_touch mask_touch(int choice)
{
	static const enum components_touch touch[] = { COMPONENTS_FACES, COMPONENTS_EDGES, COMPONENTS_CORNERS };

	return touch[choice];
}

/* ---- reading and writing ---- */
struct error *mask_bytes(struct mask *out, unsigned char **inside, const struct item *it, struct arena *a)
{
	TRY(mask_read_any(out, it, NULL, NULL, a));
	*inside = arena_alloc(a, (size_t)grid_size(&out->grid), 1);
	memcpy(*inside, out->inside, (size_t)grid_size(&out->grid));
	return NULL;
}

struct error *mask_changed(struct node_env *env, struct out *out, const struct item *from, const struct mask *before,
                           const unsigned char *inside, const char *node)
{
	long n = 0;

	for (long v = 0; v < grid_size(&before->grid); v++)
		n += inside[v];
	if (n > 0)
		node_note(env, "%ld voxel%s (%.4g cm3); the mask given has %d", n, PLURAL(n),
		          (double)n * grid_voxel_mm3(&before->grid) / 1000, before->n);
	else if (before->n == 0)
		TRY(empty_write(env, out, from, node, "the mask is empty, as the one given is"));
	else
		TRY(empty_write(env, out, from, node, "the mask is empty: nothing is left of %d voxel%s", before->n, PLURAL(before->n)));
	return image_write_bytes(out_blob(out, "image.nii"), &before->grid, inside);
}

/* ---- structures ---- */
/* What does not go together; where is the parameter. NULL: nothing. */
static const char *problem_of(const struct mask_by *by, const char **where)
{
	*where = "radius";
	if (by->is_ball && (by->times != 1 || by->touch != COMPONENTS_FACES))
		return "a radius stands instead of neighbours and iterations: give one or the other";
	return NULL;
}

/* Longer steps than the grid change nothing. An erosion finds what is beyond the grid, which in one slice is one step away. A
 * closing goes on beyond it, so its ball must be whole: it may be as wide as the grid is along its longest axis. */
static struct structure *ball_of(const struct mask_by *by, enum mask_change how, const struct grid *g, struct arena *a)
{
	int longest[3], most = 0;
	struct structure *s;
	double step[3][3];

	for (int c = 0; c < 3; c++)
		most = g->n[c] > most ? g->n[c] : most;
	for (int c = 0; c < 3; c++) {
		longest[c] = how == MASK_CLOSE ? most + 1 : g->n[c];
		for (int d = 0; d < 3; d++)
			step[c][d] = g->affine[d][c];
	}
	s = structure_ball(step, by->radius_mm, longest, a);
	for (int c = 0; s && how == MASK_CLOSE && c < 3; c++)
		if (s->reach[c] > most)
			return NULL;
	return s;
}

/* NULL: it is too large. */
static struct structure *structure_of(const struct mask_by *by, enum mask_change how, const struct grid *g, struct arena *a)
{
	return by->is_ball ? ball_of(by, how, g, a) : structure_touch(by->touch, a);
}

static const char *too_large(const struct mask_by *by, const struct grid *g, struct arena *a)
{
	return arena_printf(a, "a ball of %g mm is too large for a grid of %s, must be smaller", by->radius_mm, grid_text(g, a));
}

/* ---- closing ---- */
/* The grid with a margin as wide as a dilation may grow; false: it is too large. */
static bool with_margin(int wide[3], int margin[3], const int n[3], const struct structure *s, int times)
{
	double size = 1;

	for (int d = 0; d < 3; d++) {
		const double w = n[d] + 2.0 * s->reach[d] * times;

		size *= w;
		if (!(size < INT_MAX))
			return false;
		margin[d] = s->reach[d] * times;
		wide[d] = (int)w;
	}
	return true;
}

/* Copies between the grid and its place in the wide one. */
static void copy_middle(unsigned char *in, unsigned char *middle, const int n[3], const int wide[3], const int margin[3],
                        bool out)
{
	for (int k = 0; k < n[2]; k++)
		for (int j = 0; j < n[1]; j++) {
			unsigned char *x = in + (long)n[0] * (j + (long)n[1] * k);
			unsigned char *y = middle + margin[0] + (long)wide[0] * (j + margin[1] + (long)wide[1] * (k + margin[2]));

			memcpy(out ? x : y, out ? y : x, (size_t)n[0]);
		}
}

static struct error *close_shape(unsigned char *x, const int n[3], const struct structure *s, int times, struct arena *a)
{
	int wide[3], margin[3];
	unsigned char *y;

	if (!with_margin(wide, margin, n, s, times))
		return error_new(ERR_USER, "iterations is %d: with as wide a margin the grid has too many voxels, must be less", times);
	y = arena_calloc(a, (size_t)wide[0] * (size_t)wide[1] * (size_t)wide[2], 1);
	copy_middle(x, y, n, wide, margin, false);
	structure_dilate(y, wide, s, times, a);
	structure_erode(y, wide, s, times, a);
	copy_middle(x, y, n, wide, margin, true);
	return NULL;
}

/* ---- the node ---- */
static struct error *change(unsigned char *x, const int n[3], enum mask_change how, const struct structure *s, int times,
                            struct arena *a)
{
	if (how == MASK_CLOSE)
		return close_shape(x, n, s, times, a);
	if (how != MASK_DILATE)
		structure_erode(x, n, s, times, a);
	if (how != MASK_ERODE)
		structure_dilate(x, n, s, times, a);
	return NULL;
}

struct error *mask_change(struct node_env *env, const struct item *mask, enum mask_change how, const struct mask_by *by,
                          struct out *out)
{
	static const char *const name[] = { "mask.dilate", "mask.erode", "mask.open", "mask.close" };
	const char *where, *problem = problem_of(by, &where);
	const struct structure *s;
	unsigned char *inside;
	struct mask before;

	if (problem)
		return error_new(ERR_USER, "%s", problem);
	TRY(mask_bytes(&before, &inside, mask, env->arena));
	s = structure_of(by, how, &before.grid, env->arena);
	if (!s)
		return error_new(ERR_USER, "%s", too_large(by, &before.grid, env->arena));
	TRY(change(inside, before.grid.n, how, s, by->times, env->arena));
	return mask_changed(env, out, mask, &before, inside, name[how]);
}

/* ---- shape ---- */
bool mask_one_shape(struct shape *s, struct grid *g)
{
	struct image_facts im, made;

	if (!image_facts_from(&im, shape_in(s, "mask"), s->arena))
		return false;
	if (im.n_vol > 1) {
		shape_error(s, "mask", "the mask has %d volumes, must have one", im.n_vol);
		return false;
	}
	made = image_facts_new(&im.grid, 1, 0, "uint8");
	made.space = im.space;
	shape_out(s, "mask", image_facts_to(&made, s->arena));
	s->memory = im.bytes + 20 * grid_size(&im.grid) + (8 << 20);
	s->seconds = 1e-8 * (double)grid_size(&im.grid) + 0.005;
	*g = im.grid;
	return true;
}

static bool is_single(const struct structure *b)
{
	return b->n == 1 && b->row[0].low == 0 && b->row[0].high == 0;
}

/* An erosion that leaves nothing whatever the mask is, because it eats from the grid's faces. */
static void check_faces(struct shape *s, const struct structure *b, int times, const struct grid *g, const char *where)
{
	for (int d = 0; d < 3; d++)
		if (2.0 * b->reach[d] * times >= g->n[d]) {
			shape_warning(s, where,
			              "no voxel can be left: the grid has %d voxel%s along axis %d, and the erosion eats %d from both ends",
			              g->n[d], g->n[d] == 1 ? "" : "s", d, b->reach[d] * times);
			return;
		}
}

static void check_structure(struct shape *s, enum mask_change how, const struct mask_by *by, const struct grid *g)
{
	const struct structure *b = structure_of(by, how, g, s->arena);
	int wide[3], margin[3];

	if (!b) {
		shape_error(s, "radius", "%s", too_large(by, g, s->arena));
		return;
	}
	if (is_single(b))
		shape_warning(s, "radius", "%g mm reach no neighbour: the mask stays as it is on a grid of %s", by->radius_mm,
		              grid_text(g, s->arena));
	if (how == MASK_ERODE || how == MASK_OPEN)
		check_faces(s, b, by->times, g, by->is_ball ? "radius" : "iterations");
	if (how == MASK_CLOSE && !with_margin(wide, margin, g->n, b, by->times))
		shape_error(s, "iterations", "with a margin of %d voxels the grid has too many, must be less", by->times);
	else if (how == MASK_CLOSE)
		s->memory += 2 * (int64_t)wide[0] * wide[1] * wide[2];
	s->seconds += 1e-9 * b->n * (double)grid_size(g) * by->times;
}

void mask_change_shape(struct shape *s, enum mask_change how, const struct mask_by *by)
{
	const char *where, *problem = problem_of(by, &where);
	struct grid g;

	if (problem)
		shape_error(s, where, "%s", problem);
	else if (mask_one_shape(s, &g))
		check_structure(s, how, by, &g);
}
