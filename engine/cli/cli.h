/* cli.h - the commands of the program: a table in main.c, one file each.
 *
 * Exit codes: 0 done, or two things are the same; 1 a task failed, or they differ;
 * 2 the file or the call is wrong; 3 interrupted. */
#ifndef SULCUS_CLI_H
#define SULCUS_CLI_H

#include "base/error.h"

struct opt;

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_WRONG = 2, CLI_INTERRUPTED = 3 };

struct command {
	const char *name;
	const char *synopsis;       /* what follows the name: "FILE [--set name=value]..." */
	const char *help;           /* its first line is what the list of commands says; ends with an example */
	/* argv[0] is the command's name; returns an exit code. --help never gets here. */
	int (*run)(int argc, char **argv);
	const struct opt *opt;      /* ends with a NULL name (cli/options.h), or NULL; printed by --help */
};

extern const struct command cmd_cache, cmd_check, cmd_diff, cmd_explain, cmd_graph, cmd_help, cmd_nodes, cmd_plan,
	cmd_run, cmd_schema, cmd_show;

extern const struct command *const commands[];   /* NULL ended */
/* The command of this name, or NULL. */
const struct command *command_find(const char *name);
void command_help(const struct command *c, FILE *f);
/* The list of commands. */
void command_overview(FILE *f);

/* Prints the chain, frees it, and returns the exit code that belongs to it: 2 when the file or the
 * call is to blame, else 1. For NULL: 0. */
int cli_fail(struct error *e);
/* "sulcus NAME: text" and a line on how to get help; 2. */
int cli_usage(const struct command *c, struct error *e);

#endif
