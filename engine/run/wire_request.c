#include "run/wire.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "run/wire_doc.h"

static const char *const do_name[WIRE_N] = { "run", "shape", "peek", "show", "diff", "write", "command", "pass" };

/* ---- writing ---- */
static void add_field(struct buf *b, const char *key, const char *text)
{
	if (!text)
		return;
	buf_add(b, ",");
	json_text(b, key);
	buf_add(b, ":");
	json_text(b, text);
}

static void add_item(struct buf *b, const struct wire_item *it)
{
	buf_add(b, "{\"cell\":");
	json_text(b, it->item.cell ? it->item.cell : "");
	add_field(b, "kind", it->item.kind);
	add_field(b, "literal", it->literal);
	if (it->same) {
		char hex[DIGEST_HEX];

		digest_hex(hex, it->same);
		add_field(b, "same", hex);
	}
	if (it->passing)
		buf_add(b, ",\"passing\":true");
	if (it->item.n_blob) {
		buf_add(b, ",\"blobs\":{");
		for (int i = 0; i < it->item.n_blob; i++) {
			buf_add(b, i ? "," : "");
			json_text(b, it->item.blob[i].name);
			buf_add(b, ":");
			json_text(b, it->item.blob[i].path);
		}
		buf_add(b, "}");
	}
	if (it->facts) {
		buf_add(b, ",\"facts\":");
		json_doc(b, it->facts);
	}
	buf_add(b, "}");
}

static void add_inputs(struct buf *b, const struct request *r)
{
	buf_add(b, ",\"in\":{");
	for (int i = 0; i < r->n_in; i++) {
		buf_add(b, i ? "," : "");
		json_text(b, r->in[i].port);
		buf_add(b, ":[");
		for (int k = 0; k < r->in[i].n; k++) {
			buf_add(b, k ? "," : "");
			add_item(b, &r->in[i].item[k]);
		}
		buf_add(b, "]");
	}
	buf_add(b, "}");
}

static void add_outputs(struct buf *b, const struct request *r)
{
	const char *key[] = { "out", "kinds" };

	for (int what = 0; what < 2; what++) {
		buf_printf(b, ",\"%s\":[", key[what]);
		for (int i = 0; i < r->n_out; i++) {
			buf_add(b, i ? "," : "");
			json_text(b, what ? r->out[i].kind : r->out[i].port);
		}
		buf_add(b, "]");
	}
}

void request_write(struct buf *b, const struct request *r)
{
	buf_printf(b, "{\"do\":\"%s\"", do_name[r->what]);
	add_field(b, "name", r->name);
	add_field(b, "node", r->node);
	add_field(b, "path", r->path);
	buf_printf(b, ",\"version\":%d,\"threads\":%d,\"memory\":%lld", r->version, r->threads, (long long)r->memory);
	if (r->most)
		buf_printf(b, ",\"most\":%d", r->most);
	if (r->params) {
		buf_add(b, ",\"params\":");
		buf_add(b, r->params);
	}
	if (r->n_in)
		add_inputs(b, r);
	if (r->n_out)
		add_outputs(b, r);
	if (r->what == WIRE_DIFF) {
		buf_add(b, ",\"rtol\":");
		json_number(b, r->rtol);
		buf_add(b, ",\"atol\":");
		json_number(b, r->atol);
	}
	for (int i = 0; i < r->n_member; i++) {
		buf_add(b, i ? "," : ",\"members\":[");
		request_write(b, r->member[i]);
	}
	if (r->n_member)
		buf_add(b, "]");
	buf_add(b, "}");
}

/* ---- reading ---- */
static struct error *read_blobs(struct item *it, const struct doc *map, struct arena *a)
{
	struct blob *blob = NEW_N(a, struct blob, map->n);

	for (int i = 0; i < map->n; i++) {
		blob[i].name = map->key[i]->text;
		TRY(wire_word(&blob[i].path, map, i));
	}
	it->blob = blob;
	it->n_blob = map->n;
	return NULL;
}

static struct error *read_same(struct wire_item *it, const char *hex, struct arena *a)
{
	struct digest *d = hex ? NEW(a, struct digest) : NULL;

	if (hex && !digest_parse(d, hex))
		return error_new(ERR_SYSTEM, "the message's digest of a file is '%s'", hex);
	it->same = d;
	return NULL;
}

static struct error *read_item(struct wire_item *it, const struct doc *d, struct arena *a)
{
	const struct doc *blobs;

	it->item.cell = doc_text(d, "cell", "");
	it->item.kind = doc_text(d, "kind", "file");
	it->literal = doc_text(d, "literal", NULL);
	it->passing = doc_get(d, "passing") != NULL;
	TRY(read_same(it, doc_text(d, "same", NULL), a));
	TRY(wire_part(&it->facts, d, "facts", DOC_MAP));
	TRY(wire_part(&blobs, d, "blobs", DOC_MAP));
	return blobs ? read_blobs(&it->item, blobs, a) : NULL;
}

static struct error *read_inputs(struct request *r, const struct doc *d, struct arena *a)
{
	const struct doc *in;

	TRY(wire_part(&in, d, "in", DOC_MAP));
	r->n_in = in ? in->n : 0;
	r->in = NEW_N(a, struct wire_port, r->n_in);
	for (int i = 0; i < r->n_in; i++) {
		const struct doc *list;

		r->in[i].port = in->key[i]->text;
		TRY(wire_part(&list, in, r->in[i].port, DOC_LIST));
		r->in[i].n = list->n;
		r->in[i].item = NEW_N(a, struct wire_item, list->n);
		for (int k = 0; k < list->n; k++)
			TRY(read_item(&r->in[i].item[k], list->val[k], a));
	}
	return NULL;
}

static struct error *read_outputs(struct request *r, const struct doc *d, struct arena *a)
{
	const struct doc *out, *kinds;

	TRY(wire_part(&out, d, "out", DOC_LIST));
	TRY(wire_part(&kinds, d, "kinds", DOC_LIST));
	r->n_out = out ? out->n : 0;
	r->out = NEW_N(a, struct wire_port, r->n_out);
	for (int i = 0; i < r->n_out; i++) {
		TRY(wire_word(&r->out[i].port, out, i));
		r->out[i].kind = "file";
		if (kinds && i < kinds->n)
			TRY(wire_word(&r->out[i].kind, kinds, i));
	}
	return NULL;
}

static struct error *read_do(enum wire_do *out, const char *name)
{
	for (int i = 0; i < WIRE_N; i++) {
		if (strcmp(do_name[i], name) == 0) {
			*out = (enum wire_do)i;
			return NULL;
		}
	}
	return error_new(ERR_SYSTEM, "the message's 'do' is '%s', which nobody knows", name);
}

static struct error *read_numbers(struct request *r, const struct doc *d)
{
	int64_t version, threads, most;

	TRY(wire_integer(&version, d, "version"));
	TRY(wire_integer(&threads, d, "threads"));
	TRY(wire_integer(&most, d, "most"));
	TRY(wire_integer(&r->memory, d, "memory"));
	TRY(wire_number(&r->rtol, d, "rtol"));
	TRY(wire_number(&r->atol, d, "atol"));
	if (version < 0 || version > INT_MAX || threads > 4096 || most > 4096 || r->memory < 0)
		return error_new(ERR_SYSTEM, "the message's numbers make no sense: version %lld, %lld threads",
		                 (long long)version, (long long)threads);
	r->version = (int)version;
	r->threads = threads < 1 ? 1 : (int)threads;
	r->most = most < 0 ? 0 : (int)most;
	return NULL;
}

static struct error *read_one(struct request *r, const struct doc *d, struct arena *a)
{
	TRY(read_do(&r->what, doc_text(d, "do", "")));
	r->name = doc_text(d, "name", "task");
	r->node = doc_text(d, "node", "");
	r->path = doc_text(d, "path", NULL);
	TRY(wire_part(&r->given, d, "params", DOC_MAP));
	TRY(read_numbers(r, d));
	TRY(read_inputs(r, d, a));
	return read_outputs(r, d, a);
}

struct error *request_read(struct request **out, const char *text, size_t n, struct arena *a)
{
	struct request *r = NEW(a, struct request);
	const struct doc *members;
	struct doc *d;

	TRY(json_read(&d, text, n, "message", a));
	TRY(read_one(r, d, a));
	TRY(wire_part(&members, d, "members", DOC_LIST));
	r->n_member = members ? members->n : 0;
	r->member = NEW_N(a, struct request *, r->n_member);
	for (int i = 0; i < r->n_member; i++) {
		r->member[i] = NEW(a, struct request);
		TRY(read_one(r->member[i], members->val[i], a));
	}
	*out = r;
	return NULL;
}
