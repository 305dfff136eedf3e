#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/subject.h"
#include "run/pool.h"

struct show_options { struct study_options study; };

static const struct opt show_opt[] = {
	STUDY_SET(show_options, study), STUDY_CACHE(show_options, study), STUDY_DATA(show_options, study),
	{ 0 },
};

static struct error *show_one(int *code, const char *word, const struct show_options *o, struct pool *p, struct arena *a)
{
	struct subject s;
	const char *text;

	TRY(subject_find(&s, code, word, &o->study, a));
	if (*code != CLI_DONE)
		return NULL;
	TRY(subject_show(&text, p, &s, a));
	printf("%s: %s\n%s", word, s.item.kind, text);
	if (*text && text[strlen(text) - 1] != '\n')
		putchar('\n');
	return NULL;
}

static int run(int argc, char **argv)
{
	struct show_options o = { 0 };
	struct texts rest = { 0 };
	struct arena *a = arena_new();
	struct error *e = options_parse(&o, show_opt, &rest, argc, argv, a);
	int code = CLI_DONE;

	if (!e && rest.n < 1)
		e = error_new(ERR_USER, "needs a file, or a pipeline and a step");
	if (e) {
		code = cli_usage(&cmd_show, e);
		arena_free(a);
		return code;
	}
	struct pool *p = pool_new(NULL, 1, a);
	for (int i = 0; i < rest.n; i++) {
		int one = CLI_DONE;

		if (i > 0)
			putchar('\n');
		e = show_one(&one, rest.text[i], &o, p, a);
		if (e)
			one = cli_fail(e);
		code = one > code ? one : code;
	}
	pool_free(p);
	arena_free(a);
	return code;
}

const struct command cmd_show = {
	"show", "PATH... | FILE:STEP[@CELL][.PORT]...",
	"Describes any image, table, array or result: shape, grid, range, names.\n\n"
	"A path is any file whose kind its name tells. FILE:STEP@CELL.PORT is a result in the store, as the\n"
	"pipeline in FILE makes it now; without .PORT the step's first output.\n\n"
	"Example:  sulcus show study.yaml:corr@01.z",
	run, show_opt,
};
