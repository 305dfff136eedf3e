/* The digest of what each node makes of a small phantom: tests/golden/outputs.txt has node, version, blob, digest.
 *
 * An output that changed without a new version of its node fails, because stored results would be stale without anybody
 * noticing. With a new version, put the printed line into the file. The digests are those of one kind of processor:
 * nodes that go through the library's tangent or LAPACK may have other last bits elsewhere. */
#include "golden.h"

#include <stdio.h>

#include "connectome.seed_to_voxel.node.h"
#include "image.mean.node.h"
#include "image.mean_of.node.h"
#include "image.smooth.node.h"
#include "mask.background.node.h"
#include "signals.clean.node.h"
#include "signals.spheres.node.h"
#include "signals.voxels.node.h"

static struct out *bold, *confounds;

TEST(golden_phantom)
{
	golden_study(&bold, &confounds);
	golden_expect("phantom.study", bold, "image.nii");
	golden_expect("phantom.study", confounds, "table.tsv");
}

TEST(golden_images)
{
	struct out *smooth = h_out(), *mean = h_out(), *mask = h_out(), *both = h_out();
	struct item items[2];

	golden_study(&bold, &confounds);
	CHECK_OK(image_smooth_run(h_env(1), &(struct image_smooth_params){ .fwhm_mm = (double[]){ 12, 6, 9 },
	                                                                   .n_fwhm = 3 },
	                          &(struct image_smooth_inputs){ h_item(bold,
	                                                                "bold") }, &(struct image_smooth_outputs){ smooth }));
	CHECK_OK(image_mean_run(h_env(1), &(struct image_mean_params){ 0 }, &(struct image_mean_inputs){ h_item(bold,
	                                                                                                        "bold") },
	                        &(struct image_mean_outputs){ mean }));
	CHECK_OK(mask_background_run(h_env(1), &(struct mask_background_params){ 2, true, 1 },
	                             &(struct mask_background_inputs){ h_item(bold,
	                                                                      "bold") }, &(struct mask_background_outputs){ mask }));
	items[0] = *h_item(mean, "volume");
	items[1] = *h_item(mask, "mask");
	CHECK_OK(image_mean_of_run(h_env(1), &(struct image_mean_of_params){ 0 }, &(struct image_mean_of_inputs){ { 2,
	                                                                                                            items } },
	                           &(struct image_mean_of_outputs){ both }));
	golden_expect("image.smooth", smooth, "image.nii");
	golden_expect("image.mean", mean, "image.nii");
	golden_expect("mask.background", mask, "image.nii");
	golden_expect("image.mean_of", both, "image.nii");
}

TEST(golden_signals)
{
	struct out *seed = h_out(), *voxels = h_out(), *mask = h_out(), *clean = h_out(), *r = h_out(), *z = h_out();
	struct signals_voxels_params vp = { .detrend = true, .standardize = 1, .high_pass_hz = 0.01,
	                                    .has_high_pass = true,
	                                    .standardize_confounds = true, .smoothing_mm = (double[]){ 8 }, .n_smoothing = 1 };
	struct signals_clean_params cp = { .detrend = true, .standardize = 2, .low_pass_hz = 0.15, .has_low_pass = true,
	                                   .standardize_confounds = true };
	const struct item *im;

	golden_study(&bold, &confounds);
	im = h_item(bold, "bold");
	CHECK_OK(signals_spheres_run(h_env(1), &(struct signals_spheres_params){ .radius_mm = (double[]){ 12 }, .n_radius = 1 },
	         &(struct signals_spheres_inputs){ .bold = im, .seeds = h_literal("coords", "[[0, -52, 18]]") },
	         &(struct signals_spheres_outputs){ seed, h_out() }));
	CHECK_OK(signals_voxels_run(h_env(1), &vp, &(struct signals_voxels_inputs){ im, NULL, h_item(confounds,
	                                                                                             "table") },
	         &(struct signals_voxels_outputs){ voxels, mask }));
	CHECK_OK(signals_clean_run(h_env(1), &cp, &(struct signals_clean_inputs){ h_item(seed, "series"),
	                                                                          h_item(confounds, "table") },
	         &(struct signals_clean_outputs){ clean }));
	CHECK_OK(connectome_seed_to_voxel_run(h_env(1), &(struct connectome_seed_to_voxel_params){ 0 },
	         &(struct connectome_seed_to_voxel_inputs){ h_item(seed, "series"), h_item(voxels, "series"),
	                                                    h_item(mask, "mask") },
	         &(struct connectome_seed_to_voxel_outputs){ r, z }));
	golden_expect("signals.spheres", seed, "series.npy");
	golden_expect("signals.voxels", voxels, "series.npy");
	golden_expect("signals.clean", clean, "series.npy");
	golden_expect("connectome.seed_to_voxel", r, "image.nii");
	golden_expect("connectome.seed_to_voxel", z, "image.nii");
}

/* Every node that somebody added has a line; test nodes and imports are the engine's. */
TEST(golden_has_every_node)
{
	const char *text = golden_text();

	for (int i = 0; node_table[i]; i++) {
		const char *name = node_table[i]->name;

		if (strncmp(name, "test.", 5) == 0 || strncmp(name, "import.", 7) == 0)
			continue;
		if (!strstr(text, arena_printf(check_arena(), "%s %d ", name, node_table[i]->version))) {
			fprintf(stderr, "%s has no line for %s, version %d\n", GOLDEN, name, node_table[i]->version);
			fail_msg("%s", name);
		}
	}
}
