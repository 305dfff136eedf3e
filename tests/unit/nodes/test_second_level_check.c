/* Group models at check time: what facts and stored tables tell before anything is computed. */
#include "harness.h"

#include <string.h>

#include "base/arena.h"
#include "glm.second_level.node.h"
#include "img/facts.h"
#include "img/glm.h"
#include "img/table.h"

static const struct grid small = { { 8, 9, 7 }, { { 3, 0, 0, -15 }, { 0, 3, 0, -12 }, { 0, 0, 3, -9 } } };
static const char *const cells[] = { "01", "02", "03", "04", "05", "06" };
enum { N = 6 };

static const char people[] = "participant_id\tgroup\tage\nsub-01\ta\t20\nsub-02\tb\t30\nsub-03\ta\t41\nsub-04\tb\t28\nsub-05\ta\t33\nsub-06\tb\t25\n";

static const struct item *cell_of(const char *cell)
{
	struct item *it = NEW(check_arena(), struct item);

	*it = (struct item){ .cell = cell, .kind = "volume" };
	return it;
}

static void give_maps(struct shape *s, const char *port, int n, int n_vol)
{
	for (int k = 0; k < n; k++) {
		struct image_facts f = image_facts_new(&small, n_vol, 0, "float32");

		h_given(s, port, image_facts_to(&f, check_arena()), cell_of(cells[k]));
	}
}

/* The facts of a table that is not stored yet. */
static struct doc *facts_of(const char *text)
{
	struct table t;
	struct table_facts f;

	CHECK_OK(table_parse(&t, text, strlen(text), "people.tsv", TABLE_HEADER_YES, check_arena()));
	table_facts_of(&f, &t, check_arena());
	return table_facts_to(&f, check_arena());
}

static bool model_known(const struct shape *s, struct glm_facts *f)
{
	return glm_facts_from(f, shape_in(s, "out.glm"), check_arena());
}

static struct shape *look(struct glm_second_level_params p, const char *table, bool stored)
{
	struct shape *s = h_shape();

	give_maps(s, "images", N, 1);
	if (table)
		h_given(s, "table", stored ? NULL : facts_of(table), stored ? h_table(table) : NULL);
	CHECK_OK(glm_second_level_shape(s, &p));
	return s;
}

TEST(levels_are_known_before_anything_is_stored)
{
	for (int stored = 0; stored < 2; stored++) {
		struct shape *s = look((struct glm_second_level_params){ .formula = "group + age" }, people, stored);
		struct glm_facts f;

		CHECK_TEXT(h_problems(s), "");
		CHECK(model_known(s, &f) && f.group && f.n_run == 1);
		CHECK_INT(f.run[0].n_row, 6);
		CHECK_INT(f.run[0].n_col, 3);
		CHECK_INT(f.run[0].dof, 3);
		CHECK_INT(f.run[0].n_null, 0);
		CHECK_TEXT(f.run[0].column[1], "group[b]");
		CHECK(shape_in(s, "out.design") && shape_in(s, "out.mask") && shape_in(s, "out.n"));
		CHECK(s->memory > 0 && s->seconds > 0);
	}
}

TEST(a_table_a_cell_works_from_facts)
{
	static const char *const rows[N] = { "group\na\n", "group\nb\n", "group\na\n", "group\nb\n", "group\nc\n",
	                                     "group\na\n" };
	struct glm_second_level_params p = { .formula = "group" };
	struct shape *s = h_shape();
	struct glm_facts f;

	give_maps(s, "images", N, 1);
	for (int k = N - 1; k >= 0; k--)
		h_given(s, "table", facts_of(rows[k]), cell_of(cells[k]));
	CHECK_OK(glm_second_level_shape(s, &p));
	CHECK_TEXT(h_problems(s), "");
	CHECK(model_known(s, &f));
	CHECK_INT(f.run[0].n_col, 3);
	CHECK_TEXT(f.run[0].column[2], "group[c]");
}

/* A table whose subjects are in another column is too long to be told whole, but its columns are. */
TEST(columns_are_checked_without_cells)
{
	static const char text[] = "who\tgroup\n01\ta\n02\tb\n03\ta\n04\tb\n05\ta\n06\tb\n";
	struct glm_facts f;
	struct shape *s = look((struct glm_second_level_params){ .formula = "1 + gruop", .subjects = "hwo" }, text, false);

	CHECK_TEXT(h_problems(s), "error subjects: the table has no column 'hwo', did you mean 'who'?\n"
	           "error formula:4:5: the table has no column 'gruop', did you mean 'group'?\n");
	CHECK(!model_known(s, &f));
	s = look((struct glm_second_level_params){ .formula = "group +", .subjects = "who" }, text, false);
	CHECK_TEXT(h_problems(s), "error formula:7:1: the formula ends where the name of a column must stand\n");
	s = look((struct glm_second_level_params){ .formula = "group", .subjects = "who" }, text, true);
	CHECK_TEXT(h_problems(s), "");
	CHECK(model_known(s, &f));
}

TEST(problems_have_their_place)
{
	struct glm_second_level_params p = { .formula = "group + aeg" };

	CHECK_TEXT(h_problems(look(p, people, false)),
	           "error formula:8:3: people.tsv has no column 'aeg', did you mean 'age'?\n");
	p.formula = "group + age * 2";
	CHECK_TEXT(h_problems(look(p, people, false)), "error formula:12:1: '*' is not understood: write a + b + a:b\n");
	p.formula = "age";
	CHECK_TEXT(h_problems(look(p, NULL, false)),
	           "error formula:0:3: the formula speaks of 'age', but there is no table: give one with a row for "
	           "each subject\n");
	p.formula = NULL;
	CHECK_TEXT(h_problems(look(p, people, false)),
	           "warning table: the formula is left out, so the table is not used\n");
	p.formula = "participant_id";
	CHECK_TEXT(h_problems(look(p, people, false)),
	           "error formula: 6 subjects and 6 columns leave no degree of freedom: there must be fewer columns "
	           "than subjects\n");
	p = (struct glm_second_level_params){ .formula = "group", .has_at_least = true, .at_least = 7 };
	CHECK_TEXT(h_problems(look(p, people, false)), "error at_least: at_least is 7, but there are 6 images\n");
}

TEST(dependent_columns_are_a_warning)
{
	const char *text = "sub\tgroup\tx\n01\ta\t1\n02\tb\t2\n03\ta\t1\n04\tb\t2\n05\ta\t1\n06\tb\t2\n";
	struct shape *s = look((struct glm_second_level_params){ .formula = "group + x" }, text, false);
	struct glm_facts f;

	CHECK_TEXT(h_problems(s),
	           "warning formula: group[a], group[b] and x depend on each other: contrasts of them that cannot be told are refused\n");
	CHECK(model_known(s, &f));
	CHECK_INT(f.run[0].n_null, 1);
}

TEST(maps_are_checked)
{
	struct glm_second_level_params p = { 0 };
	struct grid other = { { 8, 9, 6 }, { { 3, 0, 0, -15 }, { 0, 3, 0, -12 }, { 0, 0, 3, -9 } } };
	struct image_facts f = image_facts_new(&other, 1, 0, "float32");
	struct shape *s = h_shape();

	give_maps(s, "images", 2, 1);
	h_given(s, "images", image_facts_to(&f, check_arena()), cell_of("09"));
	CHECK_OK(glm_second_level_shape(s, &p));
	CHECK(strstr(h_problems(s), "error images: image 09 is 8x9x6 at 3 mm, image 01 8x9x7 at 3 mm"));
	CHECK(strstr(h_problems(s), "image.resample with `onto`"));
	s = h_shape();
	give_maps(s, "images", 2, 30);
	CHECK_OK(glm_second_level_shape(s, &p));
	CHECK(strstr(h_problems(s), "error images: image 01 has 30 volumes, must have one"));
	s = h_shape();
	give_maps(s, "images", 1, 1);
	CHECK_OK(glm_second_level_shape(s, &p));
	CHECK(strstr(h_problems(s), "error images: there is one image 01, a group needs two or more"));
	s = h_shape();
	give_maps(s, "images", 3, 1);
	give_maps(s, "minus", 2, 1);
	CHECK_OK(glm_second_level_shape(s, &p));
	CHECK(strstr(h_problems(s), "error minus: there is an image of 03, but none in minus: each must have its partner"));
}
