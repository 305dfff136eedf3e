#include "check.h"

#include <stdlib.h>

#include "base/text.h"

TEST(natural_order)
{
	static const char *const order[] = {
		"", "0", "00", "1", "02", "2", "010", "10",
		"99999999999999999999998", "99999999999999999999999",
		"a",
		"a1", "a2b", "a2c", "a10", "a10b1", "b", "sub-1", "sub-2", "sub-2_run-1", "sub-2_run-11", "sub-10", "z", "\xc3\xa9",
	};
	int n = sizeof order / sizeof order[0];

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			int c = text_natural_cmp(order[i], order[j]), must = (i > j) - (i < j);

			if ((c > 0) - (c < 0) != must)
				fail_msg("'%s' against '%s' gives %d, must be %d", order[i], order[j], c, must);
		}
}

/* On random texts of few letters: antisymmetric, transitive, and 0 for equal bytes only. */
TEST(natural_order_is_an_order)
{
	static const char letters[] = "012a-";
	char t[60][6];

	for (int i = 0; i < 60; i++) {
		int n = (int)(check_random() * 6);

		for (int k = 0; k < n; k++)
			t[i][k] = letters[(int)(check_random() * 5)];
		t[i][n] = 0;
	}
	for (int i = 0; i < 60; i++)
		for (int j = 0; j < 60; j++) {
			int ij = text_natural_cmp(t[i], t[j]), ji = text_natural_cmp(t[j], t[i]);

			CHECK((ij > 0) == (ji < 0) && (ij == 0) == !strcmp(t[i], t[j]));
			for (int k = 0; k < 60; k++)
				if (ij < 0 && text_natural_cmp(t[j], t[k]) < 0)
					CHECK(text_natural_cmp(t[i], t[k]) < 0);
		}
}

TEST(the_nearest_name)
{
	static const char *const names[] = { "image.smooth", "image.mean", "fwhm", "mask", "threshold", NULL };
	static const char *const none[] = { NULL };

	CHECK_TEXT(text_nearest("fwmh", names), "fwhm");
	CHECK_TEXT(text_nearest("FWHM", names), "fwhm");
	CHECK_TEXT(text_nearest("image.smoth", names), "image.smooth");
	CHECK_TEXT(text_nearest("treshold", names), "threshold");
	CHECK_TEXT(text_nearest("mask", names), "mask");
	CHECK_TEXT(text_nearest("thresholding_level", names), "threshold");
	CHECK_TEXT(text_nearest("thres", names), "threshold");
	CHECK(!text_nearest("fwhm_in_all", names));
	CHECK(!text_nearest("xyz", names) && !text_nearest("", names) && !text_nearest("mask", none));
	CHECK(!text_nearest("ab", (const char *const[]){ "cb", NULL }));
	CHECK(!text_nearest("0123456789012345678901234567890123456789012345678901234567890123456789", names));
}

TEST(sizes_for_people)
{
	struct arena *a = check_arena();

	CHECK_TEXT(text_bytes(a, 0), "0 B");
	CHECK_TEXT(text_bytes(a, 999), "999 B");
	CHECK_TEXT(text_bytes(a, 1000), "1.0 kB");
	CHECK_TEXT(text_bytes(a, 49600000), "49.6 MB");
	CHECK_TEXT(text_bytes(a, 123456789), "123 MB");
	CHECK_TEXT(text_bytes(a, 999960), "1.0 MB");
	CHECK_TEXT(text_bytes(a, 99960), "100 kB");
	CHECK_TEXT(text_bytes(a, -2500), "-2.5 kB");
	CHECK_TEXT(text_bytes(a, INT64_MAX), "9.2 EB");
	CHECK_TEXT(text_bytes(a, INT64_MIN), "-9.2 EB");
}

TEST(times_for_people)
{
	struct arena *a = check_arena();

	CHECK_TEXT(text_seconds(a, 0), "0.0 ms");
	CHECK_TEXT(text_seconds(a, 0.0004), "0.4 ms");
	CHECK_TEXT(text_seconds(a, 0.0123), "12 ms");
	CHECK_TEXT(text_seconds(a, 0.9996), "1.0 s");
	CHECK_TEXT(text_seconds(a, 3.4), "3.4 s");
	CHECK_TEXT(text_seconds(a, 59.96), "1 min 00 s");
	CHECK_TEXT(text_seconds(a, 125), "2 min 05 s");
	CHECK_TEXT(text_seconds(a, 3599.7), "1 h 00 min");
	CHECK_TEXT(text_seconds(a, 7500), "2 h 05 min");
	CHECK_TEXT(text_seconds(a, 100000), "1 d 03 h");
	CHECK_TEXT(text_seconds(a, -1), "?");
	CHECK_TEXT(text_seconds(a, strtod("nan", NULL)), "?");
}
