#include "img/grid.h"

#include <math.h>

#include "base/arena.h"

void grid_voxel(const struct grid *g, long index, int voxel[3])
{
	voxel[0] = (int)(index % g->n[0]);
	voxel[1] = (int)(index / g->n[0] % g->n[1]);
	voxel[2] = (int)(index / g->n[0] / g->n[1]);
}

void affine_apply(const double a[3][4], const double x[3], double y[3])
{
	double in[3] = { x[0], x[1], x[2] };

	for (int r = 0; r < 3; r++)
		y[r] = (a[r][0] * in[0] + a[r][1] * in[1] + a[r][2] * in[2]) + a[r][3];
}

void grid_world(const struct grid *g, const double voxel[3], double world[3])
{
	affine_apply(g->affine, voxel, world);
}

void affine_multiply(double out[3][4], const double a[3][4], const double b[3][4])
{
	for (int r = 0; r < 3; r++)
		for (int c = 0; c < 4; c++)
			out[r][c] = a[r][0] * b[0][c] + a[r][1] * b[1][c] + a[r][2] * b[2][c] + (c == 3 ? a[r][3] : 0);
}

static double cofactor(const double a[3][4], int r, int c)
{
	int r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;

	return a[r1][c1] * a[r2][c2] - a[r1][c2] * a[r2][c1];
}

static double column_norm(const double a[3][4], int c)
{
	return sqrt(a[0][c] * a[0][c] + a[1][c] * a[1][c] + a[2][c] * a[2][c]);
}

bool affine_inverse(const double affine[3][4], double inverse[3][4])
{
	double det = 0, scale = 1;

	for (int c = 0; c < 3; c++) {
		det += affine[0][c] * cofactor(affine, 0, c);
		scale *= column_norm(affine, c);
	}
	/* Relative to the voxel's edges, so that a grid in micrometres is as good as one in metres. */
	if (!isfinite(det) || !isfinite(scale) || !(fabs(det) > 1e-9 * scale))
		return false;
	for (int r = 0; r < 3; r++) {
		for (int c = 0; c < 3; c++)
			inverse[r][c] = cofactor(affine, c, r) / det;
		inverse[r][3] = -(inverse[r][0] * affine[0][3] + inverse[r][1] * affine[1][3] + inverse[r][2] * affine[2][3]);
	}
	return isfinite(inverse[0][3] + inverse[1][3] + inverse[2][3]);
}

bool grid_inverse(const struct grid *g, double inverse[3][4])
{
	return affine_inverse(g->affine, inverse);
}

void grid_voxel_mm(const struct grid *g, double mm[3])
{
	for (int c = 0; c < 3; c++)
		mm[c] = column_norm(g->affine, c);
}

double grid_voxel_mm3(const struct grid *g)
{
	double det = 0;

	for (int c = 0; c < 3; c++) {
		int d = (c + 1) % 3, e = (c + 2) % 3;

		det += g->affine[0][c] * (g->affine[1][d] * g->affine[2][e] - g->affine[1][e] * g->affine[2][d]);
	}
	return fabs(det);
}

static bool sizes_same(const struct grid *a, const struct grid *b)
{
	return a->n[0] == b->n[0] && a->n[1] == b->n[1] && a->n[2] == b->n[2];
}

/* The tolerance with which nilearn calls two affines one. */
static bool close_to(double a, double b)
{
	return fabs(a - b) <= 1e-8 + 1e-5 * fabs(b);
}

/* The first entry where the affines differ as 4 r + c, or -1. */
static int first_difference(const struct grid *a, const struct grid *b)
{
	for (int e = 0; e < 12; e++)
		if (!close_to(a->affine[e / 4][e % 4], b->affine[e / 4][e % 4]))
			return e;
	return -1;
}

bool grid_same(const struct grid *a, const struct grid *b)
{
	return sizes_same(a, b) && first_difference(a, b) < 0;
}

const char *grid_text(const struct grid *g, struct arena *a)
{
	double mm[3];

	grid_voxel_mm(g, mm);
	if (fabs(mm[0] - mm[1]) <= 1e-4 * mm[0] && fabs(mm[0] - mm[2]) <= 1e-4 * mm[0])
		return arena_printf(a, "%dx%dx%d at %.4g mm", g->n[0], g->n[1], g->n[2], mm[0]);
	return arena_printf(a, "%dx%dx%d at %.4gx%.4gx%.4g mm", g->n[0], g->n[1], g->n[2], mm[0], mm[1], mm[2]);
}

static struct error *sizes_differ(const struct grid *a, const char *what_a, const struct grid *b, const char *what_b)
{
	struct arena *words = arena_new();
	struct error *e = error_new(ERR_DATA, "%s is %s, %s %s: they must share a grid", what_a, grid_text(a, words),
	                            what_b, grid_text(b, words));

	arena_free(words);
	return e;
}

struct error *grid_check(const struct grid *a, const char *what_a, const struct grid *b, const char *what_b)
{
	if (!sizes_same(a, b))
		return sizes_differ(a, what_a, b, what_b);
	int e = first_difference(a, b);

	if (e < 0)
		return NULL;
	return error_new(ERR_DATA, "%s and %s are both %dx%dx%d, but lie differently: row %d, column %d of the affine is "
	                 "%.7g, must be %.7g; they must share a grid", what_a, what_b, a->n[0], a->n[1], a->n[2],
	                 e / 4 + 1, e % 4 + 1, a->affine[e / 4][e % 4], b->affine[e / 4][e % 4]);
}
