#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/columns.h"

static char *text;
static size_t n_text;

static FILE *begin(void)
{
	free(text);
	text = NULL;
	return open_memstream(&text, &n_text);
}

TEST(width_counts_letters_not_bytes)
{
	CHECK_INT(text_width(""), 0);
	CHECK_INT(text_width("µm²"), 3);
	CHECK_INT(text_width("naïve"), 5);
}

TEST(columns_stand_under_each_other)
{
	struct columns c = { .arena = check_arena(), .n_col = 3 };
	FILE *f = begin();

	columns_row(&c, "a", "µ", "one");
	columns_row(&c, "bcd", NULL, "two");
	columns_row(&c, "e", NULL, NULL);
	columns_print(&c, f, 1);
	fclose(f);
	CHECK_TEXT(text, " a    µ  one\n bcd     two\n e\n");
}

TEST(long_text_is_wrapped_between_words)
{
	FILE *f = begin();

	text_wrap(f, "one two three four", 2, 10);
	fclose(f);
	CHECK_TEXT(text, "one two\n  three\n  four\n");
}

TEST(a_word_longer_than_the_line_stays_whole)
{
	FILE *f = begin();

	text_wrap(f, "a incomprehensible b", 0, 6);
	fclose(f);
	CHECK_TEXT(text, "a\nincomprehensible\nb\n");
}
