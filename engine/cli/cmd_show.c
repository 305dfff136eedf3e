#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/looker.h"
#include "cli/subject.h"

struct show_options { struct study_options study; };

static const struct opt show_opt[] = {
	STUDY_SET(show_options, study), STUDY_CACHE(show_options, study), STUDY_DATA(show_options, study),
	{ 0 },
};

static struct error *show_one(int *code, const char *word, const struct show_options *o, struct looker *l)
{
	struct subject s;
	const char *text;

	TRY(subject_find(&s, code, word, &o->study, l->arena));
	if (*code != CLI_DONE)
		return NULL;
	TRY(looker_show(&text, l, &s));
	printf("%s: %s\n%s", word, s.item.kind, text);
	if (*text && text[strlen(text) - 1] != '\n')
		putchar('\n');
	return NULL;
}

static int show(const struct texts *word, const struct show_options *o, struct arena *a)
{
	struct looker l;
	int code = cli_fail(looker_open(&l, a));

	for (int i = 0; i < word->n && l.pool; i++) {
		int one = CLI_DONE;

		if (i > 0)
			putchar('\n');
		struct error *e = show_one(&one, word->text[i], o, &l);

		if (e)
			one = cli_fail(e);
		code = one > code ? one : code;
	}
	looker_close(&l);
	return code;
}

static int run(int argc, char **argv)
{
	struct show_options o = { 0 };
	struct texts rest = { 0 };
	struct arena *a = arena_new();
	struct error *e = options_parse(&o, show_opt, &rest, argc, argv, a);
	int code;

	if (!e && rest.n < 1)
		e = error_new(ERR_USER, "needs a file, or a pipeline and a step");
	code = e ? cli_usage(&cmd_show, e) : show(&rest, &o, a);
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
