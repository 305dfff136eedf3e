#include "config/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/map.h"
#include "base/text.h"
#include "config/build.h"
#include "config/diag.h"
#include "config/yaml.h"
#include "node/node.h"

struct error *layout_find(enum layout *out, const char *word)
{
	static const char *const name[] = { [LAYOUT_PLAIN] = "plain", [LAYOUT_BIDS] = "bids" };

	for (int i = 0; i < 2; i++)
		if (strcmp(word, name[i]) == 0) {
			*out = (enum layout)i;
			return NULL;
		}
	return error_new(ERR_USER, "layout is '%s', must be plain or bids", word);
}

static void layout_read(struct builder *b, const struct doc *doc)
{
	const struct doc *layout = doc_get(doc, "layout");
	struct error *e = NULL;

	if (layout && layout->kind != DOC_TEXT)
		diag_error(b->d, layout, "layout must be plain or bids");
	else if (layout)
		e = layout_find(&b->p->layout, layout->text);
	if (e)
		diag_error(b->d, layout, "%s", e->text);
	error_free(e);
}

/* name: {item: $step.port, desc: tight} also says words of the name, for layouts that have them. */
static const struct doc *export_words(struct builder *b, struct export *e, const struct doc *val)
{
	const struct doc *item = doc_get(val, "item");

	if (!item)
		diag_error(b->d, e->at, "export '%s' has no item, as in {item: $step.port, desc: tight}", e->name);
	for (int i = 0; i < val->n; i++) {
		const struct doc *v = val->val[i];

		if (v == item)
			continue;
		if (!text_is_word(val->key[i]->text) || v->kind != DOC_TEXT || !text_is_word(v->text))
			diag_error(b->d, v, "'%s' of export '%s' must have letters and digits only", val->key[i]->text, e->name);
	}
	e->word = val;
	return item;
}

static void export_read(struct builder *b, struct scope *s, const struct doc *key, const struct doc *val)
{
	struct export e = { .name = key->text, .at = key };

	if (!name_valid(e.name))
		diag_error(b->d, e.at, "'%s' cannot name a result: use letters, digits and _", e.name);
	if (val->kind == DOC_MAP) {
		val = export_words(b, &e, val);
		if (!val)
			return;
	}
	if (!is_ref(val))
		diag_error(b->d, val, "export '%s' must be a reference, as in $step.port", e.name);
	else if (source_find(b, s, val, &e.source))
		PUSH(b->a, b->p->export, b->p->n_export, e);
}

static void exports_read(struct builder *b, struct scope *s)
{
	const struct doc *ex = doc_get(s->doc, "export");

	if (!ex)
		return;
	if (ex->kind != DOC_MAP) {
		diag_error(b->d, ex, "export must be a map of name: $step.port");
		return;
	}
	for (int i = 0; i < ex->n; i++)
		export_read(b, s, ex->key[i], ex->val[i]);
}

/* Every --set must name a param or an input. */
static void overrides_check(struct builder *b, struct scope *s)
{
	for (int i = 0; i < b->n_set; i++) {
		struct name *n = name_find(s, b->set[i].name);

		if (n && (n->kind == NAME_PARAM || n->is_input))
			continue;
		struct mark at = { arena_printf(b->a, "--set %s", b->set[i].name), 1, 1 };

		diag_source(b->d, at.file, b->set[i].value);
		diag_add(b->d, DIAG_ERROR, at, 1, NULL, "%s has no param or input '%s'", b->p->file, b->set[i].name);
		diag_nearest(b->d, b->set[i].name, names_of(b, s));
	}
}

static void reader_count(const struct source *s)
{
	if (!s->step)
		return;
	s->step->out[s->port].n_reader++;
	s->step->out[s->port].wanted = true;
}

/* Which ports are read, and by how many; what nobody reads is a target of its own. */
static void readers_count(struct pipeline *p)
{
	for (int i = 0; i < p->n_step; i++) {
		const struct step *st = p->step[i];

		for (int k = 0; k < st->node->n_in; k++)
			for (int j = 0; j < st->arg[k].n_source; j++)
				reader_count(&st->arg[k].source[j]);
		for (const struct predicate *q = st->when; q; q = q->next)
			reader_count(&q->left);
		for (int k = 0; k < st->n_out; k++)
			reader_count(&st->out[k].fallback);
	}
	for (int i = 0; i < p->n_export; i++)
		reader_count(&p->export[i].source);
}

static void exports_check(struct builder *b)
{
	for (int i = 0; i < b->p->n_export; i++) {
		const struct export *e = &b->p->export[i];
		const struct kind_decl *k = e->source.step->out[e->source.port].kind;

		while (k && !k->export_ext)
			k = k->is ? kind_find(k->is) : NULL;
		if (!k && e->source.step->out[e->source.port].kind)
			diag_error(b->d, e->source.at, "a %s cannot be exported", e->source.step->out[e->source.port].kind->name);
	}
}

struct pipeline *pipeline_read(const char *file, const struct override *set, int n_set, struct diag *d, struct arena *a)
{
	struct pipeline *p = NEW(a, struct pipeline);
	struct builder b = { .p = p, .d = d, .a = a, .set = set, .n_set = n_set };
	struct doc *doc;
	char *full = realpath(file, NULL);

	yaml_read_file(&doc, file, d, a);
	*p = (struct pipeline){ .file = file, .path = full ? arena_strdup(a, full) : file, .names = map_new(a), .doc = doc };
	free(full);
	if (!doc)
		return NULL;
	struct scope *s = scope_new(&b, NULL, "", doc, file);

	s->path = p->path;
	p->folder = s->folder;
	p->title = doc_text(doc, "title", "");
	scope_declare(&b, s);
	overrides_check(&b, s);
	scope_wire(&b, s);
	exports_read(&b, s);
	layout_read(&b, doc);
	readers_count(p);
	order_steps(&b);
	types_check(&b);
	exports_check(&b);
	return p;
}
