#include "check.h"

#include "base/utf8.h"

TEST(every_character_round_trips)
{
	char p[4];

	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		int n = utf8_put(p, c);

		if (utf8_len(p, (size_t)n) != n || (n > 1 && utf8_len(p, (size_t)n - 1) != 0))
			fail_msg("U+%04X", c);
	}
}

TEST(what_is_not_utf8)
{
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3\x28", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xed\xbf\xbf", "\xe2\x82", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xff", "\xfe",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(utf8_len(bad[i], strlen(bad[i])), 0);
	CHECK_INT(utf8_len("\xed\x9f\xbf", 3), 3);
	CHECK_INT(utf8_len("\xf4\x8f\xbf\xbf", 4), 4);
}
