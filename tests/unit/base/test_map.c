#include "check.h"

#include <stdio.h>

#include "base/map.h"

TEST(an_empty_map_has_nothing)
{
	struct map *m = map_new(check_arena());

	CHECK(!map_get(m, "") && !map_get(m, "x"));
	CHECK_INT(map_size(m), 0);
}

TEST(put_tells_what_was_there)
{
	struct map *m = map_new(check_arena());
	int one, two;

	CHECK(!map_put(m, "key", &one));
	CHECK(map_put(m, "key", &two) == &one);
	CHECK(map_get(m, "key") == &two);
	CHECK_INT(map_size(m), 1);
	CHECK(map_put(m, "key", NULL) == &two && !map_get(m, "key"));
}

TEST(keys_are_compared_whole)
{
	struct map *m = map_new(check_arena());
	int v[4];

	map_put_n(m, "a\0b", 3, &v[0]);
	map_put_n(m, "a\0c", 3, &v[1]);
	map_put_n(m, "a", 1, &v[2]);
	map_put_n(m, "", 0, &v[3]);
	CHECK(map_get_n(m, "a\0b", 3) == &v[0] && map_get_n(m, "a\0c", 3) == &v[1]);
	CHECK(map_get(m, "a") == &v[2] && map_get(m, "") == &v[3]);
}

/* Lengths around each branch of the hash. */
TEST(keys_of_every_length)
{
	struct map *m = map_new(check_arena());
	char text[200];

	memset(text, 'x', sizeof text);
	for (size_t n = 0; n <= sizeof text; n++)
		CHECK(!map_put_n(m, text, n, text + n));
	for (size_t n = 0; n <= sizeof text; n++)
		CHECK(map_get_n(m, text, n) == text + n);
	CHECK_INT(map_size(m), sizeof text + 1);
}

TEST(a_million_entries)
{
	enum { N = 1000000 };
	struct map *m = map_new(check_arena());
	char (*key)[16] = arena_alloc(check_arena(), N, sizeof *key);

	for (int i = 0; i < N; i++) {
		snprintf(key[i], sizeof key[i], "sub-%07d", i);
		CHECK(!map_put(m, key[i], key[i]));
	}
	CHECK_INT(map_size(m), N);
	for (int i = 0; i < N; i++)
		if (map_get(m, key[i]) != key[i])
			fail_msg("entry %d is lost", i);
	CHECK(!map_get(m, "sub-1000000") && !map_get(m, "sub-000000"));
}
