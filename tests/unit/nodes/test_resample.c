/* image.resample, image.concat, image.crop, image.mean_of on other grids: their numbers, their words. */
#include "harness.h"

#include <math.h>

#include "base/doc.h"
#include "fmri/box.h"
#include "fmri/resampled.h"
#include "image.concat.node.h"
#include "image.crop.node.h"
#include "image.mean_of.node.h"
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
