#include "num/gauss_reach.h"

#include "base/arena.h"
#include "num/simd.h"

static void widen(struct gauss_span *s, struct gauss_span by)
{
	if (by.end <= by.first)
		return;
	if (s->end <= s->first) {
		*s = by;
		return;
	}
	if (by.first < s->first)
		s->first = by.first;
	if (by.end > s->end)
		s->end = by.end;
}

/* The lines that hold the voxels; spans begin at multiples of LANES, as passes make so many at once. */
static void want_voxels(const struct gauss *g, struct gauss_reach *reach)
{
	for (long v = 0; v < reach->n_vox; v++) {
		int i = reach->index[v] % g->n[0], line = reach->index[v] / g->n[0];
		int first = i / LANES * LANES, end = first + LANES < g->n[0] ? first + LANES : g->n[0];

		widen(&reach->wanted[2][line], (struct gauss_span){ first, end });
	}
}

/* What the pass along `axis` (1 or 2) needs of the one before it. */
static void want_neighbours(const struct gauss *g, int axis, const struct gauss_span *wanted, struct gauss_span *before)
{
	int r = g->radius[axis], nj = g->n[1];
	long step = axis == 1 ? 1 : nj;

	for (int k = 0; k < g->n[2]; k++)
		for (int j = 0; j < nj; j++) {
			long line = j + (long)nj * k, place = axis == 1 ? j : k;

			if (wanted[line].end <= wanted[line].first)
				continue;
			for (int q = 0; q <= 2 * r; q++)
				widen(&before[line + (g->mirror[axis][place + q] - place) * step], wanted[line]);
		}
}

struct gauss_reach *gauss_reach_new(const struct gauss *g, long n_vox, const int32_t index[], struct arena *a)
{
	struct gauss_reach *reach = NEW(a, struct gauss_reach);

	reach->n_vox = n_vox;
	reach->index = index;
	for (int axis = 0; axis < 3; axis++)
		reach->wanted[axis] = NEW_N(a, struct gauss_span, (long)g->n[1] * g->n[2]);
	want_voxels(g, reach);
	want_neighbours(g, 2, reach->wanted[2], reach->wanted[1]);
	want_neighbours(g, 1, reach->wanted[1], reach->wanted[0]);
	return reach;
}
