#include "render.h"

#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"

static const struct mark fwhm = { "p.yaml", 2, 9 };

static struct diag *with_source(void)
{
	struct diag *d = diag_new(check_arena());

	diag_source(d, "p.yaml", "steps:\n  fwhm: -2 mm\n\n\ta: \tb\r\nlast");
	return d;
}

TEST(a_problem_shows_its_line_with_the_value_underlined)
{
	struct diag *d = with_source();
	struct doc v = { .kind = DOC_TEXT, .at = fwhm, .end_col = 14, .text = "-2 mm" };

	diag_error(d, &v, "'%s' is -2 mm, must be 0 mm or more", "fwhm");
	CHECK_INT(d->n_error, 1);
	CHECK_TEXT(render(d, false), "p.yaml:2:9: error: 'fwhm' is -2 mm, must be 0 mm or more\n"
	                             "  2 |   fwhm: -2 mm\n"
	                             "    |         ^^^^^\n");
}

TEST(problems_are_sorted_by_file_line_and_column_and_equal_ones_stand_once)
{
	struct diag *d = with_source();

	diag_source(d, "a.yaml", "x");
	diag_add(d, DIAG_WARNING, (struct mark){ "p.yaml", 2, 3 }, 4, "remove it", "it is not used");
	diag_add(d, DIAG_ERROR, (struct mark){ "a.yaml", 1, 1 }, 0, NULL, "wrong");
	diag_add(d, DIAG_NOTE, (struct mark){ "p.yaml", 1, 1 }, 0, NULL, "first");
	diag_add(d, DIAG_ERROR, (struct mark){ "a.yaml", 1, 1 }, 0, NULL, "wrong");
	CHECK_INT(d->n_error, 2);
	CHECK_TEXT(render(d, false), "p.yaml:1:1: note: first\n"
	                             "  1 | steps:\n"
	                             "    | ^\n"
	                             "p.yaml:2:3: warning: it is not used\n"
	                             "  2 |   fwhm: -2 mm\n"
	                             "    |   ^^^^\n"
	                             "  hint: remove it\n"
	                             "a.yaml:1:1: error: wrong\n"
	                             "  1 | x\n"
	                             "    | ^\n");
	CHECK_INT(d->n, 3);
	CHECK_INT(d->n_error, 1);
}

TEST(tabs_take_one_column_and_a_caret_may_stand_after_the_end)
{
	struct diag *d = with_source();

	diag_add(d, DIAG_ERROR, (struct mark){ "p.yaml", 4, 6 }, 1, NULL, "x");
	diag_add(d, DIAG_ERROR, (struct mark){ "p.yaml", 5, 5 }, 9, NULL, "y");
	diag_add(d, DIAG_ERROR, (struct mark){ "p.yaml", 6, 1 }, 1, NULL, "a line that is not there");
	CHECK_TEXT(render(d, false), "p.yaml:4:6: error: x\n"
	                             "  4 |  a:  b\n"
	                             "    |      ^\n"
	                             "p.yaml:5:5: error: y\n"
	                             "  5 | last\n"
	                             "    |     ^\n"
	                             "p.yaml:6:1: error: a line that is not there\n");
}

TEST(columns_count_characters_and_controls_are_not_printed)
{
	struct diag *d = diag_new(check_arena());

	diag_source(d, "\033[2J", "é\033\xff: \xc2\x9b" "ü");
	diag_add(d, DIAG_ERROR, (struct mark){ "\033[2J", 1, 7 }, 1, NULL, "bad \033[31m\n");
	CHECK_TEXT(render(d, false), "?[2J:1:7: error: bad ?[31m \n"
	                             "  1 | é??: ?ü\n"
	                             "    |       ^\n");
}

TEST(a_long_line_is_shown_in_a_window_around_the_caret)
{
	struct diag *d = diag_new(check_arena());
	char line[1001] = { 0 }, *quote;
	const char *text;

	memset(line, 'x', 1000);
	memcpy(line + 500, "bad", 3);
	diag_source(d, "p.yaml", line);
	diag_add(d, DIAG_ERROR, (struct mark){ "p.yaml", 1, 501 }, 3, NULL, "x");
	diag_add(d, DIAG_ERROR, (struct mark){ "p.yaml", 1, 1 }, 999, NULL, "start");
	diag_add(d, DIAG_ERROR, (struct mark){ "p.yaml", 1, 1001 }, 1, NULL, "end");
	text = render(d, false);
	quote = strstr(text, "  1 | ...xxx");
	assert_non_null(quote);
	CHECK_INT(strcspn(quote, "\n"), 6 + 3 + 120 + 3);
	CHECK_INT(strchr(strchr(quote, '\n'), '^') - strchr(quote, '\n') - 1, strstr(quote, "bad") - quote);
	CHECK(strstr(text, "xxx...\n    | ^^^^") != NULL);
}

TEST(colours_only_when_asked)
{
	struct diag *d = diag_new(check_arena());

	diag_source(d, "p", "a");
	diag_add(d, DIAG_ERROR, (struct mark){ "p", 1, 1 }, 1, NULL, "x");
	diag_add(d, DIAG_WARNING, (struct mark){ 0 }, 1, NULL, "y");
	CHECK_TEXT(render(d, true), "\033[1mp:1:1: \033[0m\033[1;31merror: \033[0mx\n"
	                            "  1 | a\n"
	                            "    | \033[1;31m^\033[0m\n"
	                            "\033[1;33mwarning: \033[0my\n");
}

TEST(hints_are_joined_and_the_nearest_name_is_one)
{
	static const char *const names[] = { "fwhm", "mask", NULL };
	struct diag *d = with_source();

	diag_hint(d, "no problem yet, so nothing happens");
	diag_warning(d, NULL, "unknown 'fwmh'");
	diag_nearest(d, "fwmh", names);
	diag_nearest(d, "something", names);
	diag_hint(d, "it has: %s", "fwhm, mask");
	diag_hint(d, "more");
	CHECK_TEXT(render(d, false), "warning: unknown 'fwmh'\n  hint: did you mean 'fwhm'? it has: fwhm, mask; more\n");
	CHECK_INT(d->n_error, 0);
}

TEST(an_error_is_taken_with_its_place_and_its_causes)
{
	struct diag *d = with_source();
	struct error *e = error_at(error_new(ERR_DATA, "150 rows"), (struct mark){ "t.tsv", 3, 1 });

	diag_take(d, NULL);
	diag_take(d, error_at(error_wrap(e, "adding %s", "rows"), fwhm));
	diag_take(d, error_wrap(error_new(ERR_USER, "no"), "outer"));
	CHECK_TEXT(render(d, false), "p.yaml:2:9: error: adding rows: t.tsv:3:1: 150 rows\n"
	                             "  2 |   fwhm: -2 mm\n"
	                             "    |         ^\n"
	                             "error: outer: no\n");
}

TEST(a_file_that_was_not_given_is_read_again_and_may_be_missing)
{
	struct diag *d = diag_new(check_arena());
	const char *path = path_join(check_arena(), check_folder(), "t.tsv"), *must;

	CHECK_OK(file_write(path, "a\nb\n", 4));
	diag_add(d, DIAG_ERROR, (struct mark){ path, 2, 1 }, 1, NULL, "x");
	diag_add(d, DIAG_ERROR, (struct mark){ "/no/such/file", 2, 1 }, 1, NULL, "y");
	diag_add(d, DIAG_ERROR, (struct mark){ "/no/such/file", 0, 0 }, 1, NULL, "z");
	must = arena_printf(check_arena(),
		"%s:2:1: error: x\n  2 | b\n    | ^\n/no/such/file: error: z\n/no/such/file:2:1: error: y\n",
	                    path);
	CHECK_TEXT(render(d, false), must);
}

TEST(at_most_a_hundred_problems_are_printed)
{
	struct diag *d = diag_new(check_arena());
	const char *text;

	for (int i = 0; i < 5000; i++)
		diag_add(d, DIAG_ERROR, (struct mark){ 0 }, 0, NULL, "problem %d", i % 2500);
	text = render(d, false);
	CHECK(strstr(text, "error: problem 99\n... and 2400 more\n") != NULL);
	CHECK_INT(d->n_error, 2500);
}
