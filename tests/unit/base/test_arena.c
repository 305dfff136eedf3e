#include "check.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int all_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return 0;
	return 1;
}

TEST(pieces_are_zeroed_aligned_and_apart)
{
	struct arena *a = check_arena();
	unsigned char *p[300];

	for (size_t i = 0; i < 300; i++) {
		p[i] = arena_calloc(a, i, 7);
		CHECK((uintptr_t)p[i] % (7 * i >= 64 ? 64 : 16) == 0);
		CHECK(all_zero(p[i], 7 * i));
		memset(p[i], (int)i, 7 * i);
	}
	for (size_t i = 1; i < 300; i++)
		CHECK(p[i][0] == (unsigned char)i && p[i][7 * i - 1] == (unsigned char)i);
}

TEST(what_a_reset_gave_back_comes_zeroed_again)
{
	struct arena *a = check_arena();

	for (int round = 0; round < 5; round++) {
		struct arena_mark m = arena_mark(a);

		for (int i = 0; i < 200; i++) {
			unsigned char *p = arena_calloc(a, 1, 5000);

			CHECK(all_zero(p, 5000));
			memset(arena_alloc(a, 1, 3000), 0xff, 3000);
			memset(p, 0xff, 5000);
		}
		arena_reset(a, m);
	}
}

TEST(a_reset_gives_large_pieces_back_and_keeps_older_ones)
{
	struct arena *a = check_arena();
	unsigned char *old = arena_alloc(a, 30, 1 << 20);
	size_t before = arena_size(a);
	struct arena_mark m = arena_mark(a);

	memset(old, 7, 30 << 20);
	for (int i = 0; i < 20; i++) {
		unsigned char *p = arena_calloc(a, 10, 1 << 20);

		CHECK((uintptr_t)p % 64 == 0 && all_zero(p, 10 << 20));
		p[0] = p[(10 << 20) - 1] = 1;
	}
	CHECK(arena_size(a) >= before + 200 * (size_t)(1 << 20));
	arena_reset(a, m);
	CHECK_INT(arena_size(a), before);
	CHECK(old[0] == 7 && old[(30 << 20) - 1] == 7);
}

TEST(marks_nest)
{
	struct arena *a = arena_new();
	char *first = arena_strdup(a, "first");
	struct arena_mark outer = arena_mark(a);

	arena_alloc(a, 1, 100000);
	struct arena_mark inner = arena_mark(a);

	for (int i = 0; i < 100; i++)
		arena_alloc(a, 1, 6000);
	arena_alloc(a, 1, 9 << 20);
	arena_reset(a, inner);
	char *second = arena_strdup(a, "second");

	CHECK_TEXT(second, "second");
	arena_reset(a, outer);
	CHECK_TEXT(first, "first");
	arena_free(a);
	arena_free(NULL);
}

TEST(a_loop_with_a_reset_takes_no_more_from_the_system)
{
	struct arena *a = check_arena();
	size_t after_one = 0;

	for (int round = 0; round < 1000; round++) {
		struct arena_mark m = arena_mark(a);

		for (int i = 0; i < 30; i++)
			arena_alloc(a, 1, 4000);
		arena_reset(a, m);
		if (!round)
			after_one = arena_size(a);
	}
	CHECK_INT(arena_size(a), after_one);
}

TEST(push_grows_lists)
{
	struct arena *a = check_arena();
	int *list = NULL, n = 0;
	struct pair { double x; char c; } *pairs = NULL;
	long n_pair = 0;

	for (int i = 0; i < 100000; i++) {
		PUSH(a, list, n, 3 * i);
		PUSH(a, pairs, n_pair, ((struct pair){ i, (char)i }));
	}
	CHECK_INT(n, 100000);
	for (int i = 0; i < n; i++)
		CHECK(list[i] == 3 * i && pairs[i].x == i && pairs[i].c == (char)i);
}

TEST(room_is_zero_behind_a_list)
{
	const char **names = NULL;
	int n = 0;

	PUSH(check_arena(), names, n, "one");
	CHECK(!names[1] && !names[3]);
}

TEST(texts)
{
	struct arena *a = check_arena();
	char *longer = arena_printf(a, "%0*d", 5000, 7);

	CHECK_TEXT(arena_printf(a, "%s-%03d", "sub", 7), "sub-007");
	CHECK_INT(strlen(longer), 5000);
	CHECK(longer[4999] == '7');
	CHECK_TEXT(arena_strdup(a, ""), "");
	CHECK_TEXT(arena_strndup(a, "abcdef", 3), "abc");
	CHECK_TEXT(arena_strndup(a, "ab", 30), "ab");
	CHECK_TEXT(arena_strndup(a, (const char[]){ 'a', 'b' }, 2), "ab");
}

/* The exit status of a child that asks for n * size bytes. */
static int status_of_asking(size_t n, size_t size)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		close(2);
		arena_calloc(arena_new(), n, size);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(impossible_sizes_end_the_process_and_do_not_wrap)
{
	CHECK_INT(status_of_asking(SIZE_MAX / 2, 3), 71);
	CHECK_INT(status_of_asking(SIZE_MAX, 1), 71);
	CHECK_INT(status_of_asking((size_t)1 << 32, (size_t)1 << 32), 71);
	CHECK_INT(status_of_asking(1, 1), 0);
}

enum { MAP = 1 << 16 };

static void *map_for(struct arena *a)
{
	void *map = mmap(NULL, MAP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(map != MAP_FAILED);
	arena_map(a, map, MAP);
	memset(map, 1, MAP);
	return map;
}

static int is_mapped(void *map)
{
	return msync(map, MAP, MS_ASYNC) == 0;
}

TEST(mappings_go_as_pieces_do)
{
	struct arena *a = arena_new();
	size_t before = arena_size(a);
	void *old = map_for(a), *between, *young;
	struct arena_mark m = arena_mark(a);

	between = map_for(a);
	CHECK(arena_alloc(a, 1, 10 << 20));
	young = map_for(a);
	CHECK(is_mapped(old) && is_mapped(between) && is_mapped(young));
	arena_reset(a, m);
	CHECK(is_mapped(old) && !is_mapped(between) && !is_mapped(young));
	CHECK_INT(arena_size(a), before);
	arena_free(a);
	CHECK(!is_mapped(old));
}
