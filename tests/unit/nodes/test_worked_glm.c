/* glm.first_level and glm.contrast one after the other on numerics 7.14; what smoothed runs keep in memory, and of what
 * is no number. */
#include "glm.first_level.node.h"
#include "made_glm.h"

#include <math.h>

#include "base/json.h"

enum { NI = 30, NJ = 30, NK = 24, SIZE = NI * NJ * NK };

static const struct item *design(void)
{
	struct buf b = { .arena = check_arena() };
	double x[T][P];

	made_design(x);
	buf_add(&b, "x0\tx1\tconstant\n");
	for (int t = 0; t < T; t++)
		buf_printf(&b, "%g\t%g\t%g\n", x[t][0], x[t][1], x[t][2]);
	return h_table(b.text);
}

static const struct item *image(const struct grid *g, const double *y)
{
	char *path = arena_printf(check_arena(), "%s/worked%d.nii", check_folder(), g->n[0]);

	CHECK_OK(image_write(path, g, T, 2, IMAGE_FLOAT64, y));
	return h_file("bold", "image.nii", path);
}

static struct glm_first_level_params as_it_is(void)
{
	return (struct glm_first_level_params){ .noise = "ar1", .bins = 100, .signal_scaling = GLM_FIRST_LEVEL_SIGNAL_SCALING_NONE,
	                                        .mask_strategy = GLM_FIRST_LEVEL_MASK_STRATEGY_NONE };
}

TEST(worked_data_from_images_to_f)
{
	const struct grid g = { { V, 1, 1 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } };
	struct glm_first_level_params p = as_it_is();
	struct out *glm = h_out(), *r_square = h_out(), *ar = h_out(), *f = h_out(), *z = h_out();
	struct glm_contrast_params test = f_of(2, made_two_rows);
	double y[V][T], rows[T][V];

	made_data(y);
	for (int t = 0; t < T; t++)
		for (int v = 0; v < V; v++)
			rows[t][v] = y[v][t];
	struct glm_first_level_inputs in = { { 1, image(&g, rows[0]) }, { 1, design() }, NULL, { 0 } };

	CHECK_OK(glm_first_level_run(h_env(1), &p, &in, &(struct glm_first_level_outputs){ .glm = glm, .mask = h_out() }));
	CHECK_OK(glm_first_level_run(h_env(1), &p, &in, &(struct glm_first_level_outputs){ .r_square = r_square, .ar = ar }));
	CHECK_OK(glm_contrast_run(h_env(1), &test, &(struct glm_contrast_inputs){ h_item(glm, "glm"), NULL },
	                          &(struct glm_contrast_outputs){ .stat = f, .z = z }));
	static const double r2[] = { .537249358938, .475617827527, .812526238237 }, rho[] = { .42, .44, -.52 };
	static const double stat[] = { 12.172595302512, 9.543639998163, 45.48873231197 };
	static const double normal[] = { 3.423735371321, 3.054679501015, 5.463787838153 };

	for (int v = 0; v < V; v++) {
		CHECK_NEAR(h_voxels(r_square)[v], r2[v], 1e-7);
		CHECK_NEAR(h_voxels(ar)[v], rho[v], 1e-7);
		CHECK_NEAR(h_voxels(f)[v], stat[v], 3e-6);
		CHECK_NEAR(h_voxels(z)[v], normal[v], 3e-7);
	}
}

TEST(data_without_a_mean_are_told)
{
	const struct grid g = { { V, 1, 1 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } };
	struct glm_first_level_params p = as_it_is();
	double y[V][T], rows[T][V];

	made_data(y);
	for (int v = 0; v < V; v++) {
		double mean = 0;

		for (int t = 0; t < T; t++)
			mean += y[v][t] / T;
		for (int t = 0; t < T; t++)
			rows[t][v] = y[v][t] - mean + 1e-6;
	}
	struct glm_first_level_inputs in = { { 1, image(&g, rows[0]) }, { 1, design() }, NULL, { 0 } };

	p.signal_scaling = GLM_FIRST_LEVEL_SIGNAL_SCALING_VOXEL;
	CHECK_OK(glm_first_level_run(h_env(1), &p, &in, &(struct glm_first_level_outputs){ .glm = h_out(), .mask = h_out() }));
	CHECK(strstr(h_notes(), "in 3 of 3 voxels the noise is larger than the mean in bold: data that were demeaned"));
}

/* What the arena of the node grew by. */
static size_t grown(struct glm_first_level_params p, const struct item *bold, const struct item *x)
{
	struct node_env *env = h_env(2);
	struct glm_first_level_inputs in = { { 4, bold }, { 4, x }, NULL, { 0 } };
	struct glm_first_level_outputs out = { .glm = h_out(), .mask = h_out() };
	size_t before;

	env->arena = arena_new();
	before = arena_size(env->arena);
	CHECK_OK(glm_first_level_run(env, &p, &in, &out));
	before = arena_size(env->arena) - before;
	arena_free(env->arena);
	return before;
}

TEST(smoothed_runs_do_not_stay_in_memory)
{
	const struct grid g = { { NI, NJ, NK }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } };
	double *y = NEW_N(check_arena(), double, T * SIZE);
	static const double width = 6;
	struct glm_first_level_params p = as_it_is();
	struct item bold[4], x[4];

	for (int k = 0; k < T * SIZE; k++)
		y[k] = 100 + check_random();
	for (int k = 0; k < 4; k++) {
		bold[k] = k ? bold[0] : *image(&g, y);
		x[k] = k ? x[0] : *design();
	}
	size_t plain = grown(p, bold, x);

	p.n_smoothing = 1;
	p.smoothing_mm = &width;
	CHECK(grown(p, bold, x) < plain + T * SIZE * sizeof(float));
}

TEST(what_is_no_number_in_a_scrubbed_volume_does_not_count)
{
	const struct grid g = { { NI, 5, 4 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } };
	double *y = NEW_N(check_arena(), double, T * 600);
	static const double width = 6;
	struct glm_first_level_params p = as_it_is();

	for (int k = 0; k < T * 600; k++)
		y[k] = 100 + check_random();
	y[5 * 600 + 300] = (double)NAN;
	y[6 * 600 + 301] = (double)NAN;
	struct glm_first_level_inputs in = { { 1, image(&g, y) }, { 1, design() }, NULL,
	                                     { 1, h_literal("table", "[0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]") } };

	for (p.n_smoothing = 0; p.n_smoothing < 2; p.n_smoothing++) {
		struct out *glm = h_out();
		struct glm m;

		p.smoothing_mm = &width;
		CHECK_OK(glm_first_level_run(h_env(1), &p, &in, &(struct glm_first_level_outputs){ .glm = glm, .mask = h_out() }));
		CHECK_OK(glm_read(&m, h_item(glm, "glm"), check_arena()));
		CHECK_INT(m.n, 599);
		CHECK_INT(m.index[300], 300);
		glm_close(&m);
	}
}
