#include "config/yaml_text.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "config/diag.h"

static uint32_t decode(const char *p, int len)
{
	const unsigned char *s = (const unsigned char *)p;
	uint32_t c = len == 1 ? s[0] : s[0] & (0x7fu >> len);

	for (int k = 1; k < len; k++)
		c = c << 6 | (s[k] & 0x3fu);
	return c;
}

/* Why a character may not stand in a pipeline, or NULL. Line ends that only some readers see would shift all marks. */
static const char *refused(uint32_t c)
{
	if (c == 0)
		return "a NUL byte stands here: this is not a text file";
	if (c == 0x85 || c == 0x2028 || c == 0x2029)
		return "an unusual line end (U+0085, U+2028 or U+2029) stands here, must be a newline";
	if (c == 0xfeff)
		return "a byte order mark stands inside the text";
	if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff)
		return "a control character stands here";
	return NULL;
}

/* Line and column of a byte, in characters; what is before it is valid. */
static struct mark mark_of(const struct yaml_text *t, const char *p)
{
	struct mark m = { t->file, 1, 1 };

	for (const char *s = t->text; s < p; s++) {
		if (*s == '\n' || (*s == '\r' && s[1] != '\n')) {
			m.line++;
			m.col = 1;
		} else if (((unsigned char)*s & 0xc0) != 0x80) {
			m.col++;
		}
	}
	return m;
}

static bool refuse_utf16(struct yaml_text *t, struct diag *d)
{
	if (t->n < 2 || (memcmp(t->text, "\xff\xfe", 2) != 0 && memcmp(t->text, "\xfe\xff", 2) != 0))
		return false;
	diag_add(d, DIAG_ERROR, (struct mark){ t->file, 1, 1 }, 0, "save it as UTF-8", "the text is UTF-16, must be UTF-8");
	return true;
}

bool yaml_text_check(struct yaml_text *t, struct diag *d)
{
	const char *p = t->text, *end = t->text + t->n;

	t->ascii = true;
	if (refuse_utf16(t, d))
		return false;
	while (p < end) {
		int len = 1;

		if (*p >= 0x20 && *p < 0x7f) {
			p++;
			continue;
		}
		t->tabs |= *p == '\t';
		if ((unsigned char)*p >= 0x80) {
			t->ascii = false;
			len = utf8_len(p, (size_t)(end - p));
		}
		const char *why = len ? refused(decode(p, len)) : "the text is not UTF-8 from here on";

		if (why) {
			diag_add(d, DIAG_ERROR, mark_of(t, p), 0, NULL, "%s (byte 0x%02x at offset %zu)", why, (unsigned char)*p,
			         (size_t)(p - t->text));
			return false;
		}
		p += len;
	}
	return true;
}

const char *yaml_text_at(struct yaml_text *t, size_t index)
{
	if (t->ascii)
		return t->text + (index < t->n ? index : t->n);
	if (index < t->index)
		t->index = t->byte = 0;
	for (; t->index < index && t->byte < t->n; t->index++)
		t->byte += (size_t)utf8_len(t->text + t->byte, t->n - t->byte);
	return t->text + t->byte;
}

const char *yaml_text_tab(const struct yaml_text *t, const char *p)
{
	const char *s = p;

	while (s > t->text && s[-1] != '\n' && s[-1] != '\r')
		s--;
	while (s < p && *s == ' ')
		s++;
	return *s == '\t' ? s : NULL;
}

struct mark yaml_text_mark(const struct yaml_text *t, struct yaml_place p)
{
	return (struct mark){ t->file, (int)p.line + 1, (int)p.column + 1 };
}
