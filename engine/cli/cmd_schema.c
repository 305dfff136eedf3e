#include "cli/cli.h"

#include <stdio.h>

#include "base/arena.h"
#include "cli/options.h"

extern const char *const schema_json[];   /* lines, NULL ended; made by schemas/gen.py */

static int run(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct texts rest = { 0 };
	struct error *e = options_parse(NULL, NULL, &rest, argc, argv, a);

	if (!e && rest.n)
		e = error_new(ERR_USER, "takes nothing, not '%s'", rest.text[0]);
	arena_free(a);
	if (e)
		return cli_usage(&cmd_schema, e);
	for (int i = 0; schema_json[i]; i++)
		puts(schema_json[i]);
	return CLI_DONE;
}

const struct command cmd_schema = {
	"schema", "",
	"Prints the JSON Schema of pipeline files, for editors.\n\n"
	"With it an editor completes nodes, ports and parameters and shows their documentation. For\n"
	"editors with the YAML language server, write this as the first line of a pipeline:\n"
	"    # yaml-language-server: $schema=sulcus.schema.json\n\n"
	"Example:  sulcus schema > sulcus.schema.json",
	run, NULL,
};
