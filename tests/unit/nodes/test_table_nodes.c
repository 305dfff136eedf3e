/* table.rows, table.select, table.join: which rows, what words. Also the digests of all nodes of tables. */
#include "golden.h"
#include "made_series.h"

#include <string.h>

#include "image.select.node.h"
#include "stats.by_condition.node.h"
#include "table.join.node.h"
#include "table.rows.node.h"
#include "table.select.node.h"

static const char runs[] = "labels\tchunks\tscore\nrest\t0\t1.5\nface\t0\t2\nface\t1\tn/a\nhouse\t1\t4\nrest\t2\t5\nhouse\t2\t6\n";

/* ---- rows ---- */
static struct error *rows_of(const char *where, const char *not, const char **text)
{
	struct out *o = h_out();
	struct table_rows_inputs in = { h_table(runs), where ? h_literal("any", where) : NULL, not ? h_literal("any", not) : NULL };

	TRY(table_rows_run(h_env(1), &(struct table_rows_params){ 0 }, &in, &(struct table_rows_outputs){ o }));
	*text = made_text(o);
	return NULL;
}

static void check_rows(const char *where, const char *not, const char *must)
{
	const char *text;

	CHECK_OK(rows_of(where, not, &text));
	CHECK_TEXT(text, must);
}

static void refused(const char *where, const char *words)
{
	const char *text;

	CHECK_ERROR(rows_of(where, NULL, &text), words);
}

TEST(rows_are_found_by_their_values)
{
	check_rows("{\"labels\": [\"face\", \"house\"], \"chunks\": 1.0}", NULL, "row\n2\n3\n");
	check_rows("{\"chunks\": {\"ge\": 1, \"lt\": 2}}", NULL, "row\n2\n3\n");
	check_rows("{\"score\": {\"gt\": 1.5, \"le\": 5, \"not\": 4}}", NULL, "row\n1\n4\n");
	check_rows("{\"score\": null}", NULL, "row\n2\n");
	check_rows("[{\"labels\": \"face\"}, {\"chunks\": 2}]", "{\"labels\": \"rest\"}", "row\n1\n2\n5\n");
	check_rows(NULL, "{\"labels\": [\"rest\", \"face\"]}", "row\n3\n5\n");
	check_rows(NULL, NULL, "row\n0\n1\n2\n3\n4\n5\n");
	check_rows("{\"labels\": [\"face\", \"hause\"]}", NULL, "row\n1\n2\n");
	CHECK(strstr(h_notes(), "no row has labels 'hause', did you mean 'house'?"));
}

TEST(what_is_wrong_with_where_is_told)
{
	refused("{\"label\": \"face\"}", "did you mean 'labels'?");
	refused("{\"labels\": \"fac\"}", "none of the 6 rows is meant: no row has labels 'fac', did you mean 'face'?");
	refused("{\"chunks\": {\"below\": 2}}", "compares by 'below'");
	refused("{\"chunks\": {\"lt\": \"x\"}}", "lt must be followed by a number");
	refused("{\"chunks\": []}", "empty list");
	refused("{\"chunks\": [[1]]}", "where a value is due");
	refused("[]", "empty list");
	refused("[3]", "must be a map of columns");
	refused("{}", "must be a map of columns");
}

/* ---- columns ---- */
static struct error *select_of(struct table_select_params p, const char *where, const char *rows, struct out **o)
{
	struct table_select_inputs in = { .table = h_table(runs), .where = where ? h_literal("any", where) : NULL,
	                                  .rows = rows ? h_table(rows) : NULL };

	*o = h_out();
	return table_select_run(h_env(1), &p, &in, &(struct table_select_outputs){ *o });
}

TEST(rows_and_columns_of_tables)
{
	const char *names[] = { "chunks", "labels", "chunks" };
	struct table_select_params p = { .n_columns = 2, .columns = names }, all = { 0 };
	struct out *o;

	CHECK_OK(select_of(p, NULL, "row\n5\n0\n0\n", &o));
	CHECK_TEXT(made_text(o), "chunks\tlabels\n2\thouse\n0\trest\n0\trest\n");
	CHECK_OK(select_of(all, "{\"labels\": \"face\"}", NULL, &o));
	CHECK_TEXT(made_text(o), "labels\tchunks\tscore\nface\t0\t2\nface\t1\tn/a\n");
	CHECK_ERROR(select_of(all, "{\"labels\": \"face\"}", "row\n1\n", &o), "one way to say which");
	CHECK_ERROR(select_of(all, NULL, "row\n6\n", &o), "table has the rows 0 to 5");
	CHECK_ERROR(select_of(all, NULL, "a\tb\n6\t1\n", &o), "none of them called row or volume");
	p.n_columns = 3;
	CHECK_ERROR(select_of(p, NULL, NULL, &o), "columns has 'chunks' twice");
}

/* ---- several tables ---- */
static struct error *join_of(struct table_join_params p, const char *a, const char *b, struct out **o)
{
	*o = h_out();
	p.key = "cell";
	return table_join_run(h_env(1), &p, &(struct table_join_inputs){ .a = h_table(a), .b = h_table(b) },
	                      &(struct table_join_outputs){ *o });
}

TEST(tables_side_by_side)
{
	struct table_join_params p = { .n_on = 1, .on = (const char *[]){ "id" } };
	const char *left = "id\tx\nc\t1\na\t2\nc\t3\nb\t4\n", *right = "y\tid\n10\ta\n30\tc\n";
	struct out *o;

	CHECK_OK(join_of(p, left, right, &o));
	CHECK_TEXT(made_text(o), "id\tx\ty\nc\t1\t30\na\t2\t10\nc\t3\t30\n");
	CHECK(strstr(h_notes(), "1 of the 4 rows"));
	p.how = TABLE_JOIN_HOW_LEFT;
	CHECK_OK(join_of(p, left, right, &o));
	CHECK_TEXT(made_text(o), "id\tx\ty\nc\t1\t30\na\t2\t10\nc\t3\t30\nb\t4\tn/a\n");
	CHECK_ERROR(join_of(p, right, left, &o), "stands in row 1 too: in the tables behind the first each must come once");
	CHECK_ERROR(join_of(p, left, "x\tid\n10\ta\n", &o), "the column 'x'");
	CHECK_ERROR(join_of(p, left, "y\n10\n", &o), "id");
	p.how = TABLE_JOIN_HOW_INNER;
	CHECK_ERROR(join_of(p, left, "id\ty\nz\t1\n", &o), "no row of the first table");
	CHECK_OK(join_of(p, "id\tx\nn/a\t1\n01\t2\n", "id\ty\nNaN\t3\n1\t4\n", &o));
	CHECK_TEXT(made_text(o), "id\tx\ty\nn/a\t1\t3\n");
}

TEST(tables_one_below_the_other)
{
	struct item two[2] = { *h_table("x\ty\n1\t2\n"), *h_table("y\tz\n3\t4\n") };
	struct table_join_inputs in = { .tables = { 2, two } };
	struct table_join_params p = { .key = "sub" };
	struct out *o = h_out();

	two[0].cell = "01";
	two[1].cell = "02";
	CHECK_OK(table_join_run(h_env(1), &p, &in, &(struct table_join_outputs){ o }));
	CHECK_TEXT(made_text(o), "sub\tx\ty\tz\n01\t1\t2\tn/a\n02\tn/a\t3\t4\n");
	p.key = "y";
	CHECK_ERROR(table_join_run(h_env(1), &p, &in, &(struct table_join_outputs){ h_out() }), "has a column 'y'");
	in.tables.n = 0;
	CHECK_ERROR(table_join_run(h_env(1), &p, &in, &(struct table_join_outputs){ h_out() }), "no table is given");
}

/* ---- digests ---- */
static const float signals[] = { 1, 10, 2, 20, 4, 25, 3, 30, 9, 90, 5, 50 };

TEST(golden_tables)
{
	struct out *rows = h_out(), *table = h_out(), *boxes = h_out(), *joined, *image = h_out(), *some;
	const char *names[] = { "face" };

	CHECK_OK(table_rows_run(h_env(1), &(struct table_rows_params){ 0 },
	                        &(struct table_rows_inputs){ h_table(runs), h_literal("any", "{\"chunks\": {\"lt\": 2}}"), NULL },
	                        &(struct table_rows_outputs){ rows }));
	CHECK_OK(select_of((struct table_select_params){ 0 }, "{\"chunks\": {\"lt\": 2}}", NULL, &some));
	CHECK_OK(join_of((struct table_join_params){ 0 }, runs, "labels\nrest\n", &joined));
	CHECK_OK(stats_by_condition_run(h_env(1), &(struct stats_by_condition_params){ 0 },
	                                &(struct stats_by_condition_inputs){ made_series(6, signals), h_table(runs) },
	                                &(struct stats_by_condition_outputs){ table, boxes, NULL }));
	CHECK_OK(image_select_run(h_env(1), &(struct image_select_params){ .n_names = 1, .names = names, .step = 1 },
	                          &(struct image_select_inputs){ h_f4(6, IMAGE_INT16), NULL, h_table(runs) },
	                          &(struct image_select_outputs){ image, h_out() }));
	golden_expect("table.rows", rows, "table.tsv");
	golden_expect("table.select", some, "table.tsv");
	golden_expect("table.join", joined, "table.tsv");
	golden_expect("stats.by_condition", table, "table.tsv");
	golden_expect("stats.by_condition", boxes, "table.tsv");
	golden_expect("image.select", image, "image.nii");
}
