#include "base/utf8.h"

int utf8_len(const char *p, size_t n)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };   /* of a form of so many bytes */
	const unsigned char *s = (const unsigned char *)p;
	int len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	uint32_t c;

	if (len == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4 || (size_t)len > n)
		return 0;
	c = s[0] & (0x7fu >> len);
	for (int k = 1; k < len; k++) {
		if ((s[k] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[k] & 0x3fu);
	}
	return c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : len;
}

int utf8_put(char *p, uint32_t c)
{
	static const unsigned char lead[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (int k = len - 1; k > 0; k--, c >>= 6)
		p[k] = (char)(0x80 | (c & 0x3f));
	p[0] = (char)(lead[len] | c);
	return len;
}
