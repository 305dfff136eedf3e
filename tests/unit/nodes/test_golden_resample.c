/* The digests of what resampling, concatenation and crops make of a small phantom. */
#include "golden.h"

#include "image.concat.node.h"
#include "image.crop.node.h"
#include "image.resample.node.h"

TEST(golden_resample)
{
	const double turned[12] = { 7, 1, 0, -80, -1, 7, .5, -110, 0, -.5, 7, -60 }, straight[1] = { 6 };
	struct image_resample_params p = { .affine = turned, .n_affine = 12, .clip = true };
	struct out *bold, *confounds, *oblique = h_out(), *aligned = h_out();

	golden_study(&bold, &confounds);
	CHECK_OK(image_resample_run(h_env(2), &p, &(struct image_resample_inputs){ h_item(bold, "bold"), NULL },
	                            &(struct image_resample_outputs){ oblique }));
	golden_expect("image.resample", oblique, "image.nii");
	p = (struct image_resample_params){ .voxel_mm = straight, .n_voxel = 1, .clip = true };
	CHECK_OK(image_resample_run(h_env(1), &p, &(struct image_resample_inputs){ h_item(bold, "bold"), NULL },
	                            &(struct image_resample_outputs){ aligned }));
	golden_expect("image.resample", aligned, "image.nii");
}

TEST(golden_concat_and_crop)
{
	struct out *bold, *confounds, *both = h_out(), *crop = h_out();
	struct item items[2];

	golden_study(&bold, &confounds);
	items[0] = *h_item(bold, "bold");
	items[1] = *h_f4(2, IMAGE_INT16);
	CHECK_OK(image_concat_run(h_env(2), &(struct image_concat_params){ .resample = true, .clip = true },
	                          &(struct image_concat_inputs){ { 2, items }, NULL },
	                          &(struct image_concat_outputs){ both }));
	CHECK_OK(image_crop_run(h_env(1), &(struct image_crop_params){ 1e-8, true },
	                        &(struct image_crop_inputs){ h_item(bold, "bold") },
	                        &(struct image_crop_outputs){ crop, h_out() }));
	golden_expect("image.concat", both, "image.nii");
	golden_expect("image.crop", crop, "image.nii");
}
