/* The two nodes whose ports are not declared by a schema: command and pick. */
#include "config/build.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "config/diag.h"
#include "node/node.h"

static const struct port_decl pick_in[] = { { .name = "item", .kind = "any", .doc = "What has the axis." } };
static const struct port_decl pick_out[] = { { .name = "item", .kind = "any", .doc = "The one cell.", .kind_of = "item" } };
/* The second has no name: it stands for a node that does not exist. */
static const struct node_decl picks[] = {
	{ .name = "pick", .doc = "Takes one cell of an axis by its key.", .version = 1, .in = pick_in, .n_in = 1, .out = pick_out, .n_out = 1 },
	{ .name = NULL },
};
static const struct param_decl command_param[] = {
	{ .name = "argv", .unit = "", .doc = "The program and its words; $x is the file of a port.", .type = PARAM_TEXTS, .min_n = 1, .max_n = 4096 },
};

const struct node_decl *pick_decl(void)
{
	return picks;
}

static struct port_decl *command_ports(struct builder *b, const struct doc *map, bool out)
{
	struct port_decl *p = NEW_N(b->a, struct port_decl, map && map->kind == DOC_MAP ? map->n + 1 : 1);

	for (int i = 0; map && map->kind == DOC_MAP && i < map->n; i++) {
		const struct doc *kind = map->val[i];

		if (!name_valid(map->key[i]->text))
			diag_error(b->d, map->key[i], "'%s' cannot name a file of a command: use letters, digits and _", map->key[i]->text);
		p[i] = (struct port_decl){ .name = map->key[i]->text, .kind = "any", .doc = "A file of the command." };
		if (!out)
			continue;
		if (kind->kind != DOC_TEXT || !kind_find(kind->text)) {
			diag_error(b->d, kind, "writes gives a kind for each file, not '%s'", kind->kind == DOC_TEXT ? kind->text : "a list");
			if (kind->kind == DOC_TEXT)
				diag_nearest(b->d, kind->text, kind_names(b));
		} else {
			p[i].kind = kind->text;
		}
	}
	return p;
}

const struct node_decl *command_decl(struct builder *b, const struct doc *key, const struct doc *step)
{
	const struct doc *reads = doc_get(step, "reads"), *writes = doc_get(step, "writes");
	struct node_decl *n = NEW(b->a, struct node_decl);

	if (!writes || writes->kind != DOC_MAP || !writes->n)
		diag_error(b->d, writes ? writes : key, "a command must say what it writes, as in writes: {out: volume}");
	if (reads && reads->kind != DOC_MAP)
		diag_error(b->d, reads, "reads must be a map of name: reference, as in reads: {in: $bold}");
	for (int i = 0; reads && writes && i < reads->n; i++)
		if (doc_get(writes, reads->key[i]->text))
			diag_error(b->d, doc_key(writes, reads->key[i]->text), "'%s' stands in reads and in writes", reads->key[i]->text);
	*n = (struct node_decl){ .name = "command", .doc = "Runs a program.", .version = 1, .param = command_param, .n_param = 1,
		.in = command_ports(b, reads, false), .n_in = reads && reads->kind == DOC_MAP ? reads->n : 0,
		.out = command_ports(b, writes, true), .n_out = writes && writes->kind == DOC_MAP ? writes->n : 0 };
	return n;
}

static bool is_port(const struct step *st, const char *name)
{
	for (int i = 0; i < st->node->n_in; i++)
		if (strcmp(st->node->in[i].name, name) == 0)
			return true;
	for (int i = 0; i < st->node->n_out; i++)
		if (strcmp(st->node->out[i].name, name) == 0)
			return true;
	return false;
}

/* "$x" of a port stays as it is for the worker to replace; other references are params. */
static void argv_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *argv)
{
	struct doc *words = doc_new_list(b->a);

	words->at = argv->at;
	for (int i = 0; i < argv->n; i++) {
		const struct doc *w = argv->val[i];

		if (w->kind == DOC_TEXT && is_ref(w) && is_port(st, w->text + 1)) {
			struct doc *kept = doc_new_text(b->a, arena_printf(b->a, "$%s", w->text), false);

			kept->at = w->at;
			w = kept;
		}
		doc_append(b->a, words, (struct doc *)w);
	}
	setting_wire(b, s, st, 0, words, false);
	const char **list = NEW_N(b->a, const char *, words->n + 1);

	for (int i = 0; i < words->n; i++)
		list[i] = words->val[i]->kind == DOC_TEXT ? words->val[i]->text : "";
	st->argv = list;
}

static void words_check(struct builder *b, const struct doc *doc, const char *const *words, const char *node)
{
	for (int i = 0; i < doc->n; i++) {
		const char *key = doc->key[i]->text;
		bool known = is_reserved(key);

		for (int k = 0; words[k]; k++)
			known |= strcmp(key, words[k]) == 0;
		if (known)
			continue;
		diag_error(b->d, doc->key[i], "%s has no '%s'", node, key);
		diag_nearest(b->d, key, words);
	}
}

void command_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *doc)
{
	const struct doc *reads = doc_get(doc, "reads"), *argv = doc_get(doc, "argv");
	static const char *const words[] = { "argv", "reads", "writes", NULL };

	words_check(b, doc, words, "command");
	for (int i = 0; i < st->node->n_in; i++) {
		struct source src;

		st->arg[i].at = reads->val[i];
		if (!is_ref(reads->val[i]))
			diag_error(b->d, reads->val[i], "reads gives references, as in {in: $bold}");
		else if (source_find(b, s, reads->val[i], &src))
			PUSH(b->a, st->arg[i].source, st->arg[i].n_source, src);
	}
	if (argv && argv->kind == DOC_LIST && argv->n)
		argv_wire(b, s, st, argv);
	else
		diag_error(b->d, argv ? argv : st->at, "argv must be a list: the program and its words, as in [fslmaths, $in, -Tstd, $out]");
}

/* One axis of the cell that pick takes. */
static void cell_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *key, const struct doc *written)
{
	struct axis *x = axis_find(b, key, "to pick from");
	const struct doc *v;

	if (sweep_of(b, s, written)) {
		diag_error(b->d, written, "the cell that pick takes cannot follow a swept param");
		return;
	}
	v = value_resolve(b, s, written, 0);
	if (v && v->kind != DOC_TEXT)
		diag_error(b->d, written, "pick takes one cell: the value for '%s' must be its key", key->text);
	else if (v && x)
		PUSH(b->a, st->pick, st->n_pick, ((struct pick){ x, v->text, written }));
}

void pick_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *doc)
{
	const struct doc *item = doc_get(doc, "item"), *cell = doc_get(doc, "cell");
	static const char *const words[] = { "item", "cell", NULL };
	struct source src;

	words_check(b, doc, words, "pick");
	st->arg[0].at = item;
	if (!item || !is_ref(item))
		diag_error(b->d, item ? item : st->at, "pick must be given item: a reference, as in $concat.image");
	else if (source_find(b, s, item, &src))
		PUSH(b->a, st->arg[0].source, st->arg[0].n_source, src);
	if (!cell || cell->kind != DOC_MAP || !cell->n)
		diag_error(b->d, cell ? cell : st->at, "pick must be given the cell to take, as in cell: {run: 1}");
	for (int i = 0; cell && cell->kind == DOC_MAP && i < cell->n; i++)
		cell_wire(b, s, st, cell->key[i], cell->val[i]);
}
