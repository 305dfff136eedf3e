#include "fmri/volumes.h"

#include <string.h>

#include "base/arena.h"

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

long morph_part(unsigned char *x, const int n[3], long v, int *part)
{
	const long stride[3] = { 1, n[0], (long)n[0] * n[1] };
	long count = 1;

	x[v] = 2;
	part[0] = (int)v;
	for (long done = 0; done < count; done++) {
		long u = part[done];
		const int at[3] = { (int)(u % n[0]), (int)(u / n[0] % n[1]), (int)(u / stride[2]) };

		for (int d = 0; d < 3; d++)
			for (int way = -1; way <= 1; way += 2) {
				long w = u + way * stride[d];

				if (at[d] + way < 0 || at[d] + way >= n[d] || x[w] != 1)
					continue;
				x[w] = 2;
				part[count++] = (int)w;
			}
	}
	return count;
}

void morph_largest(unsigned char *x, const int n[3], struct arena *a)
{
	long size = (long)n[0] * n[1] * n[2], best = 0;
	struct arena_mark start = arena_mark(a);
	int *part = arena_alloc(a, (size_t)size, sizeof *part), *keep = arena_alloc(a, (size_t)size, sizeof *keep);

	for (int i = 0; i < n[0]; i++)
		for (int j = 0; j < n[1]; j++)
			for (int k = 0; k < n[2]; k++) {
				long v = i + (long)n[0] * (j + (long)n[1] * k), count = x[v] == 1 ? morph_part(x, n, v, part) : 0;

				if (count > best) {
					best = count;
					memcpy(keep, part, (size_t)count * sizeof *keep);
				}
			}
	memset(x, 0, (size_t)size);
	for (long i = 0; i < best; i++)
		x[keep[i]] = 1;
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
