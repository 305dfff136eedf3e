#include "cli/cli.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/log.h"
#include "cli/steps.h"
#include "cli/study.h"
#include "cli/words.h"
#include "config/problem.h"
#include "run/export_name.h"
#include "run/headers.h"
#include "run/pool.h"
#include "run/sched.h"

enum { TASKS_A_WORKER = 16 };   /* fewer tasks are not worth another worker's start */

struct check_options {
	struct study_options study;
	const char *layout;
	bool verbose, strict;
};

static const struct opt check_opt[] = {
	STUDY_SET(check_options, study),
	{ "no-data", 0, OPT_FLAG, NULL, "The data are elsewhere: file patterns are not looked up, headers not read.",
	  offsetof(struct check_options, study.no_data) },
	STUDY_DATA(check_options, study), STUDY_LAYOUT(check_options, layout),
	{ "strict", 0, OPT_FLAG, NULL, "Warnings make it fail, too.", offsetof(struct check_options, strict) },
	{ "verbose", 'v', OPT_FLAG, NULL, "Also the steps: node, axes, ports, parameters and where each came from.",
	  offsetof(struct check_options, verbose) },
	{ 0 },
};

static int workers_for(const struct plan *p)
{
	int most = machine_jobs(), n = (p->n_task + TASKS_A_WORKER - 1) / TASKS_A_WORKER;

	return n < 1 ? 1 : n > most ? most : n;
}

static struct error *check_headers(const struct study *s)
{
	struct pool *pool = pool_new(NULL, workers_for(s->plan), s->arena);
	struct error *e = headers_check(s->plan, pool, &(struct headers_options){ .all = true }, s->diag);

	pool_free(pool);
	return e;
}

/* The text, then the pairing of cells, then headers: each as far as what came before is right. No store is
 * opened and no file is read whole. */
static struct error *find_problems(struct study *s, const struct check_options *o)
{
	TRY(study_data(&o->study));
	s->pipeline = pipeline_read(s->file, o->study.set.item, o->study.set.n, s->diag, s->arena);
	if (!s->pipeline || s->diag->n_error)
		return NULL;
	if (o->layout)
		TRY(layout_find(&s->pipeline->layout, o->layout));
	s->plan = plan_expand(s->pipeline, NULL, NULL, NULL, 0, o->study.no_data, s->diag, s->arena);
	if (s->plan && !s->diag->n_error)
		exports_check(s->plan, s->diag);
	if (!s->plan || s->diag->n_error || o->study.no_data)
		return NULL;
	return check_headers(s);
}

/* Once printed, equal problems are one. */
static int count(const struct diag *d, enum severity what)
{
	int n = 0;

	for (int i = 0; i < d->n; i++)
		n += d->problem[i].severity == what;
	return n;
}

static void print_summary(const struct study *s, int n_error, int n_warning)
{
	struct arena *a = s->arena;

	if (n_error || n_warning)
		printf("%s: %s, %s\n", s->file, words_count(a, n_error, "error", "errors"),
		       words_count(a, n_warning, "warning", "warnings"));
	else
		printf("%s: nothing is wrong: %s, %s%s\n", s->file, words_count(a, s->pipeline->n_step, "step", "steps"),
		       words_count(a, s->plan->n_task, "task", "tasks"),
		       s->plan->open ? " so far; more are known when some have run" : "");
}

static struct error *check(int *code, const char *file, const struct check_options *o, struct arena *a)
{
	struct study s = { .file = file, .arena = a, .diag = diag_new(a) };
	int n_error, n_warning;

	TRY(find_problems(&s, o));
	diag_print(s.diag, stderr, log_colour(stderr));
	if (o->verbose && s.pipeline && !s.diag->n_error) {
		steps_print(stdout, s.pipeline, a);
		putchar('\n');
	}
	fflush(stderr);
	n_error = count(s.diag, DIAG_ERROR);
	n_warning = count(s.diag, DIAG_WARNING);
	if (n_error == 0 && (!s.pipeline || !s.plan))
		return error_new(ERR_USER, "%s holds no pipeline", file);
	print_summary(&s, n_error, n_warning);
	*code = n_error || (o->strict && n_warning) ? CLI_WRONG : CLI_DONE;
	return NULL;
}

static int run(int argc, char **argv)
{
	struct check_options o = { 0 };
	struct texts rest = { 0 };
	struct arena *a = arena_new();
	int code = CLI_DONE;
	struct error *e = options_parse(&o, check_opt, &rest, argc, argv, a);

	if (!e && rest.n < 1)
		e = error_new(ERR_USER, "needs a pipeline");
	if (e)
		code = cli_usage(&cmd_check, e);
	else
		for (int i = 0; i < rest.n; i++) {
			int one = CLI_DONE;

			e = check(&one, rest.text[i], &o, a);
			if (e)
				one = cli_fail(e);
			code = one > code ? one : code;
		}
	arena_free(a);
	return code;
}

const struct command cmd_check = {
	"check", "FILE... [--set NAME=VALUE]... [--no-data] [--strict] [-v]",
	"Finds everything that is wrong with a pipeline; nothing is computed.\n\n"
	"It reads the text (unknown names, values out of range, wires that do not fit), pairs the files by their\n"
	"cells, and looks at headers: shapes, lengths, names. Each problem comes with its line and what must be\n"
	"there instead. Exit code 0: nothing is wrong; 2: errors (with --strict, or warnings).\n\n"
	"Example:  sulcus check study.yaml --set fwhm='8 mm'",
	run, check_opt,
};
