#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

static char last[600];

static void keep(void *ctx, const char *line)
{
	++*(int *)ctx;
	snprintf(last, sizeof last, "%s", line);
}

TEST(a_sink_gets_each_line)
{
	int n = 0;

	log_sink(keep, &n);
	log_line("step %s: %d of %d", "glm", 3, 4);
	CHECK_TEXT(last, "step glm: 3 of 4");
	log_line("%0500d", 1);
	CHECK_INT(strlen(last), 500);
	CHECK_INT(n, 2);
	log_sink(NULL, NULL);
}

TEST(no_colours_on_files)
{
	FILE *f = tmpfile();

	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	CHECK(!log_colour(f));
	fclose(f);
}

TEST(terminals_have_colours_unless_unwanted)
{
	FILE *f = fopen("/dev/ptmx", "r+");

	if (!f)
		skip();
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	CHECK(log_colour(f));
	setenv("NO_COLOR", "", 1);
	CHECK(log_colour(f));
	setenv("NO_COLOR", "1", 1);
	CHECK(!log_colour(f));
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	CHECK(!log_colour(f));
	fclose(f);
}
