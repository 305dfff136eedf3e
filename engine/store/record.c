/* A record as JSON text, and back.
 *
 * {"record": 1, "key": hex, "node": .., "version": 1, "made": s, "seconds": .., "cpu": .., "peak": bytes, "host": ..,
 *  "out": [{"port": .., "digest": hex, "blobs": [{"name": .., "digest": hex, "size": bytes}]}],
 *  "notes": [..], "text": key text} */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "store/inside.h"

static void field(struct buf *b, const char *name, const char *text)
{
	buf_add(b, name);
	json_text(b, text ? text : "");
}

static void field_digest(struct buf *b, const char *name, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	field(b, name, hex);
}

static void field_int(struct buf *b, const char *name, int64_t x)
{
	buf_add(b, name);
	buf_printf(b, "%lld", (long long)x);
}

static void field_number(struct buf *b, const char *name, double x)
{
	buf_add(b, name);
	json_number(b, isfinite(x) && x >= 0 ? x : 0);
}

static void write_out(struct buf *b, const struct record_out *out)
{
	field(b, "{\"port\": ", out->port);
	field_digest(b, ", \"digest\": ", &out->artifact.digest);
	buf_add(b, ", \"blobs\": [");
	for (int i = 0; i < out->artifact.n_blob; i++) {
		const struct store_blob *blob = &out->artifact.blob[i];

		field(b, i ? ", {\"name\": " : "{\"name\": ", blob->name);
		field_digest(b, ", \"digest\": ", &blob->digest);
		field_int(b, ", \"size\": ", blob->size);
		buf_add(b, "}");
	}
	buf_add(b, "]}");
}

void record_write(struct buf *b, const struct record *r)
{
	field_digest(b, "{\"record\": 1, \"key\": ", &r->key);
	field(b, ",\n\"node\": ", r->node);
	field_int(b, ", \"version\": ", r->version);
	field_int(b, ", \"made\": ", r->made);
	field_number(b, ", \"seconds\": ", r->seconds);
	field_number(b, ", \"cpu\": ", r->cpu_s);
	field_int(b, ", \"peak\": ", r->peak_bytes);
	field(b, ", \"host\": ", r->host);
	buf_add(b, ",\n\"out\": [");
	for (int i = 0; i < r->n_out; i++) {
		buf_add(b, i ? ",\n  " : "");
		write_out(b, &r->out[i]);
	}
	buf_add(b, "],\n\"notes\": [");
	for (int i = 0; i < r->n_note; i++)
		field(b, i ? ", " : "", r->note[i]);
	field(b, "],\n\"text\": ", r->key_text);
	buf_add(b, "}\n");
}

/* ---- reading ---- */

static struct error *wrong(const struct doc *at, const char *name, const char *must)
{
	return error_at(error_new(ERR_DATA, "'%s' must be %s", name, must), at->at);
}

static struct error *get_text(const char **out, const struct doc *map, const char *name)
{
	const struct doc *v = doc_get(map, name);

	if (!v || v->kind != DOC_TEXT || v->plain)
		return wrong(v ? v : map, name, "a text");
	*out = v->text;
	return NULL;
}

static struct error *get_digest(struct digest *out, const struct doc *map, const char *name)
{
	const char *hex = "";

	TRY(get_text(&hex, map, name));
	return digest_parse(out, hex) ? NULL : wrong(map, name, "64 hex digits");
}

static struct error *get_int(int64_t *out, const struct doc *map, const char *name)
{
	const struct doc *v = doc_get(map, name);
	char *end = NULL;

	errno = 0;
	*out = v && v->kind == DOC_TEXT && v->plain ? strtoll(v->text, &end, 10) : -1;
	if (!end || end == v->text || *end || errno || *out < 0)
		return wrong(v ? v : map, name, "a whole number, 0 or more");
	return NULL;
}

static struct error *get_number(double *out, const struct doc *map, const char *name)
{
	const struct doc *v = doc_get(map, name);
	char *end = NULL;

	*out = v && v->kind == DOC_TEXT && v->plain ? strtod(v->text, &end) : -1;
	if (!end || end == v->text || *end || !(*out >= 0) || !isfinite(*out))
		return wrong(v ? v : map, name, "a number, 0 or more");
	return NULL;
}

static struct error *get_list(const struct doc **out, const struct doc *map, const char *name)
{
	*out = doc_get(map, name);
	return *out && (*out)->kind == DOC_LIST ? NULL : wrong(*out ? *out : map, name, "a list");
}

/* Blob names become file names of exports; those of a list's items are "01/image.nii". */
static bool is_file_name(const char *name)
{
	size_t n = strlen(name), folder = strcspn(name, "/");

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] < ' ' || (name[i] == '/' && i != folder))
			return false;
	return n && n < 256 && folder && name[0] != '.' && (folder == n || (name[folder + 1] && name[folder + 1] != '.'));
}

static struct error *parse_blob(struct store_blob *out, const struct doc *d)
{
	TRY(get_text(&out->name, d, "name"));
	if (!is_file_name(out->name))
		return wrong(d, "name", "a file name");
	TRY(get_digest(&out->digest, d, "digest"));
	return get_int(&out->size, d, "size");
}

static struct error *parse_out(struct record_out *out, const struct doc *d, struct arena *a)
{
	const struct doc *list;
	struct artifact *art = &out->artifact;
	struct digest said;

	TRY(get_text(&out->port, d, "port"));
	TRY(get_digest(&said, d, "digest"));
	TRY(get_list(&list, d, "blobs"));
	art->n_blob = list->n;
	art->blob = NEW_N(a, struct store_blob, list->n);
	for (int i = 0; i < list->n; i++)
		TRY(parse_blob(&art->blob[i], list->val[i]));
	artifact_seal(art);
	return digest_equal(&said, &art->digest) ? NULL : wrong(d, "digest", "that of the blobs named");
}

static struct error *parse_notes(struct record *r, const struct doc *d, struct arena *a)
{
	const struct doc *list;

	TRY(get_list(&list, d, "notes"));
	r->n_note = list->n;
	r->note = NEW_N(a, const char *, list->n);
	for (int i = 0; i < list->n; i++) {
		if (list->val[i]->kind != DOC_TEXT)
			return wrong(list->val[i], "notes", "texts");
		r->note[i] = list->val[i]->text;
	}
	return NULL;
}

static struct error *parse_head(struct record *r, const struct doc *d)
{
	int64_t form, version;

	TRY(get_int(&form, d, "record"));
	if (form != 1)
		return wrong(d, "record", "1");
	TRY(get_digest(&r->key, d, "key"));
	TRY(get_text(&r->node, d, "node"));
	TRY(get_int(&version, d, "version"));
	if (version > INT32_MAX)
		return wrong(d, "version", "a small number");
	r->version = (int)version;
	TRY(get_int(&r->made, d, "made"));
	TRY(get_number(&r->seconds, d, "seconds"));
	TRY(get_number(&r->cpu_s, d, "cpu"));
	TRY(get_int(&r->peak_bytes, d, "peak"));
	TRY(get_text(&r->host, d, "host"));
	return get_text(&r->key_text, d, "text");
}

struct error *record_parse(struct record *out, const char *text, size_t n, const char *name, struct arena *a)
{
	const struct doc *list;
	struct doc *d;
	struct digest key;

	*out = (struct record){ 0 };
	TRY(json_read(&d, text, n, name, a));
	TRY(parse_head(out, d));
	TRY(get_list(&list, d, "out"));
	out->n_out = list->n;
	out->out = NEW_N(a, struct record_out, list->n);
	for (int i = 0; i < list->n; i++)
		TRY(parse_out(&out->out[i], list->val[i], a));
	TRY(parse_notes(out, d, a));
	key = digest_bytes(out->key_text, strlen(out->key_text));
	return !out->key_text[0] || digest_equal(&key, &out->key) ? NULL : wrong(d, "key", "the digest of 'text'");
}
