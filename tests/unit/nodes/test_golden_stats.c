/* The digests of what the nodes of statistics make of a small map. */
#include "golden.h"

#include "stats.cluster_inference.node.h"
#include "stats.clusters.node.h"
#include "stats.threshold.node.h"

/* A map of both signs, with values from -4 to 4. */
static const struct item *map(void)
{
	const struct grid g = { { 12, 11, 10 }, { { 3, 0, 0, -15 }, { 0, 3, 0, -12 }, { 0, 0, 3, -9 } } };
	float *x = NEW_N(check_arena(), float, 12 * 11 * 10);

	for (int v = 0; v < 12 * 11 * 10; v++) {
		int i = v % 12, j = v / 12 % 11, k = v / 132;
		int wave = (i * i + 3 * j * k + 2 * i * j) % 65 - 32;

		x[v] = (float)wave / 8;
	}
	return h_image(&g, 1, 0, IMAGE_FLOAT32, x);
}

TEST(golden_stats)
{
	struct out *image = h_out(), *mask = h_out(), *record = h_out(), *table = h_out(), *labels = h_out();
	struct out *share = h_out(), *bounds = h_out();

	CHECK_OK(stats_threshold_run(h_env(1), &(struct stats_threshold_params){ .alpha = 0.05, .two_sided = true,
	                                                                         .cluster_threshold = 3 },
	                             &(struct stats_threshold_inputs){ map() },
	                             &(struct stats_threshold_outputs){ image, mask, record }));
	CHECK_OK(stats_clusters_run(h_env(1), &(struct stats_clusters_params){ .threshold = 2, .two_sided = true,
	                                                                       .cluster_threshold = 3, .min_distance_mm = 8,
	                                                                       .max_subpeaks = 3 },
	                            &(struct stats_clusters_inputs){ map() },
	                            &(struct stats_clusters_outputs){ table, labels }));
	CHECK_OK(stats_cluster_inference_run(h_env(1), &(struct stats_cluster_inference_params){
	                                     .n_threshold = 2, .threshold = (const double[]){ 2, 3 }, .alpha = 0.05 },
	                                     &(struct stats_cluster_inference_inputs){ map() },
	                                     &(struct stats_cluster_inference_outputs){ share, bounds }));
	golden_expect("stats.threshold", image, "image.nii");
	golden_expect("stats.threshold", mask, "image.nii");
	golden_expect("stats.clusters", table, "table.tsv");
	golden_expect("stats.clusters", labels, "image.nii");
	golden_expect("stats.cluster_inference", share, "image.nii");
	golden_expect("stats.cluster_inference", bounds, "table.tsv");
}
