#include "fmri/empty_write.h"
#include "fmri/mask_votes.h"

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "fmri/volumes.h"
#include "img/facts.h"
#include "img/image.h"
#include "node/shape.h"

enum { NAMED = 12 };   /* masks in a message */

struct votes {
	struct grid grid;
	int n;                   /* masks */
	int32_t *count;          /* [grid_size] masks that have a voxel */
	long *size;              /* [n] voxels of each mask */
};

static const char *name_of(const char *cell, int k, struct arena *a)
{
	return cell[0] ? arena_printf(a, "the mask %s", cell) : arena_printf(a, "mask number %d", k + 1);
}

/* Adds mask k; each is forgotten before the next, so that many take no more memory than one. */
static struct error *add(struct votes *v, int k, const struct image *im, const char *name, const char *first,
                         struct arena *a)
{
	long size = grid_size(&im->grid);

	TRY(image_need_3d(im, name));
	if (k == 0)
		*v = (struct votes){ im->grid, v->n, NEW_N(a, int32_t, size), v->size };
	TRY(grid_check(&im->grid, name, &v->grid, first));
	struct arena_mark start = arena_mark(a);
	double *x = arena_alloc(a, (size_t)size, sizeof *x);

	image_volume_double(im, 0, NONFINITE_ZERO, x);
	for (long i = 0; i < size; i++) {
		v->count[i] += x[i] != 0;
		v->size[k] += x[i] != 0;
	}
	arena_reset(a, start);
	return NULL;
}

static struct error *count_all(struct votes *v, const struct items *masks, struct arena *a)
{
	const char *first = name_of(masks->item[0].cell, 0, a);

	*v = (struct votes){ .n = masks->n, .size = NEW_N(a, long, masks->n) };
	for (int k = 0; k < masks->n; k++) {
		struct image im;
		struct error *e;

		TRY(image_of(&im, &masks->item[k], a));
		e = add(v, k, &im, name_of(masks->item[k].cell, k, a), first, a);
		image_close(&im);
		TRY(e);
	}
	return NULL;
}

/* How many voxels each mask has, so that the empty or odd one is seen. */
static const char *sizes_text(const struct votes *v, const struct items *masks, struct arena *a)
{
	const char *text = "";

	for (int k = 0; k < v->n && k < NAMED; k++)
		text = arena_printf(a, "%s%s%s has %ld voxel%s", text, k ? ", " : "", name_of(masks->item[k].cell, k, a), v->size[k],
		                    PLURAL(v->size[k]));
	return v->n > NAMED ? arena_printf(a, "%s, and %d more", text, v->n - NAMED) : text;
}

/* The first mask that was empty already: what made it so is why this one is. */
static const struct item *empty_one(const struct votes *v, const struct items *masks)
{
	for (int k = 0; k < v->n; k++)
		if (v->size[k] == 0)
			return &masks->item[k];
	return NULL;
}

static struct error *tell_nothing(const struct votes *v, const struct items *masks, const struct vote *vote,
                                  struct node_env *env, struct out *mask)
{
	int most = 0;

	for (long i = 0; i < grid_size(&v->grid); i++)
		if (v->count[i] > most)
			most = v->count[i];
	return empty_write(env, mask, empty_one(v, masks), vote->fraction > 0 ? "mask.and" : "mask.or",
	                   "the mask is empty: no voxel is in %s of the %d masks, at most in %d of them (%s)",
	                   vote->fraction >= 1 ? "all" : vote->fraction > 0 ? arena_printf(env->arena, "more than %g", vote->fraction)
	                                                                    : "any",
	                   v->n, most, sizes_text(v, masks, env->arena));
}

/* a, b and the list as one list; a and b go by these names. */
static struct items all_of(const struct vote_inputs *in, struct arena *a)
{
	struct items all = { 0 };
	struct item *item = NEW_N(a, struct item, in->masks.n + 2);

	if (in->a)
		item[all.n++] = *in->a;
	if (in->b)
		item[all.n++] = *in->b;
	for (int k = 0; k < all.n; k++)
		item[k].cell = k || !in->a ? "b" : "a";
	for (int k = 0; k < in->masks.n; k++)
		item[all.n++] = in->masks.item[k];
	all.item = item;
	return all;
}

struct error *mask_vote(struct node_env *env, const struct vote_inputs *in, const struct vote *vote, struct out *mask,
                        struct out *count)
{
	/* nilearn's bound, so that a fraction of 1 means all of them. */
	const double fraction = vote->fraction < 1 - 1e-7 ? vote->fraction : 1 - 1e-7;
	const struct items masks = all_of(in, env->arena);
	struct votes v;
	unsigned char *inside;
	long size, n = 0;

	if (masks.n == 0)
		return error_new(ERR_DATA, "there is no mask to combine: give a and b, or masks");
	TRY(count_all(&v, &masks, env->arena));
	size = grid_size(&v.grid);
	inside = arena_alloc(env->arena, (size_t)size, 1);
	for (long i = 0; i < size; i++) {
		inside[i] = v.count[i] > fraction * v.n;
		n += inside[i];
	}
	if (n == 0)
		TRY(tell_nothing(&v, &masks, vote, env, mask));
	else
		node_note(env, "%ld voxel%s inside: %s", n, n == 1 ? " is" : "s are", sizes_text(&v, &masks, env->arena));
	if (vote->connected)
		morph_largest(inside, v.grid.n, env->arena);
	TRY(image_write_bytes(out_blob(mask, "image.nii"), &v.grid, inside));
	return image_write(out_blob(count, "image.nii"), &v.grid, 1, 0, IMAGE_INT32, v.count);
}

/* The first mask whose grid is known, to which the others are held. */
struct first { bool known; struct grid grid; const char *name; };

static void port_shape(struct shape *s, const char *port, struct first *first)
{
	struct image_facts f;

	for (int k = 0; k < shape_n(s, port); k++) {
		const char *name = name_of(port[1] ? shape_cell(s, port, k) : port, k, s->arena);
		struct error *e;

		if (!image_facts_from(&f, shape_in_n(s, port, k), s->arena))
			continue;
		if (f.n_vol > 1)
			shape_error(s, port, "%s has %d volumes, must have one", name, f.n_vol);
		if (!first->known)
			*first = (struct first){ true, f.grid, name };
		e = grid_check(&f.grid, name, &first->grid, first->name);
		if (e)
			shape_error(s, port, "%s", e->text);
		error_free(e);
	}
}

void mask_vote_shape(struct shape *s)
{
	static const char *const port[] = { "a", "b", "masks" };
	struct first first = { 0 };
	struct image_facts out;
	int n = 0;

	for (int k = 0; k < 3; k++) {
		n += shape_n(s, port[k]);
		port_shape(s, port[k], &first);
	}
	if (n == 0)
		shape_error(s, "", "there is no mask to combine: give a and b, or masks");
	if (!first.known)
		return;
	out = image_facts_new(&first.grid, 1, 0, "uint8");
	shape_out(s, "mask", image_facts_to(&out, s->arena));
	out = image_facts_new(&first.grid, 1, 0, "int32");
	shape_out(s, "count", image_facts_to(&out, s->arena));
	s->memory = 30 * grid_size(&first.grid) + (8 << 20);
	s->seconds = 2e-9 * (double)grid_size(&first.grid) * n + 0.005;
}
