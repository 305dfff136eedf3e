#include "fmri/volumes.h"

#include <string.h>

#include "base/arena.h"
#include "num/components.h"

/* One step: a voxel becomes `to` when one of its six neighbours is (beyond the grid counts as 0). */
static void step(const unsigned char *x, unsigned char *out, const int n[3], unsigned char to)
{
	const long sj = n[0], sk = (long)n[0] * n[1];

	for (int k = 0; k < n[2]; k++)
		for (int j = 0; j < n[1]; j++)
			for (int i = 0; i < n[0]; i++) {
				long v = i + sj * j + sk * k;
				bool near = (i > 0 ? x[v - 1] : 0) == to || (i < n[0] - 1 ? x[v + 1] : 0) == to ||
				            (j > 0 ? x[v - sj] : 0) == to || (j < n[1] - 1 ? x[v + sj] : 0) == to ||
				            (k > 0 ? x[v - sk] : 0) == to || (k < n[2] - 1 ? x[v + sk] : 0) == to;

				out[v] = near ? to : x[v];
			}
}

static void repeat(unsigned char *x, const int n[3], int times, unsigned char to, struct arena *a)
{
	size_t size = (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
	struct arena_mark start = arena_mark(a);
	unsigned char *other = arena_alloc(a, size, 1);

	for (int i = 0; i < times; i++) {
		step(x, other, n, to);
		if (memcmp(x, other, size) == 0)
			break;
		memcpy(x, other, size);
	}
	arena_reset(a, start);
}

void morph_erode(unsigned char *x, const int n[3], int times, struct arena *a)
{
	repeat(x, n, times, 0, a);
}

void morph_dilate(unsigned char *x, const int n[3], int times, struct arena *a)
{
	repeat(x, n, times, 1, a);
}

void morph_largest(unsigned char *x, const int n[3], struct arena *a)
{
	const long size = (long)n[0] * n[1] * n[2];
	struct arena_mark start = arena_mark(a);
	int *label = arena_alloc(a, (size_t)size, sizeof *label), best = 0;
	int n_part = components_label(x, n, COMPONENTS_FACES, label, a);
	long *voxels = arena_alloc(a, (size_t)n_part + 1, sizeof *voxels);

	components_sizes(size, label, n_part, voxels);
	for (int k = 1; k <= n_part; k++)
		if (best == 0 || voxels[k] > voxels[best])
			best = k;
	for (long v = 0; v < size; v++)
		x[v] = best > 0 && label[v] == best;
	arena_reset(a, start);
}

static long count(const unsigned char *x, long size)
{
	long n = 0;

	for (long v = 0; v < size; v++)
		n += x[v];
	return n;
}

struct tidied morph_tidy(unsigned char *x, const int n[3], int opening, bool connected, struct arena *a)
{
	const long size = (long)n[0] * n[1] * n[2];
	struct tidied t = { .given = count(x, size) };

	t.left = t.given;
	for (int k = 1; k <= opening && t.left > 0; k++) {
		t.last = t.left;
		morph_erode(x, n, 1, a);
		t.left = count(x, size);
		t.gone = t.left == 0 ? k : 0;
	}
	if (t.left == 0)
		return t;
	if (connected)
		morph_largest(x, n, a);
	morph_dilate(x, n, 2 * opening, a);
	morph_erode(x, n, opening, a);
	t.left = count(x, size);
	return t;
}
