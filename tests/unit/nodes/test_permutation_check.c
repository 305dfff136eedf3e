/* Permutations at check time: what a group model's facts tell before anything is computed. */
#include "harness.h"

#include <string.h>

#include "base/arena.h"
#include "glm.permutation.node.h"
#include "glm.second_level.node.h"
#include "img/facts.h"
#include "img/glm.h"
#include "img/table.h"

static const struct grid small = { { 8, 9, 7 }, { { 3, 0, 0, -15 }, { 0, 3, 0, -12 }, { 0, 0, 3, -9 } } };
static const char people[] = "sub\tgroup\n01\ta\n02\tb\n03\ta\n04\tb\n05\ta\n06\tb\n";
static const char *const difference[] = { "group[b] - group[a]" }, *const rows[] = { "group[a]", "group[b]" };
enum { N = 6 };

/* Facts of a model of two groups of three. */
static struct doc *model(void)
{
	static const char *const cells[] = { "01", "02", "03", "04", "05", "06" };
	struct glm_second_level_params p = { .formula = "group" };
	struct image_facts f = image_facts_new(&small, 1, 0, "float32");
	struct shape *s = h_shape();
	struct glm_facts g;

	for (int k = 0; k < N; k++) {
		struct item *it = NEW(check_arena(), struct item);

		*it = (struct item){ .cell = cells[k], .kind = "volume" };
		h_given(s, "images", image_facts_to(&f, check_arena()), it);
	}
	h_given(s, "table", NULL, h_table(people));
	CHECK_OK(glm_second_level_shape(s, &p));
	CHECK(glm_facts_from(&g, shape_in(s, "out.glm"), check_arena()));
	return glm_facts_to(&g, check_arena());
}

static struct doc *facts_of(const char *text)
{
	struct table_facts f;
	struct table t;

	CHECK_OK(table_parse(&t, text, strlen(text), "x.tsv", TABLE_HEADER_YES, check_arena()));
	table_facts_of(&f, &t, check_arena());
	return table_facts_to(&f, check_arena());
}

static struct glm_permutation_params with(const char *const *contrast)
{
	return (struct glm_permutation_params){ .n_contrast = 1, .contrast = contrast, .n_perm = 1000 };
}

/* all: every output is asked for, else only what is always made. */
static struct shape *look(struct glm_permutation_params p, const char *port, const char *table, bool all)
{
	struct shape *s = h_shape();

	h_given(s, "glm", model(), NULL);
	if (port)
		h_given(s, port, facts_of(table), NULL);
	if (all)
		h_kind(s, "any");
	CHECK_OK(glm_permutation_shape(s, &p));
	return s;
}

static void expect(struct glm_permutation_params p, const char *port, const char *table, bool all, const char *problems)
{
	CHECK_TEXT(h_problems(look(p, port, table, all)), problems);
}

TEST(maps_are_known_and_memory_grows_with_what_is_asked_for)
{
	struct glm_permutation_params p = with(difference);
	struct image_facts im;
	struct shape *s = look(p, NULL, NULL, false);
	int64_t least = s->memory;

	CHECK_TEXT(h_problems(s), "");
	CHECK(image_facts_from(&im, shape_in(s, "out.p"), check_arena()) && im.n_vol == 1);
	CHECK_INT(im.grid.n[1], 9);
	CHECK(least > 0 && s->seconds > 0);
	p.tfce = p.has_cluster_threshold = true;
	p.cluster_threshold = 0.01;
	s = look(p, NULL, NULL, true);
	CHECK_TEXT(h_problems(s), "");
	CHECK(s->memory > least);
	least = s->memory;
	/* A million rows of five columns: each is 40 bytes, and as many characters at least. */
	p.n_perm = 1000000;
	CHECK(look(p, NULL, NULL, true)->memory > least + 80 * 1000000);
	p.n_perm = 1000;
	CHECK(look(p, "earlier", "permutation\tmax_t\tmax_size\tmax_mass\tmax_tfce\n0\t1\t1\t1\t1\n", true)->memory > least);
}

TEST(outputs_need_their_parameters)
{
	struct glm_permutation_params p = with(difference);

	expect(p, NULL, NULL, false, "");
	expect(p, NULL, NULL, true, "error cluster_threshold: size_log10p, mass_log10p and clusters need cluster_threshold, the "
	       "uncorrected p whose t forms clusters, such as 0.001\n");
	p.has_cluster_threshold = true;
	p.cluster_threshold = 0.001;
	expect(p, NULL, NULL, true, "error tfce: the outputs tfce_map and tfce_log10p need `tfce: true`\n");
}

TEST(one_contrast_is_tested)
{
	static const char *const unknown[] = { "group[c]" };
	struct glm_permutation_params p = { .n_f = 2, .f = rows, .n_perm = 10 };

	expect(p, NULL, NULL, false, "error f: permutations test one contrast (t), not an F test of several: give contrast or weights\n");
	CHECK(strncmp(h_problems(look(with(unknown), NULL, NULL, false)), "error contrast", 14) == 0);
}

TEST(earlier_has_the_statistics_that_are_needed)
{
	struct glm_permutation_params p = with(difference);

	expect(p, "earlier", "permutation\tmax_t\n0\t3\n", false, "");
	expect(p, "earlier", "permutation\tmax\n0\t3\n", false, "error earlier: earlier has no column max_t: it must be the "
	       "distribution of a run with the same cluster_threshold and tfce\n");
	p.has_first = p.tfce = p.has_cluster_threshold = true;
	p.first = 1;
	p.cluster_threshold = 0.001;
	expect(p, "earlier", "permutation\tmax_t\tmax_size\tmax_mass\n0\t3\t1\t1\n", true,
	       "error first: first and earlier exclude each other: with earlier, permutations go on after its last\n"
	       "error earlier: earlier has no column max_tfce: it must be the distribution of a run with the same cluster_threshold "
	       "and tfce\n");
}

TEST(blocks_have_a_label_for_each_row)
{
	struct glm_permutation_params p = with(difference);

	expect(p, "blocks", "b\n1\n1\n1\n2\n2\n2\n", false, "");
	expect(p, "blocks", "b\n1\n1\n2\n2\n", false, "error blocks: blocks has 1 columns and 4 rows: must be one column with a "
	       "label for each of the model's 6 rows\n");
	p.compat = GLM_PERMUTATION_COMPAT_NILEARN;
	expect(p, "blocks", "b\n1\n1\n1\n2\n2\n2\n", false,
	       "error blocks: nilearn has no exchangeability blocks: give blocks or `compat: nilearn`\n");
}

TEST(a_model_over_time_cannot_be_permuted)
{
	struct glm_permutation_params p = with(difference);
	struct shape *s = h_shape();
	struct glm_facts g;

	CHECK(glm_facts_from(&g, model(), check_arena()));
	g.group = false;
	h_given(s, "glm", glm_facts_to(&g, check_arena()), NULL);
	CHECK_OK(glm_permutation_shape(s, &p));
	CHECK_TEXT(h_problems(s), "error glm: this is a model of volumes over time, which cannot change places: permutations need a "
	           "group model, made by glm.second_level\n");
}
