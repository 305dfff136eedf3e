/* The digest of what glm.first_level makes of a small phantom. */
#include "golden.h"

#include "base/json.h"
#include "glm.first_level.node.h"

/* Blocks of 5 volumes, a trend, a constant. */
static const struct item *design(void)
{
	struct buf b = { .arena = check_arena() };

	buf_add(&b, "task\ttrend\tconstant\n");
	for (int t = 0; t < 40; t++)
		buf_printf(&b, "%d\t%d\t1\n", t / 5 % 2, t);
	return h_table(b.text);
}

TEST(golden_first_level)
{
	struct out *bold, *confounds, *glm = h_out(), *mask = h_out(), *residuals = h_out();
	const struct glm_first_level_params p = { .noise = "ar1", .bins = 100 };

	golden_study(&bold, &confounds);
	struct glm_first_level_inputs in = { { 1, h_item(bold, "bold") }, { 1, design() }, NULL, { 0 } };

	CHECK_OK(glm_first_level_run(h_env(2), &p, &in, &(struct glm_first_level_outputs){ .glm = glm, .mask = mask }));
	CHECK_OK(glm_first_level_run(h_env(2), &p, &in, &(struct glm_first_level_outputs){ .residuals = residuals }));
	golden_expect("glm.first_level", glm, "glm.bin");
	golden_expect("glm.first_level", residuals, "image.nii");
}
