#include "base/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"

enum { FIRST_ROOM = 256 };

void buf_add_n(struct buf *b, const char *s, size_t n)
{
	if (n >= b->room - b->n) {   /* one more for the 0; holds for an empty buf too */
		size_t room = 2 * b->room + n + FIRST_ROOM;
		char *text = arena_alloc(b->arena, room, 1);

		if (b->n)
			memcpy(text, b->text, b->n);
		b->text = text;
		b->room = room;
	}
	memcpy(b->text + b->n, s, n);
	b->n += n;
	b->text[b->n] = 0;
}

void buf_add(struct buf *b, const char *s)
{
	buf_add_n(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof text) {
		buf_add_n(b, text, (size_t)n);
		return;
	}
	va_start(ap, fmt);
	buf_add(b, arena_vprintf(b->arena, fmt, ap));
	va_end(ap);
}

static bool must_escape(unsigned char c)
{
	return c < 0x20 || c == 0x7f || c == '"' || c == '\\';
}

static void add_escape(struct buf *b, unsigned char c)
{
	static const char letter[128] = {
		['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};

	if (letter[c])
		buf_add_n(b, (const char[]){ '\\', letter[c] }, 2);
	else
		buf_printf(b, "\\u%04x", c);
}

void json_text(struct buf *b, const char *text)
{
	buf_add_n(b, "\"", 1);
	for (const char *p = text; *p; text = p) {
		while (*p && !must_escape((unsigned char)*p))
			p++;
		buf_add_n(b, text, (size_t)(p - text));
		if (*p)
			add_escape(b, (unsigned char)*p++);
	}
	buf_add_n(b, "\"", 1);
}

void json_shorten(char *text)
{
	char *to = strchr(text, 'e'), *from;

	if (!to)
		return;
	from = ++to;
	if (*from == '-')
		to++;
	from++;
	from += strspn(from, "0");
	memmove(to, from, strlen(from) + 1);
}

void json_number(struct buf *b, double x)
{
	char text[40];
	int digits = fabs(x) < 0x1p-1022 ? 1 : 15;   /* subnormal numbers carry fewer digits */

	if (isnan(x) || isinf(x)) {
		buf_add(b, isnan(x) ? "\"nan\"" : x > 0 ? "\"inf\"" : "\"-inf\"");
		return;
	}
	if (fabs(x) <= 0x1p53 && x == trunc(x)) {   /* -0 too, which becomes 0 */
		buf_printf(b, "%lld", (long long)x);
		return;
	}
	do
		snprintf(text, sizeof text, "%.*g", digits++, x);
	while (digits <= 17 && strtod(text, NULL) != x);
	json_shorten(text);
	buf_add(b, text);
}

void json_doc(struct buf *b, const struct doc *d)
{
	if (d->kind == DOC_TEXT) {
		if (d->plain)
			buf_add(b, d->text[0] ? d->text : "null");
		else
			json_text(b, d->text);
		return;
	}
	buf_add(b, d->kind == DOC_MAP ? "{" : "[");
	for (int i = 0; i < d->n; i++) {
		if (i)
			buf_add_n(b, ",", 1);
		if (d->kind == DOC_MAP) {
			json_text(b, d->key[i]->text);
			buf_add_n(b, ":", 1);
		}
		json_doc(b, d->val[i]);
	}
	buf_add(b, d->kind == DOC_MAP ? "}" : "]");
}

void json_field(struct buf *b, const char *name, double x)
{
	buf_printf(b, "%s\"%s\": ", b->n ? ",\n " : "{", name);
	json_number(b, x);
}

void json_field_text(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, "%s\"%s\": ", b->n ? ",\n " : "{", name);
	json_text(b, text);
}
