#include "harness.h"

#include <math.h>

#include "img/facts.h"
#include "mask.template.node.h"

enum { N = 12, SIZE = N * N * N };

static const struct grid fine = { { N, N, N }, { { 2, 0, 0, -11 }, { 0, 2, 0, -11 }, { 0, 0, 2, -11 } } };

/* A cube of 255 from voxel 3 to 8 along each axis, and one voxel beside it. */
static void cube(float *x)
{
	for (int v = 0; v < SIZE; v++) {
		const int at[3] = { v % N, v / N % N, v / N / N };
		bool in = true;

		for (int d = 0; d < 3; d++)
			in &= at[d] >= 3 && at[d] <= 8;
		x[v] = in ? 255 : 0;
	}
	x[grid_index(&fine, 1, 1, 1)] = 200;
}

static struct error *run(const struct grid *g, const struct item *template, const struct mask_template_params *p, struct out *o)
{
	const struct item *im = h_image(g, 1, 0, IMAGE_UINT8, NEW_N(check_arena(), float, grid_size(g)));

	return mask_template_run(h_env(2), p, &(struct mask_template_inputs){ im, template }, &(struct mask_template_outputs){ o });
}

static int count(const struct grid *g, const struct mask_template_params *p)
{
	float *x = NEW_N(check_arena(), float, SIZE);
	struct out *o = h_out();
	int n = 0;

	cube(x);
	CHECK_OK(run(g, h_image(&fine, 1, 0, IMAGE_UINT8, x), p, o));
	x = h_voxels(o);
	for (long v = 0; v < grid_size(g); v++)
		n += x[v] != 0;
	return n;
}

TEST(a_template_on_its_own_grid_is_cut_at_a_fraction_of_its_maximum)
{
	struct mask_template_params p = { .threshold = 0.5 };

	CHECK_INT(count(&fine, &p), 6 * 6 * 6 + 1);
	p.threshold = 1;
	CHECK_INT(count(&fine, &p), 6 * 6 * 6);
	p.threshold = 0.5;
	p.connected = true;
	CHECK_INT(count(&fine, &p), 6 * 6 * 6);
	p.opening = 1;
	/* The corners and edges that a cross-shaped dilation does not reach are lost. */
	CHECK(count(&fine, &p) < 6 * 6 * 6 && count(&fine, &p) > 6 * 6 * 4);
}

TEST(a_template_is_put_on_the_grid_of_the_image)
{
	/* The same world, axes exchanged and one flipped: as many voxels. Voxels of 4 mm lie between its own, those at the corners of the cube
	 * have an eighth of it. */
	const struct grid turned = { { N, N, N }, { { 0, -2, 0, 11 }, { 2, 0, 0, -11 }, { 0, 0, 2, -11 } } };
	const struct grid coarse = { { 6, 6, 6 }, { { 4, 0, 0, -10 }, { 0, 4, 0, -10 }, { 0, 0, 4, -10 } } };
	struct mask_template_params p = { .threshold = 0.5, .connected = true };

	CHECK_INT(count(&turned, &p), 6 * 6 * 6);
	CHECK_INT(count(&coarse, &p), 2 * 2 * 2);
	p.threshold = 0.1;
	CHECK_INT(count(&coarse, &p), 4 * 4 * 4);
}

TEST(the_edge_voxels_of_a_template_reach_half_a_voxel_farther)
{
	/* 0.6 mm off along i: the first plane of the grid lies before the first centres of the template. */
	struct grid g = fine;
	float *x = NEW_N(check_arena(), float, SIZE);
	struct mask_template_params p = { .threshold = 0.5 };
	int inside[2];

	for (int v = 0; v < SIZE; v++)
		x[v] = 1;
	g.affine[0][3] -= 0.6;
	for (int c = 0; c < 2; c++) {
		struct out *o = h_out();

		p.compat = c ? MASK_TEMPLATE_COMPAT_NILEARN : MASK_TEMPLATE_COMPAT_NONE;
		CHECK_OK(run(&g, h_image(&fine, 1, 0, IMAGE_FLOAT32, x), &p, o));
		inside[c] = 0;
		for (int v = 0; v < SIZE; v++)
			inside[c] += h_voxels(o)[v] != 0;
		CHECK(c || strstr(h_notes(), "every voxel of the image's grid is inside") != NULL);
	}
	CHECK_INT(inside[0], SIZE);
	CHECK_INT(inside[1], SIZE - N * N);
}

TEST(a_template_of_nothing_is_refused_in_words)
{
	struct mask_template_params p = { .threshold = 0.5 };
	struct grid elsewhere = fine;
	float *x = NEW_N(check_arena(), float, 2 * SIZE);

	CHECK_ERROR(run(&fine, h_image(&fine, 1, 0, IMAGE_UINT8, x), &p, h_out()), "no value above 0: its highest is 0");
	CHECK_ERROR(run(&fine, h_image(&fine, 2, 0, IMAGE_UINT8, x), &p, h_out()), "the template has 2 volumes");
	for (int v = 0; v < SIZE; v++)
		x[v] = v % 2 ? NAN : INFINITY;
	CHECK_ERROR(run(&fine, h_image(&fine, 1, 0, IMAGE_FLOAT32, x), &p, h_out()), "no voxel of the template is a number");
	cube(x);
	elsewhere.affine[1][3] = 500;
	CHECK_ERROR(run(&elsewhere, h_image(&fine, 1, 0, IMAGE_UINT8, x), &p, h_out()), "reaches 0.5 of the template's maximum");
}

static const char *problems(const struct grid *g, int n_vol, const char *space)
{
	struct shape *s = h_shape();
	struct image_facts im = image_facts_new(&fine, 1, 0, "uint8"), template = image_facts_new(g, n_vol, 0, "uint8");

	im.space = "MNI152NLin6Asym";
	template.space = space;
	h_given(s, "image", image_facts_to(&im, check_arena()), NULL);
	h_given(s, "template", image_facts_to(&template, check_arena()), NULL);
	CHECK_OK(mask_template_shape(s, &(struct mask_template_params){ .threshold = 0.5, .opening = 2 }));
	return h_problems(s);
}

TEST(a_template_that_cannot_fit_is_told_from_the_headers)
{
	struct grid elsewhere = fine;

	elsewhere.affine[1][3] = 500;
	CHECK_TEXT(problems(&fine, 1, ""), "");
	CHECK_TEXT(problems(&fine, 3, ""), "error template: the template has 3 volumes, must have one\n");
	CHECK_TEXT(problems(&elsewhere, 1, ""), "error template: the template does not overlap the image: along y it is from 500 "
	           "to 522 mm, the image from -11 to 11 mm\n");
	CHECK_TEXT(problems(&fine, 1, "MNI152NLin2009cAsym"), "warning template: the template is in the space "
	           "MNI152NLin2009cAsym, the image in MNI152NLin6Asym\n");
}
