/* statmaps.h - maps of a statistic for the tests of stats.*, and rows of their tables. */
#ifndef SULCUS_TEST_STATMAPS_H
#define SULCUS_TEST_STATMAPS_H

#include <math.h>

#include "harness.h"
#include "img/table.h"

enum { NI = 8, NJ = 9, NK = 7, SIZE = NI * NJ * NK };

static const struct grid z1_grid = { { NI, NJ, NK }, { { 3, 0, 0, -15 }, { 0, 3, 0, -12 }, { 0, 0, 3, -9 } } };

static inline const struct item *map_of(const struct grid *g, const double *x)
{
	static int count;
	const char *path = arena_printf(check_arena(), "%s/map%d.nii", check_folder(), count++);

	CHECK_OK(image_write(path, g, 1, 0, IMAGE_FLOAT64, x));
	return h_file("volume", "image.nii", path);
}

/* numerics' z-map Z1, times a factor. */
static inline const struct item *z1(double factor)
{
	double *x = NEW_N(check_arena(), double, SIZE);

	for (int k = 0; k < NK; k++)
		for (int j = 0; j < NJ; j++)
			for (int i = 0; i < NI; i++) {
				double a = (i - 2) * (i - 2) + (j - 3) * (j - 3) + (k - 3) * (k - 3);
				double b = (i - 6) * (i - 6) + (j - 6) * (j - 6) + (k - 3) * (k - 3);

				x[grid_index(&z1_grid, i, j, k)] = factor * (3.5 * exp(-a / 4) - 4 * exp(-b / 2) +
				                                             ((7 * i + 13 * j + 29 * k) % 17 - 8) * 0.05);
			}
	x[grid_index(&z1_grid, 5, 1, 1)] = factor * 3.6;
	return map_of(&z1_grid, x);
}

static inline const struct item *full_mask(void)
{
	float *x = NEW_N(check_arena(), float, SIZE);

	for (int v = 0; v < SIZE; v++)
		x[v] = 1;
	return h_image(&z1_grid, 1, 0, IMAGE_UINT8, x);
}

/* A map of n voxels in a row, spacing mm apart. */
static inline const struct item *row_of(int n, const double *x, double spacing)
{
	const struct grid g = { { n, 1, 1 }, { { spacing, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };

	return map_of(&g, x);
}

static inline const char *row_text(const struct table *t, int row)
{
	const char *text = table_cell(t, row, 0);

	for (int k = 1; k < t->n_col; k++)
		text = arena_printf(check_arena(), "%s %s", text, table_cell(t, row, k));
	return text;
}

#endif
