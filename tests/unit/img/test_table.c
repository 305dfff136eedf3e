#include "img/table.h"

#include <math.h>

#include "base/file.h"
#include "bytes.h"
#include "check.h"

static struct error *parse_as(struct table *t, const char *text, const char *file, enum table_header header)
{
	return table_parse(t, text, strlen(text), file, header, check_arena());
}

static struct error *parse(struct table *t, const char *text)
{
	return parse_as(t, text, "x.txt", TABLE_HEADER_AUTO);
}

/* "a|b;1|2": the header and rows. */
static void check_table(const char *text, const char *must)
{
	struct table t;
	char is[400] = "";
	size_t n = 0;

	CHECK_OK(parse(&t, text));
	for (int r = -1; r < t.n_row; r++)
		for (int k = 0; k < t.n_col; k++)
			n += (size_t)snprintf(is + n, sizeof is - n, "%s%s", r < 0 ? t.column[k] : table_cell(&t, r, k),
			                      k + 1 < t.n_col ? "|" : r + 1 < t.n_row ? ";" : "");
	CHECK_TEXT(is, must);
}

TEST(separators_are_seen)
{
	check_table("a\tb\n1\t2\n", "a|b;1|2");
	check_table("a,b\n1,2\n3,4", "a|b;1|2;3|4");
	check_table("a;b\n1;2\n", "a|b;1|2");
	check_table("a b\n1   2 \n  3\t4\n", "a|b;1|2;3|4");
	check_table("a\tb c\n1\t2,5\n", "a|b c;1|2,5");
	check_table("one\n1\n2\n", "one;1;2");
	check_table("1 2\n3 4\n", "c0|c1;1|2;3|4");
	check_table("# a comment\n1 2\n", "c0|c1;1|2");
	check_table(" \n \t\n1,2\n3,4\n", "c0|c1;1|2;3|4");
	check_table("\n\n1,2\n\n3,4\n\n", "c0|c1;1|2;3|4");
}

TEST(a_first_line_like_the_second_is_a_row)
{
	check_table("rest 0\nface 0\n", "c0|c1;rest|0;face|0");        /* the labels of a recording, without names */
	check_table("labels chunks\nrest 0\n", "labels|chunks;rest|0");
	check_table("name,2020\nx,y\n", "name|2020;x|y");
	check_table("sex\tgroup\nf\ta\nm\tb\n", "sex|group;f|a;m|b");
}

TEST(line_ends_and_byte_order_marks)
{
	check_table("\xef\xbb\xbf" "a\tb\r\n1\t2\r\n", "a|b;1|2");
	check_table("a\tb\r1\t2\r", "a|b;1|2");
	check_table("a\tb\n1\t2", "a|b;1|2");
}

TEST(quotes_hold_separators_and_lines)
{
	check_table("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "a|b;x, y|say \"hi\"");
	check_table("a,b\n\"two\nlines\", 2 \n3,4\n", "a|b;two\nlines|2;3|4");
	check_table("a,b\n\"\",2\n", "a|b;|2");
	check_table("\"a\"\t\"b\"\n1\t2\n", "a|b;1|2");
}

TEST(separators_at_line_ends_make_no_column)
{
	check_table("1\t2\t\n3\t4\t\n", "c0|c1;1|2;3|4");
	check_table("a\t\n1\tx\n", "a|c1;1|x");
	check_table(",x\n0,5\n1,6\n", "c0|x;0|5;1|6");
}

TEST(vest_matrices)
{
	struct table t;
	const double *x;

	CHECK_OK(parse(&t, "/NumWaves\t2\n/NumPoints 3\n/PPheights\t1 1\n\n/Matrix\n1\t2\t\n3\t4\t\n5e-1\t6\t\n"));
	CHECK_INT(t.n_row, 3);
	CHECK_INT(t.n_col, 2);
	CHECK_INT(t.line[0], 6);
	CHECK_OK(table_all_numbers(&x, &t, check_arena()));
	CHECK_NEAR(x[4], 0.5, 0);
	CHECK_ERROR(parse(&t, "/NumWaves 2\n/NumPoints 4\n/Matrix\n1 2\n"), "has 1 rows, but /NumPoints says 4");
}

TEST(numbers_and_what_is_missing)
{
	static const struct { const char *text; double x; } yes[] = {
		{ "1", 1 }, { "-2.5e-3", -2.5e-3 }, { "+.5", 0.5 }, { "5.", 5 }, { "1E3", 1000 }, { "n/a", NAN }, { "", NAN },
		{ "NaN", NAN }, { "nan", NAN }, { "inf", INFINITY }, { "-Inf", -INFINITY }, { "007", 7 },
	};
	static const char *const no[] = { "0x10", "1,5", "1e", ".", "-", "1 2", "e5", "infinit", "nan(1)", "1.5mm", "--1" };
	double x;

	for (size_t k = 0; k < sizeof yes / sizeof *yes; k++) {
		CHECK(table_number(&x, yes[k].text));
		CHECK(x == yes[k].x || (isnan(x) && isnan(yes[k].x)));
	}
	for (size_t k = 0; k < sizeof no / sizeof *no; k++)
		CHECK(!table_number(&x, no[k]));
}

static void check_place(const char *text, const char *part, int line, int col)
{
	struct table t;
	struct error *e = parse(&t, text);

	CHECK(e != NULL);
	CHECK_INT(e->at.line, line);
	CHECK_INT(e->at.col, col);
	CHECK_ERROR(e, part);
}

TEST(errors_have_a_place)
{
	struct table t;

	check_place("a,b\n1,2\n3\n", "this line has 1 cell, must have 2 as the first", 3, 1);
	check_place("a,b\n1,2,3\n", "has 3 cells, must have 2", 2, 1);
	check_place("a,b,a\n1,2,3\n", "two columns called 'a'", 1, 5);
	check_place("a,b\n\"x,2\n3,4\n", "not closed", 2, 1);
	check_place("a,b\n\"x\"y,2\n", "after a closing quote", 2, 4);
	check_place("a,b\n1,\xff\n", "not UTF-8", 2, 1);
	CHECK_ERROR(parse(&t, ""), "is empty");
	CHECK_ERROR(parse(&t, "\n \n"), "is empty");
	CHECK_ERROR(parse(&t, "a,b\n"), "no rows");
	CHECK_ERROR(table_parse(&t, "a\0b\n1\n", 6, "x", TABLE_HEADER_AUTO, check_arena()), "0 byte");
	CHECK_ERROR(table_parse(&t, "\xff\xfe" "a", 3, "x", TABLE_HEADER_AUTO, check_arena()), "UTF-16");
	CHECK_ERROR(parse_as(&t, "1 2\n", "x", TABLE_HEADER_YES), "no rows");
}

TEST(cells_that_are_no_numbers_have_a_place)
{
	struct table t;
	const double *x;
	int col;

	CHECK_OK(parse(&t, "a,bc\n1,2\n\n3,  four\n"));
	CHECK_OK(table_numbers(&x, &t, 0, check_arena()));
	CHECK_NEAR(x[1], 3, 0);
	CHECK(table_is_numeric(&t, 0) && !table_is_numeric(&t, 1));
	struct error *e = table_numbers(&x, &t, 1, check_arena());

	CHECK_INT(e->at.line, 4);
	CHECK_INT(e->at.col, 5);
	CHECK_ERROR(e, "'four' in column bc is no number");
	CHECK_INT(table_find(&t, "bc"), 1);
	CHECK_ERROR(table_need(&col, &t, "bcd"), "did you mean 'bc'?");
	CHECK_ERROR(table_need(&col, &t, "zzzzzz"), "it has a, bc");
}

TEST(header_as_asked)
{
	struct table t;

	CHECK_OK(parse_as(&t, "1 2\n3 4\n", "x", TABLE_HEADER_YES));
	CHECK_TEXT(t.column[1], "2");
	CHECK_INT(t.n_row, 1);
	CHECK_OK(parse_as(&t, "a b\n3 4\n", "x", TABLE_HEADER_NO));
	CHECK_INT(t.n_row, 2);
	CHECK(!t.header);
}

TEST(written_tables_are_read_back)
{
	const char *path = arena_printf(check_arena(), "%s/table.tsv", check_folder());
	static const char *const column[] = { "x", "long name" };
	static const char *const cell[] = { "1", "", "\"q\"", "a\tb", " s ", "two\nlines" };
	struct table t = { .n_row = 3, .n_col = 2, .column = column, .cell = cell }, r;

	CHECK_OK(table_write(path, &t, check_arena()));
	CHECK_OK(table_of(&r, item_with("table", "table.tsv", path), check_arena()));
	CHECK_INT(r.n_row, 3);
	for (int k = 0; k < 6; k++)
		CHECK_TEXT(r.cell[k], k == 1 ? "n/a" : k == 4 ? " s " : cell[k]);
}

TEST(numbers_are_written_shortest)
{
	const char *path = arena_printf(check_arena(), "%s/table.tsv", check_folder());
	static const char *const column[] = { "a", "b", "c" };
	const double x[6] = { 0.1, NAN, -INFINITY, 1.0 / 3, 1e22, -0.5 }, *y;
	struct table t;
	char *text;
	size_t n;

	CHECK_OK(table_write_numbers(path, 2, 3, column, x, check_arena()));
	CHECK_OK(file_read(&text, &n, path, 1 << 20, check_arena()));
	CHECK(strncmp(text, "a\tb\tc\n0.1\tn/a\t-inf\n0.3333333333333333\t", 38) == 0);
	CHECK_OK(table_read(&t, path, TABLE_HEADER_YES, check_arena()));
	CHECK_OK(table_all_numbers(&y, &t, check_arena()));
	for (int k = 0; k < 6; k++)
		CHECK(y[k] == x[k] || (isnan(y[k]) && isnan(x[k])));
	CHECK_TEXT(table_number_text(2.5, check_arena()), "2.5");
}

static struct error *written(struct table *t, const char *json)
{
	return table_of(t, item_with("table", "literal.json", bytes_file("l", json, strlen(json), NULL, 0)), check_arena());
}

TEST(tables_as_written)
{
	struct table t;

	CHECK_OK(written(&t, "[{\"onset\": 0, \"type\": \"face\"}, {\"type\": \"house\", \"onset\": 7.5}]"));
	CHECK_INT(t.n_row, 2);
	CHECK_TEXT(t.column[1], "type");
	CHECK_TEXT(table_cell(&t, 1, 0), "7.5");
	CHECK_OK(written(&t, "{\"a\": [1, null], \"b\": [3, 4]}"));
	CHECK_TEXT(table_cell(&t, 1, 1), "4");
	CHECK_TEXT(table_cell(&t, 1, 0), "");
	CHECK_OK(written(&t, "[[1, 2], [3, 4], [5, 6]]"));
	CHECK_INT(t.n_row, 3);
	CHECK(!t.header);
	CHECK_ERROR(written(&t, "[[1, 2], [3]]"), "row 2 of the written table has 1 value, row 1 has 2");
	CHECK_ERROR(written(&t, "[{\"a\": 1}, {\"b\": 1}]"), "row 2 of the written table has no 'a'");
	CHECK_ERROR(written(&t, "{\"a\": [1], \"b\": [3, 4]}"), "column 'b' of the written table has 2 values, 'a' has 1");
	CHECK_ERROR(written(&t, "[]"), "a written table is empty, must have a row or more");
	CHECK_ERROR(written(&t, "[[[1]]]"), "a written table must be");
	CHECK_ERROR(written(&t, "3"), "a written table must be");
}
