/* The digests of what the nodes of masks, and of thresholds, make of a small phantom. */
#include "golden.h"

#include "image.threshold.node.h"
#include "mask.and.node.h"
#include "mask.background.node.h"
#include "mask.epi.node.h"
#include "mask.or.node.h"
#include "mask.template.node.h"

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
