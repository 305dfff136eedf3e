/* A recursive reader over bytes with a known end. It stops at the first fault, says where that is in lines and
 * columns (of bytes, from 1), and what must stand there. */
#include "base/json.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/utf8.h"

enum { DEPTH_MAX = 64 };

struct reader {
	const char *p, *end;
	const char *line_start;
	int line, depth;
	const char *name;
	struct arena *a;
};

static struct mark mark_at(const struct reader *r, const char *p)
{
	return (struct mark){ r->name, r->line, (int)(p - r->line_start) + 1 };
}

static struct error *fault(const struct reader *r, const char *what)
{
	return error_at(error_new(ERR_DATA, "%s", what), mark_at(r, r->p));
}

static struct error *wrong(const struct reader *r, const char *must)
{
	struct error *e;
	unsigned char c = r->p < r->end ? (unsigned char)*r->p : 0;

	if (r->p == r->end)
		e = error_new(ERR_DATA, "the JSON text ends where %s must follow", must);
	else if (c > 0x20 && c < 0x7f)
		e = error_new(ERR_DATA, "'%c' stands where %s must be", c, must);
	else
		e = error_new(ERR_DATA, "byte 0x%02x stands where %s must be", c, must);
	return error_at(e, mark_at(r, r->p));
}

static void skip_space(struct reader *r)
{
	for (; r->p < r->end; r->p++) {
		char c = *r->p;

		if (c == '\n') {
			r->line++;
			r->line_start = r->p + 1;
		} else if (c != ' ' && c != '\t' && c != '\r') {
			return;
		}
	}
}

static bool at(const struct reader *r, char c)
{
	return r->p < r->end && *r->p == c;
}

/* ---- texts ---- */

static int hex4(const struct reader *r, const char *p)
{
	int x = 0;

	if (r->end - p < 4)
		return -1;
	for (int k = 0; k < 4; k++) {
		const char *digits = "0123456789abcdef";
		char c = p[k] >= 'A' && p[k] <= 'F' ? (char)(p[k] + 32) : p[k];
		const char *d = c ? strchr(digits, c) : NULL;

		if (!d)
			return -1;
		x = x << 4 | (int)(d - digits);
	}
	return x;
}

/* \u and four digits, or a surrogate pair of them; r->p is at the backslash and moves behind. */
static struct error *read_unicode(struct reader *r, char **out)
{
	int hi = hex4(r, r->p + 2), lo;
	uint32_t c = (uint32_t)hi;

	if (hi < 0)
		return fault(r, "\\u must be followed by four hexadecimal digits");
	if (hi == 0)
		return fault(r, "the character \\u0000 is not allowed in a text");
	if (hi >= 0xd800 && hi <= 0xdfff) {
		bool pair = hi < 0xdc00 && r->end - r->p >= 12 && r->p[6] == '\\' && r->p[7] == 'u';

		lo = pair ? hex4(r, r->p + 8) : -1;
		if (lo < 0xdc00 || lo > 0xdfff)
			return fault(r, "a \\u escape has one half of a surrogate pair without the other");
		c = 0x10000 + (((uint32_t)hi & 0x3ff) << 10) + ((uint32_t)lo & 0x3ff);
		r->p += 6;
	}
	r->p += 6;
	*out += utf8_put(*out, c);
	return NULL;
}

static struct error *read_escape(struct reader *r, char **out)
{
	static const char letter[128] = {
		['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
	};
	unsigned char c = r->end - r->p > 1 ? (unsigned char)r->p[1] : 0;

	if (c == 'u')
		return read_unicode(r, out);
	if (c >= 128 || !letter[c])
		return fault(r, "a backslash in a text must be followed by one of \"\\/bfnrtu");
	*(*out)++ = letter[c];
	r->p += 2;
	return NULL;
}

/* Moves over what stands for itself; false when the text is at its quote, a backslash, the end, or a fault. */
static bool plain_run(struct reader *r)
{
	while (r->p < r->end) {
		unsigned char c = (unsigned char)*r->p;
		int n;

		if (c == '"' || c == '\\' || c < 0x20)
			return true;
		n = c < 0x80 ? 1 : utf8_len(r->p, (size_t)(r->end - r->p));
		if (!n)
			return false;
		r->p += n;
	}
	return true;
}

static const char *closing_quote(const char *p, const char *end)
{
	for (; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p : end;
}

/* r->p is behind the opening quote. Decoding never makes a text longer, so its raw length is room enough. */
static struct error *read_text(struct reader *r, const char **out)
{
	const char *close = closing_quote(r->p, r->end), *from;
	char *text = arena_alloc(r->a, (size_t)(close - r->p) + 1, 1), *to = text;

	for (;;) {
		from = r->p;
		if (!plain_run(r))
			return fault(r, "a text is not valid UTF-8");
		memcpy(to, from, (size_t)(r->p - from));
		to += r->p - from;
		if (r->p == r->end || *r->p != '\\')
			break;
		TRY(read_escape(r, &to));
	}
	if (!at(r, '"'))
		return wrong(r, r->p == r->end ? "a closing quote" : "a character that needs no escape");
	r->p++;
	*to = 0;
	*out = text;
	return NULL;
}

/* ---- plain scalars ---- */

static bool digits(struct reader *r)
{
	const char *from = r->p;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return r->p > from;
}

static bool step(struct reader *r, char c)
{
	bool is = at(r, c);

	r->p += is;
	return is;
}

static struct error *read_number(struct reader *r)
{
	step(r, '-');
	if (step(r, '0')) {
		if (r->p < r->end && *r->p >= '0' && *r->p <= '9')
			return error_at(error_new(ERR_DATA, "a number must not start with 0"), mark_at(r, r->p - 1));
	} else if (!digits(r)) {
		return wrong(r, "a digit");
	}
	if (step(r, '.') && !digits(r))
		return wrong(r, "a digit");
	if (step(r, 'e') || step(r, 'E')) {
		if (!step(r, '+'))
			step(r, '-');
		if (!digits(r))
			return wrong(r, "a digit");
	}
	return NULL;
}

static struct error *read_plain(struct reader *r, struct doc *d)
{
	static const char *const word[] = { "true", "false", "null" };
	const char *from = r->p;

	d->plain = true;
	for (int k = 0; k < 3; k++) {
		size_t n = strlen(word[k]);

		if ((size_t)(r->end - r->p) >= n && !memcmp(r->p, word[k], n)) {
			r->p += n;
			d->text = word[k];
			return NULL;
		}
	}
	if (!at(r, '-') && !(r->p < r->end && *r->p >= '0' && *r->p <= '9'))
		return wrong(r, "a value");
	TRY(read_number(r));
	d->text = arena_strndup(r->a, from, (size_t)(r->p - from));
	return NULL;
}

/* ---- lists and maps ---- */

static struct error *read_value(struct reader *r, struct doc **out);

static struct error *read_list(struct reader *r, struct doc *list)
{
	struct doc *val = NULL;

	skip_space(r);
	if (step(r, ']'))
		return NULL;
	for (;;) {
		TRY(read_value(r, &val));
		doc_append(r->a, list, val);
		skip_space(r);
		if (step(r, ']'))
			return NULL;
		if (!step(r, ','))
			return wrong(r, "',' or ']'");
	}
}

static struct error *read_key(struct reader *r, struct doc *map, struct doc **out)
{
	struct doc *key = doc_new_text(r->a, "", false);

	skip_space(r);
	key->at = mark_at(r, r->p);
	if (!step(r, '"'))
		return wrong(r, "a key in quotes");
	TRY(read_text(r, &key->text));
	key->end_col = mark_at(r, r->p).col;
	if (doc_get(map, key->text))
		return error_at(error_new(ERR_DATA, "the key \"%s\" stands here twice", key->text), key->at);
	skip_space(r);
	if (!step(r, ':'))
		return wrong(r, "':'");
	*out = key;
	return NULL;
}

static struct error *read_map(struct reader *r, struct doc *map)
{
	struct doc *key = NULL, *val = NULL;

	skip_space(r);
	if (step(r, '}'))
		return NULL;
	for (;;) {
		TRY(read_key(r, map, &key));
		TRY(read_value(r, &val));
		doc_add(r->a, map, key, val);
		skip_space(r);
		if (step(r, '}'))
			return NULL;
		if (!step(r, ','))
			return wrong(r, "',' or '}'");
	}
}

static struct error *read_nested(struct reader *r, struct doc *d)
{
	if (++r->depth > DEPTH_MAX)
		return error_at(error_new(ERR_DATA, "lists and maps are nested more than %d deep", DEPTH_MAX), d->at);
	d->kind = *r->p++ == '[' ? DOC_LIST : DOC_MAP;
	TRY(d->kind == DOC_LIST ? read_list(r, d) : read_map(r, d));
	r->depth--;
	return NULL;
}

static struct error *read_value(struct reader *r, struct doc **out)
{
	struct doc *d = doc_new_text(r->a, "", false);

	skip_space(r);
	d->at = mark_at(r, r->p);
	*out = d;
	if (at(r, '[') || at(r, '{'))
		return read_nested(r, d);
	TRY(step(r, '"') ? read_text(r, &d->text) : read_plain(r, d));
	d->end_col = mark_at(r, r->p).col;
	return NULL;
}

struct error *json_read(struct doc **out, const char *text, size_t n, const char *name, struct arena *a)
{
	struct reader r = { .p = text, .end = text + n, .line_start = text, .line = 1, .name = arena_strdup(a, name), .a = a };

	if (n > INT_MAX)
		return error_new(ERR_DATA, "%s has %zu bytes of JSON, may have at most %d", name, n, INT_MAX);
	TRY(read_value(&r, out));
	skip_space(&r);
	return r.p == r.end ? NULL : wrong(&r, "the end of the text");
}
