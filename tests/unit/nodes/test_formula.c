/* Formulas of group models, and the designs that they make of subjects' rows. */
#include "check.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "glm/coding.h"
#include "glm/formula.h"

static const char people[] =
	"participant_id\tage\tsex\tgroup\tsite\thand\n"
	"sub-03\t30\tF\tpatient\t2\tn/a\n"
	"sub-01\t20\tM\tcontrol\t1\tright\n"
	"sub-04\t41\tF\tcontrol\t2\tright\n"
	"sub-02\t25\tM\tpatient\t10\tright\n"
	"sub-09\tn/a\tM\tpatient\t10\tright\n"
	"sub-05\t33\tM\tpatient\t1\tright\n"
	"sub-06\t28\tF\tcontrol\t1\tright\n";
static const char *const keys[] = { "01", "02", "03", "04", "05", "06" };

static const struct table *table_from(const char *text)
{
	struct table *t = NEW(check_arena(), struct table);

	CHECK_OK(table_parse(t, text, strlen(text), "people.tsv", TABLE_HEADER_YES, check_arena()));
	return t;
}

static struct error *find(struct subjects *s, int n, const char *label, const char *text)
{
	static const char *const none[] = { "" };
	struct keyed_tables t = { text ? 1 : 0, text ? table_from(text) : NULL, none };

	return subjects_find(s, n, keys, &t, label, check_arena());
}

static struct error *make(struct design *d, const char *text, bool centre, struct formula_place *place)
{
	struct formula_problem problem;
	struct formula f;
	struct subjects s;

	CHECK(formula_parse(&f, text, &problem, check_arena()));
	CHECK_OK(find(&s, 6, NULL, people));
	return design_code(d, &f, &s, centre, place, check_arena());
}

/* The columns of a formula, or the error. */
static const char *columns(const char *text)
{
	struct buf b = { .arena = check_arena() };
	struct formula_place place = { 0 };
	struct design d;
	struct error *e = make(&d, text, false, &place);

	if (e) {
		buf_printf(&b, "%s%s%d:%d", e->text, " @ ", place.at, place.len);
		error_free(e);
		return b.text;
	}
	for (int k = 0; k < d.n_col; k++)
		buf_printf(&b, "%s%s", k ? " " : "", d.column[k]);
	return b.text;
}

TEST(a_formula_names_its_columns)
{
	CHECK_TEXT(columns("1"), "intercept");
	CHECK_TEXT(columns("age"), "age intercept");
	CHECK_TEXT(columns("1 + age"), "intercept age");
	CHECK_TEXT(columns("0 + age"), "age");
	CHECK_TEXT(columns("group"), "group[control] group[patient]");
	CHECK_TEXT(columns(" 0+ group "), "group[control] group[patient]");
	CHECK_TEXT(columns("group + age + sex"), "group[control] group[patient] age sex[M]");
	CHECK_TEXT(columns("age + sex + group"), "age sex[F] sex[M] group[patient]");
	CHECK_TEXT(columns("1 + group + age"), "intercept group[patient] age");
	CHECK_TEXT(columns("factor(site)"), "site[1] site[2] site[10]");
	CHECK_TEXT(columns("site"), "site intercept");
	CHECK_TEXT(columns("`age` + factor( `site` )"), "age site[1] site[2] site[10]");
}

TEST(products_leave_out_what_other_terms_say)
{
	CHECK_TEXT(columns("group + group:age"), "group[control] group[patient] group[control]:age group[patient]:age");
	CHECK_TEXT(columns("group + age + group:age"), "group[control] group[patient] age group[patient]:age");
	CHECK_TEXT(columns("1 + group + sex + group:sex"), "intercept group[patient] sex[M] group[patient]:sex[M]");
	CHECK_TEXT(columns("group:sex"),
	           "group[control]:sex[F] group[control]:sex[M] group[patient]:sex[F] group[patient]:sex[M]");
	CHECK_TEXT(columns("group + sex:group"),
	           "group[control] group[patient] sex[M]:group[control] sex[M]:group[patient]");
	CHECK_TEXT(columns("age:site"), "age:site intercept");
}

TEST(rows_follow_the_subjects)
{
	static const double age[] = { 20, 25, 30, 41, 33, 28 }, patient[] = { 0, 1, 1, 0, 1, 0 };
	struct formula_place place = { 0 };
	struct design d, c;

	CHECK_OK(make(&d, "group + age", false, &place));
	CHECK_OK(make(&c, "group + age + group:age", true, &place));
	CHECK_INT(d.n_row, 6);
	for (int k = 0; k < 6; k++) {
		CHECK_NEAR(d.x[3 * k], 1 - patient[k], 0);
		CHECK_NEAR(d.x[3 * k + 1], patient[k], 0);
		CHECK_NEAR(d.x[3 * k + 2], age[k], 0);
		CHECK_NEAR(c.x[4 * k + 2], age[k] - 29.5, 1e-14);
		CHECK_NEAR(c.x[4 * k + 3], patient[k] * (age[k] - 29.5), 1e-14);
	}
}

TEST(wrong_columns_are_told)
{
	CHECK_TEXT(columns("group + aeg"), "people.tsv has no column 'aeg', did you mean 'age'? @ 8:3");
	CHECK_TEXT(columns("hand"), "subject 03 has no value in the column hand, which the formula uses @ 0:0");
	CHECK_TEXT(columns("factor(site):sex:group + age"),
	           "the formula makes 13 columns for 6 subjects: there must be fewer columns than "
	          "subjects @ 0:28");
	CHECK_TEXT(columns("group + participant_id"),
	           "the formula makes 7 columns for 6 subjects: there must be fewer columns than subjects "
	           "@ 0:22");
}

/* What a formula is told, with its place. */
static const char *problem(const char *text)
{
	struct formula_problem p = { 0 };
	struct formula f;

	CHECK(!formula_parse(&f, text, &p, check_arena()));
	CHECK(p.place.at >= 0 && p.place.len > 0 && p.place.at <= (int)strlen(text));
	return arena_printf(check_arena(), "%d:%d %s", p.place.at, p.place.len, p.text);
}

TEST(wrong_formulas_have_a_place)
{
	CHECK_TEXT(problem(""), "0:1 the formula ends where the name of a column must stand");
	CHECK_TEXT(problem("group +"), "7:1 the formula ends where the name of a column must stand");
	CHECK_TEXT(problem("group * age"), "6:1 '*' is not understood: write a + b + a:b");
	CHECK_TEXT(problem("group age"), "6:1 'a' stands where a + or the end must be");
	CHECK_TEXT(problem("C(site)"), "0:1 'C' is no function here, only factor(column) is: it takes numbers for levels");
	CHECK_TEXT(problem("factor(site"), "11:1 the formula ends where the ) of factor( must stand");
	CHECK_TEXT(problem("age + age"), "6:3 'age' stands twice in the formula");
	CHECK_TEXT(problem("a:b + b:a"), "6:3 'b:a' stands twice in the formula");
	CHECK_TEXT(problem("a:a"), "2:1 'a' stands twice in one product");
	CHECK_TEXT(problem("a:b:c:d:e"), "0:8 a product has more than 4 columns");
	CHECK_TEXT(problem("0 + 1"), "4:1 the formula has both 0 (no intercept) and 1 (an intercept)");
	CHECK_TEXT(problem("0"), "0:1 the formula has no term but 0: there would be no column");
	CHECK_TEXT(problem("`age"), "0:1 this backquote is not closed");
	CHECK_TEXT(problem("``"), "0:2 there is no name between the backquotes");
	CHECK_TEXT(problem("\xc3\xa4 = 1"), "3:1 '=' stands where a + or the end must be");
	CHECK(strstr(problem("2 + age"), "0:1 the only numbers in a formula are 1"));
	CHECK(strstr(problem("group - 1"), "6:1 terms are added only"));
	CHECK(strstr(problem("y ~ group"), "2:1 the images are what is fitted"));
	CHECK(strstr(problem("group + (1 | site)"), "8:1 '(' stands where the name of a column must be"));
}

/* ---- whose row is whose ---- */
static const char *not_found(int n, const char *label, const char *text)
{
	struct subjects s;
	struct error *e = find(&s, n, label, text);
	const char *words;

	CHECK(e);
	words = e->at.line ? arena_printf(check_arena(), "%d:%d %s", e->at.line, e->at.col, e->text)
	                   : arena_strdup(check_arena(), e->text);
	error_free(e);
	return words;
}

TEST(subjects_are_found_by_their_labels)
{
	struct subjects s;

	CHECK_OK(find(&s, 6, NULL, people));
	CHECK_INT(s.n_extra, 1);
	CHECK_INT(s.row[0], 1);
	CHECK_INT(s.row[2], 0);
	CHECK_TEXT(subjects_cell(&s, 3, "age"), "41");
	CHECK_OK(find(&s, 2, NULL, "sub\tx\n02\t5\n01\t6\n"));
	CHECK_TEXT(subjects_cell(&s, 0, "x"), "6");
	CHECK_OK(find(&s, 2, "who", "sub\twho\nn/a\tsub-02\nn/a\t01\n"));
	CHECK_INT(s.row[1], 0);
	CHECK_OK(find(&s, 2, NULL, NULL));
	CHECK(!s.table);
}

TEST(lost_subjects_are_told)
{
	CHECK_TEXT(not_found(3, NULL, "sub\tx\n1\t5\n02\t6\n"),
	           "people.tsv has no row for the subjects 01, 03: its column sub has 1, 02");
	CHECK_TEXT(not_found(2, NULL, "sub\tx\nsub-01\t5\n02\t6\n01\t7\n"),
	           "4:1 subject 01 has a second row here, in the column sub");
	CHECK_TEXT(not_found(2, NULL, "name\tx\n01\t5\n02\t6\n"),
	           "people.tsv has no column that says whose row it is (participant_id, "
	          "subject_label, sub or subject): `subjects` names another");
	CHECK_TEXT(not_found(2, "nmae", "name\tx\n01\t5\n02\t6\n"),
	           "people.tsv has no column 'nmae', did you mean 'name'?");
}

TEST(one_table_a_subject)
{
	const struct table one[] = { *table_from("group\nb\n"), *table_from("group\na\n"), *table_from("group\na\nb\n") };
	static const char *const key[] = { "02", "01", "03" };
	struct subjects s;
	struct error *e;

	CHECK_OK(subjects_find(&s, 2, keys, &(struct keyed_tables){ 2, one, key }, NULL, check_arena()));
	CHECK_TEXT(subjects_cell(&s, 0, "group"), "a");
	CHECK_TEXT(subjects_cell(&s, 1, "group"), "b");
	e = subjects_find(&s, 3, keys, &(struct keyed_tables){ 2, one, key }, NULL, check_arena());
	CHECK_TEXT(e->text, "there is an image of subject 03, but no table");
	error_free(e);
	e = subjects_find(&s, 2, keys, &(struct keyed_tables){ 3, one, key }, NULL, check_arena());
	CHECK_TEXT(e->text,
	           "the table of 03 has 2 rows, must have one; a table of all subjects is given as it is, without an axis");
	error_free(e);
}

TEST(a_written_list_goes_by_order)
{
	static const char *const none[] = { "", "" };
	struct subjects s;
	struct error *e;

	CHECK_OK(subjects_find(&s, 2, none, &(struct keyed_tables){ 1, table_from("x\n5\n6\n"), none }, NULL,
	                       check_arena()));
	CHECK_TEXT(subjects_cell(&s, 1, "x"), "6");
	e = subjects_find(&s, 1, none, &(struct keyed_tables){ 1, table_from("x\n5\n6\n"), none }, NULL, check_arena());
	CHECK_TEXT(e->text, "people.tsv has 2 rows for 1 images without keys: they must be as many, in the same order");
	error_free(e);
}
