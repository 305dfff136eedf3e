#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cli/columns.h"
#include "cli/options.h"

struct help_options { bool names; };

static const struct opt help_opt[] = {
	{ "names", 0, OPT_FLAG, NULL, "Only names, one a line: of the commands, or of a command's options.",
	  offsetof(struct help_options, names) },
	{ 0 },
};

static const char *first_line(struct arena *a, const char *text)
{
	return arena_strndup(a, text, strcspn(text, "\n"));
}

void command_help(const struct command *c, FILE *f)
{
	struct arena *a = arena_new();
	struct columns list = { .arena = a, .n_col = 2 };

	fprintf(f, "sulcus %s%s%s\n\n%s\n", c->name, *c->synopsis ? " " : "", c->synopsis, c->help);
	options_list(&list, c->opt);
	columns_row(&list, "-h, --help", "This text.");
	fputs("\nOptions:\n", f);
	columns_print(&list, f, 2);
	arena_free(a);
}

void command_overview(FILE *f)
{
	struct arena *a = arena_new();
	struct columns list = { .arena = a, .n_col = 2 };

	for (int i = 0; commands[i]; i++)
		columns_row(&list, commands[i]->name, first_line(a, commands[i]->help));
	fputs("sulcus runs analyses that are written as YAML files: checked first, in parallel, and only what changed.\n\n"
	      "sulcus COMMAND ...\n\n", f);
	columns_print(&list, f, 2);
	fputs("\n'sulcus help COMMAND' tells more, 'sulcus --version' the version.\n", f);
	arena_free(a);
}

static void print_names(const struct command *c)
{
	for (int i = 0; !c && commands[i]; i++)
		puts(commands[i]->name);
	for (const struct opt *o = c ? c->opt : NULL; o && o->name; o++)
		printf("--%s%s\n", o->name, o->kind == OPT_FLAG ? "" : "=");
}

static struct error *help(int argc, char **argv, struct arena *a)
{
	struct help_options o = { 0 };
	struct texts rest = { 0 };
	const struct command *c = NULL;

	TRY(options_parse(&o, help_opt, &rest, argc, argv, a));
	if (rest.n > 1)
		return error_new(ERR_USER, "takes one command, not %d", rest.n);
	if (rest.n && !(c = command_find(rest.text[0])))
		return error_new(ERR_USER, "there is no command '%s'", rest.text[0]);
	if (o.names)
		print_names(c);
	else if (c)
		command_help(c, stdout);
	else
		command_overview(stdout);
	return NULL;
}

static int run(int argc, char **argv)
{
	struct arena *a = arena_new();
	int code = cli_usage(&cmd_help, help(argc, argv, a));

	arena_free(a);
	return code;
}

const struct command cmd_help = {
	"help", "[COMMAND]",
	"Tells what the commands do.\n\n"
	"Example:  sulcus help run",
	run, help_opt,
};

int cli_usage(const struct command *c, struct error *e)
{
	if (!e)
		return CLI_DONE;
	fprintf(stderr, "sulcus %s: %s\n", c->name, e->text);
	fprintf(stderr, "usage: sulcus %s %s\n'sulcus help %s' tells more\n", c->name, c->synopsis, c->name);
	error_free(e);
	return CLI_WRONG;
}

int cli_fail(struct error *e)
{
	int code;

	if (!e)
		return CLI_DONE;
	code = e->code == ERR_USER || e->code == ERR_DATA ? CLI_WRONG : CLI_FAILED;
	error_print(e, stderr);
	error_free(e);
	return code;
}
