#include "img/mask.h"

#include <string.h>

#include "base/arena.h"
#include "img/empty.h"
#include "node/node.h"

static int count(const unsigned char *inside, long size)
{
	int n = 0;

	for (long v = 0; v < size; v++)
		n += inside[v];
	return n;
}

void mask_of(struct mask *out, const struct grid *g, const unsigned char *inside, struct arena *a)
{
	long size = grid_size(g);
	unsigned char *copy = arena_alloc(a, (size_t)size, 1);
	int n = 0;

	for (long v = 0; v < size; v++)
		copy[v] = inside[v] != 0;
	*out = (struct mask){ .grid = *g, .n = count(copy, size), .inside = copy };
	int *index = arena_alloc(a, (size_t)out->n + 1, sizeof *index);

	for (int i = 0; i < g->n[0]; i++)
		for (int j = 0; j < g->n[1]; j++)
			for (int k = 0; k < g->n[2]; k++) {
				long v = grid_index(g, i, j, k);

				if (copy[v])
					index[n++] = (int)v;
			}
	out->index = index;
}

void mask_all(struct mask *out, const struct grid *g, struct arena *a)
{
	unsigned char *inside = arena_alloc(a, (size_t)grid_size(g), 1);

	memset(inside, 1, (size_t)grid_size(g));
	mask_of(out, g, inside, a);
}

/* In double: a value too small for a float is still not 0. */
static void inside_of(unsigned char *inside, const struct image *im, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	double *x = arena_alloc(a, (size_t)grid_size(&im->grid), sizeof *x);

	image_volume_double(im, 0, NONFINITE_ZERO, x);
	for (long v = 0; v < grid_size(&im->grid); v++)
		inside[v] = x[v] != 0;
	arena_reset(a, start);
}

static struct error *mask_from(struct mask *out, const struct image *im, const struct grid *g, const char *what_g,
                               struct arena *a)
{
	unsigned char *inside;

	TRY(image_need_3d(im, "the mask"));
	if (g)
		TRY(grid_check(&im->grid, "the mask", g, what_g));
	inside = arena_alloc(a, (size_t)grid_size(&im->grid), 1);
	inside_of(inside, im, a);
	mask_of(out, g ? g : &im->grid, inside, a);
	return NULL;
}

static struct error *open_any(struct mask *out, const char *path, const struct grid *g, const char *what_g, struct arena *a)
{
	struct image im;
	struct error *e;

	TRY(image_open(&im, path, a));
	e = mask_from(out, &im, g, what_g, a);
	image_close(&im);
	return e;
}

/* why: how it came to be empty, or NULL. */
static struct error *need_voxel(const struct mask *m, const char *why)
{
	return m->n > 0 ? NULL : error_new(ERR_DATA, "the mask is empty: %s", why ? why : "no voxel of it is finite and not 0");
}

struct error *mask_open(struct mask *out, const char *path, const struct grid *g, const char *what_g, struct arena *a)
{
	TRY(open_any(out, path, g, what_g, a));
	return need_voxel(out, NULL);
}

struct error *mask_read(struct mask *out, const struct item *it, const struct grid *g, const char *what_g,
                        struct arena *a)
{
	TRY(mask_read_any(out, it, g, what_g, a));
	return it ? need_voxel(out, empty_of(it, a)) : NULL;
}

struct error *mask_read_any(struct mask *out, const struct item *it, const struct grid *g, const char *what_g,
                            struct arena *a)
{
	const char *path = it ? item_blob(it, "image.nii") : NULL;

	if (!it) {
		mask_all(out, g, a);
		return NULL;
	}
	if (!path)
		return error_new(ERR_DATA, "the mask is a %s without image.nii, must be an image", it->kind);
	return open_any(out, path, g, what_g, a);
}

void mask_gather(const struct mask *m, const float *volume, float *row)
{
	for (int v = 0; v < m->n; v++)
		row[v] = volume[m->index[v]];
}

void mask_scatter(const struct mask *m, const float *row, float *volume)
{
	memset(volume, 0, (size_t)grid_size(&m->grid) * sizeof *volume);
	for (int v = 0; v < m->n; v++)
		volume[m->index[v]] = row[v];
}

struct error *mask_write_row(const char *path, const struct mask *m, const float *row, struct arena *a)
{
	struct arena_mark start = arena_mark(a);
	float *volume = arena_alloc(a, (size_t)grid_size(&m->grid), sizeof *volume);
	struct error *e;

	mask_scatter(m, row, volume);
	e = image_write_floats(path, &m->grid, volume);
	arena_reset(a, start);
	return e;
}

struct error *mask_write(const char *path, const struct mask *m)
{
	return image_write_bytes(path, &m->grid, m->inside);
}
