#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/spawn.h"
#include "cli/graph.h"
#include "cli/study.h"
#include "config/diag.h"

enum { MOST_BOXES = 2000 };

struct graph_options {
	struct study_options study;
	bool dot, svg, cells, plain;
	const char *out;
};

static const struct opt graph_opt[] = {
	{ "dot", 0, OPT_FLAG, NULL, "Graphviz's language; what is written unless --out ends in .svg.",
	  offsetof(struct graph_options, dot) },
	{ "svg", 0, OPT_FLAG, NULL, "A drawing: by 'dot' when it is installed, else our own.",
	  offsetof(struct graph_options, svg) },
	{ "out", 'o', OPT_TEXT, "FILE", "Where to write it; else the standard output.", offsetof(struct graph_options, out) },
	{ "cells", 0, OPT_FLAG, NULL, "A box a task, not a box a step.", offsetof(struct graph_options, cells) },
	{ "plain", 0, OPT_FLAG, NULL, "Draw without 'dot' even when it is installed.", offsetof(struct graph_options, plain) },
	STUDY_SET(graph_options, study),
	{ 0 },
};

static struct error *wait_for(pid_t pid)
{
	char text[64];
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_new(ERR_SYSTEM, "waiting for dot: %s", strerror(errno));
	if (status != 0)
		return error_new(ERR_SYSTEM, "dot ended with %s", spawn_status_text(status, text));
	return NULL;
}

/* `dot` reads the graph from a nameless file and writes to f. */
static struct error *draw_by_dot(const struct graph *g, FILE *f)
{
	const char *const argv[] = { "dot", "-Tsvg", NULL };
	FILE *in = tmpfile();
	struct error *e;
	pid_t pid;

	if (!in)
		return error_new(ERR_SYSTEM, "cannot make a temporary file: %s", strerror(errno));
	graph_write_dot(g, in);
	fflush(in);
	rewind(in);
	fflush(f);
	e = spawn_start(&pid, &(struct spawn){ .argv = argv, .in_fd = fileno(in), .out_fd = fileno(f), .err_fd = STDERR_FILENO,
	                                       .extra_fd = -1 });
	if (!e)
		e = wait_for(pid);
	fclose(in);
	return e;
}

static bool dot_installed(void)
{
	char *path = spawn_find("dot");

	free(path);
	return path != NULL;
}

static struct error *write_graph(const struct graph *g, const struct graph_options *o, FILE *f)
{
	const char *ext = o->out ? strrchr(o->out, '.') : NULL;
	bool svg = o->svg || (!o->dot && ext && strcmp(ext, ".svg") == 0);

	if (!svg)
		graph_write_dot(g, f);
	else if (!o->plain && dot_installed())
		return draw_by_dot(g, f);
	else
		graph_write_svg(g, f);
	return NULL;
}

static struct error *write_out(const struct graph *g, const struct graph_options *o)
{
	struct error *e;
	FILE *f;

	if (!o->out || strcmp(o->out, "-") == 0)
		return write_graph(g, o, stdout);
	f = fopen(o->out, "w");
	if (!f)
		return error_new(ERR_USER, "cannot write %s: %s", o->out, strerror(errno));
	e = write_graph(g, o, f);
	if ((ferror(f) | fclose(f)) && !e)
		e = error_new(ERR_SYSTEM, "cannot write %s: %s", o->out, strerror(errno));
	return e;
}

/* Without --cells the data need not be there: axes then show no numbers. */
static struct error *make_graph(struct graph **out, int *code, const char *file, const struct graph_options *o,
                                struct arena *a)
{
	struct diag *expanding = diag_new(a);
	struct study s = { .file = file, .arena = a, .diag = diag_new(a) };

	*out = NULL;
	s.pipeline = pipeline_read(file, o->study.set.item, o->study.set.n, s.diag, a);
	if ((*code = study_problems(&s)) != CLI_DONE || !s.pipeline)
		return NULL;
	s.diag = expanding;
	s.plan = plan_expand(s.pipeline, NULL, NULL, NULL, 0, false, expanding, a);
	if (!o->cells) {
		*out = graph_of_steps(s.pipeline, a);
	} else if ((*code = study_problems(&s)) == CLI_DONE && s.plan) {
		if (s.plan->n_task > MOST_BOXES)
			return error_new(ERR_USER, "%s has %d tasks, too many for a picture (%d); leave out --cells", file,
			                 s.plan->n_task, MOST_BOXES);
		*out = graph_of_tasks(s.plan, a);
	}
	return NULL;
}

static int run(int argc, char **argv)
{
	struct graph_options o = { 0 };
	struct texts rest = { 0 };
	struct arena *a = arena_new();
	struct graph *g = NULL;
	int code = CLI_DONE;
	struct error *e = options_parse(&o, graph_opt, &rest, argc, argv, a);

	if (!e && rest.n != 1)
		e = error_new(ERR_USER, "needs one pipeline");
	if (e) {
		code = cli_usage(&cmd_graph, e);
	} else {
		e = make_graph(&g, &code, rest.text[0], &o, a);
		if (!e && g)
			e = write_out(g, &o);
		code = e ? cli_fail(e) : code;
	}
	arena_free(a);
	return code;
}

const struct command cmd_graph = {
	"graph", "FILE [--svg | --dot] [--out FILE] [--cells]",
	"Draws the graph of a pipeline: steps, their axes, and what flows between them.\n\n"
	"Inputs are blue, steps white, exports yellow notes; an arrow names the port it feeds.\n\n"
	"Example:  sulcus graph study.yaml -o study.svg",
	run, graph_opt,
};
