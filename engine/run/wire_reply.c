#include "run/wire.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/utf8.h"
#include "run/wire_doc.h"

/* ---- writing ---- */
/* Messages quote files, which may hold any bytes; JSON may not. */
static void add_safe(struct buf *b, const char *text)
{
	size_t n = strlen(text);
	char *copy = arena_strndup(b->arena, text, n);

	for (size_t i = 0; i < n; ) {
		int len = utf8_len(copy + i, n - i);

		if (!len)
			copy[i] = '?';
		i += len ? (size_t)len : 1;
	}
	json_text(b, copy);
}

static void add_errors(struct buf *b, const struct error *e)
{
	buf_add(b, "\"error\":[");
	for (const char *comma = ""; e; e = e->cause, comma = ",") {
		buf_printf(b, "%s{\"code\":\"%s\",\"text\":", comma, error_code_name(e->code));
		add_safe(b, e->text);
		if (e->at.line > 0 && e->at.file) {
			buf_add(b, ",\"file\":");
			add_safe(b, e->at.file);
			buf_printf(b, ",\"line\":%d,\"col\":%d", e->at.line, e->at.col);
		}
		buf_add(b, "}");
	}
	buf_add(b, "],");
}

static void add_out(struct buf *b, const struct record_out *o)
{
	char hex[DIGEST_HEX];

	json_text(b, o->port);
	buf_add(b, ":{");
	for (int i = 0; i < o->artifact.n_blob; i++) {
		const struct store_blob *blob = &o->artifact.blob[i];

		buf_add(b, i ? "," : "");
		json_text(b, blob->name);
		digest_hex(hex, &blob->digest);
		buf_printf(b, ":{\"digest\":\"%s\",\"size\":%lld}", hex, (long long)blob->size);
	}
	buf_add(b, "}");
}

static void add_outs(struct buf *b, const struct reply *r)
{
	if (!r->n_out)
		return;
	buf_add(b, "\"out\":{");
	for (int i = 0; i < r->n_out; i++) {
		buf_add(b, i ? "," : "");
		add_out(b, &r->out[i]);
	}
	buf_add(b, "},");
}

static void add_facts(struct buf *b, const struct reply *r)
{
	if (!r->n_facts)
		return;
	buf_add(b, "\"facts\":{");
	for (int i = 0; i < r->n_facts; i++) {
		buf_add(b, i ? "," : "");
		json_text(b, r->facts[i].port);
		buf_add(b, ":");
		json_doc(b, r->facts[i].facts);
	}
	buf_add(b, "},");
}

static void add_problems(struct buf *b, const struct reply *r)
{
	if (!r->n_problem)
		return;
	buf_add(b, "\"problems\":[");
	for (int i = 0; i < r->n_problem; i++) {
		buf_printf(b, "%s{\"severity\":\"%s\",\"where\":", i ? "," : "", r->problem[i].warning ? "warning" : "error");
		add_safe(b, r->problem[i].where);
		buf_add(b, ",\"text\":");
		add_safe(b, r->problem[i].text);
		buf_add(b, "}");
	}
	buf_add(b, "],");
}

static void add_notes(struct buf *b, const struct reply *r)
{
	if (!r->n_note)
		return;
	buf_add(b, "\"notes\":[");
	for (int i = 0; i < r->n_note; i++) {
		buf_add(b, i ? "," : "");
		add_safe(b, r->note[i]);
	}
	buf_add(b, "],");
}

void reply_write(struct buf *b, const struct reply *r)
{
	buf_add(b, "{");
	if (r->error)
		add_errors(b, r->error);
	add_outs(b, r);
	add_facts(b, r);
	add_problems(b, r);
	add_notes(b, r);
	if (r->text) {
		buf_add(b, "\"text\":");
		add_safe(b, r->text);
		buf_add(b, ",");
	}
	if (r->doc) {
		buf_add(b, "\"doc\":");
		json_doc(b, r->doc);
		buf_add(b, ",");
	}
	if (r->members) {
		buf_add(b, "\"members\":");
		buf_add(b, r->members);
		buf_add(b, ",");
	}
	if (r->predicted_s > 0)
		buf_printf(b, "\"predicted\":%.6g,", r->predicted_s);
	if (r->passing > 0)
		buf_printf(b, "\"passing\":%lld,", (long long)r->passing);
	buf_printf(b, "\"seconds\":%.6f,\"cpu\":%.6f,\"peak\":%lld,\"memory\":%lld,\"bytes\":%lld}", r->seconds, r->cpu,
	           (long long)r->peak, (long long)r->memory, (long long)r->bytes);
}

/* ---- reading ---- */
static enum error_code code_of(const char *name)
{
	for (int i = ERR_USER; i <= ERR_WHOLE; i++)
		if (strcmp(error_code_name((enum error_code)i), name) == 0)
			return (enum error_code)i;
	return ERR_WORKER;
}

/* The list is outermost first, so the chain is built from its end. */
static struct error *read_errors(struct error **out, const struct doc *d)
{
	const struct doc *list;

	TRY(wire_part(&list, d, "error", DOC_LIST));
	for (int i = list ? list->n - 1 : -1; i >= 0; i--) {
		const struct doc *one = list->val[i];
		const char *file = doc_text(one, "file", NULL), *text = doc_text(one, "text", "");
		int64_t line = 0, col = 0;
		struct error *e;

		if (file) {
			TRY(wire_integer(&line, one, "line"));
			TRY(wire_integer(&col, one, "col"));
		}
		e = *out ? error_wrap(*out, "%s", text) : error_new(code_of(doc_text(one, "code", "")), "%s", text);
		if (line > 0 && line <= INT_MAX && col >= 0 && col <= INT_MAX)
			error_at(e, (struct mark){ file, (int)line, (int)col });
		*out = e;
	}
	return NULL;
}

static struct error *read_blob(struct store_blob *b, const struct doc *map, int i)
{
	const struct doc *d = map->val[i];
	const char *hex = doc_text(d, "digest", "");

	b->name = map->key[i]->text;
	if (!digest_parse(&b->digest, hex))
		return error_new(ERR_SYSTEM, "the message's digest of '%s' is '%s'", b->name, hex);
	return wire_integer(&b->size, d, "size");
}

static struct error *read_outs(struct reply *r, const struct doc *d, struct arena *a)
{
	const struct doc *map;

	TRY(wire_part(&map, d, "out", DOC_MAP));
	r->n_out = map ? map->n : 0;
	r->out = NEW_N(a, struct record_out, r->n_out);
	for (int i = 0; i < r->n_out; i++) {
		struct artifact *art = &r->out[i].artifact;
		const struct doc *blobs;

		r->out[i].port = map->key[i]->text;
		TRY(wire_part(&blobs, map, r->out[i].port, DOC_MAP));
		art->n_blob = blobs->n;
		art->blob = NEW_N(a, struct store_blob, blobs->n);
		for (int k = 0; k < blobs->n; k++)
			TRY(read_blob(&art->blob[k], blobs, k));
		artifact_seal(art);
	}
	return NULL;
}

static struct error *read_facts(struct reply *r, const struct doc *d, struct arena *a)
{
	const struct doc *map;

	TRY(wire_part(&map, d, "facts", DOC_MAP));
	r->n_facts = map ? map->n : 0;
	r->facts = NEW_N(a, struct wire_facts, r->n_facts);
	for (int i = 0; i < r->n_facts; i++)
		r->facts[i] = (struct wire_facts){ map->key[i]->text, map->val[i] };
	return NULL;
}

static struct error *read_problems(struct reply *r, const struct doc *d, struct arena *a)
{
	const struct doc *list;

	TRY(wire_part(&list, d, "problems", DOC_LIST));
	r->n_problem = list ? list->n : 0;
	r->problem = NEW_N(a, struct wire_problem, r->n_problem);
	for (int i = 0; i < r->n_problem; i++) {
		const struct doc *p = list->val[i];

		r->problem[i].warning = strcmp(doc_text(p, "severity", "error"), "warning") == 0;
		r->problem[i].where = doc_text(p, "where", "");
		r->problem[i].text = doc_text(p, "text", "");
	}
	return NULL;
}

static struct error *read_notes(struct reply *r, const struct doc *d, struct arena *a)
{
	const struct doc *list;

	TRY(wire_part(&list, d, "notes", DOC_LIST));
	r->n_note = list ? list->n : 0;
	r->note = NEW_N(a, const char *, r->n_note);
	for (int i = 0; i < r->n_note; i++)
		TRY(wire_word(&r->note[i], list, i));
	return NULL;
}

static struct error *read_costs(struct reply *r, const struct doc *d)
{
	TRY(wire_number(&r->seconds, d, "seconds"));
	TRY(wire_number(&r->predicted_s, d, "predicted"));
	TRY(wire_number(&r->cpu, d, "cpu"));
	TRY(wire_integer(&r->peak, d, "peak"));
	TRY(wire_integer(&r->memory, d, "memory"));
	TRY(wire_integer(&r->passing, d, "passing"));
	return wire_integer(&r->bytes, d, "bytes");
}

static struct error *read_one(struct reply *r, const struct doc *d, struct arena *a)
{
	TRY(read_outs(r, d, a));
	TRY(read_facts(r, d, a));
	TRY(read_problems(r, d, a));
	TRY(read_notes(r, d, a));
	TRY(read_costs(r, d));
	r->text = doc_text(d, "text", NULL);
	r->doc = doc_get(d, "doc");
	return read_errors(&r->error, d);
}

static struct error *read_members(struct reply *r, const struct doc *list, struct arena *a)
{
	struct error *e = NULL;

	r->n_member = list ? list->n : 0;
	r->member = NEW_N(a, struct reply *, r->n_member);
	for (int i = 0; i < r->n_member; i++)
		r->member[i] = NEW(a, struct reply);
	for (int i = 0; !e && i < r->n_member; i++)
		e = read_one(r->member[i], list->val[i], a);
	for (int i = 0; e && i < r->n_member; i++)
		error_free(r->member[i]->error);
	return e;
}

struct error *reply_read(struct reply **out, const char *text, size_t n, struct arena *a)
{
	struct reply *r = NEW(a, struct reply);
	const struct doc *members;
	struct error *e;
	struct doc *d;

	TRY(json_read(&d, text, n, "message", a));
	TRY(wire_part(&members, d, "members", DOC_LIST));
	TRY(read_members(r, members, a));
	e = read_one(r, d, a);
	for (int i = 0; e && i < r->n_member; i++)
		error_free(r->member[i]->error);
	if (!e)
		*out = r;
	return e;
}
