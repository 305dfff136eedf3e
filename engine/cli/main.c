/* sulcus - the program: finds the command, runs it, sees that what it printed was written. */
#include "cli/cli.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

const struct command *const commands[] = {
	&cmd_run, &cmd_check, &cmd_plan, &cmd_explain, &cmd_graph, &cmd_show, &cmd_diff,
	&cmd_cache, &cmd_nodes, &cmd_schema, &cmd_help, NULL,
};

const struct command *command_find(const char *name)
{
	for (int i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *candidate[sizeof commands / sizeof *commands] = { 0 }, *near;

	for (int i = 0; commands[i]; i++)
		candidate[i] = commands[i]->name;
	near = text_nearest(name, candidate);
	if (near)
		fprintf(stderr, "sulcus: there is no command '%s'; did you mean '%s'?\n", name, near);
	else
		fprintf(stderr, "sulcus: there is no command '%s'; 'sulcus help' lists them\n", name);
	return CLI_WRONG;
}

/* --help anywhere before "--" asks for the command's help, whatever else stands there. */
static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int dispatch(int argc, char **argv)
{
	const struct command *c = command_find(argv[0]);

	if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0) {
		puts("sulcus " SULCUS_VERSION);
		return CLI_DONE;
	}
	if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
		command_overview(stdout);
		return CLI_DONE;
	}
	if (!c)
		return unknown_command(argv[0]);
	if (wants_help(argc, argv)) {
		command_help(c, stdout);
		return CLI_DONE;
	}
	return c->run(argc, argv);
}

int main(int argc, char **argv)
{
	int code;

	if (argc < 2) {
		command_overview(stderr);
		return CLI_WRONG;
	}
	code = dispatch(argc - 1, argv + 1);
	errno = 0;
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
		fprintf(stderr, "sulcus: cannot write the output: %s\n", strerror(errno));
		return code ? code : CLI_FAILED;
	}
	return code;
}
