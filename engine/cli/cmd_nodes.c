#include "cli/cli.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/columns.h"
#include "cli/options.h"
#include "cli/words.h"
#include "config/value.h"
#include "node/node.h"

struct nodes_options { bool names; };

static const struct opt nodes_opt[] = {
	{ "names", 0, OPT_FLAG, NULL, "Only names, one a line.", offsetof(struct nodes_options, names) },
	{ 0 },
};

/* What people write after `do:`; imports stand behind inputs, test nodes behind the engine's own tests. */
static bool shown(const struct node_decl *d)
{
	return strncmp(d->name, "import.", 7) != 0 && strncmp(d->name, "test.", 5) != 0;
}

static size_t family(const struct node_decl *d)
{
	return strcspn(d->name, ".");
}

static const char *first_sentence(struct arena *a, const char *doc)
{
	const char *end = strstr(doc, ". ");

	return end ? arena_strndup(a, doc, (size_t)(end + 1 - doc)) : doc;
}

static void list_nodes(struct arena *a, bool names)
{
	struct columns list = { .arena = a, .n_col = 2 };
	const struct node_decl *before = NULL;

	for (int i = 0; node_table[i]; before = node_table[i++]) {
		const struct node_decl *d = node_table[i];

		if (!shown(d))
			continue;
		if (names) {
			puts(d->name);
			continue;
		}
		if (list.n_cell && (family(before) != family(d) || strncmp(before->name, d->name, family(d)) != 0))
			columns_row(&list, "", "");
		columns_row(&list, d->name, first_sentence(a, d->doc));
	}
	columns_print(&list, stdout, 0);
	if (!names)
		puts("\n'sulcus nodes NAME' tells more about one.");
}

/* ---- one node ---- */
static const char *const type_one[] = {
	[PARAM_BOOL] = "true or false", [PARAM_INT] = "whole number", [PARAM_NUMBER] = "number", [PARAM_TEXT] = "text",
	[PARAM_CHOICE] = "", [PARAM_NUMBERS] = "numbers", [PARAM_TEXTS] = "texts",
};

static void add_choices(struct buf *b, const struct param_decl *p)
{
	for (int i = 0; p->choice && p->choice[i]; i++)
		buf_printf(b, "%s%s", i == 0 ? "" : p->choice[i + 1] ? ", " : " or ", p->choice[i]);
}

static void add_count(struct buf *b, const struct param_decl *p)
{
	if (p->type != PARAM_NUMBERS && p->type != PARAM_TEXTS)
		return;
	if (p->min_n == p->max_n && p->min_n > 0)
		buf_printf(b, "%d ", p->min_n);
	else if (p->max_n > 0 && p->max_n < 1000000)
		buf_printf(b, "%d to %d ", p->min_n, p->max_n);
	else if (p->min_n > 1)
		buf_printf(b, "%d or more ", p->min_n);
}

static void add_range(struct buf *b, const struct param_decl *p)
{
	bool low = isfinite(p->min), high = isfinite(p->max);

	if (p->type != PARAM_INT && p->type != PARAM_NUMBER && p->type != PARAM_NUMBERS)
		return;
	if (low && p->above_min)
		buf_printf(b, high ? ", above %g, up to %g" : ", above %g", p->min, p->max);
	else if (low)
		buf_printf(b, high ? ", %g to %g" : ", %g or more", p->min, p->max);
	else if (high)
		buf_printf(b, ", up to %g", p->max);
}

static const char *param_type_text(struct arena *a, const struct param_decl *p)
{
	struct buf b = { .arena = a };

	add_count(&b, p);
	buf_add(&b, type_one[p->type]);
	add_choices(&b, p);
	if (p->unit && p->unit[0])
		buf_printf(&b, " in %s", p->unit);
	add_range(&b, p);
	if (p->fallback)
		buf_printf(&b, "; default %s", value_words(a, p, p->fallback));
	else
		buf_add(&b, p->optional ? "; optional" : "; required");
	return b.text;
}

static const char *port_text(struct arena *a, const struct port_decl *p, bool input)
{
	struct buf b = { .arena = a };

	const bool any = !p->kind_of && (!p->kind || strcmp(p->kind, "any") == 0);

	buf_printf(&b, "%s%s", p->many ? "list of " : "", any ? "any result" : p->kind ? p->kind : "any");
	if (p->kind_of)
		buf_printf(&b, " (the kind of %s)", p->kind_of);
	if (p->literal)
		buf_add(&b, any ? ", or a written list or map" : " or a written list");
	if (input && p->optional)
		buf_add(&b, ", optional");
	if (p->on_request)
		buf_add(&b, ", when asked for");
	if (p->axis)
		buf_printf(&b, ", one a %s", p->axis);
	return b.text;
}

/* nilearn's word is told where it is another one. */
static const char *with_nilearn(struct arena *a, const char *name, const char *doc, const char *nilearn)
{
	return nilearn && strcmp(nilearn, name) != 0 ? arena_printf(a, "%s (nilearn: %s)", doc, nilearn) : doc;
}

/* A line "name  what it is", and its documentation below, so that long types leave room. */
struct entry { const char *name, *what, *doc; };

static void print_entries(const char *title, const struct entry *e, int n)
{
	int wide = 0;

	for (int i = 0; i < n; i++)
		wide = text_width(e[i].name) > wide ? text_width(e[i].name) : wide;
	if (n)
		printf("\n%s\n", title);
	for (int i = 0; i < n; i++) {
		printf("  %-*s  %s\n%*s", wide, e[i].name, e[i].what, wide + 4, "");
		text_wrap(stdout, e[i].doc, wide + 4, text_room(stdout));
	}
}

static void print_ports(struct arena *a, const char *title, const struct port_decl *port, int n, bool input)
{
	struct entry *e = NEW_N(a, struct entry, n);

	for (int i = 0; i < n; i++)
		e[i] = (struct entry){ port[i].name, port_text(a, &port[i], input),
		                       with_nilearn(a, port[i].name, port[i].doc, port[i].nilearn) };
	print_entries(title, e, n);
}

static void print_params(struct arena *a, const struct node_decl *d)
{
	struct entry *e = NEW_N(a, struct entry, d->n_param);

	for (int i = 0; i < d->n_param; i++) {
		const struct param_decl *p = &d->param[i];

		e[i] = (struct entry){ p->name, param_type_text(a, p), with_nilearn(a, p->name, p->doc, p->nilearn) };
	}
	print_entries("Parameters", e, d->n_param);
}

static void print_node(struct arena *a, const struct node_decl *d)
{
	printf("%s, version %d\n", d->name, d->version);
	text_wrap(stdout, d->doc, 0, text_room(stdout));
	if (d->nilearn)
		printf("nilearn: %s\n", d->nilearn);
	if (d->see) {
		fputs("see: ", stdout);
		text_wrap(stdout, d->see, 5, text_room(stdout));
	}
	if (d->axis)
		printf("one task for each of '%s', on the axis '%s'\n", d->over, d->axis);
	print_ports(a, "Inputs", d->in, d->n_in, true);
	print_ports(a, "Outputs", d->out, d->n_out, false);
	print_params(a, d);
}

/* What every step can do besides the nodes; their ports are written in the step itself. */
static const char *const built_in[][2] = {
	{ "command", "Runs a program without a shell; its files are ports of the step.\n\n"
	             "  {do: command, argv: [fslmaths, $in, -Tstd, $out], reads: {in: $x.image}, writes: {out: volume}}\n" },
	{ "pick", "Takes one cell of an axis by its key.\n\n  {do: pick, item: $concat.image, cell: {run: 1}}     its output is item\n" },
};

static bool print_built_in(const char *name)
{
	for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
		if (strcmp(name, built_in[i][0]) == 0) {
			printf("%s: %s", name, built_in[i][1]);
			return true;
		}
	return false;
}

static struct error *no_node(struct arena *a, const char *name)
{
	const char **names = NULL, *near;
	int n = 0;

	for (int i = 0; node_table[i]; i++) {
		const char *rest = strchr(node_table[i]->name, '.');

		if (rest && strcmp(rest + 1, name) == 0)   /* "smooth" for "image.smooth" */
			return error_new(ERR_USER, "there is no node '%s'; did you mean '%s'?", name, node_table[i]->name);
		PUSH(a, names, n, node_table[i]->name);
	}
	PUSH(a, names, n, NULL);
	near = text_nearest(name, names);
	return error_new(ERR_USER, "there is no node '%s'%s", name, near ? arena_printf(a, "; did you mean '%s'?", near) : "");
}

static struct error *nodes(int argc, char **argv, struct arena *a)
{
	struct nodes_options o = { 0 };
	struct texts rest = { 0 };

	TRY(options_parse(&o, nodes_opt, &rest, argc, argv, a));
	if (rest.n == 0)
		list_nodes(a, o.names);
	for (int i = 0; i < rest.n; i++) {
		const struct node_decl *d = node_find(rest.text[i]);

		if (i > 0)
			putchar('\n');
		if (d)
			print_node(a, d);
		else if (!print_built_in(rest.text[i]))
			return no_node(a, rest.text[i]);
	}
	return NULL;
}

static int run(int argc, char **argv)
{
	struct arena *a = arena_new();
	int code = cli_usage(&cmd_nodes, nodes(argc, argv, a));

	arena_free(a);
	return code;
}

const struct command cmd_nodes = {
	"nodes", "[NAME]...",
	"Lists the nodes, or tells all about some.\n\n"
	"A node is what a step does: 'do: image.smooth'. Its reference names the ports with their kinds, and\n"
	"the parameters with units, ranges, defaults, and what nilearn calls them where it differs.\n\n"
	"Example:  sulcus nodes image.smooth",
	run, nodes_opt,
};
