/* Digests of what the nodes of regions make of a small phantom (test_golden.c). */
#include "golden.h"

#include "phantom.study.node.h"
#include "signals.labels.node.h"
#include "signals.maps.node.h"
#include "signals.to_image.node.h"

/* Blocks of 40 mm, numbered from 1 on. */
static const struct item *blocks(const struct item *bold)
{
	struct image im;
	float *x;

	CHECK_OK(image_of(&im, bold, check_arena()));
	x = NEW_N(check_arena(), float, grid_size(&im.grid));
	for (long v = 0; v < grid_size(&im.grid); v++) {
		int at[3];

		grid_voxel(&im.grid, v, at);
		x[v] = (float)(1 + at[0] / 5 + 5 * (at[1] / 5 + 6 * (at[2] / 5)));
	}
	image_close(&im);
	return h_image(&im.grid, 1, 0, IMAGE_INT16, x);
}

TEST(golden_labels)
{
	struct out *bold, *confounds, *signals = h_out(), *coverage = h_out();
	struct signals_labels_params p = { .strategy = SIGNALS_LABELS_STRATEGY_MEDIAN, .standardize_confounds = true,
	                                   .standardize = 1, .smoothing_mm = (double[]){ 8 }, .n_smoothing = 1 };
	const struct item *im;

	golden_study(&bold, &confounds);
	im = h_item(bold, "bold");
	CHECK_OK(signals_labels_run(h_env(1), &p,
	                            &(struct signals_labels_inputs){ .bold = im, .labels = blocks(im),
	                                                             .confounds = h_item(confounds, "table") },
	                            &(struct signals_labels_outputs){ .signals = signals, .coverage = coverage,
	                                                              .record = h_out() }));
	golden_expect("signals.labels", signals, "series.npy");
	golden_expect("signals.labels", coverage, "table.tsv");
}

/* Waves along each axis, and one that is everywhere. */
static const struct item *waves(const struct item *bold)
{
	struct image im;
	float *x;
	long n;

	CHECK_OK(image_of(&im, bold, check_arena()));
	n = grid_size(&im.grid);
	x = NEW_N(check_arena(), float, 4 * n);
	for (long v = 0; v < n; v++) {
		int at[3];

		grid_voxel(&im.grid, v, at);
		x[v] = 1;
		for (int d = 0; d < 3; d++)
			x[(d + 1) * n + v] = (float)((at[d] * at[d]) % 11) / 8 - 0.5f;
	}
	image_close(&im);
	return h_image(&im.grid, 4, 0, IMAGE_FLOAT32, x);
}

TEST(golden_maps)
{
	struct out *bold, *confounds, *signals = h_out(), *coverage = h_out(), *image = h_out();
	struct signals_maps_params p = { .allow_overlap = true, .standardize_confounds = true, .standardize = 1 };
	const struct item *im;

	golden_study(&bold, &confounds);
	im = h_item(bold, "bold");
	CHECK_OK(signals_maps_run(h_env(1), &p, &(struct signals_maps_inputs){ .bold = im, .maps = waves(im) },
	                          &(struct signals_maps_outputs){ .signals = signals, .coverage = coverage, .record = h_out() }));
	golden_expect("signals.maps", signals, "series.npy");
	golden_expect("signals.maps", coverage, "table.tsv");
	CHECK_OK(signals_to_image_run(h_env(1), &(struct signals_to_image_params){ 0 },
	                              &(struct signals_to_image_inputs){ .signals = h_item(signals, "series"), .maps = waves(im) },
	                              &(struct signals_to_image_outputs){ image }));
	golden_expect("signals.to_image", image, "image.nii");
}

TEST(golden_atlas)
{
	struct out *atlas = h_out();
	struct phantom_study_params p = { .subjects = (const char *const[]){ "01" }, .n_subjects = 1, .run = 1, .rng_seed = 1 };

	CHECK_OK(phantom_study_run(h_env(1), &p, &(struct phantom_study_inputs){ 0 },
	                           &(struct phantom_study_outputs){ .atlas = atlas }));
	golden_expect("phantom.study", atlas, "image.nii");
	golden_expect("phantom.study", atlas, "names.tsv");
}

TEST(golden_ventral_temporal)
{
	struct out *vt = h_out();
	struct phantom_study_params p = { .subjects = (const char *const[]){ "01" }, .n_subjects = 1, .run = 1, .rng_seed = 1,
	                                  .shape = PHANTOM_STUDY_SHAPE_HAXBY };

	CHECK_OK(phantom_study_run(h_env(1), &p, &(struct phantom_study_inputs){ 0 },
	                           &(struct phantom_study_outputs){ .mask_vt = vt }));
	golden_expect("phantom.study", vt, "image.nii");
}
