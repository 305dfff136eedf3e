#include "regions.h"

#include <math.h>

#include "img/table.h"

static int label_at(int i, int j, int k)
{
	if (i == 5 && j == 6 && k == 4)
		return 7;
	return i < 2 ? 3 : i < 4 && j < 3 ? 1 : 0;
}

const struct item *labels_image(enum image_type type)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, grid_size(&g));

	for (int v = 0; v < grid_size(&g); v++) {
		int at[3];

		grid_voxel(&g, v, at);
		x[v] = (float)label_at(at[0], at[1], at[2]);
	}
	return h_image(&g, 1, 0, type, x);
}


struct made run_labels(struct signals_labels_params p, const struct item *bold, const struct item *labels,
                              const struct item *mask, const struct item *names, int threads)
{
	struct made m = { h_out(), h_out(), h_out(), h_out(), .n_row = 0 };

	p.standardize_confounds = true;
	m.error = signals_labels_run(h_env(threads), &p,
	                             &(struct signals_labels_inputs){ .bold = bold, .labels = labels, .mask = mask, .names = names },
	                             &(struct signals_labels_outputs){ .signals = m.signals, .coverage = m.coverage,
	                                                               .labels_used = m.used, .record = m.record });
	if (!m.error)
		m.x = h_series(m.signals, &m.n_row, &m.n_col);
	return m;
}

void expect_row(struct made m, int n, const double must[])
{
	CHECK_OK(m.error);
	CHECK_INT(m.n_col, n);
	for (int k = 0; k < n; k++)
		CHECK_NEAR(m.x[k], must[k], 1e-5);
}

const char *cell(const struct out *coverage, int row, const char *column)
{
	struct table t;

	CHECK_OK(table_of(&t, h_item(coverage, "table"), check_arena()));
	return table_cell(&t, row, table_find(&t, column));
}

/* F4 with NaN in one voxel of label 1 at one time, and everywhere in label 7. */
const struct item *broken_bold(void)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, 4 * grid_size(&g));
	struct image im;

	CHECK_OK(image_of(&im, h_f4(4, IMAGE_FLOAT32), check_arena()));
	for (int t = 0; t < 4; t++)
		image_volume(&im, t, NONFINITE_KEEP, x + t * 210);
	image_close(&im);
	x[2 * 210 + grid_index(&g, 2, 0, 0)] = NAN;
	for (int t = 0; t < 4; t++)
		x[t * 210 + 209] = t % 2 ? INFINITY : NAN;
	return h_image(&g, 4, 2, IMAGE_FLOAT32, x);
}

double map_at(int k, int i, int j, int l)
{
	return k == 0 ? exp(-((i - 1) * (i - 1) + (j - 2) * (j - 2)) / 4.0) : exp(-((i - 4) * (i - 4) + (l - 2) * (l - 2)) / 3.0);
}

/* The two maps of numerics, times sign, and a third that is twice the first when n is 3. */
float *map_weights(int n, double sign)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, n * grid_size(&g));

	for (int v = 0; v < grid_size(&g); v++) {
		int at[3];

		grid_voxel(&g, v, at);
		for (int k = 0; k < n; k++)
			x[k * 210 + v] = (float)(sign * (k == 2 ? 2 : 1) * map_at(k % 2, at[0], at[1], at[2]));
	}
	return x;
}

const struct item *maps_image(int n)
{
	struct grid g = h_f4_grid();

	return h_image(&g, n, 0, IMAGE_FLOAT64, map_weights(n, 1));
}

struct made run_maps(struct signals_maps_params p, const struct item *bold, const struct item *maps,
                            const struct item *mask, int threads)
{
	struct made m = { h_out(), h_out(), NULL, h_out(), .n_row = 0 };

	p.standardize_confounds = true;
	m.error = signals_maps_run(h_env(threads), &p,
	                           &(struct signals_maps_inputs){ .bold = bold, .maps = maps, .mask = mask },
	                           &(struct signals_maps_outputs){ .signals = m.signals, .coverage = m.coverage,
	                                                           .record = m.record });
	if (!m.error)
		m.x = h_series(m.signals, &m.n_row, &m.n_col);
	return m;
}

const struct item *mask_where(bool (*inside)(const int at[3]))
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, grid_size(&g));

	for (int v = 0; v < grid_size(&g); v++) {
		int at[3];

		grid_voxel(&g, v, at);
		x[v] = inside(at);
	}
	return h_image(&g, 1, 0, IMAGE_UINT8, x);
}

bool first_three(const int at[3])
{
	return at[0] < 3;
}

bool corner(const int at[3])
{
	return at[0] == 5 && at[1] == 6 && at[2] == 4;
}

bool narrow(const int at[3])
{
	return at[0] != 0 && at[0] != 5;
}
