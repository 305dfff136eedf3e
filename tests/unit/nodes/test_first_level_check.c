/* glm.first_level at check time, and the kind glm: stored, damaged, compared. */
#include "glm.first_level.node.h"
#include "harness.h"

#include <stdio.h>
#include <unistd.h>

#include "base/doc.h"
#include "base/file.h"
#include "img/facts.h"
#include "made_glm.h"

/* ---- check time ---- */
static struct grid grid_of(int ni)
{
	return (struct grid){ { ni, 5, 4 }, { { 3, 0, 0, 0 }, { 0, 3, 0, 0 }, { 0, 0, 3, 0 } } };
}

static struct item *cell_of(const char *cell, const char *kind)
{
	struct item *it = NEW(check_arena(), struct item);

	*it = (struct item){ .cell = cell, .kind = kind };
	return it;
}

static void give_bold(struct shape *s, const char *cell, int ni, int n_vol)
{
	struct grid g = grid_of(ni);
	struct image_facts f = image_facts_new(&g, n_vol, 2, "int16");

	h_given(s, "bold", image_facts_to(&f, check_arena()), cell_of(cell, "bold"));
}

/* What an earlier step will make: columns a, b and so on, of which dof is known. */
static void give_design(struct shape *s, const char *cell, int n_row, int n_col, int dof)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
	struct design_facts f = { "", n_row, dof, n_col, names, dof < 0 ? -1 : 0, NULL };

	h_given(s, "design", design_facts_to(&f, check_arena()), cell_of(cell, "design"));
}

static struct glm_first_level_params defaults(void)
{
	return (struct glm_first_level_params){ .noise = "ar1", .bins = 100 };
}

static const char *problems(struct shape *s, struct glm_first_level_params p)
{
	CHECK_OK(glm_first_level_shape(s, &p));
	return h_problems(s);
}

TEST(facts_of_a_model_are_known_before_it_is_fitted)
{
	struct shape *s = h_shape();
	struct glm_facts f;
	struct image_facts im;

	give_bold(s, "1", 6, 100);
	give_bold(s, "2", 6, 90);
	give_design(s, "1", 100, 3, 97);
	give_design(s, "2", 90, 4, -1);
	CHECK_TEXT(problems(s, defaults()), "");
	CHECK(glm_facts_from(&f, shape_in(s, "out.glm"), check_arena()));
	CHECK_INT(f.n_run, 2);
	CHECK_INT(f.n_voxel, -1);
	CHECK_INT(f.grid.n[0], 6);
	CHECK_TEXT(f.noise, "ar1");
	CHECK_TEXT(f.run[0].name, "1");
	CHECK_INT(f.run[0].dof, 97);
	CHECK_INT(f.run[1].n_col, 4);
	CHECK_INT(f.run[1].n_null, -1);
	CHECK_TEXT(f.run[1].column[3], "d");
	CHECK(image_facts_from(&im, shape_in(s, "out.residuals"), check_arena()));
	CHECK_INT(im.n_vol, 100);
	CHECK(s->memory > 100 * 120 * 2 && s->seconds > 0);
}

TEST(a_design_that_can_be_read_is_checked)
{
	struct shape *s = h_shape();

	give_bold(s, "", 6, 3);
	h_given(s, "design", NULL, h_table("a\tb\n1\t1\n2\t1\n4\t1\n"));
	CHECK_TEXT(problems(s, defaults()), "");
	s = h_shape();
	give_bold(s, "", 6, 3);
	struct design_facts f = { "", 3, -1, 3, (const char *const[]){ "a", "b", "c" }, -1, NULL };

	h_given(s, "design", design_facts_to(&f, check_arena()), h_table("a\tb\tc\n1\t1\t0\n2\t1\t0\n4\t1\t1\n"));
	CHECK_TEXT(problems(s, defaults()), "error design: the design of bold has 3 columns (of rank 3) for 3 volumes: no degree of "
	                                    "freedom is left, there must be more volumes than columns\n");
}

TEST(problems_are_told_before_anything_runs)
{
	struct shape *s = h_shape();
	struct glm_first_level_params p = defaults();

	give_bold(s, "1", 6, 100);
	give_bold(s, "2", 7, 100);
	give_design(s, "1", 90, 3, 87);
	give_design(s, "2", 100, 3, 0);
	p.run = "3";
	CHECK_TEXT(problems(s, p), "error run: run is '3', must be one of 1 and 2\n"
	           "error bold: run 2 of bold is 7x5x4 at 3 mm, run 1 of bold 6x5x4 at 3 mm: they must share a grid; image.resample "
	           "with onto: takes one run's images onto another's\n"
	           "error design: the design of run 1 of bold has 90 rows, must have one for each of the 100 volumes\n"
	           "error design: the design of run 2 of bold has 3 columns (of rank 100) for 100 volumes: no degree of freedom is left, "
	           "there must be more volumes than columns\n");
	s = h_shape();
	give_bold(s, "1", 6, 100);
	give_bold(s, "2", 6, 100);
	give_design(s, "1", 100, 3, 97);
	CHECK_TEXT(problems(s, defaults()), "error design: there are 2 runs of bold and 1 designs: each run needs one\n");
	s = h_shape();
	give_bold(s, "1", 6, 100);
	give_bold(s, "3", 6, 100);
	give_design(s, "1", 100, 3, 97);
	give_design(s, "2", 100, 3, 97);
	CHECK_TEXT(problems(s, defaults()), "error design: run 3 of bold would go with run 2 of design: bold has the runs 1 and 3, and "
	                                    "design has 1 and 2, must be the same\n");
	p = defaults();
	p.noise = "ar0";
	CHECK_TEXT(problems(h_shape(), p), "error noise: noise is 'ar0', must be ols, or ar1 to ar20\n");
}

TEST(scrubbed_designs_are_known_by_their_columns)
{
	struct shape *s = h_shape();
	struct glm_facts f;

	give_bold(s, "", 6, 100);
	give_design(s, "", 80, 3, 77);
	h_given(s, "sample_mask", NULL, cell_of("", "table"));
	CHECK_TEXT(problems(s, defaults()), "");
	CHECK(glm_facts_from(&f, shape_in(s, "out.glm"), check_arena()));
	CHECK_INT(f.run[0].n_row, -1);
	CHECK_INT(f.run[0].dof, -1);
	CHECK(!shape_in(s, "out.residuals"));
}

/* ---- the kind ---- */
static struct item copy_with(const struct item *it, const char *blob, const char *text)
{
	struct blob *b = NEW_N(check_arena(), struct blob, it->n_blob);
	char *path = arena_printf(check_arena(), "%s/damaged", check_folder());

	for (int k = 0; k < it->n_blob; k++)
		b[k] = strcmp(it->blob[k].name, blob) == 0 ? (struct blob){ blob, path } : it->blob[k];
	CHECK_OK(file_write(path, text, strlen(text)));
	return (struct item){ .cell = "", .kind = "glm", .n_blob = it->n_blob, .blob = b };
}

/* glm.json with one piece replaced. */
static struct item replaced(const struct item *it, const char *what, const char *by)
{
	char *text, *at;
	size_t n;

	CHECK_OK(file_read(&text, &n, item_blob(it, "glm.json"), 1 << 20, check_arena()));
	at = strstr(text, what);
	CHECK(at);
	return copy_with(it, "glm.json", arena_printf(check_arena(), "%.*s%s%s", (int)(at - text), text, by, at + strlen(what)));
}

TEST(a_stored_model_is_the_same)
{
	struct model *m = made_two_runs();
	struct glm g;

	CHECK_OK(glm_read(&g, made_stored(m), check_arena()));
	CHECK_INT(g.n, m->g.n);
	CHECK_INT(g.n_run, 2);
	CHECK_TEXT(g.run[1].column[1], m->run[1].column[1]);
	CHECK(memcmp(g.index, m->g.index, (size_t)g.n * sizeof *g.index) == 0);
	CHECK(memcmp(g.run[1].beta, m->run[1].beta, (size_t)(g.run[1].n_col * g.n) * sizeof(double)) == 0);
	CHECK(memcmp(g.run[1].variance, m->run[1].variance, (size_t)g.n * sizeof(double)) == 0);
	CHECK(g.run[1].row_in[23] == 1 && !g.run[1].part && !g.data);
	CHECK(g.run[0].dof[0] == m->run[0].dof[0]);
	glm_close(&g);
}

TEST(damaged_models_are_told)
{
	const struct item *it = made_worked(true);
	static const struct { const char *what, *by, *says; } cases[] = {
		{ "\"format\": 1", "\"format\": 2", "another format" },
		{ "\"voxels\": 3", "\"voxels\": 4", "mask.nii has 3 voxels, glm.json says 4" },
		{ "\"voxels\": 3", "\"voxels\": 2147483647", "mask.nii has 3 voxels, glm.json says 2147483647" },
		{ "\"voxels\": 3", "\"voxels\": -3", "no voxels or no runs" },
		{ "\"voxels\": 3", "\"voxels\": 1e99", "no voxels or no runs" },
		{ "\"rows\": 24", "\"rows\": 2147483647", "glm.bin has" },
		{ "\"rows\": 24", "\"rows\": 0", "are impossible" },
		{ "\"order\": 1", "\"order\": 24", "are impossible" },
		{ "\"order\": 1", "\"order\": 0", "the list of arrays" },
		{ "\"parts\": 1", "\"parts\": 2", "are impossible" },
		{ "\"at\": 0", "\"at\": 8", "is not design [24][3] at 0" },
		{ "\"at\": 0", "\"at\": 9223372036854775808", "is not design [24][3] at 0" },
		{ "\"name\": \"beta\"", "\"name\": \"rho\"", "is not beta" },
		{ "\"columns\": [", "\"colums\": [", "has no columns" },
		{ "\"float64\"", "\"float32\"", "is not design" },
	};
	struct item bad;
	struct glm g;

	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		bad = replaced(it, cases[k].what, cases[k].by);
		CHECK_ERROR(glm_read(&g, &bad, check_arena()), cases[k].says);
	}
	CHECK(arena_size(check_arena()) < 64 << 20);   /* nothing is made for voxels that are not there */
	bad = copy_with(it, "glm.bin", "short");
	CHECK_ERROR(glm_read(&g, &bad, check_arena()), "glm.bin has 5 bytes, must have");
	bad = *it;
	bad.n_blob = 1;
	CHECK_ERROR(glm_read(&g, &bad, check_arena()), "is not a fitted model: it has no");
}

TEST(a_design_of_facts_says_what_depends)
{
	const double x[4][3] = { { 1, 0, 1 }, { 0, 1, 1 }, { 1, 0, 1 }, { 0, 1, 1 } };
	const char *const names[] = { "a", "b", "c" };
	struct design_facts f, g;

	CHECK(design_facts_of(&f, 4, 3, names, x[0], check_arena()));
	CHECK_INT(f.n_null, 1);
	CHECK_INT(f.dof, 2);
	CHECK(design_facts_from(&g, design_facts_to(&f, check_arena()), check_arena()));
	CHECK_INT(g.n_null, 1);
	for (int c = 0; c < 3; c++)
		CHECK(g.null[c] == f.null[c]);
	CHECK_INT(g.dof, 2);
}
