#include "num/neighbours.h"

#include <stdlib.h>

#include "base/arena.h"

/* The steps to what touches: faces have one axis that differs, edges two, corners three. */
static int steps_make(int step[26][3], enum components_touch touch)
{
	int axes = touch == COMPONENTS_FACES ? 1 : touch == COMPONENTS_EDGES ? 2 : 3, n = 0;

	for (int k = -1; k <= 1; k++)
		for (int j = -1; j <= 1; j++)
			for (int i = -1; i <= 1; i++) {
				int differ = abs(i) + abs(j) + abs(k);

				if (differ == 0 || differ > axes)
					continue;
				step[n][0] = i;
				step[n][1] = j;
				step[n++][2] = k;
			}
	return n;
}

/* The number in the list of the voxel a step away, or -1. */
static int neighbour(const int dim[3], const int *number, const int at[3], const int step[3])
{
	int to[3];

	for (int d = 0; d < 3; d++) {
		to[d] = at[d] + step[d];
		if (to[d] < 0 || to[d] >= dim[d])
			return -1;
	}
	return number[to[0] + (long)dim[0] * (to[1] + (long)dim[1] * to[2])] - 1;
}

struct neighbours *neighbours_new(const int dim[3], int n, const int *index, enum components_touch touch, struct arena *a)
{
	struct neighbours *b = NEW(a, struct neighbours);
	int step[26][3], n_step = steps_make(step, touch);
	int *of = arena_alloc(a, (size_t)n * (size_t)n_step, sizeof *of);
	struct arena_mark mark = arena_mark(a);
	int *number = NEW_N(a, int, (size_t)dim[0] * (size_t)dim[1] * (size_t)dim[2]);   /* from 1; 0: not in the list */

	for (int v = 0; v < n; v++)
		number[index[v]] = v + 1;
	for (int v = 0; v < n; v++) {
		int at[3] = { index[v] % dim[0], index[v] / dim[0] % dim[1], index[v] / dim[0] / dim[1] }, found = 0;
		int *mine = of + (size_t)v * (size_t)n_step;

		for (int k = 0; k < n_step; k++) {
			int u = neighbour(dim, number, at, step[k]);

			if (u >= 0)
				mine[found++] = u;
		}
		while (found < n_step)
			mine[found++] = -1;
	}
	arena_reset(a, mark);
	*b = (struct neighbours){ n, n_step, of };
	return b;
}
