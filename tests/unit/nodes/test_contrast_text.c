/* Contrasts as people write them, and what is wrong with them. */
#include "fmri/contrast.h"

#include <math.h>

#include "base/doc.h"
#include "harness.h"

enum { N = 8 };
static const char *const column[N] = { "faces", "scrambled", "face-famous", "group[not treated]", "2back", "10", "a:b", "constant" };

static const double *parsed(const char *text)
{
	double *w = NEW_N(check_arena(), double, N);
	struct contrast_problem p;

	if (!contrast_parse(w, text, N, column, &p, check_arena()))
		fail_msg("%s: %s", text, p.text);
	return w;
}

static void expect(const char *text, int n, const double must[])
{
	const double *w = parsed(text);

	for (int k = 0; k < N; k++)
		if (w[k] != (k < n ? must[k] : 0))
			fail_msg("%s: the weight of %s is %g", text, column[k], w[k]);
}
#define EXPECT(text, ...) expect(text, (int)(sizeof (double[]){ __VA_ARGS__ } / sizeof(double)), (double[]){ __VA_ARGS__ })

TEST(formulas)
{
	EXPECT("faces", 1);
	EXPECT(" faces\n", 1);
	EXPECT("faces - scrambled", 1, -1);
	EXPECT("faces-scrambled", 1, -1);
	EXPECT("0.5*faces + 0.5 * scrambled - constant", .5, .5, 0, 0, 0, 0, 0, -1);
	EXPECT("-faces", -1);
	EXPECT("- - +faces", 1);
	EXPECT("2*(faces - scrambled)/4", .5, -.5);
	EXPECT("(1 + 1) * faces", 2);
	EXPECT("faces * 1e-2 * 10", .1);
	EXPECT(".5*faces", .5);
	EXPECT("2.*faces", 2);
	EXPECT("faces + faces - scrambled", 2, -1);
	EXPECT("faces/2 - (scrambled - (faces))", 1.5, -1);
	EXPECT("faces - faces", 0);
	EXPECT("-1*-faces", 1);
}

TEST(names_with_signs)
{
	EXPECT("face-famous", 0, 0, 1);
	EXPECT("`face-famous` - faces", -1, 0, 1);
	EXPECT("10", 0, 0, 0, 0, 0, 1);
	EXPECT("`10` - 2back", 0, 0, 0, 0, -1, 1);
	EXPECT("10*2back", 0, 0, 0, 0, 10);
	EXPECT("group[not treated] - faces", -1, 0, 0, 1);
	EXPECT("2*a:b", 0, 0, 0, 0, 0, 0, 2);
	EXPECT("`faces`", 1);
}

static void refuse(const char *text, const char *part, const char *must)
{
	double *w = NEW_N(check_arena(), double, N);
	struct contrast_problem p;

	if (contrast_parse(w, text, N, column, &p, check_arena()))
		fail_msg("%s is understood", text);
	CHECK(p.at >= 0 && p.len >= 1 && (size_t)p.at <= strlen(text));
	CHECK_TEXT(arena_printf(check_arena(), "%.*s", p.len, text + p.at), part);
	CHECK_TEXT(p.text, must);
}

TEST(what_is_wrong_with_formulas)
{
	refuse("faces - scrambld", "scrambld", "there is no column 'scrambld': did you mean 'scrambled'?");
	refuse("zebra", "zebra", "there is no column 'zebra'; there is faces, scrambled, face-famous, group[not treated], 2back, 10, "
	       "a:b and constant");
	refuse("faces - face-famous", "face-famous", "the column face-famous has signs in its name: write `face-famous` in backquotes");
	refuse("faces + 1", "+", "a number is added to a column here: a number can only multiply or divide one");
	refuse("3 - faces", "-", "a number is added to a column here: a number can only multiply or divide one");
	refuse("7", "7", "the contrast names no column; a column whose name is a number is written in backquotes");
	refuse("10 - 2", "10 - 2", "the contrast names no column; a column whose name is a number is written in backquotes");
	refuse("faces * scrambled", "*", "columns can only be multiplied by numbers");
	refuse("1 / faces", "/", "nothing can be divided by a column");
	refuse("faces / 0", "/", "nothing can be divided by 0");
	refuse("faces / (1 - 1)", "/", "nothing can be divided by 0");
	refuse("faces -", "", "the contrast ends where the name of a column or a number must be");
	refuse("", "", "the contrast ends where the name of a column or a number must be");
	refuse("faces scrambled", "scrambled", "'scrambled' stands where an operator must be");
	refuse("(faces", "(", "this parenthesis is not closed");
	refuse("faces)", ")", "this parenthesis was not opened");
	refuse("2 * * faces", "*", "'*' stands where the name of a column or a number must be");
	refuse("faces > scrambled", ">", "a contrast has names, numbers, + - * / and parentheses; other names are written in backquotes");
	refuse("3back - faces", "3back", "no column has this name; between a number and a name stands '*'");
	refuse("2faces", "2faces", "no column has this name; between a number and a name stands '*'");
	refuse("`faces", "`", "this backquote has no second one");
	refuse("group[patient", "group[patient", "a bracket of this name is not closed");
	refuse("1e999*faces", "1e999", "this number is too large");
	refuse("1e300*1e300*faces", "1e300*1e300*faces", "the weight of faces is too large");
}

TEST(formulas_too_deep_or_long)
{
	char deep[400], *text = NEW_N(check_arena(), char, 20001);
	struct contrast_problem p;
	double w[N];

	memset(deep, '(', sizeof deep);
	deep[sizeof deep - 1] = '\0';
	CHECK(!contrast_parse(w, deep, N, column, &p, check_arena()));
	CHECK_TEXT(p.text, "parentheses are nested more than 64 deep");
	memset(text, '+', 20000);
	CHECK(!contrast_parse(w, text, N, column, &p, check_arena()));
	CHECK_TEXT(p.text, "the contrast has 20000 characters, must have at most 10000");
	CHECK(!contrast_parse(w, "a", 0, column, &p, check_arena()));
}

/* ---- rows of runs ---- */
static const char *const one[] = { "a", "b", "c" }, *const two[] = { "b", "a", "d", "c" }, *const three[] = { "d", "e" };
/* a + b = c in run 1, nothing depends on anything else elsewhere. */
static const double null_one[] = { 0.57735026918962576, 0.57735026918962576, -0.57735026918962576 };
static const struct design_facts runs[] = {
	{ "01", 20, 17, 3, one, 0, NULL }, { "02", 20, 16, 4, two, 0, NULL }, { "03", 20, 18, 2, three, 0, NULL },
	{ "04", 20, 18, 3, one, 1, null_one },
};
static const struct glm_facts some = { .n_voxel = -1, .n_run = 3, .run = runs };
static const struct glm_facts only_two = { .n_voxel = -1, .n_run = 2, .run = runs };
static const struct glm_facts dependent = { .n_voxel = -1, .n_run = 1, .run = &runs[3] };

static struct contrast_args texts(int n, const char *const *text)
{
	return (struct contrast_args){ .n_contrast = n, .contrast = text };
}

static struct contrast_args tests(int n, const char *const *text)
{
	return (struct contrast_args){ .n_f = n, .f = text };
}

static struct contrast *made(struct contrast_args args, const struct glm_facts *facts)
{
	struct contrast *c;

	CHECK_OK(contrasts_make(&c, &args, 0, 0, NULL, facts, check_arena()));
	return c;
}

TEST(one_formula_for_all_runs)
{
	struct contrast *c = made(texts(1, (const char *const[]){ "a - 2*b" }), &some);

	CHECK(c[0].used && !c[0].is_f && c[0].n_row == 1 && c[0].row[0] == 1 && c[0].row[1] == -2 && c[0].row[2] == 0);
	CHECK(c[1].used && c[1].row[0] == -2 && c[1].row[1] == 1 && c[1].row[2] == 0 && c[1].row[3] == 0);
	CHECK(!c[2].used);
	c = made(tests(2, (const char *const[]){ "a", "b - a" }), &some);
	CHECK(c[1].used && c[1].is_f && c[1].n_row == 2 && c[1].row[1] == 1 && c[1].row[4] == 1 && c[1].row[5] == -1 && !c[2].used);
	c = made(tests(1, (const char *const[]){ "a" }), &some);
	CHECK(c[0].is_f && c[0].n_row == 1);
}

TEST(a_formula_for_each_run)
{
	struct contrast *c = made(texts(3, (const char *const[]){ "a - b", " 0 ", "e" }), &some);

	CHECK(c[0].used && c[0].row[1] == -1 && !c[1].used && c[2].used && c[2].row[1] == 1);
}

TEST(numbers)
{
	static const double w[] = { 1, -1 }, m[] = { 1, 0, 0, 1 };
	struct contrast_args args = { .n_weights = 2, .weights = w }, none = { 0 };
	struct contrast *c = made(args, &only_two);

	CHECK(!c[1].is_f && c[1].n_row == 1 && c[1].row[0] == 1 && c[1].row[1] == -1 && c[1].row[2] == 0 && c[1].row[3] == 0);
	CHECK_OK(contrasts_make(&c, &none, 2, 2, m, &only_two, check_arena()));
	CHECK(c[0].is_f && c[0].n_row == 2 && c[0].row[0] == 1 && c[0].row[4] == 1 && c[0].row[3] == 0);
	CHECK_OK(contrasts_make(&c, &none, 1, 2, w, &only_two, check_arena()));
	CHECK(!c[0].is_f && c[0].n_row == 1);
}

static void wrong(struct contrast_args args, int n_matrix, int n_matrix_col, const double *matrix,
                  const struct glm_facts *facts, const char *must)
{
	struct contrast *c;
	struct error *e = contrasts_make(&c, &args, n_matrix, n_matrix_col, matrix, facts, check_arena());

	CHECK(e != NULL);
	CHECK_TEXT(e->text, must);
	error_free(e);
}
#define LIST(...) (int)(sizeof (const char *const[]){ __VA_ARGS__ } / sizeof(char *)), (const char *const[]){ __VA_ARGS__ }

TEST(contrasts_that_cannot_be)
{
	static const double many[] = { 1, 2, 3, 4, 5 }, zero[] = { 0, 0 }, nan[] = { NAN }, twice[] = { 1, 2, 2, 4 };
	struct contrast_args none = { 0 }, both = { .n_contrast = 1, .contrast = one, .n_f = 1, .f = one };

	wrong(none, 0, 0, NULL, &some, "there is nothing to test: give contrast (a formula of columns), weights (numbers), f (formulas "
	      "of an F test) or matrix");
	wrong(both, 0, 0, NULL, &some, "contrast and f exclude each other: give one");
	wrong(texts(LIST("a - x")), 0, 0, NULL, &some, "contrast, 'x' in 'a - x': there is no column 'x'; there is a, b, c, d and e");
	wrong(texts(LIST("a - d")), 0, 0, NULL, &some, "contrast: run 01 has no column 'd' but others that are named here: a run must "
	      "have all of them, or none and is left out; a list has a formula for each run, 0 to leave it out");
	wrong(tests(LIST("a", "d")), 0, 0, NULL, &some, "f: run 01 has no column 'd' but others that are named here: a run must have "
	      "all of them, or none and is left out");
	wrong(texts(LIST("a", "b")), 0, 0, NULL, &some, "contrast: there are 2 formulas, must be one, or one for each of 3 runs");
	wrong(texts(LIST("a", "b")), 0, 0, NULL, &dependent, "contrast: there are 2 formulas, must be one, or one for each of 1 run; "
	      "rows of an F test go to `f`");
	wrong(texts(LIST("a", "e", "d")), 0, 0, NULL, &some, "contrast, 'e' in 'e': there is no column 'e'; there is b, a, d and c "
	      "(run 02)");
	wrong(texts(LIST("0", "0", "0")), 0, 0, NULL, &some, "contrast: every run is left out: there is nothing to test");
	wrong(texts(LIST("a - a")), 0, 0, NULL, &only_two, "contrast, 'a - a': all weights are 0 in run 01: there is nothing to test");
	wrong((struct contrast_args){ .n_weights = 5, .weights = many }, 0, 0, NULL, &only_two,
	      "weights: there are 5 weights, must be at most 3, one for each column of the design in run 01");
	wrong(none, 2, 1, zero, &some, "matrix, 'row 1': all weights are 0 in run 01: there is nothing to test");
	wrong(none, 3, 1, many, &some, "matrix: there are 3 rows, must be at most 2, as many as columns of the design in run 03");
	wrong((struct contrast_args){ .n_weights = 1, .weights = nan }, 0, 0, NULL, &some,
	      "weights: a weight is NaN or infinite, must be a number");
	wrong(none, 2, 2, twice, &only_two,
	      "matrix, 'row 2': this row is a combination of the rows before it, which say as much without it");
	wrong(tests(LIST("a", "b", "a - b")), 0, 0, NULL, &only_two,
	      "f, 'a - b': this row is a combination of the rows before it, which say as much without it");
}

TEST(contrasts_that_cannot_be_estimated)
{
	struct contrast *c = made(texts(LIST("a - b")), &dependent), two_rows = { true, true, 2, (double[]){ 1, -1, 0, 1, 0, 1 } };

	CHECK(c[0].used);
	wrong(texts(LIST("a")), 0, 0, NULL, &dependent, "contrast, 'a': this cannot be estimated: a combination of a, b and c is 0 in "
	      "all rows of the design, so their effects cannot be told apart");
	wrong(tests(LIST("a - b", "c")), 0, 0, NULL, &dependent, "f, 'c': this cannot be estimated: a combination of a, b and c is 0 "
	      "in all rows of the design, so their effects cannot be told apart");
	CHECK(contrast_estimable(&two_rows, &runs[3], check_arena()));
	two_rows.row = (double[]){ 1, -1, 0, 1, 0, 0 };
	CHECK(!contrast_estimable(&two_rows, &runs[3], check_arena()));
}

/* ---- at check time ---- */
static struct shape *asked(const struct glm_facts *facts, const struct item *matrix)
{
	struct shape *s = h_shape();

	h_given(s, "glm", facts ? glm_facts_to(facts, check_arena()) : NULL, NULL);
	if (matrix)
		h_given(s, "matrix", NULL, matrix);
	return s;
}

static struct glm_facts known(const struct glm_facts *f)
{
	struct glm_facts k = *f;

	k.grid = h_f4_grid();
	k.noise = "ar1";
	return k;
}

TEST(places_at_check_time)
{
	struct contrast_args args = texts(LIST("a - x")), f = tests(LIST("a", "b + y", "e")), mixed = texts(LIST("a", "b", "q"));
	struct glm_facts facts = known(&some);
	struct contrast *c;
	struct shape *s = asked(&facts, NULL);

	CHECK(!contrasts_check(&c, s, "glm", &args));
	CHECK_TEXT(h_problems(s), "error contrast[0]:4:1: there is no column 'x'; there is a, b, c, d and e\n");
	s = asked(&facts, NULL);
	CHECK(!contrasts_check(&c, s, "glm", &f));
	CHECK_TEXT(h_problems(s), "error f[1]:4:1: there is no column 'y'; there is a, b, c, d and e\n");
	s = asked(&facts, NULL);
	CHECK(!contrasts_check(&c, s, "glm", &mixed));
	CHECK_TEXT(h_problems(s), "error contrast[2]:0:1: there is no column 'q'; there is d and e (run 03)\n");
	s = asked(&facts, NULL);
	CHECK(contrasts_check(&c, s, "glm", &(struct contrast_args){ .n_f = 1, .f = one }));
	CHECK(c[0].used && !c[2].used);
	CHECK_TEXT(h_problems(s), "");
	s = asked(NULL, NULL);
	CHECK(!contrasts_check(&c, s, "glm", &args));
	CHECK_TEXT(h_problems(s), "");
}

TEST(matrix_at_check_time)
{
	struct contrast_args none = { 0 }, text = texts(LIST("a"));
	struct glm_facts facts = known(&only_two);
	struct contrast *c;
	struct shape *s = asked(&facts, h_literal("matrix", "[[1, 0], [0, 1]]"));

	CHECK(contrasts_check(&c, s, "glm", &none));
	CHECK(c[0].is_f && c[0].n_row == 2);
	s = asked(&facts, h_literal("matrix", "[[1, 0], [0, 0]]"));
	CHECK(!contrasts_check(&c, s, "glm", &none));
	CHECK_TEXT(h_problems(s), "error matrix: row 2: all weights are 0 in run 01: there is nothing to test\n");
	s = asked(&facts, h_literal("matrix", "[[1, \"x\"]]"));
	CHECK(!contrasts_check(&c, s, "glm", &none));
	CHECK(strncmp(h_problems(s), "error matrix: ", 14) == 0);
	s = asked(&facts, h_literal("matrix", "[[1]]"));
	CHECK(!contrasts_check(&c, s, "glm", &text));
	CHECK_TEXT(h_problems(s), "error : contrast and matrix exclude each other: give one\n");
}
