/* Entries come from a source, which is asked twice: to count them for each voxel, and to put them there. */
#include "fmri/region_spread.h"

#include "base/arena.h"
#include "fmri/regions.h"
#include "img/image.h"
#include "img/labels.h"
#include "img/mask.h"

struct entries { long *next; int *part; float *weight; };   /* next [grid_size]: where the next entry goes, or counts */

static void put(struct entries *e, long voxel, int part, float weight)
{
	long at = e->next[voxel]++;

	if (!e->part)
		return;
	e->part[at] = part;
	e->weight[at] = weight;
}

typedef void source_fn(const void *from, const unsigned char *inside, struct entries *to, struct arena *a);

static void spread(struct region_spread *out, const struct grid *g, int n_part, source_fn *source, const void *from,
                   const unsigned char *inside, struct arena *a)
{
	long n = grid_size(g), *first = NEW_N(a, long, n + 1), total = 0;
	struct entries e = { .next = NEW_N(a, long, n) };

	source(from, inside, &e, a);
	for (long v = 0; v < n; v++) {
		first[v] = total;
		total += e.next[v];
		e.next[v] = first[v];
	}
	first[n] = total;
	e.part = arena_alloc(a, (size_t)total + 1, sizeof *e.part);
	e.weight = arena_alloc(a, (size_t)total + 1, sizeof *e.weight);
	source(from, inside, &e, a);
	*out = (struct region_spread){ *g, n_part, first, e.part, e.weight };
}

static void from_mask(const void *from, const unsigned char *inside, struct entries *to, struct arena *a)
{
	const struct mask *m = from;

	(void)inside;
	(void)a;
	for (int v = 0; v < m->n; v++)
		put(to, m->index[v], v, 1);
}

void spread_mask(struct region_spread *out, const struct mask *m, struct arena *a)
{
	spread(out, &m->grid, m->n, from_mask, m, NULL, a);
}

static void from_labels(const void *from, const unsigned char *inside, struct entries *to, struct arena *a)
{
	const struct labels *l = from;

	(void)a;
	for (long v = 0; v < grid_size(&l->grid); v++)
		if (l->region[v] >= 0 && (!inside || inside[v]))
			put(to, v, l->region[v], 1);
}

void spread_labels(struct region_spread *out, const struct labels *l, const unsigned char *inside, struct arena *a)
{
	spread(out, &l->grid, l->n, from_labels, l, inside, a);
}

static void from_maps(const void *from, const unsigned char *inside, struct entries *to, struct arena *a)
{
	const struct image *maps = from;
	struct arena_mark mark = arena_mark(a);
	long n = grid_size(&maps->grid);
	float *weight = arena_alloc(a, (size_t)n, sizeof *weight);

	for (int k = 0; k < maps->n_vol; k++) {
		image_volume(maps, k, NONFINITE_ZERO, weight);
		for (long v = 0; v < n; v++)
			if (weight[v] != 0 && (!inside || inside[v]))
				put(to, v, k, weight[v]);
	}
	arena_reset(a, mark);
}

void spread_maps(struct region_spread *out, const struct image *maps, const unsigned char *inside, struct arena *a)
{
	spread(out, &maps->grid, maps->n_vol, from_maps, maps, inside, a);
}

static void from_regions(const void *from, const unsigned char *inside, struct entries *to, struct arena *a)
{
	const struct regions *r = from;

	(void)inside;
	(void)a;
	for (int k = 0; k < r->n; k++)
		for (int v = r->first[k]; v < r->first[k + 1]; v++)
			put(to, r->voxel[v], k, 1);
}

void spread_regions(struct region_spread *out, const struct grid *g, const struct regions *r, struct arena *a)
{
	spread(out, g, r->n, from_regions, r, NULL, a);
	for (long v = 0; v < grid_size(g); v++)
		for (long i = out->first[v]; i < out->first[v + 1]; i++)
			((float *)out->weight)[i] = 1 / (float)(out->first[v + 1] - out->first[v]);
}

void spread_row(const struct region_spread *s, const int *column, const float *row, float *volume)
{
	for (long v = 0; v < grid_size(&s->grid); v++) {
		double sum = 0;

		for (long i = s->first[v]; i < s->first[v + 1]; i++)
			if (column[s->part[i]] >= 0)
				sum += (double)s->weight[i] * row[column[s->part[i]]];
		volume[v] = (float)sum;
	}
}
