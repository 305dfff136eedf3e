/* Shares of true discoveries on maps whose answers are known. */
#include "statmaps.h"

#include "stats.cluster_inference.node.h"

static float *infer(const struct item *im, const struct item *mask, struct stats_cluster_inference_params p, struct table *t)
{
	struct out *image = h_out(), *table = h_out();

	CHECK_OK(stats_cluster_inference_run(h_env(1), &p, &(struct stats_cluster_inference_inputs){ im, mask },
	                                     &(struct stats_cluster_inference_outputs){ image, table }));
	CHECK_OK(table_of_any(t, h_item(table, "table"), check_arena()));
	return h_voxels(image);
}

#define AT(...) .n_threshold = (int)(sizeof((double[]){ __VA_ARGS__ }) / sizeof(double)), \
	.threshold = (const double[]){ __VA_ARGS__ }, .alpha = 0.05

/* Numbers are nilearn's. */
TEST(shares_of_true_discoveries)
{
	struct stats_cluster_inference_params p = { AT(2.5, 1.5) };
	struct table t;
	const float *x = infer(z1(2.5), full_mask(), p, &t);

	CHECK_NEAR(x[grid_index(&z1_grid, 2, 3, 3)], 0.6590909090909091, 1e-7);
	CHECK_NEAR(x[grid_index(&z1_grid, 5, 1, 1)], 1, 0);
	CHECK_INT(t.n_row, 5);
	CHECK_TEXT(row_text(&t, 1), "1.5 2 -9 -3 0 89 29 0.3258426966292135");
	CHECK_TEXT(row_text(&t, 2), "1.5 3 -12 3 6 1 0 0");
	CHECK_TEXT(row_text(&t, 4), "2.5 2 -9 -3 0 44 29 0.6590909090909091");
	x = infer(z1(1), full_mask(), p, &t);
	CHECK(x[grid_index(&z1_grid, 2, 3, 3)] == 0);
	CHECK_TEXT(table_cell(&t, 0, 6), "0");
	p = (struct stats_cluster_inference_params){ AT(30) };
	infer(z1(1), NULL, p, &t);
	CHECK_INT(t.n_row, 0);
	CHECK(strstr(h_notes(), "no cluster above 30: the largest z of ") != NULL);
}

TEST(no_share_is_above_1)
{
	double x[24];
	struct stats_cluster_inference_params p = { AT(3) };
	struct table t;
	float mask[24];
	const struct grid g = { { 24, 1, 1 }, { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };

	for (int v = 0; v < 24; v++) {
		x[v] = 40;
		mask[v] = 1;
	}
	CHECK_NEAR(infer(row_of(24, x, 1), NULL, p, &t)[0], 1, 0);
	p.compat = STATS_CLUSTER_INFERENCE_COMPAT_NILEARN;
	CHECK_NEAR(infer(row_of(24, x, 1), h_image(&g, 1, 0, IMAGE_UINT8, mask), p, &t)[0], 25.0 / 24, 1e-7);
}
