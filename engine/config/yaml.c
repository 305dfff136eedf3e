/* libyaml's events to a tree. Aliases come unexpanded, so the tree shares what they name; how large and how deep it
 * would be when written out is counted for each anchor once, so that a bomb costs nothing. */
#include "config/yaml.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/map.h"
#include "config/diag.h"
#include "config/yaml_text.h"

enum {
	TEXT_MAX = 4 << 20,
	DEPTH_MAX = 64,
	ADDED_MAX = 100000,       /* values that aliases may add */
	PROBLEMS_MAX = 200,       /* nobody reads more */
};

/* A value, and what it is when aliases are written out. */
struct tree {
	struct doc *doc;
	int64_t count;            /* values in it */
	int height;               /* levels in it, 1 for a scalar */
	bool alias;
};

struct anchor {
	struct tree tree;
	bool open;                /* still being read: an alias to it would contain itself */
};

struct reader {
	yaml_parser_t yaml;
	yaml_event_t ev;          /* the event being looked at */
	struct yaml_text text;
	struct yaml_fault fault;
	struct diag *d;
	struct arena *a;
	struct map *anchors;      /* name -> struct anchor * */
	int depth, n_problem;
	int64_t added;
	size_t tab_line;          /* lines before this one are checked for tabs */
};

static struct yaml_place place_of(yaml_mark_t m)
{
	return (struct yaml_place){ m.index, m.line, m.column };
}

static struct mark mark_of(const struct reader *r, yaml_mark_t m)
{
	return yaml_text_mark(&r->text, place_of(m));
}

static bool syntax_error(struct reader *r)
{
	struct yaml_fault *f = &r->fault;

	f->problem = r->yaml.problem ? r->yaml.problem : "out of memory";
	f->context = r->yaml.context ? r->yaml.context : "";
	f->at = place_of(r->yaml.problem_mark);
	f->begin = place_of(r->yaml.context_mark);
	yaml_explain(r->d, &r->text, f);
	return false;
}

/* libyaml takes a tab before a value in flow style; a person cannot see how wide it is. */
static void check_tab(struct reader *r)
{
	yaml_mark_t m = r->ev.start_mark;
	const char *p, *tab;

	if (!r->text.tabs || m.line < r->tab_line || m.column == 0)
		return;
	r->tab_line = m.line + 1;
	p = yaml_text_at(&r->text, m.index);
	tab = yaml_text_tab(&r->text, p);
	if (tab && tab < p) {
		struct mark at = mark_of(r, m);

		at.col = 1;
		for (const char *s = tab; s > r->text.text && s[-1] == ' '; s--)
			at.col++;
		diag_add(r->d, DIAG_ERROR, at, 1, NULL, "a tab is used for indentation; use spaces");
		r->n_problem++;
	}
}

/* Goes on to the next event; false when the text ends the reading here. */
static bool next(struct reader *r)
{
	yaml_event_delete(&r->ev);
	if (r->n_problem > PROBLEMS_MAX)
		return false;
	if (!yaml_parser_parse(&r->yaml, &r->ev))
		return syntax_error(r);
	check_tab(r);
	return true;
}

static void refuse_tag(struct reader *r, const char *tag)
{
	static const char core[] = "tag:yaml.org,2002:";
	bool is_core = tag && !strncmp(tag, core, sizeof core - 1);

	if (!tag)
		return;
	diag_add(r->d, DIAG_ERROR, mark_of(r, r->ev.start_mark), 1, "leave it out; quotes make a text, no quotes a number",
	         "tags are not used: '%s%s'", is_core ? "!!" : "", tag + (is_core ? sizeof core - 1 : 0));
	r->n_problem++;
}

static struct anchor *anchor_new(struct reader *r, const yaml_char_t *name, struct doc *d)
{
	struct anchor *anchor;

	if (!name)
		return NULL;
	anchor = NEW(r->a, struct anchor);
	anchor->tree.doc = d;
	anchor->open = true;
	map_put(r->anchors, arena_strdup(r->a, (const char *)name), anchor);
	return anchor;
}

static struct doc *doc_new(struct reader *r, enum doc_kind kind)
{
	struct doc *d = NEW(r->a, struct doc);

	d->kind = kind;
	d->at = mark_of(r, r->ev.start_mark);
	return d;
}

static bool read_scalar(struct reader *r, struct tree *out)
{
	const yaml_event_t *ev = &r->ev;
	const char *text = (const char *)ev->data.scalar.value;
	struct doc *d = doc_new(r, DOC_TEXT);
	struct anchor *anchor = anchor_new(r, ev->data.scalar.anchor, d);

	refuse_tag(r, (const char *)ev->data.scalar.tag);
	d->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	d->text = arena_strndup(r->a, text, ev->data.scalar.length);
	if (ev->start_mark.line == ev->end_mark.line)
		d->end_col = (int)ev->end_mark.column + 1;
	if (memchr(text, 0, ev->data.scalar.length)) {
		diag_error(r->d, d, "a text cannot have a NUL character ('\\0') in it");
		r->n_problem++;
	}
	r->fault.last = place_of(ev->start_mark);
	r->fault.last_end = place_of(ev->end_mark);
	r->fault.last_plain = d->plain;
	*out = (struct tree){ d, 1, 1, false };
	if (anchor)
		*anchor = (struct anchor){ *out, false };
	return true;
}

static bool refuse_alias(struct reader *r, const char *hint, const char *why)
{
	const char *name = (const char *)r->ev.data.alias.anchor;

	diag_add(r->d, DIAG_ERROR, mark_of(r, r->ev.start_mark), (int)strlen(name) + 1, hint, "alias '*%s' %s", name, why);
	return false;
}

static bool read_alias(struct reader *r, struct tree *out)
{
	struct anchor *anchor = map_get(r->anchors, (const char *)r->ev.data.alias.anchor);

	if (!anchor)
		return refuse_alias(r, "put quotes around a text that begins with '*'", "has no '&' anchor before it");
	if (anchor->open)
		return refuse_alias(r, NULL, "would contain itself");
	r->added += anchor->tree.count;
	if (r->added > ADDED_MAX)
		return refuse_alias(r, NULL, "makes more than 100000 values of aliases");
	if (r->depth + anchor->tree.height > DEPTH_MAX)
		return refuse_alias(r, NULL, "makes the file more than 64 levels deep");
	*out = anchor->tree;
	out->alias = true;
	return true;
}

static bool read_value(struct reader *r, struct tree *out);

static void take_in(struct tree *whole, const struct tree *part)
{
	whole->count += part->count;
	if (whole->height <= part->height)
		whole->height = part->height + 1;
}

static bool read_items(struct reader *r, struct tree *list)
{
	struct tree item;

	while (next(r)) {
		if (r->ev.type == YAML_SEQUENCE_END_EVENT)
			return true;
		if (!read_value(r, &item))
			return false;
		take_in(list, &item);
		doc_append(r->a, list->doc, item.doc);
	}
	return false;
}

static bool bad_key(struct reader *r, const struct doc *map, const struct tree *key)
{
	const struct doc *k = key->doc, *first;

	if (key->alias || k->kind != DOC_TEXT)
		diag_add(r->d, DIAG_ERROR, key->alias ? mark_of(r, r->ev.start_mark) : k->at, 1, NULL,
		         "a key must be a word, not %s", key->alias ? "an alias" : k->kind == DOC_MAP ? "a map" : "a list");
	else if (k->plain && !k->text[0])
		diag_error(r->d, k, "a key is missing before the ':'");
	else if (k->plain && !strcmp(k->text, "<<")) {
		diag_error(r->d, k, "'<<' (merging of maps) is not used");
		diag_hint(r->d, "give shared parameters once under `defaults:`, or write them out");
	} else if ((first = doc_key(map, k->text)))
		diag_error(r->d, k, "'%s' is given twice, first on line %d, column %d", k->text, first->at.line, first->at.col);
	else
		return false;
	r->n_problem++;
	return true;
}

/* {title: a, b} is {title: a, b: }: a flow map's key without a ':' is the rest of an unquoted value. */
static bool bad_pair(struct reader *r, const struct doc *map, const struct doc *key, struct yaml_place key_end)
{
	const struct doc *before = map->n ? map->val[map->n - 1] : NULL;
	const char *from = yaml_text_at(&r->text, key_end.index), *to = yaml_text_at(&r->text, r->ev.start_mark.index);

	if (memchr(from, ':', (size_t)(to - from)))
		return false;
	r->n_problem++;
	if (key->plain && strchr(key->text, ':')) {
		diag_error(r->d, key, "'%s' has no value: a space must follow the ':'", key->text);
	} else if (key->plain && before && before->kind == DOC_TEXT && before->plain && before->text[0]) {
		diag_error(r->d, key, "'%s' has no value: an unquoted value with a comma ends there; put quotes around it",
		           key->text);
	} else {
		diag_error(r->d, key, "'%s' has no value", key->text);
		diag_hint(r->d, "in braces each entry is written 'key: value'");
	}
	return true;
}

static bool read_pair(struct reader *r, struct tree *map, bool flow)
{
	struct tree key, val;
	struct yaml_place key_end;
	bool bad, none;

	if (!read_value(r, &key))
		return false;
	key_end = place_of(r->ev.end_mark);
	bad = bad_key(r, map->doc, &key);
	if (!next(r))
		return false;
	none = r->ev.type == YAML_SCALAR_EVENT && r->ev.start_mark.index == r->ev.end_mark.index;
	if (!bad && flow && none && bad_pair(r, map->doc, key.doc, key_end))
		bad = true;
	if (!read_value(r, &val))
		return false;
	take_in(map, &key);
	take_in(map, &val);
	if (!bad)
		doc_add(r->a, map->doc, key.doc, val.doc);
	return true;
}

static bool read_pairs(struct reader *r, struct tree *map, bool flow)
{
	while (next(r)) {
		if (r->ev.type == YAML_MAPPING_END_EVENT)
			return true;
		if (!read_pair(r, map, flow))
			return false;
	}
	return false;
}

static bool read_collection(struct reader *r, struct tree *out)
{
	bool is_map = r->ev.type == YAML_MAPPING_START_EVENT;
	bool flow = is_map && r->ev.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
	const yaml_char_t *name = is_map ? r->ev.data.mapping_start.anchor : r->ev.data.sequence_start.anchor;
	struct tree t = { doc_new(r, is_map ? DOC_MAP : DOC_LIST), 1, 1, false };
	struct anchor *anchor = anchor_new(r, name, t.doc);

	refuse_tag(r, (const char *)(is_map ? r->ev.data.mapping_start.tag : r->ev.data.sequence_start.tag));
	if (++r->depth > DEPTH_MAX) {
		diag_add(r->d, DIAG_ERROR, t.doc->at, 1, NULL, "lists and maps are nested more than 64 levels deep");
		return false;
	}
	if (!(is_map ? read_pairs(r, &t, flow) : read_items(r, &t)))
		return false;
	r->depth--;
	if (anchor)
		*anchor = (struct anchor){ t, false };
	*out = t;
	return true;
}

static bool read_value(struct reader *r, struct tree *out)
{
	if (r->ev.type == YAML_SCALAR_EVENT)
		return read_scalar(r, out);
	if (r->ev.type == YAML_ALIAS_EVENT)
		return read_alias(r, out);
	return read_collection(r, out);
}

static struct doc *read_document(struct reader *r)
{
	struct tree root;

	do {
		if (!next(r))
			return NULL;
		if (r->ev.type == YAML_STREAM_END_EVENT) {
			diag_add(r->d, DIAG_ERROR, (struct mark){ r->text.file, 1, 1 }, 0, NULL,
			         "there is nothing but blanks and comments");
			return NULL;
		}
	} while (r->ev.type == YAML_STREAM_START_EVENT || r->ev.type == YAML_DOCUMENT_START_EVENT);
	if (!read_value(r, &root) || !next(r) || !next(r))   /* the document's end, then the stream's */
		return NULL;
	if (r->ev.type == YAML_DOCUMENT_START_EVENT)
		diag_add(r->d, DIAG_ERROR, mark_of(r, r->ev.start_mark), 3, "put it into a file of its own",
		         "a second document begins here, must be one");
	return root.doc;
}

void yaml_read(struct doc **out, const char *text, size_t n, const char *file, struct diag *d, struct arena *a)
{
	struct reader r = { .d = d, .a = a, .anchors = map_new(a) };
	size_t bom = n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;

	*out = NULL;
	r.text.file = arena_strdup(a, file);
	if (n > TEXT_MAX) {
		diag_add(d, DIAG_ERROR, (struct mark){ r.text.file, 0, 0 }, 0, NULL,
		         "the text has %zu bytes, may have at most 4 MiB", n);
		return;
	}
	r.text.n = n - bom;
	char *copy = arena_alloc(a, r.text.n + 1, 1);

	memcpy(copy, text + bom, r.text.n);
	copy[r.text.n] = 0;
	r.text.text = copy;
	diag_source(d, file, copy);
	if (!yaml_text_check(&r.text, d))
		return;
	if (!yaml_parser_initialize(&r.yaml)) {
		diag_add(d, DIAG_ERROR, (struct mark){ r.text.file, 0, 0 }, 0, NULL, "out of memory");
		return;
	}
	yaml_parser_set_encoding(&r.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.yaml, (const unsigned char *)copy, r.text.n);
	*out = read_document(&r);
	yaml_event_delete(&r.ev);
	yaml_parser_delete(&r.yaml);
}

void yaml_read_file(struct doc **out, const char *path, struct diag *d, struct arena *a)
{
	char *text = NULL;
	size_t n = 0;
	struct error *e = file_read(&text, &n, path, TEXT_MAX, a);

	*out = NULL;
	if (e)
		diag_take(d, e);
	else
		yaml_read(out, text, n, path, d, a);
}
