#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "cli/columns.h"
#include "cli/study.h"
#include "config/diag.h"
#include "run/driver.h"
#include "store/memo.h"

struct run_options {
	struct study_options study;
	struct texts only;
	const char *out, *layout, *executor, *events;
	int jobs;
	int64_t memory;
	bool keep_going, offline, quiet;
};

static const struct opt run_opt[] = {
	STUDY_SET(run_options, study),
	{ "out", 'o', OPT_TEXT, "DIR", "Where results go; else FILE's name with _results.", offsetof(struct run_options, out) },
	STUDY_LAYOUT(run_options, layout),
	STUDY_CACHE(run_options, study), STUDY_DATA(run_options, study),
	{ "only", 0, OPT_TEXTS, "STEP[@CELL]", "Only this and what it needs; may be given again.", offsetof(struct run_options, only) },
	{ "jobs", 'j', OPT_INT, "N", "Threads at a time; else as many as there are processors.", offsetof(struct run_options, jobs) },
	{ "mem", 0, OPT_BYTES, "SIZE", "Memory for tasks at a time; else 80 % of the machine's.", offsetof(struct run_options, memory) },
	{ "keep-going", 'k', OPT_FLAG, NULL, "After a failure go on with all that does not depend on it.",
	  offsetof(struct run_options, keep_going) },
	{ "offline", 0, OPT_FLAG, NULL, "Fetch nothing.", offsetof(struct run_options, offline) },
	{ "executor", 0, OPT_TEXT, "NAME", "What starts workers: local.", offsetof(struct run_options, executor) },
	{ "events", 0, OPT_TEXT, "FILE", "Tells what happens as JSON lines.", offsetof(struct run_options, events) },
	{ "quiet", 'q', OPT_FLAG, NULL, "Only failures.", offsetof(struct run_options, quiet) },
	{ 0 },
};

/* study.yaml -> study_results, in the working folder. */
static const char *default_out(const char *file, struct arena *a)
{
	const char *base = path_base(file), *dot = strrchr(base, '.');

	return arena_printf(a, "%.*s_results", dot && dot != base ? (int)(dot - base) : (int)strlen(base), base);
}

static struct error *check_options(const struct run_options *o)
{
	if (o->executor && strcmp(o->executor, "local") != 0)
		return error_new(ERR_USER, "--executor is '%s', must be local", o->executor);
	return NULL;
}

static struct error *open_events(FILE **out, const char *path)
{
	*out = NULL;
	if (!path)
		return NULL;
	*out = fopen(path, "we");
	if (!*out)
		return error_new(ERR_USER, "cannot write the events to %s: %s", path, strerror(errno));
	return NULL;
}

static int tell(const struct driver *d)
{
	if (!d->quiet)
		report_print(&d->report, stdout);
	fflush(stdout);
	report_failures(&d->report, stderr);
	return d->report.result.interrupted ? CLI_INTERRUPTED : driver_failed(d) ? CLI_FAILED : CLI_DONE;
}

static struct error *drive(int *code, struct study *s, const struct run_options *o, FILE *events)
{
	struct driver d = { .pipeline = s->pipeline, .store = s->store, .memo = s->memo, .diag = s->diag, .arena = s->arena,
		.only = o->only.text, .n_only = o->only.n, .jobs = o->jobs, .memory = o->memory, .keep_going = o->keep_going,
		.quiet = o->quiet, .events = events, .version = SULCUS_VERSION };
	bool wrong = false;
	struct error *e;

	d.folder = o->out ? o->out : default_out(s->file, s->arena);
	d.offline = o->offline;
	e = driver_run(&d, &wrong);
	if (!e)
		*code = study_problems(s);
	if (!e && !wrong)
		*code = tell(&d);
	driver_free(&d);
	return e;
}

/* The text, and what the last run of it knew; the driver expands it, perhaps more than once. */
static struct error *read_study(struct study *s, const char *file, const struct study_options *o, struct arena *a)
{
	*s = (struct study){ .file = file, .arena = a, .diag = diag_new(a) };
	TRY(study_data(o));
	s->pipeline = pipeline_read(file, o->set.item, o->set.n, s->diag, a);
	if (!s->pipeline || s->diag->n_error)
		return NULL;
	TRY(store_open(&s->store, o->cache, a));
	return memo_open(&s->memo, s->store, s->pipeline->path, a);
}

static struct error *run_file(int *code, const char *file, const struct run_options *o, struct arena *a)
{
	struct study s = { 0 };
	FILE *events;
	struct error *e;

	TRY(check_options(o));
	TRY(open_events(&events, o->events));
	e = read_study(&s, file, &o->study, a);
	if (!e && s.pipeline && o->layout)
		e = layout_find(&s.pipeline->layout, o->layout);
	if (!e && (!s.pipeline || s.diag->n_error))
		*code = study_problems(&s);
	else if (!e)
		e = drive(code, &s, o, events);
	study_close(&s);
	if (events)
		fclose(events);
	return e;
}

/* While planning and exporting; all that is published appears by rename, so ending here leaves nothing half-written.
 * While tasks run, the scheduler takes the signal itself. */
static void interrupted(int sig)
{
	(void)sig;
	_exit(CLI_INTERRUPTED);
}

static void end_on_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = interrupted }, was;

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (!sigaction(signals[i], NULL, &was) && was.sa_handler != SIG_IGN)   /* nohup stays */
			sigaction(signals[i], &act, NULL);
}

static int run(int argc, char **argv)
{
	struct run_options o = { 0 };
	struct texts rest = { 0 };
	struct arena *a = arena_new();
	int code = CLI_WRONG;
	struct error *e = options_parse(&o, run_opt, &rest, argc, argv, a);

	if (!e && rest.n != 1)
		e = error_new(ERR_USER, "needs one pipeline");
	if (e) {
		code = cli_usage(&cmd_run, e);
	} else {
		end_on_signals();
		e = run_file(&code, rest.text[0], &o, a);
		code = e ? cli_fail(e) : code;
	}
	arena_free(a);
	return code;
}

const struct command cmd_run = {
	"run", "FILE [--set NAME=VALUE]... [--out DIR] [--only STEP[@CELL]]... [--jobs N] [--mem SIZE] [--keep-going]",
	"Runs what is missing of a pipeline and writes its exports.\n\n"
	"Results that are in the store already are not computed again; exports that are there unchanged are left alone.\n"
	"Headers are looked at first, so most mistakes are told before anything is computed. Ctrl-C stops within a\n"
	"second; what had finished is kept. Exit code 0: done; 1: a task failed; 2: the file or the call is wrong;\n"
	"3: interrupted.\n\n"
	"Example:  sulcus run study.yaml --jobs 8 --out results",
	run, run_opt,
};
