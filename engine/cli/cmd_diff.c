#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "cli/looker.h"
#include "cli/rundiff.h"
#include "cli/subject.h"
#include "store/store.h"

struct diff_options {
	struct study_options study;
	double rtol, atol;
	bool all;
};

static const struct opt diff_opt[] = {
	{ "rtol", 0, OPT_NUMBER, "R", "Numbers are the same up to R times the larger of the two (0).",
	  offsetof(struct diff_options, rtol) },
	{ "atol", 0, OPT_NUMBER, "A", "Or up to A (0).", offsetof(struct diff_options, atol) },
	{ "all", 'a', OPT_FLAG, NULL, "Of two runs, also what is the same.", offsetof(struct diff_options, all) },
	STUDY_SET(diff_options, study), STUDY_CACHE(diff_options, study), STUDY_DATA(diff_options, study),
	{ 0 },
};

static bool is_run(const char *path)
{
	struct stat st;
	const char *slash = strrchr(path, '/');

	return (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) || strcmp(slash ? slash + 1 : path, "run.json") == 0;
}

static struct error *diff_two(int *code, const char *const word[2], const struct diff_options *o, struct looker *l)
{
	struct subject s[2];
	struct difference d;

	for (int i = 0; i < 2; i++) {
		TRY(subject_find(&s[i], code, word[i], &o->study, l->arena));
		if (*code != CLI_DONE)
			return NULL;
	}
	TRY(looker_diff(&d, l, &s[0], &s[1]));
	printf("%s%s%s\n", d.same ? "same" : "differs", *d.text ? ": " : "", d.text);
	*code = d.same ? CLI_DONE : CLI_FAILED;
	return NULL;
}

static struct error *diff_runs(int *code, const char *const word[2], const struct diff_options *o, struct looker *l)
{
	struct store *store;
	struct error *e;
	bool same;

	TRY(store_open(&store, o->study.cache, l->arena));
	e = rundiff(&same, word, l, store, o->all);
	store_close(store);
	if (e)
		return e;
	*code = same ? CLI_DONE : CLI_FAILED;
	return NULL;
}

static struct error *diff(int *code, const char *const word[2], const struct diff_options *o, struct arena *a)
{
	bool run[2] = { is_run(word[0]), is_run(word[1]) };
	struct looker l;
	struct error *e;

	if (run[0] != run[1])
		return error_new(ERR_USER, "%s is a run, %s is not; compare two runs or two results", word[!run[0]], word[run[0]]);
	e = looker_open(&l, a);
	l.rtol = o->rtol;
	l.atol = o->atol;
	if (!e)
		e = (run[0] ? diff_runs : diff_two)(code, word, o, &l);
	looker_close(&l);
	return e;
}

static int run(int argc, char **argv)
{
	struct diff_options o = { 0 };
	struct texts rest = { 0 };
	struct arena *a = arena_new();
	int code = CLI_DONE;
	struct error *e = options_parse(&o, diff_opt, &rest, argc, argv, a);

	if (!e && rest.n != 2)
		e = error_new(ERR_USER, "needs two files, results or runs");
	if (e) {
		code = cli_usage(&cmd_diff, e);
	} else {
		e = diff(&code, rest.text, &o, a);
		if (e) {
			cli_fail(e);
			code = CLI_WRONG;                    /* 1 says that they differ */
		}
	}
	arena_free(a);
	return code;
}

const struct command cmd_diff = {
	"diff", "A B [--rtol R] [--atol A]",
	"Compares two files, two results, or two runs by their numbers.\n\n"
	"A and B are files, results (FILE:STEP@CELL.PORT), or folders with a run's results. Of two runs the\n"
	"tasks are compared by name and the exports by file. Exit code 0: the same; 1: they differ; 2: they\n"
	"cannot be compared.\n\n"
	"Example:  sulcus diff study_results old_results --atol 1e-6",
	run, diff_opt,
};
