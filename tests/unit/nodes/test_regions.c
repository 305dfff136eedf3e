/* Regions as scipy.ndimage.label numbers them, limits of size, and ways of choosing some; image.binarize. */
#include "harness.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "image.binarize.node.h"
#include "img/facts.h"
#include "img/labels.h"
#include "regions.components.node.h"
#include "regions.select.node.h"

/* In one row of 2 mm voxels, the last axis of two: parts of 1, 3 and 2 voxels, and one of 1 that touches at an edge. */
static const struct grid line = { { 10, 1, 2 }, { { 2, 0, 0, -4 }, { 0, 3, 0, 0 }, { 0, 0, 4, 0 } } };
static const float parts[20] = { 1, 0, 1, 1, 1, 0, 0, 0, 1, 1,
                                 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 };

static const struct item *mask_of_parts(void)
{
	return h_image(&line, 1, 0, IMAGE_FLOAT32, parts);
}

static const char *text_of(const struct out *o, const char *blob)
{
	char *text = NULL;
	size_t n;

	for (int k = 0; k < o->n_blob; k++)
		if (strcmp(o->blob[k].name, blob) == 0)
			CHECK_OK(file_read(&text, &n, o->blob[k].path, 1 << 20, check_arena()));
	return text;
}

static void check_labels(const struct out *o, const float *want)
{
	const float *x = h_voxels(o);

	for (int v = 0; v < 20; v++)
		CHECK_INT((int)x[v], (int)want[v]);
}

static struct error *components(struct regions_components_params p, const struct item *mask, struct out *labels, struct out *table)
{
	return regions_components_run(h_env(1), &p, &(struct regions_components_inputs){ mask },
	                              &(struct regions_components_outputs){ labels, table });
}

TEST(parts_are_numbered_by_their_first_voxels)
{
	struct out *labels = h_out(), *table = h_out();

	CHECK_OK(components((struct regions_components_params){ 0 }, mask_of_parts(), labels, table));
	check_labels(labels, (float[20]){ 1, 0, 2, 2, 2, 0, 0, 0, 4, 4, 0, 0, 0, 0, 0, 3 });
	CHECK_TEXT(text_of(table, "table.tsv"), "index\tname\tvoxels\tvolume_mm3\tx\ty\tz\n"
	           "1\tregion 1\t1\t24\t-4\t0\t0\n2\tregion 2\t3\t72\t2\t0\t0\n3\tregion 3\t1\t24\t6\t0\t4\n4\tregion 4\t2\t48\t13\t0\t0\n");
	CHECK_TEXT(text_of(labels, "names.tsv"), "index\tname\n1\tregion 1\n2\tregion 2\n3\tregion 3\n4\tregion 4\n");
	CHECK_TEXT(h_notes(), "4 regions: 'region 1' has 1 voxel, 'region 2' has 3 voxels, 'region 3' has 1 voxel, "
	           "'region 4' has 2 voxels\n");
	CHECK_OK(components((struct regions_components_params){ .neighbours = REGIONS_COMPONENTS_NEIGHBOURS_18 }, mask_of_parts(),
	                    labels = h_out(), h_out()));
	check_labels(labels, (float[20]){ 1, 0, 2, 2, 2, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 2 });
}

TEST(the_largest_may_come_first_and_small_ones_go)
{
	struct regions_components_params p = { .order = REGIONS_COMPONENTS_ORDER_SIZE };
	struct out *o = h_out();

	CHECK_OK(components(p, mask_of_parts(), o, h_out()));
	check_labels(o, (float[20]){ 3, 0, 1, 1, 1, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 4 });
	p.min_voxels = 2;
	CHECK_OK(components(p, mask_of_parts(), o = h_out(), h_out()));
	check_labels(o, (float[20]){ 0, 0, 1, 1, 1, 0, 0, 0, 2, 2 });
	CHECK_TEXT(h_notes(), "2 regions: 'region 1' has 3 voxels, 'region 2' has 2 voxels; 2 of fewer than 2 voxels are left out\n");
	p = (struct regions_components_params){ .has_min_volume = true, .min_volume_mm3 = 48, .has_max_volume = true, .max_volume_mm3 = 48 };
	CHECK_OK(components(p, mask_of_parts(), o = h_out(), h_out()));
	check_labels(o, (float[20]){ [8] = 1, [9] = 1 });
	p = (struct regions_components_params){ .min_voxels = 4 };
	CHECK_OK(components(p, mask_of_parts(), o = h_out(), h_out()));
	CHECK_TEXT(h_notes(), "there are no regions: of 4 connected parts, of at most 3 voxels, none has 4 or more\n");
	p.has_min_volume = true;
	CHECK_ERROR(components(p, mask_of_parts(), h_out(), h_out()), "min_voxels and min_volume exclude each other");
}

TEST(an_empty_mask_has_no_regions_and_who_wants_some_is_told_why)
{
	struct out *labels = h_out(), *table = h_out(), *chosen = h_out();
	struct labels l;

	CHECK_OK(components((struct regions_components_params){ 0 }, h_image(&line, 1, 0, IMAGE_FLOAT32, (float[20]){ 0 }), labels, table));
	CHECK_TEXT(text_of(table, "table.tsv"), "index\tname\tvoxels\tvolume_mm3\tx\ty\tz\n");
	CHECK_OK(regions_select_run(h_env(1), &(struct regions_select_params){ .largest = 2, .has_largest = true },
	                            &(struct regions_select_inputs){ h_item(labels, "labels") },
	                            &(struct regions_select_outputs){ chosen, h_out() }));
	CHECK_TEXT(h_notes(), "there are no regions to select from\n");
	CHECK_ERROR(labels_read(&l, h_item(chosen, "labels"), 0, NULL, check_arena()),
	            "there are no regions, which came about so: regions.components: there are no regions: the mask given is empty; "
	            "regions.select: there are no regions to select from");
}

/* ---- regions.select ---- */
static struct out *four_regions(void)
{
	struct out *o = h_out();

	CHECK_OK(components((struct regions_components_params){ 0 }, mask_of_parts(), o, h_out()));
	return o;
}

static struct error *choose(struct regions_select_params p, const struct item *image, const struct item *at, struct out *labels,
                            struct out *table)
{
	return regions_select_run(h_env(1), &p, &(struct regions_select_inputs){ h_item(four_regions(), "labels"), image, at },
	                          &(struct regions_select_outputs){ labels, table });
}

TEST(regions_are_chosen_by_name_number_and_size)
{
	struct out *o = h_out(), *table = h_out();

	CHECK_OK(choose((struct regions_select_params){ .n_names = 2, .names = (const char *[]){ "region 4", "1" } }, NULL, NULL, o, table));
	check_labels(o, (float[20]){ 1, [8] = 4, [9] = 4 });
	CHECK_TEXT(text_of(o, "names.tsv"), "index\tname\n1\tregion 1\n4\tregion 4\n");
	CHECK_ERROR(choose((struct regions_select_params){ .n_names = 1, .names = (const char *[]){ "regio 4" } }, NULL, NULL, o, table),
	            "no region has the name or number 'regio 4', did you mean 'region 4'?; there are 'region 1' (1), 'region 2' (2), ");
	CHECK_OK(choose((struct regions_select_params){ .largest = 3, .has_largest = true }, NULL, NULL, o = h_out(), h_out()));
	check_labels(o, (float[20]){ 1, 0, 2, 2, 2, [8] = 4, [9] = 4 });
	CHECK_OK(choose((struct regions_select_params){ .largest = 9, .has_largest = true }, NULL, NULL, o = h_out(), h_out()));
	CHECK(strstr(h_notes(), "there are only 4 regions, 9 were asked for\n") != NULL);
	CHECK_ERROR(choose((struct regions_select_params){ 0 }, NULL, NULL, o, table), "nothing says which regions");
}

TEST(regions_are_chosen_by_peak)
{
	float x[20] = { 5, 9, 1, (float)NAN, 2, [8] = 7, [9] = 3, [15] = -1 };
	const struct item *image = h_image(&line, 1, 0, IMAGE_FLOAT32, x);
	struct out *o = h_out(), *table = h_out();

	CHECK_OK(choose((struct regions_select_params){ .peak = 2, .has_peak = true }, image, NULL, o, table));
	check_labels(o, (float[20]){ 1, [8] = 4, [9] = 4 });
	CHECK_TEXT(text_of(table, "table.tsv"), "index\tname\tvoxels\tvolume_mm3\tx\ty\tz\tpeak\n"
	           "1\tregion 1\t1\t24\t-4\t0\t0\t5\n4\tregion 4\t2\t48\t13\t0\t0\t7\n");
	CHECK_ERROR(choose((struct regions_select_params){ .peak = 2, .has_peak = true }, NULL, NULL, o, table), "peak needs an image");
}

TEST(regions_are_chosen_by_position_which_may_name_them)
{
	struct out *o = h_out();

	CHECK_OK(choose((struct regions_select_params){ .within_mm = 2.1 }, NULL,
	                h_literal("coords", "{\"left\": [2.9, 1, 0], \"right\": [10, 0, 0], \"far\": [6, 90, 0]}"), o, h_out()));
	check_labels(o, (float[20]){ 0, 0, 2, 2, 2, [8] = 4, [9] = 4 });
	CHECK_TEXT(text_of(o, "names.tsv"), "index\tname\n2\tleft\n4\tright\n");
	CHECK(strstr(h_notes(), "no region lies at (6, 90, 0), far: the nearest is 'region 2' at 90 mm\n") != NULL);
	CHECK_OK(choose((struct regions_select_params){ .within_mm = 2.1 }, NULL, h_literal("coords", "[[0, 0, 1e200]]"), h_out(), h_out()));
	CHECK(strstr(h_notes(), "no region lies at (0, 0, 1e+200): the nearest is 'region 1'") != NULL);
	CHECK_OK(choose((struct regions_select_params){ 0 }, NULL, h_literal("coords", "[[10, 0, 0]]"), o = h_out(), h_out()));
	check_labels(o, (float[20]){ 0 });
	CHECK(strstr(h_notes(), "none of the 4 regions lies at the positions\n") != NULL);
}

TEST(shapes_of_regions_tell_what_cannot_be)
{
	struct image_facts f = image_facts_new(&line, 1, 0, "int32");
	struct shape *s = h_shape();

	h_given(s, "regions", image_facts_to(&f, check_arena()), h_item(four_regions(), "labels"));
	CHECK_OK(regions_select_shape(s, &(struct regions_select_params){ .n_names = 1, .names = (const char *[]){ "V1" } }));
	CHECK_OK(regions_select_shape(s, &(struct regions_select_params){ .has_largest = true, .has_peak = true }));
	CHECK(strstr(h_problems(s), "error names: no region has the name or number 'V1'") != NULL);
	CHECK(strstr(h_problems(s), "error peak: names, largest, peak and at exclude each other: one step can follow another") != NULL);
	s = h_shape();
	h_given(s, "mask", image_facts_to(&f, check_arena()), NULL);
	CHECK_OK(regions_components_shape(s, &(struct regions_components_params){ .min_voxels = 5, .has_max_voxels = true, .max_voxels = 3 }));
	CHECK_TEXT(h_problems(s), "error min_voxels: no size is right: regions must have 5 voxels or more, and 3 voxels or fewer\n");
}

/* ---- image.binarize ---- */
static struct error *binarize(struct image_binarize_params p, const struct item *mask, struct out *o)
{
	const float x[20] = { 0.1F, -0.2F, 0.3F, (float)NAN, (float)INFINITY, 0, 5 };

	return image_binarize_run(h_env(2), &p, &(struct image_binarize_inputs){ h_image(&line, 1, 0, IMAGE_FLOAT32, x), mask },
	                          &(struct image_binarize_outputs){ o });
}

TEST(a_mask_is_what_is_beyond_a_threshold)
{
	struct out *o = h_out();

	CHECK_OK(binarize((struct image_binarize_params){ .two_sided = true }, NULL, o));
	check_labels(o, (float[20]){ 1, 1, 1, 0, 0, 0, 1 });
	CHECK_OK(binarize((struct image_binarize_params){ .has_threshold = true, .threshold = 0.1 }, NULL, o = h_out()));
	check_labels(o, (float[20]){ 0, 0, 1, 0, 0, 0, 1 });
	CHECK_OK(binarize((struct image_binarize_params){ .has_threshold = true, .threshold = -0.1 }, NULL, o = h_out()));
	check_labels(o, (float[20]){ 0, 1 });
	CHECK_OK(binarize((struct image_binarize_params){ .has_percentile = true, .percentile = 90, .two_sided = true }, NULL, o = h_out()));
	check_labels(o, (float[20]){ 0, 0, 1, 0, 0, 0, 1 });
	CHECK_OK(binarize((struct image_binarize_params){ .two_sided = true }, mask_of_parts(), o = h_out()));
	check_labels(o, (float[20]){ 1, 0, 1 });
	CHECK_OK(binarize((struct image_binarize_params){ .has_threshold = true, .threshold = 5, .two_sided = true }, NULL, o = h_out()));
	CHECK_TEXT(h_notes(), "no voxel is beyond a threshold of 5: values are from -0.2 to 5\n");
	CHECK_ERROR(binarize((struct image_binarize_params){ .has_threshold = true, .threshold = -5, .two_sided = true }, NULL, o),
	            "a negative threshold is for what is below it");
}
