/* Thresholds and tables of clusters on maps whose answers are known. */
#include "statmaps.h"

#include "base/file.h"
#include "img/facts.h"
#include "img/labels.h"
#include "img/table.h"
#include "stats.clusters.node.h"
#include "stats.threshold.node.h"

/* ---- thresholds ---- */
struct cut { double threshold; int above, below, clusters, voxels; const float *x; };

static double value_of(const char *json, const char *name)
{
	const char *at = strstr(json, arena_printf(check_arena(), "\"%s\": ", name));
	double x;

	CHECK(at != NULL);
	at += strlen(name) + 4;
	CHECK(table_number(&x, arena_strndup(check_arena(), at + (*at == '"'), strcspn(at + (*at == '"'), "\",\n}"))));
	return x;
}

static struct cut cut_map(const struct item *im, const struct item *mask, struct stats_threshold_params p)
{
	struct out *image = h_out(), *inside = h_out(), *record = h_out();
	char *json;
	size_t n;

	CHECK_OK(stats_threshold_run(h_env(1), &p, &(struct stats_threshold_inputs){ im, mask },
	                             &(struct stats_threshold_outputs){ image, inside, record }));
	CHECK_OK(file_read(&json, &n, item_blob(h_item(record, "record"), "record.json"), 1 << 20, check_arena()));
	return (struct cut){ value_of(json, "threshold"), (int)value_of(json, "above"), (int)value_of(json, "below"),
		             (int)value_of(json, "clusters"), (int)value_of(json, "voxels"), h_voxels(image) };
}

static struct error *refuse(const struct item *im, struct stats_threshold_params p)
{
	return stats_threshold_run(h_env(1), &p, &(struct stats_threshold_inputs){ im, NULL },
	                           &(struct stats_threshold_outputs){ h_out(), h_out(), h_out() });
}

#define CONTROL(c, a) .control = STATS_THRESHOLD_CONTROL_##c, .alpha = (a)

TEST(thresholds_of_z_agree_with_the_worked_example)
{
	struct cut c = cut_map(z1(1), full_mask(), (struct stats_threshold_params){ CONTROL(FPR, 0.001), .two_sided = true });

	CHECK_NEAR(c.threshold, 3.2905267314918945, 1e-14);
	CHECK(c.above == 2 && c.below == 1 && c.clusters == 3 && c.voxels == SIZE);
	CHECK(strstr(h_notes(), "3 of 504 voxels remain at a threshold of 3.29053, in 3 clusters") != NULL);
	c = cut_map(z1(1), full_mask(), (struct stats_threshold_params){ CONTROL(FDR, 0.05), .two_sided = true });
	CHECK_NEAR(c.threshold, 4.2432434105222026, 1e-14);
	/* Of doubles the voxel that made the threshold is 1e-12 above it. */
	CHECK(c.above == 0 && c.below == 1);
	c = cut_map(z1(1), full_mask(), (struct stats_threshold_params){ CONTROL(BONFERRONI, 0.05), .two_sided = true });
	CHECK_NEAR(c.threshold, 3.8925248132419714, 1e-14);
	c = cut_map(z1(1), full_mask(), (struct stats_threshold_params){ CONTROL(FPR, 0.01) });
	CHECK_NEAR(c.threshold, 2.3263478740408408, 1e-14);
	CHECK_INT(c.below, 0);
}

TEST(the_threshold_of_fdr_is_the_last_that_holds)
{
	const double x[5] = { 1, 2, 3, 4, 0.5 }, negative[5] = { -1, -2, -3, -4, -0.5 };
	struct cut c = cut_map(row_of(5, x, 1), NULL, (struct stats_threshold_params){ CONTROL(FDR, 0.05) });

	CHECK_NEAR(c.threshold, 1.999999999999, 1e-15);
	CHECK(c.above == 3 && c.clusters == 1);
	c = cut_map(row_of(5, negative, 1), NULL, (struct stats_threshold_params){ CONTROL(FDR, 0.05),
	                                                                       .side = STATS_THRESHOLD_SIDE_BELOW });
	CHECK_NEAR(c.threshold, 1.999999999999, 1e-15);
	CHECK(c.below == 3 && c.above == 0 && c.x[3] == -4 && c.x[0] == 0);
}

TEST(when_nothing_survives_the_threshold_is_infinite)
{
	const double x[5] = { 1, -0.5, 0.3, NAN, 0.2 };
	struct cut c = cut_map(row_of(5, x, 1), NULL, (struct stats_threshold_params){ CONTROL(FDR, 0.05), .two_sided = true });

	CHECK(isinf(c.threshold) && c.above == 0 && c.below == 0 && c.clusters == 0);
	CHECK_INT(c.voxels, 4);   /* NaN was not tested */
	CHECK(strstr(h_notes(), "no voxel survives fdr at 0.05: the largest |z| of 4 voxels is 1") != NULL);
	CHECK(strstr(h_notes(), "1 voxel is NaN or infinite and counts as 0") != NULL);
}

TEST(a_written_threshold_counts_alone)
{
	const double x[6] = { 5, 4, 3, -3, -4, 0 };
	struct stats_threshold_params p = { CONTROL(NONE, 0.001), .two_sided = true };
	struct cut c = cut_map(row_of(6, x, 1), NULL, p);

	CHECK(c.threshold == 3 && c.above == 2 && c.below == 1);
	p.cluster_threshold = 2;
	c = cut_map(row_of(6, x, 1), NULL, p);
	CHECK(c.above == 2 && c.below == 0 && c.clusters == 1);
	p = (struct stats_threshold_params){ CONTROL(NONE, 0.001), .threshold = -3.5, .has_threshold = true };
	c = cut_map(row_of(6, x, 1), NULL, p);
	CHECK(c.above == 0 && c.below == 1 && c.x[4] == -4);
	p = (struct stats_threshold_params){ CONTROL(NONE, 0.001), .has_cluster_volume = true, .cluster_volume_mm3 = 4.5 };
	c = cut_map(row_of(6, x, 2), NULL, p);
	CHECK_INT(c.above, 0);
}

TEST(a_large_alpha_keeps_what_is_above_a_negative_threshold)
{
	const double x[4] = { 1, -0.2, -1, 0 };
	struct stats_threshold_params p = { CONTROL(FPR, 0.7) };
	struct cut c = cut_map(row_of(4, x, 1), NULL, p);

	CHECK_NEAR(c.threshold, -0.5244005127080407, 1e-13);
	CHECK(c.above == 2 && c.x[1] == -0.2f && c.x[2] == 0);
	p.compat = STATS_THRESHOLD_COMPAT_NILEARN;
	c = cut_map(row_of(4, x, 1), NULL, p);
	CHECK(c.above == 0 && c.below == 1 && c.x[2] == -1);
	p = (struct stats_threshold_params){ CONTROL(FPR, 1) };
	CHECK_INT(cut_map(row_of(4, x, 1), NULL, p).above, 3);
}

TEST(what_thresholds_cannot_be_is_told_in_words)
{
	const double zero[3] = { 0 };
	struct stats_threshold_params p = { CONTROL(FPR, 0.05), .threshold = 3, .has_threshold = true };

	CHECK_ERROR(refuse(z1(1), p), "threshold is for `control: none`");
	p = (struct stats_threshold_params){ CONTROL(NONE, 0.05), .threshold = -3, .has_threshold = true, .two_sided = true };
	CHECK_ERROR(refuse(z1(1), p), "cannot be two-sided");
	p = (struct stats_threshold_params){ CONTROL(FPR, 0.05), .side = STATS_THRESHOLD_SIDE_BELOW, .two_sided = true };
	CHECK_ERROR(refuse(z1(1), p), "side: below is for two_sided: false");
	p = (struct stats_threshold_params){ CONTROL(FDR, 0.05), .two_sided = true };
	CHECK_ERROR(refuse(row_of(3, zero, 1), p), "all voxels of the image are 0 or no numbers");
	CHECK_ERROR(refuse(h_f4(2, IMAGE_INT16), p), "the image has 2 volumes");
	p.control = STATS_THRESHOLD_CONTROL_FPR;
	CHECK_INT(cut_map(row_of(3, zero, 1), NULL, p).above, 0);
	CHECK(strstr(h_notes(), "all voxels of the image are 0 or no numbers") != NULL);
}

TEST(thresholds_are_checked_from_headers)
{
	struct image_facts im = image_facts_new(&z1_grid, 4, 2, "float32"), mask;
	struct shape *s = h_shape();
	struct grid other = z1_grid;

	other.n[0]++;
	mask = image_facts_new(&other, 1, 0, "uint8");
	h_given(s, "image", image_facts_to(&im, check_arena()), NULL);
	h_given(s, "mask", image_facts_to(&mask, check_arena()), NULL);
	CHECK_OK(stats_threshold_shape(s, &(struct stats_threshold_params){ CONTROL(FPR, 0.05), .threshold = 3,
	                                                                    .has_threshold = true }));
	CHECK_TEXT(h_problems(s), "error threshold: threshold is for `control: none`; other controls find theirs from alpha\n"
	           "error image: image has 4 volumes, must have one\n"
	           "error mask: the mask is 9x9x7 at 3 mm, the image 8x9x7 at 3 mm: they must share a grid\n");
}

/* ---- clusters ---- */
struct listed { struct table t; const float *label; const char *const *name; struct labels labels; };

static struct listed list(const struct item *im, const struct item *atlas, struct stats_clusters_params p)
{
	struct out *table = h_out(), *labels = h_out();
	struct listed l;

	CHECK_OK(stats_clusters_run(h_env(1), &p, &(struct stats_clusters_inputs){ im, NULL, atlas },
	                            &(struct stats_clusters_outputs){ table, labels }));
	CHECK_OK(table_of_any(&l.t, h_item(table, "table"), check_arena()));
	CHECK_OK(labels_read_any(&l.labels, h_item(labels, "labels"), check_arena()));
	l.label = h_voxels(labels);
	return l;
}

#define PEAKS .min_distance_mm = 8, .max_subpeaks = 3

TEST(the_table_of_the_worked_example)
{
	struct stats_clusters_params p = { .threshold = 1.5, .two_sided = true, .min_distance_mm = 6, .max_subpeaks = 3 };
	struct listed l = list(z1(1), NULL, p);

	CHECK_INT(l.t.n_row, 3);
	CHECK_INT(l.t.n_col, 6);
	CHECK_TEXT(l.t.column[5], "Cluster Size (mm3)");
	CHECK_TEXT(row_text(&l.t, 0), "1 0 -9 -6 3.6 27");
	CHECK(strncmp(row_text(&l.t, 1), "2 -9 -3 0 3.29998", 17) == 0 && strcmp(table_cell(&l.t, 1, 5), "729") == 0);
	CHECK(strncmp(row_text(&l.t, 2), "3 3 6 0 -4.24324", 16) == 0 && strcmp(table_cell(&l.t, 2, 5), "351") == 0);
	CHECK_INT(l.labels.n, 3);
	CHECK_TEXT(l.labels.name[2], "3 at 3 6 0");
	CHECK(l.label[grid_index(&z1_grid, 5, 1, 1)] == 1 && l.label[grid_index(&z1_grid, 6, 6, 3)] == 3);
	p.compat = STATS_CLUSTERS_COMPAT_NILEARN;
	l = list(z1(1), NULL, p);
	CHECK_TEXT(table_cell(&l.t, 2, 0), "1");
	CHECK_INT((int)l.label[grid_index(&z1_grid, 6, 6, 3)], 3);
}

TEST(below_a_negative_threshold_the_strongest_comes_first)
{
	const double x[5] = { -3, 0, -5, -4, 0 };
	struct stats_clusters_params p = { .threshold = -2, PEAKS };
	struct listed l = list(row_of(5, x, 1), NULL, p);

	CHECK_TEXT(row_text(&l.t, 0), "1 2 0 0 -5 2");
	CHECK_TEXT(row_text(&l.t, 1), "2 0 0 0 -3 1");
	p.compat = STATS_CLUSTERS_COMPAT_NILEARN;
	l = list(row_of(5, x, 1), NULL, p);
	CHECK_TEXT(row_text(&l.t, 0), "1 0 0 0 3 1");
	CHECK_TEXT(row_text(&l.t, 1), "2 2 0 0 5 2");
}

/* Peaks at 0, 20 and 5 mm: the third is near the first, but not near the second. */
TEST(a_subpeak_is_far_from_all_before_it)
{
	double x[21];
	struct stats_clusters_params p = { .threshold = 0.5, PEAKS };
	struct listed l;

	for (int i = 0; i < 21; i++)
		x[i] = 1;
	x[0] = 9;
	x[20] = 8;
	x[5] = 7;
	/* The flat stretches in between are no peaks. */
	l = list(row_of(21, x, 1), NULL, p);
	CHECK_INT(l.t.n_row, 2);
	CHECK_TEXT(row_text(&l.t, 1), "1a 20 0 0 8 n/a");
	p.compat = STATS_CLUSTERS_COMPAT_NILEARN;
	l = list(row_of(21, x, 1), NULL, p);
	CHECK_TEXT(row_text(&l.t, 2), "1b 5 0 0 7 n/a");
	p = (struct stats_clusters_params){ .threshold = 0.5, .max_subpeaks = 0 };
	CHECK_INT(list(row_of(21, x, 1), NULL, p).t.n_row, 1);
}

TEST(sizes_keep_their_fraction)
{
	const double x[3] = { 9, 9, 0 };
	struct stats_clusters_params p = { .threshold = 3, PEAKS };
	struct listed l = list(row_of(3, x, 3.3), NULL, p);

	CHECK_TEXT(table_cell(&l.t, 0, 5), "6.6");
	p.compat = STATS_CLUSTERS_COMPAT_NILEARN;
	l = list(row_of(3, x, 3.3), NULL, p);
	CHECK_TEXT(table_cell(&l.t, 0, 5), "6");
}

TEST(a_map_without_clusters_gives_a_table_without_rows)
{
	struct stats_clusters_params p = { .threshold = 9, PEAKS };
	struct listed l = list(z1(1), NULL, p);
	const double zero[3] = { 0 };
	struct table t;

	CHECK(l.t.n_row == 0 && l.t.n_col == 6 && l.labels.n == 0);
	CHECK(strstr(h_notes(), "no cluster at a threshold of 9: values are from -4.24324 to 3.6") != NULL);
	CHECK_INT(list(row_of(3, zero, 1), NULL, p).t.n_row, 0);
	/* Who needs rows refuses it. */
	CHECK_ERROR(table_parse(&t, "a\tb\n", 4, "x.tsv", TABLE_CANONICAL, check_arena()), "no rows");
	CHECK_OK(table_parse(&t, "a\tb\n", 4, "x.tsv", TABLE_CANONICAL | TABLE_MAY_BE_EMPTY, check_arena()));
	CHECK_INT(t.n_row, 0);
	p = (struct stats_clusters_params){ .threshold = 3.5, PEAKS };
	list(z1(1), NULL, p);
	CHECK(strstr(h_notes(), "1 voxel is below -3.5: two_sided: true lists them too") != NULL);
}

TEST(diagonal_neighbours_touch_when_asked)
{
	const struct grid g = { { 2, 2, 1 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
	const double x[4] = { 5, 0, 0, 4 };
	struct stats_clusters_params p = { .threshold = 3, PEAKS };

	CHECK_INT(list(map_of(&g, x), NULL, p).labels.n, 2);
	p.touch = STATS_CLUSTERS_TOUCH_18;
	CHECK_INT(list(map_of(&g, x), NULL, p).labels.n, 1);
}

TEST(an_atlas_names_peaks_on_a_grid_of_its_own)
{
	const struct grid g = { { 3, 1, 1 }, { { -4, 0, 0, 9 }, { 0, 4, 0, 0 }, { 0, 0, 4, 0 } } };   /* x: 9, 5, 1 mm */
	const float atlas[3] = { 12, 7, 0 };
	const double x[13] = { 9, 0, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0, 6 };
	struct stats_clusters_params p = { .threshold = 3, PEAKS };
	struct listed l = list(row_of(13, x, 1), h_image(&g, 1, 0, IMAGE_INT16, atlas), p);

	CHECK_INT(l.t.n_row, 4);
	CHECK_TEXT(row_text(&l.t, 0), "1 0 0 0 9 1 n/a");    /* label 0 */
	CHECK_TEXT(row_text(&l.t, 1), "2 4 0 0 8 1 7");
	CHECK_TEXT(row_text(&l.t, 2), "3 8 0 0 7 1 12");
	CHECK_TEXT(row_text(&l.t, 3), "4 12 0 0 6 1 n/a");   /* beyond the grid, 3 mm past its outermost centre */
}

TEST(clusters_at_the_border_stay_there)
{
	double x[SIZE] = { 0 };
	struct stats_clusters_params p = { .threshold = 3, PEAKS };
	struct listed l;

	x[grid_index(&z1_grid, 0, 0, 0)] = 4;
	x[grid_index(&z1_grid, NI - 1, NJ - 1, NK - 1)] = 5;
	x[grid_index(&z1_grid, NI - 1, 0, 0)] = 4;   /* in memory, not in space, next to (0, 1, 0) */
	x[grid_index(&z1_grid, 0, 1, 0)] = 4.5;
	l = list(map_of(&z1_grid, x), NULL, p);
	CHECK_INT(l.t.n_row, 3);
	CHECK_TEXT(row_text(&l.t, 0), "1 6 12 9 5 27");
	CHECK_TEXT(row_text(&l.t, 1), "2 -15 -9 -9 4.5 54");
	CHECK_TEXT(row_text(&l.t, 2), "3 6 -12 -9 4 27");
}
