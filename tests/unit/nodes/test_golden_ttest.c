/* The digests of what stats.ttest and stats.anova make of a small run. */
#include "golden.h"

#include "stats.anova.node.h"
#include "stats.ttest.node.h"

/* 40 volumes in blocks of four conditions. */
static const struct item *conditions(void)
{
	static const char *const name[] = { "rest", "face", "house", "cat" };
	const char *text = "labels\n";

	for (int t = 0; t < 40; t++)
		text = arena_printf(check_arena(), "%s%s\n", text, name[t / 5 % 4]);
	return h_table(text);
}

TEST(golden_ttest)
{
	struct out *bold, *confounds, *o[6] = { h_out(), h_out(), h_out(), h_out(), h_out(), h_out() };
	const char *const a[] = { "face" }, *const b[] = { "house", "cat" };
	const struct item *im;

	golden_study(&bold, &confounds);
	im = h_item(bold, "bold");
	CHECK_OK(stats_ttest_run(h_env(1), &(struct stats_ttest_params){ .a = a, .n_a = 1, .b = b, .n_b = 2, .equal_var = true },
	                         &(struct stats_ttest_inputs){ .bold = im, .conditions = conditions() },
	                         &(struct stats_ttest_outputs){ o[0], o[1], o[2] }));
	CHECK_OK(stats_anova_run(h_env(1), &(struct stats_anova_params){ 0 },
	                         &(struct stats_anova_inputs){ .bold = im, .conditions = conditions() },
	                         &(struct stats_anova_outputs){ o[3], o[4], o[5] }));
	for (int k = 0; k < 6; k++)
		golden_expect(k < 3 ? "stats.ttest" : "stats.anova", o[k], "image.nii");
}
