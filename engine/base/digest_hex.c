/* Digests as text. */
#include <string.h>

#include "base/digest.h"

void digest_hex(char out[DIGEST_HEX], const struct digest *d)
{
	for (int i = 0; i < DIGEST_SIZE; i++) {
		out[2 * i] = "0123456789abcdef"[d->b[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[d->b[i] & 15];
	}
	out[DIGEST_HEX - 1] = 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool digest_parse(struct digest *out, const char *hex)
{
	struct digest d;

	for (int i = 0; i < DIGEST_SIZE; i++) {
		int hi = hex_value(hex[2 * i]), lo = hi < 0 ? -1 : hex_value(hex[2 * i + 1]);

		if (lo < 0)
			return false;
		d.b[i] = (unsigned char)(hi << 4 | lo);
	}
	if (hex[2 * DIGEST_SIZE])
		return false;
	*out = d;
	return true;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return !memcmp(a->b, b->b, DIGEST_SIZE);
}
