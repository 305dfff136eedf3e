/* image.resample, and what nodes share that resample: its numbers, its words. */
#include "harness.h"

#include <math.h>

#include "base/doc.h"
#include "fmri/box.h"
#include "fmri/resampled.h"
#include "image.resample.node.h"
#include "img/facts.h"

static struct error *resample(const struct item *im, const struct item *like, struct image_resample_params p, int threads,
                              struct out **out)
{
	*out = h_out();
	return image_resample_run(h_env(threads), &p, &(struct image_resample_inputs){ im, like },
	                          &(struct image_resample_outputs){ *out });
}

TEST(a_clip_range_is_that_of_all_volumes)
{
	struct image im;
	double low, high;

	CHECK_OK(image_of(&im, h_f4(4, IMAGE_FLOAT32), check_arena()));
	for (int threads = 1; threads < 9; threads++) {   /* more threads than planes, too */
		image_range(&im, &low, &high, threads, check_arena());
		CHECK_NEAR(low, 0, 0);
		CHECK_NEAR(high, 17, 0);
	}
}

TEST(continuous_results_are_clipped)
{
	const double affine[12] = { 1.5, 0, 0, -9.5, 0, 2.5, 0, 4, 0, 0, 3, 1 }, shape[3] = { 8, 8, 7 };
	struct image_resample_params p = { .affine = affine, .n_affine = 12, .shape = shape, .n_shape = 3, .clip = true,
	                                   .compat = IMAGE_RESAMPLE_COMPAT_NILEARN };
	struct out *out;
	double sum = 0;
	float *x;

	CHECK_OK(resample(h_f4(1, IMAGE_FLOAT32), NULL, p, 1, &out));
	x = h_voxels(out);
	for (int v = 0; v < 8 * 8 * 7; v++)
		sum += x[v];
	CHECK_NEAR(sum, 2091.08579135471, 1e-5);
}

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

/* ---- boxes: numerics 2.3 and 2.4 ---- */
TEST(nine_numbers_make_a_box_around_the_image)
{
	const double three[9] = { 3, 0, 0, 0, 3, 0, 0, 0, 3 }, flipped[9] = { -3, 0, 0, 0, -3, 0, 0, 0, 3 };
	double c = cos(0.5), s = sin(0.5), turned[9] = { 3 * c, -3 * s, 0, 3 * s, 3 * c, 0, 0, 0, 3 }, sum = 0;
	struct image_resample_params p = { .affine = three, .n_affine = 9, .clip = true,
	                                   .compat = IMAGE_RESAMPLE_COMPAT_NILEARN };
	struct image im;
	struct out *out;
	float *x;

	CHECK_OK(resample(h_f4(1, IMAGE_FLOAT32), NULL, p, 1, &out));
	im = open_out(out);
	check_grid(&im.grid, (int[3]){ 5, 7, 7 }, -10, 5, 2);
	x = h_voxels(out);
	for (long v = 0; v < grid_size(&im.grid); v++)
		sum += x[v];
	CHECK_NEAR(x[grid_index(&im.grid, 1, 2, 3)], 8.388060855930668, 1e-6);
	CHECK_NEAR(sum, 1433.9077020359632, 1e-5);
	p.affine = turned;
	CHECK_OK(resample(h_f4(1, IMAGE_FLOAT32), NULL, p, 1, &out));
	im = open_out(out);
	check_grid(&im.grid, (int[3]){ 7, 8, 7 }, -7.701511529340697, 0.792645075960517, 2);
	p.affine = flipped;
	CHECK_OK(resample(h_f4(1, IMAGE_FLOAT32), NULL, p, 1, &out));
	im = open_out(out);
	check_grid(&im.grid, (int[3]){ 5, 7, 7 }, 0, 23, 2);
}

TEST(without_shape_the_image_s_last_voxel_ends_the_grid)
{
	const double affine[16] = { 3, 0, 0, -8, 0, 3, 0, 4, 0, 0, 3, 2, 0, 0, 0, 1 };
	struct image_resample_params p = { .affine = affine, .n_affine = 16 };
	struct out *out;
	struct image im;

	CHECK_OK(resample(h_f4(1, IMAGE_FLOAT32), NULL, p, 1, &out));
	im = open_out(out);
	check_grid(&im.grid, (int[3]){ 4, 8, 7 }, -8, 4, 2);
}

/* 0.1 + 0.2 is not 0.3: nilearn then adds a plane. */
TEST(rounding_adds_no_plane)
{
	const double affine[9] = { 2.0 / (1 + 1e-10), 0, 0, 0, 3, 0, 0, 0, 4 };
	struct image_resample_params p = { .affine = affine, .n_affine = 9 };
	struct out *out;

	CHECK_OK(resample(h_f4(1, IMAGE_FLOAT32), NULL, p, 1, &out));
	CHECK_INT(open_out(out).grid.n[0], 6);
	p.compat = IMAGE_RESAMPLE_COMPAT_NILEARN;
	CHECK_OK(resample(h_f4(1, IMAGE_FLOAT32), NULL, p, 1, &out));
	CHECK_INT(open_out(out).grid.n[0], 7);
}

TEST(a_voxel_size_keeps_the_field_of_view)
{
	const double one[1] = { 1 }, three[3] = { 4, 6, 3.5 };
	struct image_resample_params p = { .voxel_mm = one, .n_voxel = 1, .clip = true };
	struct out *out;
	struct image im;
	float *x;

	CHECK_OK(resample(h_f4(2, IMAGE_FLOAT32), NULL, p, 2, &out));
	im = open_out(out);
	check_grid(&im.grid, (int[3]){ 12, 21, 20 }, -10.5, 4, 0.5);
	x = h_voxels(out);
	for (long v = 0; v < 2 * grid_size(&im.grid); v++)
		CHECK(isfinite(x[v]));
	CHECK_INT(im.n_vol, 2);
	p = (struct image_resample_params){ .voxel_mm = three, .n_voxel = 3 };
	CHECK_OK(resample(h_f4(1, IMAGE_FLOAT32), NULL, p, 2, &out));
	im = open_out(out);
	/* 20 mm are 6 voxels of 3.5 mm, which are half a millimetre longer on each side */
	check_grid(&im.grid, (int[3]){ 3, 4, 6 }, -9, 5, 1.25);
}

/* ---- words ---- */
static void check_words(struct image_resample_params p, const struct item *like, const char *words)
{
	struct shape *s = h_shape();
	struct image_facts f;
	struct grid g = h_f4_grid();
	struct out *out;

	CHECK_ERROR(resample(h_f4(1, IMAGE_FLOAT32), like, p, 1, &out), words);
	f = image_facts_new(&g, 1, 0, "float32");
	h_given(s, "image", image_facts_to(&f, check_arena()), NULL);
	if (like)
		h_given(s, "onto", image_facts_to(&f, check_arena()), NULL);
	CHECK_OK(image_resample_shape(s, &p));
	CHECK(strstr(h_problems(s), words) != NULL);
}

TEST(a_grid_that_cannot_be_is_refused)
{
	const double good[12] = { 3, 0, 0, -8, 0, 3, 0, 4, 0, 0, 3, 2 }, flat[12] = { 3, 3, 0, -8, 3, 3, 0, 4, 0, 0, 3, 2 };
	const double row[16] = { 3, 0, 0, -8, 0, 3, 0, 4, 0, 0, 3, 2, 0, 0, 1, 1 }, away[12] = { 3, 0, 0, 900, 0, 3, 0, 0, 0, 0, 3 };
	const double huge[3] = { 2048, 2048, 512 }, half[3] = { 4, 4.5, 4 }, nan[12] = { 3, 0, NAN }, tiny[1] = { 1e-4 };
	const double four[3] = { 4, 4, 4 };

	check_words((struct image_resample_params){ 0 }, NULL, "give onto, affine or voxel");
	check_words((struct image_resample_params){ .affine = good, .n_affine = 12 }, h_f4(1, IMAGE_FLOAT32),
	            "both onto and affine are given");
	check_words((struct image_resample_params){ .voxel_mm = good, .n_voxel = 1 }, h_f4(1, IMAGE_FLOAT32),
	            "both onto and voxel are given");
	check_words((struct image_resample_params){ .affine = good, .n_affine = 12, .voxel_mm = good, .n_voxel = 1 }, NULL,
	            "both affine and voxel");
	check_words((struct image_resample_params){ .shape = half, .n_shape = 3 }, NULL, "shape is given without affine");
	check_words((struct image_resample_params){ .affine = good, .n_affine = 9, .shape = huge, .n_shape = 3 }, NULL,
	            "an affine of 9 numbers, which has no place");
	check_words((struct image_resample_params){ .affine = good, .n_affine = 11 }, NULL, "the affine has 11 numbers");
	check_words((struct image_resample_params){ .affine = row, .n_affine = 16 }, NULL, "last row of the affine is 0 0 1 1");
	check_words((struct image_resample_params){ .affine = flat, .n_affine = 12 }, NULL, "the affine has no inverse");
	check_words((struct image_resample_params){ .affine = nan, .n_affine = 12 }, NULL, "number 3 of the affine");
	check_words((struct image_resample_params){ .affine = away, .n_affine = 12 }, NULL, "ends before the affine's first");
	check_words((struct image_resample_params){ .affine = good, .n_affine = 12, .shape = huge, .n_shape = 3 }, NULL,
	            "2048 x 2048 x 512 voxels, must have less than 2^31");
	check_words((struct image_resample_params){ .affine = good, .n_affine = 12, .shape = half, .n_shape = 3 }, NULL,
	            "the shape is 4 4.5 4");
	check_words((struct image_resample_params){ .affine = away, .n_affine = 12, .shape = good, .n_shape = 3 }, NULL,
	            "the shape is 3 0 0");
	check_words((struct image_resample_params){ .affine = away, .n_affine = 12, .shape = four, .n_shape = 3 }, NULL,
	            "the new grid lies outside the image: along the image's axis 0 from voxel 455 to 459.5, the image has 0 to 5");
	check_words((struct image_resample_params){ .voxel_mm = tiny, .n_voxel = 1 }, NULL, "less than 2^31");
	check_words((struct image_resample_params){ .voxel_mm = good, .n_voxel = 2 }, NULL, "voxel has 2 numbers");
}

/* ---- kinds ---- */
static const struct item *as(const struct item *it, const char *kind)
{
	struct item *other = NEW(check_arena(), struct item);

	*other = *it;
	other->kind = kind;
	return other;
}

static const struct item *with_names(const struct item *it, const char *names)
{
	struct item *other = NEW(check_arena(), struct item);
	struct blob *blob = NEW_N(check_arena(), struct blob, 2);

	blob[0] = it->blob[0];
	blob[1] = (struct blob){ "names.tsv", h_table(names)->blob[0].path };
	*other = (struct item){ "", "labels", 2, blob };
	return other;
}

TEST(labels_stay_whole_and_keep_their_names)
{
	struct grid g = h_f4_grid();
	float x[210] = { 0 };
	const double two[1] = { 6 };
	struct image_resample_params p = { .voxel_mm = two, .n_voxel = 1 };
	const struct item *it;
	struct out *out;
	struct image im;
	float *y;

	for (int v = 0; v < 210; v++)
		x[v] = v < 100 ? 100000008 : 3;
	x[0] = 42;
	it = with_names(h_image(&g, 1, 0, IMAGE_INT32, x), "index\tname\n3\tleft\n42\tlost one\n100000008\tlarge\n");
	CHECK_OK(resample(it, NULL, p, 2, &out));
	im = open_out(out);
	CHECK_INT(im.type, IMAGE_INT32);
	CHECK_TEXT(h_notes(), "label 42 (lost one, 1 voxels before) has no voxel on the new grid\n");
	CHECK(item_blob(h_item(out, "labels"), "names.tsv") != NULL);
	y = h_voxels(out);
	for (long v = 0; v < grid_size(&im.grid); v++)
		CHECK(y[v] == 3 || y[v] == x[1]);
	CHECK_OK(resample(as(it, "maps"), NULL, p, 2, &out));
	CHECK_INT(open_out(out).type, IMAGE_FLOAT32);
	CHECK_OK(resample(as(it, "mask"), NULL, p, 2, &out));
	CHECK_INT(open_out(out).type, IMAGE_INT32);
	p.fill = 0.5;
	CHECK_OK(resample(as(it, "mask"), NULL, p, 2, &out));
	CHECK_INT(open_out(out).type, IMAGE_FLOAT32);
}

TEST(integers_of_both_byte_orders_are_copied)
{
	struct grid g = h_f4_grid(), to = g;
	struct resample *r;
	struct image im;
	struct image_writer *w;
	const char *path = out_blob(h_out(), "image.nii");
	unsigned char *swapped = NEW_N(check_arena(), unsigned char, 420);
	float *x = NEW_N(check_arena(), float, 210);

	CHECK_OK(image_of(&im, h_f4(1, IMAGE_INT16), check_arena()));
	image_volume(&im, 0, NONFINITE_KEEP, x);
	for (int b = 0; b < 420; b++)
		swapped[b] = im.raw[b ^ 1];
	im.raw = swapped;
	im.swapped = true;
	to.affine[0][3] += 2;
	CHECK_OK(resample_for(&r, &im, &to, RESAMPLE_NEAREST, false, RESAMPLE_CLAMP, 1, check_arena()));
	CHECK_OK(image_create(&w, path, &to, 1, 0, IMAGE_INT16, check_arena()));
	CHECK_OK(resampled_put(h_env(2), 1, &(struct resampled){ &im, r }, &to, true, -3, w));
	CHECK_OK(image_finish(w));
	CHECK_OK(image_open(&im, path, check_arena()));
	for (int v = 0; v < 210; v++) {
		float y;

		image_part(&im, 0, v, 1, NONFINITE_KEEP, &y);
		CHECK_NEAR(y, v % 6 == 5 ? -3 : x[v + 1], 0);
	}
}

TEST(the_same_grid_is_a_copy)
{
	const struct item *im = h_f4(2, IMAGE_FLOAT32);
	struct out *out, *forced;
	struct image_resample_params p = { .clip = true };

	CHECK_OK(resample(im, h_f4(1, IMAGE_INT16), p, 2, &out));
	p.force = true;
	CHECK_OK(resample(im, h_f4(1, IMAGE_INT16), p, 1, &forced));
	CHECK_TEXT(h_digest(out, "image.nii"), h_digest(forced, "image.nii"));
	CHECK_NEAR(open_out(out).tr_s, open_out(forced).tr_s, 0);
}

/* Only what would be written with the very bytes of the input. */
TEST(the_input_is_offered_in_place_of_its_copy)
{
	const struct item *im = h_f4(2, IMAGE_FLOAT32), *integers = h_f4(2, IMAGE_INT16);
	struct image_resample_params p = { .clip = true }, near = { .interpolation = IMAGE_RESAMPLE_INTERPOLATION_NEAREST },
	                             other = { .voxel_mm = (double[]){ 5 }, .n_voxel = 1 };
	struct out *out;

	CHECK_OK(resample(im, h_f4(1, IMAGE_INT16), p, 1, &out));
	CHECK_TEXT(out->offered.path, item_blob(im, "image.nii"));
	CHECK_TEXT(out->offered.name, "image.nii");
	CHECK_OK(resample(integers, im, near, 2, &out));   /* as they are stored */
	CHECK_TEXT(out->offered.path, item_blob(integers, "image.nii"));
	CHECK_OK(resample(integers, im, p, 1, &out));      /* becomes floats */
	CHECK(!out->offered.path);
	CHECK_OK(resample(im, NULL, other, 1, &out));
	CHECK(!out->offered.path);
	p.force = true;
	CHECK_OK(resample(im, h_f4(1, IMAGE_INT16), p, 1, &out));
	CHECK(!out->offered.path);
}

/* nilearn's short cut: right by default, the example of numerics 2.3 under compat. */
TEST(a_shift_to_the_low_side)
{
	const float x[6] = { 8.25f, 15.5f, 5.75f, 13, 2, 9.25f };
	const double affine[12] = { 1, 0, 0, 3, 0, 1, 0, 0, 0, 0, 1, 0 }, shape[3] = { 6, 1, 1 };
	struct grid g = { { 6, 1, 1 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	struct image_resample_params p = { .affine = affine, .n_affine = 12, .shape = shape, .n_shape = 3, .clip = true,
	                                   .fill = 1 };
	struct out *out;
	float *y;

	CHECK_OK(resample(h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL, p, 1, &out));
	y = h_voxels(out);
	CHECK(y[0] == 13 && y[1] == 2 && y[2] == 9.25f && y[3] == 1 && y[5] == 1);
	p.compat = IMAGE_RESAMPLE_COMPAT_NILEARN;
	CHECK_OK(resample(h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL, p, 1, &out));
	y = h_voxels(out);
	CHECK(y[0] == 8.25f && y[1] == 15.5f && y[2] == 5.75f && y[3] == 0 && y[5] == 0);
	p.force = true;
	CHECK_OK(resample(h_image(&g, 1, 0, IMAGE_FLOAT32, x), NULL, p, 1, &out));
	y = h_voxels(out);
	CHECK_NEAR(y[0], 13, 1e-6);
	CHECK(y[3] == 1);
}

TEST(threads_and_volumes_make_the_same_bits)
{
	const double affine[12] = { 1.5, .2, 0, -9.5, -.1, 2.5, 0, 4, 0, 0, 3, 1 };
	struct image_resample_params p = { .affine = affine, .n_affine = 12, .clip = true };
	struct out *one, *many;

	CHECK_OK(resample(h_f4(4, IMAGE_INT16), NULL, p, 1, &one));
	for (int threads = 2; threads < 7; threads += 2) {
		CHECK_OK(resample(h_f4(4, IMAGE_INT16), NULL, p, threads, &many));
		CHECK_TEXT(h_digest(one, "image.nii"), h_digest(many, "image.nii"));
	}
}
