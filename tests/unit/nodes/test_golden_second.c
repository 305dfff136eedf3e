/* The digests of a group model of made-up maps. */
#include "golden.h"

#include "glm.second_level.node.h"

enum { N = 7 };
static const char *const cells[N] = { "01", "02", "03", "04", "05", "06", "07" };

/* Small whole numbers, so that libraries of functions have no say; 0 in some voxels of some. */
static struct items maps(void)
{
	struct item *it = NEW_N(check_arena(), struct item, N);
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, grid_size(&g));

	for (int s = 0; s < N; s++) {
		for (long v = 0; v < grid_size(&g); v++)
			x[v] = (float)((v * 31 + s * 17 + v * s) % 23 - 9) / 4;
		it[s] = *h_image(&g, 1, 0, IMAGE_FLOAT32, x);
		it[s].cell = cells[s];
	}
	return (struct items){ N, it };
}

TEST(golden_second_level)
{
	const struct item *table = h_table("sub\tgroup\tage\n01\ta\t20\n02\tb\t31\n03\ta\t45\n04\tb\t28\n05\ta\t37\n06\tb\t52\n07\ta\t33\n");
	struct glm_second_level_params p = { .formula = "group + age", .centre = true, .has_at_least = true,
	                                     .at_least = 6 };
	struct out *glm = h_out(), *mask = h_out(), *n = h_out(), *design = h_out();

	CHECK_OK(glm_second_level_run(h_env(2), &p, &(struct glm_second_level_inputs){ .images = maps(), .table = { 1,
	                                                                                                            table } },
	                              &(struct glm_second_level_outputs){ glm, mask, n, design }));
	golden_expect("glm.second_level", glm, "glm.bin");
	golden_expect("glm.second_level", n, "image.nii");
	golden_expect("glm.second_level", design, "table.tsv");
}
