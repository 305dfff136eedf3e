/* json.h - JSON text, both ways: all that sulcus itself writes and reads again
 * (messages to workers, records, results). Strict: RFC 8259, UTF-8, no duplicate keys,
 * depth at most 64. In the tree a number, true, false and null are plain scalars. */
#ifndef SULCUS_JSON_H
#define SULCUS_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct arena;
struct doc;

/* Text that grows; start with { .arena = a } . text is always 0-ended once anything was added. */
struct buf {
	struct arena *arena;
	char *text;
	size_t n, room;
};

void buf_add(struct buf *b, const char *s);
void buf_add_n(struct buf *b, const char *s, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);

/* "text" with quotes; UTF-8 kept raw; below 0x20, 0x7f, quote and backslash escaped. */
void json_text(struct buf *b, const char *text);
/* The shortest decimal that reads back as x; NaN and infinities as "nan", "inf", "-inf" in quotes. */
void json_number(struct buf *b, double x);
/* The same of a float: the fewest digits, at least 6 if it needs them, that read back as x. */
void json_float(struct buf *b, float x);
/* One field more of a record, a flat map with a line for each: the first one opens it, `}` is left to the caller. */
void json_field(struct buf *b, const char *name, double x);
void json_field_text(struct buf *b, const char *name, const char *text);
/* C writes 1e+21 and 1e-07, the shortest is 1e21 and 1e-7; in place. */
void json_shorten(char *number);
/* A tree: plain scalars are written bare (they must be valid JSON numbers, true, false or null), others quoted. */
void json_doc(struct buf *b, const struct doc *d);

/* name is used in marks (a file's name or "message"). */
must_check struct error *json_read(struct doc **out, const char *text, size_t n, const char *name, struct arena *a);

#endif
