/* The digests of what the nodes of masks, and of thresholds, make of a small phantom. */
#include "golden.h"

#include "image.binarize.node.h"
#include "image.threshold.node.h"
#include "mask.and.node.h"
#include "mask.background.node.h"
#include "mask.close.node.h"
#include "mask.dilate.node.h"
#include "mask.epi.node.h"
#include "mask.erode.node.h"
#include "mask.fill.node.h"
#include "mask.not.node.h"
#include "mask.open.node.h"
#include "mask.or.node.h"
#include "mask.template.node.h"
#include "regions.components.node.h"
#include "regions.select.node.h"

TEST(golden_masks)
{
	struct out *bold, *confounds, *epi = h_out(), *background = h_out(), *and = h_out(), *or = h_out();
	struct out *template = h_out();
	struct item masks[2];

	golden_study(&bold, &confounds);
	CHECK_OK(mask_epi_run(h_env(1), &(struct mask_epi_params){ .lower_cutoff = 0.2, .upper_cutoff = 0.85, .connected = true,
	                                                           .opening = 1, .ensure_finite = true },
	                      &(struct mask_epi_inputs){ h_item(bold, "bold") }, &(struct mask_epi_outputs){ epi }));
	CHECK_OK(mask_background_run(h_env(1), &(struct mask_background_params){ .border_size = 2 },
	                             &(struct mask_background_inputs){ h_item(bold, "bold") },
	                             &(struct mask_background_outputs){ background }));
	masks[0] = *h_item(epi, "mask");
	masks[1] = *h_item(background, "mask");
	CHECK_OK(mask_and_run(h_env(1), &(struct mask_and_params){ 1, true }, &(struct mask_and_inputs){ .masks = { 2, masks } },
	                      &(struct mask_and_outputs){ and, h_out() }));
	CHECK_OK(mask_or_run(h_env(1), &(struct mask_or_params){ false }, &(struct mask_or_inputs){ .masks = { 2, masks } },
	                     &(struct mask_or_outputs){ or, h_out() }));
	CHECK_OK(mask_template_run(h_env(1), &(struct mask_template_params){ .threshold = 0.5 },
	                           &(struct mask_template_inputs){ h_f4(1, IMAGE_INT16), h_item(epi, "mask") },
	                           &(struct mask_template_outputs){ template }));
	golden_expect("mask.epi", epi, "image.nii");
	golden_expect("mask.and", and, "image.nii");
	golden_expect("mask.or", or, "image.nii");
	golden_expect("mask.template", template, "image.nii");
}

TEST(golden_threshold)
{
	struct out *bold, *confounds, *o = h_out();

	golden_study(&bold, &confounds);
	CHECK_OK(image_threshold_run(h_env(1), &(struct image_threshold_params){ .percentile = 90, .has_percentile = true,
	                                                                         .two_sided = true, .cluster_threshold = 5 },
	                             &(struct image_threshold_inputs){ h_item(bold, "bold") },
	                             &(struct image_threshold_outputs){ o }));
	golden_expect("image.threshold", o, "image.nii");
}

/* One volume in which many parts are beyond the threshold. */
static const struct item *some_parts(void)
{
	const struct item *im = h_f4(1, IMAGE_FLOAT32);
	struct out *o = h_out();

	CHECK_OK(image_binarize_run(h_env(1), &(struct image_binarize_params){ .percentile = 70, .has_percentile = true, .two_sided = true },
	                            &(struct image_binarize_inputs){ im }, &(struct image_binarize_outputs){ o }));
	golden_expect("image.binarize", o, "image.nii");
	return h_item(o, "mask");
}

#define GOLDEN_BALL(node, name) \
	CHECK_OK(node##_run(h_env(1), &(struct node##_params){ .iterations = 1, .has_radius = true, .radius_mm = 3.5 }, \
	                    &(struct node##_inputs){ mask }, &(struct node##_outputs){ o = h_out() })); \
	golden_expect(name, o, "image.nii")

TEST(golden_mask_changes)
{
	const struct item *mask = some_parts();
	struct out *o;

	GOLDEN_BALL(mask_dilate, "mask.dilate");
	GOLDEN_BALL(mask_erode, "mask.erode");
	GOLDEN_BALL(mask_open, "mask.open");
	GOLDEN_BALL(mask_close, "mask.close");
	CHECK_OK(mask_fill_run(h_env(1), &(struct mask_fill_params){ 0 }, &(struct mask_fill_inputs){ mask },
	                       &(struct mask_fill_outputs){ o = h_out() }));
	golden_expect("mask.fill", o, "image.nii");
	CHECK_OK(mask_not_run(h_env(1), &(struct mask_not_params){ 0 }, &(struct mask_not_inputs){ mask },
	                      &(struct mask_not_outputs){ o = h_out() }));
	golden_expect("mask.not", o, "image.nii");
}

TEST(golden_regions_of_a_mask)
{
	struct out *labels = h_out(), *table = h_out(), *chosen = h_out(), *rows = h_out();

	CHECK_OK(regions_components_run(h_env(1), &(struct regions_components_params){ .order = REGIONS_COMPONENTS_ORDER_SIZE },
	                                &(struct regions_components_inputs){ some_parts() },
	                                &(struct regions_components_outputs){ labels, table }));
	CHECK_OK(regions_select_run(h_env(1), &(struct regions_select_params){ .peak = 2, .has_peak = true },
	                            &(struct regions_select_inputs){ h_item(labels, "labels"), h_f4(1, IMAGE_FLOAT32) },
	                            &(struct regions_select_outputs){ chosen, rows }));
	golden_expect("regions.components", labels, "image.nii");
	golden_expect("regions.components", labels, "names.tsv");
	golden_expect("regions.components", table, "table.tsv");
	golden_expect("regions.select", chosen, "image.nii");
	golden_expect("regions.select", rows, "table.tsv");
}
