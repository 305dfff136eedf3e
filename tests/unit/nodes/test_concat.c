/* image.concat, image.crop, and image.mean_of on other grids: their numbers, their words. */
#include "harness.h"

#include <math.h>

#include "base/doc.h"
#include "image.concat.node.h"
#include "image.crop.node.h"
#include "image.mean_of.node.h"
#include "img/facts.h"

static struct image open_out(const struct out *o)
{
	struct image im;

	CHECK_OK(image_of(&im, h_item(o, "image"), check_arena()));
	return im;
}

static void check_grid(const struct grid *g, const int n[3], double x, double y, double z)
{
	const double origin[3] = { x, y, z };

	for (int d = 0; d < 3; d++) {
		CHECK_INT(g->n[d], n[d]);
		CHECK_NEAR(g->affine[d][3], origin[d], 2e-6);
	}
}

/* ---- image.concat ---- */
static struct error *concat(int n, const struct item **im, const struct item *onto, struct image_concat_params p, int threads,
                            struct out **out)
{
	struct item *items = NEW_N(check_arena(), struct item, n + 1);

	for (int k = 0; k < n; k++) {
		items[k] = *im[k];
		items[k].cell = arena_printf(check_arena(), "%02d", k + 1);
	}
	*out = h_out();
	return image_concat_run(h_env(threads), &p, &(struct image_concat_inputs){ { n, items }, onto },
	                        &(struct image_concat_outputs){ *out });
}

static const struct item *moved(double x_mm, int n_vol, double tr_s)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, 210 * n_vol);

	for (int v = 0; v < 210 * n_vol; v++)
		x[v] = (float)(v % 17);
	g.affine[0][3] += x_mm;
	return h_image(&g, n_vol, tr_s, IMAGE_INT16, x);
}

TEST(volumes_and_runs_one_after_the_other)
{
	const struct item *im[3] = { moved(0, 2, 2), moved(0, 1, 0), moved(0, 3, 2) };
	struct image_concat_params p = { 0 };
	struct out *out;
	struct image made;
	float *x;

	CHECK_OK(concat(3, im, NULL, p, 2, &out));
	made = open_out(out);
	CHECK_INT(made.n_vol, 6);
	CHECK_NEAR(made.tr_s, 2, 0);
	x = h_voxels(out);
	for (int v = 0; v < 420; v++)
		CHECK(x[v] == v % 17 && (v >= 210 || x[420 + v] == v % 17));
	p = (struct image_concat_params){ .tr_s = 1.5, .has_tr = true };
	CHECK_OK(concat(2, im, NULL, p, 1, &out));
	CHECK_NEAR(open_out(out).tr_s, 1.5, 0);
	im[2] = moved(0, 3, 2.5);
	CHECK_ERROR(concat(3, im, NULL, (struct image_concat_params){ 0 }, 1, &out),
	            "image 01 has a TR of 2 s, image 03 one of 2.5 s: give tr");
	CHECK_ERROR(concat(0, im, NULL, p, 1, &out), "no image in the list");
}

TEST(one_run_from_images_on_several_grids)
{
	const struct item *im[2] = { moved(0, 1, 0), moved(1, 2, 2) };
	struct image_concat_params p = { .clip = true };
	struct out *out, *other;

	CHECK_ERROR(concat(2, im, NULL, p, 1, &out), "image 02 and image 01 are both 6x7x5, but lie differently: row 1, column 4 "
	            "of the affine is -9, must be -10; they must share a grid (resample: true puts all onto it)");
	CHECK_ERROR(concat(2, im, im[1], p, 1, &out), "onto is given, but resample is false");
	p.resample = true;
	CHECK_OK(concat(2, im, NULL, p, 1, &out));
	CHECK_TEXT(h_notes(), "1 of 2 images were on another grid and are resampled\n");
	CHECK_OK(concat(2, im, NULL, p, 5, &other));
	CHECK_TEXT(h_digest(out, "image.nii"), h_digest(other, "image.nii"));
	CHECK_NEAR(open_out(out).grid.affine[0][3], -10, 0);
	CHECK_OK(concat(2, im, im[1], p, 1, &out));
	CHECK_NEAR(open_out(out).grid.affine[0][3], -9, 0);
}

static void give_image(struct shape *s, const char *port, double x_mm, int n_vol, double tr_s)
{
	struct grid g = h_f4_grid();
	struct image_facts f;

	g.affine[0][3] += x_mm;
	f = image_facts_new(&g, n_vol, tr_s, "int16");
	h_given(s, port, image_facts_to(&f, check_arena()), NULL);
}

TEST(check_sees_grids_and_times)
{
	struct shape *s = h_shape();
	struct image_concat_params p = { 0 };

	give_image(s, "images", 0, 3, 2);
	give_image(s, "images", 1, 3, 2.5);
	CHECK_OK(image_concat_shape(s, &p));
	CHECK(strstr(h_problems(s), "error images: image") && strstr(h_problems(s), "must share a grid"));
	CHECK(strstr(h_problems(s), "error tr: image") && strstr(h_problems(s), "give tr"));
	s = h_shape();
	give_image(s, "images", 0, 3, 2);
	give_image(s, "images", 1, 3, 2);
	CHECK_OK(image_mean_of_shape(s, &(struct image_mean_of_params){ 0 }));
	CHECK(strstr(h_problems(s), "resample: true"));
}

/* ---- image.mean_of on other grids: numerics 2.2 ---- */
TEST(the_mean_of_images_on_two_grids)
{
	struct grid g = { { 5, 7, 5 }, { { 2.5, 0, 0, -9 }, { 0, 3, 0, 5 }, { 0, 0, 4, 2 } } }, f3 = h_f4_grid();
	struct image_mean_of_params p = { .resample = true, .compat = IMAGE_MEAN_OF_COMPAT_NILEARN };
	float x[175], *y;
	struct item items[2];
	struct out *out = h_out();
	double sum = 0;

	for (int k = 0, v = 0; k < 5; k++)
		for (int j = 0; j < 7; j++)
			for (int i = 0; i < 5; i++)
				x[v++] = (float)(2 * ((7 * i + 13 * j + 29 * k) % 17 + 0.25 * ((i * j + k) % 5)));
	items[0] = *h_f4(1, IMAGE_FLOAT32);
	items[1] = *h_image(&g, 1, 0, IMAGE_FLOAT32, x);
	CHECK_OK(image_mean_of_run(h_env(2), &p, &(struct image_mean_of_inputs){ { 2, items } },
	                           &(struct image_mean_of_outputs){ out }));
	y = h_voxels(out);
	for (int v = 0; v < 210; v++)
		sum += y[v];
	CHECK_NEAR(y[grid_index(&f3, 2, 3, 2)], 6.5598571428571475, 1e-6);
	CHECK_NEAR(y[grid_index(&f3, 5, 1, 1)], 10.246285714285712, 1e-6);
	CHECK_NEAR(sum, 2390.5871428571436, 210 * 2e-7);   /* float32 results */
	p.resample = false;
	CHECK_ERROR(image_mean_of_run(h_env(2), &p, &(struct image_mean_of_inputs){ { 2, items } },
	                              &(struct image_mean_of_outputs){ out }), "5x7x5 at 2.5x3x4 mm, image number 0 6x7x5");
}

/* ---- image.crop ---- */
TEST(a_crop_keeps_the_world)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, 420);
	struct out *out = h_out(), *box = h_out();
	struct image_crop_params p = { 1e-8, false };
	struct image im;

	x[grid_index(&g, 2, 3, 1)] = 7;
	x[210 + grid_index(&g, 3, 3, 2)] = -1000;
	x[grid_index(&g, 5, 6, 4)] = 9e-6f;
	x[grid_index(&g, 0, 0, 0)] = NAN;
	CHECK_OK(image_crop_run(h_env(2), &p, &(struct image_crop_inputs){ h_image(&g, 2, 2, IMAGE_FLOAT32, x) },
	                        &(struct image_crop_outputs){ out, box }));
	im = open_out(out);
	check_grid(&im.grid, (int[3]){ 2, 1, 2 }, -6, 14, 6);
	CHECK_NEAR(h_voxels(out)[0], 7, 0);
	CHECK_NEAR(h_voxels(out)[7], -1000, 0);
	p.pad = true;
	x[grid_index(&g, 5, 3, 2)] = 1;
	out = h_out();
	CHECK_OK(image_crop_run(h_env(1), &p, &(struct image_crop_inputs){ h_image(&g, 1, 0, IMAGE_INT16, x) },
	                        &(struct image_crop_outputs){ out, box }));
	im = open_out(out);
	check_grid(&im.grid, (int[3]){ 5, 3, 4 }, -8, 11, 2);
	CHECK_INT(im.type, IMAGE_INT16);
	memset(x, 0, 420 * sizeof *x);
	CHECK_ERROR(image_crop_run(h_env(1), &p, &(struct image_crop_inputs){ h_image(&g, 1, 0, IMAGE_INT16, x) },
	                           &(struct image_crop_outputs){ out, box }), "the image is empty");
}
