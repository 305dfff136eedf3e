/* The same head in all 48 orders and directions of its axes, with every form, type and kind of file: the same results
 * wherever the mathematics says so. Sums in another order may differ in their last bits. */
#include "traps.h"

#include <math.h>

#include "img/gz.h"
#include "image.resample.node.h"
#include "image.smooth.node.h"
#include "mask.background.node.h"
#include "mask.epi.node.h"
#include "signals.spheres.node.h"

enum { N0 = 13, N1 = 15, N2 = 12, SIZE = N0 * N1 * N2 };

static const struct trap plain = { .version = 1, .type = IMAGE_INT16 };

static struct trap stored(int way, enum trap_form form)
{
	struct trap t = plain;

	t.way = way;
	t.form = form;
	return t;
}

/* Where voxel v of way 0, in the order of its volume, is in another way. */
static long moved(int way, long v)
{
	return trap_index(way, (int)(v % N0), (int)(v / N0 % N1), (int)(v / N0 / N1));
}

static void check_affine(const struct item *it, const struct grid *must, double tol)
{
	struct image im;

	CHECK_OK(image_of(&im, it, check_arena()));
	CHECK_INT(im.n_vol, TRAP_VOLUMES);
	CHECK_NEAR(im.tr_s, 2, 0);
	for (int r = 0; r < 3; r++) {
		CHECK_INT(im.grid.n[r], must->n[r]);
		for (int c = 0; c < 4; c++)
			CHECK_NEAR(im.grid.affine[r][c], must->affine[r][c], tol);
	}
	image_close(&im);
}

/* ---- forms ---- */
TEST(every_form_places_the_head_where_it_is)
{
	for (int way = 0; way < TRAP_WAYS; way++) {
		struct grid g = trap_grid(way);
		struct trap sform = stored(way, TRAP_SFORM), qform = stored(way, TRAP_QFORM), both = stored(way, TRAP_BOTH);

		check_affine(trap_import(&sform), &g, 0);
		check_affine(trap_import(&both), &g, 0);
		/* The scalar part of a quaternion is what is missing to 1, so a float's 1e-8 may become the root of it. */
		check_affine(trap_import(&qform), &g, 2e-3);
		qform.version = 2;
		check_affine(trap_import(&qform), &g, 1e-6);
	}
}

TEST(without_forms_the_middle_is_the_origin_and_x_runs_left)
{
	for (int way = 0; way < TRAP_WAYS; way++) {
		struct trap t = stored(way, TRAP_NEITHER);
		struct grid g = trap_grid(way), must = g;
		double mm[3];

		grid_voxel_mm(&g, mm);
		memset(must.affine, 0, sizeof must.affine);
		for (int d = 0; d < 3; d++) {
			must.affine[d][d] = d == 0 ? -mm[d] : mm[d];
			must.affine[d][3] = -must.affine[d][d] * (g.n[d] - 1) / 2;
		}
		check_affine(trap_import(&t), &must, 0);
	}
}

/* ---- nodes ---- */
static struct out *spheres(const struct item *bold, const char *seeds)
{
	struct out *o = h_out();

	CHECK_OK(signals_spheres_run(h_env(2), &(struct signals_spheres_params){ .radius_mm = (double[]){ 7.3 }, .n_radius = 1,
	                                                                         .allow_overlap = true },
	                             &(struct signals_spheres_inputs){ .bold = bold, .seeds = h_literal("coords", seeds) },
	                             &(struct signals_spheres_outputs){ o, h_out(), h_out() }));
	return o;
}

static const char *const seeds = "[[1.2, 3.4, 5.6], [-9.7, -4.9, 5.1], [0.4, 8.2, 1.7], [14.1, -14.2, -9.3]]";

TEST(spheres_at_world_seeds_do_not_depend_on_storage)
{
	struct trap first = stored(0, TRAP_SFORM);
	int rows, columns;
	const float *must = h_series(spheres(trap_import(&first), seeds), &rows, &columns);

	CHECK_INT(rows * columns, TRAP_VOLUMES * 4);
	CHECK(must[0] > 40 && fabsf(must[0] - must[1]) > 1);
	for (int way = 0; way < 2 * TRAP_WAYS; way++) {
		struct trap t = stored(way % TRAP_WAYS, way < TRAP_WAYS ? TRAP_QFORM : TRAP_BOTH);

		t.version = 2;
		const float *x = h_series(spheres(trap_import(&t), seeds), &rows, &columns);

		for (int k = 0; k < TRAP_VOLUMES * 4; k++)
			CHECK_NEAR(x[k], must[k], 1e-6 * fabsf(must[k]));
	}
}

/* Without forms the stored order is taken for the world's; so a head stored backwards is a mirrored one. */
TEST(without_forms_a_seed_is_where_the_sizes_put_it)
{
	struct trap with = stored(0, TRAP_SFORM), without = stored(0, TRAP_NEITHER);
	int rows, columns;
	const float *must = h_series(spheres(trap_import(&with), "[[-17.5, -20, -15.25], [5.9, 4.7, 1.2]]"), &rows, &columns);
	/* Voxel (0, 0, 0) is at (18, -17.5, -19.25), and x runs the other way. */
	const float *x = h_series(spheres(trap_import(&without), "[[18, -17.5, -19.25], [-5.4, 7.2, -2.8]]"), &rows, &columns);

	for (int k = 0; k < rows * columns; k++)
		CHECK_NEAR(x[k], must[k], 0);
}

static const float *smooth(int way)
{
	struct trap t = stored(way, TRAP_SFORM);
	struct out *o = h_out();

	CHECK_OK(image_smooth_run(h_env(2), &(struct image_smooth_params){ .fwhm_mm = (double[]){ 6 }, .n_fwhm = 1 },
	                          &(struct image_smooth_inputs){ .image = trap_import(&t) }, &(struct image_smooth_outputs){ o }));
	return h_voxels(o);
}

TEST(smoothing_is_the_same_at_each_place_in_the_world)
{
	const float *must = smooth(0);

	for (int way = 1; way < TRAP_WAYS; way++) {
		const float *x = smooth(way);

		for (long v = 0; v < SIZE; v += 7)
			for (int t = 0; t < TRAP_VOLUMES; t++)
				CHECK_NEAR(x[t * SIZE + moved(way, v)], must[t * SIZE + v], 2e-5);
	}
}

static const float *background(int way)
{
	struct trap t = stored(way, TRAP_SFORM);
	struct out *o = h_out();

	CHECK_OK(mask_background_run(h_env(1), &(struct mask_background_params){ .border_size = 2, .opening = 1,
	                                                                         .connected = true },
	                             &(struct mask_background_inputs){ .image = trap_import(&t) },
	                             &(struct mask_background_outputs){ o }));
	return h_voxels(o);
}

static const float *epi(int way)
{
	struct trap t = stored(way, TRAP_SFORM);
	struct out *o = h_out();

	CHECK_OK(mask_epi_run(h_env(1), &(struct mask_epi_params){ 0.2, 0.85, true, 1, .ensure_finite = true },
	                      &(struct mask_epi_inputs){ .image = trap_import(&t) }, &(struct mask_epi_outputs){ o }));
	return h_voxels(o);
}

static void check_masks(const float *(*mask)(int way))
{
	const float *must = mask(0);
	int n = 0;

	for (long v = 0; v < SIZE; v++)
		n += must[v] != 0;
	CHECK(n > 200 && n < SIZE / 2);
	for (int way = 1; way < TRAP_WAYS; way++) {
		const float *x = mask(way);

		for (long v = 0; v < SIZE; v++)
			CHECK_NEAR(x[moved(way, v)], must[v], 0);
	}
}

TEST(masks_have_the_same_voxels_of_the_world)
{
	check_masks(background);
	check_masks(epi);
}

static const float *resampled(int way, enum image_resample_interpolation how)
{
	struct trap t = stored(way, TRAP_SFORM), like = stored(0, TRAP_SFORM);
	struct out *o = h_out();

	CHECK_OK(image_resample_run(h_env(1), &(struct image_resample_params){ .interpolation = how, .force = true },
	                            &(struct image_resample_inputs){ trap_import(&t), trap_import(&like) },
	                            &(struct image_resample_outputs){ o }));
	return h_voxels(o);
}

TEST(resampling_puts_the_head_back)
{
	static const struct { enum image_resample_interpolation how; double tol; } ways[] = {
		{ IMAGE_RESAMPLE_INTERPOLATION_NEAREST, 0 }, { IMAGE_RESAMPLE_INTERPOLATION_LINEAR, 1e-5 },
		{ IMAGE_RESAMPLE_INTERPOLATION_CONTINUOUS, 1e-5 },
	};

	for (int way = 0; way < TRAP_WAYS; way++)
		for (int k = 0; k < 3; k++) {
			const float *x = resampled(way, ways[k].how);

			for (int v = 0; v < SIZE; v += 3)
				for (int t = 0; t < TRAP_VOLUMES; t++)
					CHECK_NEAR(x[t * SIZE + v], trap_value(v % N0, v / N0 % N1, v / N0 / N1, t), ways[k].tol);
		}
}

/* ---- files ---- */
static void check_file(const struct trap *t, const char *must)
{
	struct out *o = spheres(trap_import(t), seeds);

	if (strcmp(h_digest(o, "series.npy"), must))
		fail_msg("another result: version %d, %s, %s, %s, %s", t->version, t->pair ? "pair" : "one file",
		         t->big_endian ? "big" : "little", t->gz ? "gz" : "plain", image_type_name(t->type));
}

/* Stored values are whole, and so are the scaled ones but for a half: all types hold them exactly. */
TEST(files_of_every_kind_give_the_same_bits)
{
	struct trap t = plain;
	const char *must = NULL;

	for (int scaled = 0; scaled < 2; scaled++) {
		t = plain;
		t.slope = scaled * 0.5;
		t.inter = scaled * -10;
		must = h_digest(spheres(trap_import(&t), seeds), "series.npy");
		for (int k = 0; k < 16; k++)
			for (t.type = IMAGE_UINT8; t.type <= IMAGE_FLOAT64; t.type++) {
				t.version = 1 + (k & 1);
				t.pair = k & 2;
				t.big_endian = k & 4;
				t.gz = k & 8;
				check_file(&t, must);
			}
	}
}
