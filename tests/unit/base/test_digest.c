#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/digest_lanes.h"
#include "base/file.h"

static const char *hex(struct digest d)
{
	char *text = arena_alloc(check_arena(), DIGEST_HEX, 1);

	digest_hex(text, &d);
	return text;
}

/* From `b2sum -l 256` and RFC 7693's function at 32 bytes. */
TEST(known_answers)
{
	CHECK_TEXT(hex(digest_bytes("", 0)), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
	CHECK_TEXT(hex(digest_bytes("abc", 3)), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

/* The rule of digest.h, written out. */
static struct digest by_the_rule(const unsigned char *p, size_t n)
{
	unsigned char *text = arena_alloc(check_arena(), 8 + 32 * (n / DIGEST_LEAF + 1), 1);
	size_t m = 8;

	for (int k = 0; k < 8; k++)
		text[k] = (unsigned char)(n >> 8 * k);
	for (size_t from = 0; from < n; from += DIGEST_LEAF, m += 32) {
		struct digest d = digest_bytes(p + from, n - from < DIGEST_LEAF ? n - from : DIGEST_LEAF);

		memcpy(text + m, d.b, 32);
	}
	return digest_bytes(text, m);
}

static unsigned char *noise(size_t n)
{
	unsigned char *p = arena_alloc(check_arena(), n + 1, 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)((i * 2654435761u) >> 13);
	return p;
}

/* Each lane has the digest of its own text, in whatever pieces it comes. */
TEST(lanes_are_blake2b)
{
	static const size_t size[] = { 128, 256, 1280, 65536 };
	unsigned char *p = noise(DIGEST_LANES * 65536 + 64);

	for (size_t s = 0; s < sizeof size / sizeof *size; s++) {
		size_t n = size[s], first = n > 128 ? 128 : 0;
		const unsigned char *at[DIGEST_LANES], *rest[DIGEST_LANES];
		struct digest_lanes l;

		for (int k = 0; k < DIGEST_LANES; k++) {
			at[k] = p + (size_t)k * n + (size_t)k;   /* not aligned */
			rest[k] = at[k] + first;
		}
		digest_lanes_start(&l);
		digest_lanes_add(&l, at, first, false);
		digest_lanes_add(&l, rest, n - first, true);
		for (int k = 0; k < DIGEST_LANES; k++)
			CHECK_TEXT(hex(digest_lanes_end(&l, k)), hex(digest_bytes(at[k], n)));
	}
}

TEST(leaves_follow_the_rule_for_any_thread_count)
{
	static const size_t size[] = {
		0, 1, 65536, DIGEST_LEAF - 1, DIGEST_LEAF, DIGEST_LEAF + 1, 2 * DIGEST_LEAF, 5 * (size_t)DIGEST_LEAF + 12345,
	};
	unsigned char *p = noise(6 * (size_t)DIGEST_LEAF);
	const char *path = path_join(check_arena(), check_folder(), "blob");

	for (size_t k = 0; k < sizeof size / sizeof size[0]; k++) {
		struct digest must = by_the_rule(p, size[k]), is;
		int64_t n;

		CHECK_OK(file_write(path, p, size[k]));
		for (int threads = 0; threads <= 4; threads++) {
			CHECK_TEXT(hex(digest_blob(p, size[k], threads)), hex(must));
			CHECK_OK(digest_file(&is, &n, path, threads));
			CHECK_TEXT(hex(is), hex(must));
			CHECK_INT(n, size[k]);
		}
	}
}

static void *work(void *ahead)
{
	digest_ahead_work(ahead);
	return NULL;
}

/* A blob that is made in steps, while another thread hashes what is ready. */
static struct digest made_in_steps(const unsigned char *from, size_t n, size_t step)
{
	unsigned char *p = noise(n + 1);
	struct digest_ahead *a = digest_ahead_new(p, n);
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, work, a) == 0);
	for (size_t at = 0; at < n; at += step) {
		size_t m = n - at < step ? n - at : step;

		memcpy(p + at, from + at, m);
		digest_ahead_ready(a, at + m);
	}
	digest_ahead_work(a);
	pthread_join(thread, NULL);
	return digest_ahead_end(a);
}

TEST(hashing_behind_gives_the_same)
{
	static const size_t size[] = { 0, 1, DIGEST_LEAF, 5 * (size_t)DIGEST_LEAF + 12345 };
	unsigned char *p = noise(6 * (size_t)DIGEST_LEAF);

	for (size_t k = 0; k < sizeof size / sizeof size[0]; k++)
		for (size_t step = 100000; step < 2 * (size_t)DIGEST_LEAF; step *= 7) {
			struct digest must = by_the_rule(p, size[k]), is = made_in_steps(p, size[k], step);

			CHECK_TEXT(hex(is), hex(must));
		}
}

TEST(who_waits_for_a_blob_that_is_given_up_goes_on)
{
	unsigned char *p = noise(DIGEST_LEAF);
	struct digest_ahead *a = digest_ahead_new(p, DIGEST_LEAF);
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, work, a) == 0);
	digest_ahead_ready(a, 1000);
	digest_ahead_stop(a);
	digest_ahead_work(a);
	pthread_join(thread, NULL);
	digest_ahead_end(a);
}

TEST(nothing_has_a_digest_too)
{
	struct digest a = digest_blob(NULL, 0, 1), b = digest_bytes("\0\0\0\0\0\0\0\0", 8);

	CHECK(digest_equal(&a, &b));
}

TEST(any_bit_changes_it)
{
	unsigned char *p = noise(100000);
	struct digest before = digest_blob(p, 100000, 2), after;

	p[77777] ^= 1;
	after = digest_blob(p, 100000, 2);
	CHECK(!digest_equal(&before, &after));
}

TEST(what_is_no_file)
{
	struct digest d;
	int64_t n;
	const char *folder = check_folder(), *pipe = path_join(check_arena(), folder, "pipe");

	CHECK_ERROR(digest_file(&d, &n, path_join(check_arena(), folder, "absent"), 1), "No such file");
	CHECK_ERROR(digest_file(&d, &n, folder, 1), "not a regular file");
	CHECK(!mkfifo(pipe, 0600));
	CHECK_ERROR(digest_file(&d, &n, pipe, 1), "not a regular file");
}

/* A child cuts and refills the file while it is read: each reading is whole or an error, never a crash. */
TEST(a_file_that_changes_while_read)
{
	const char *path = path_join(check_arena(), check_folder(), "moving");
	struct digest d;
	int64_t n;
	pid_t child;

	CHECK_OK(file_write(path, noise(20 << 20), 20 << 20));
	child = fork();
	if (!child)
		for (;;)
			if (truncate(path, 100) || truncate(path, 20 << 20))
				_exit(1);
	for (int i = 0; i < 20; i++) {
		struct error *e = digest_file(&d, &n, path, 4);

		CHECK(!e || strstr(e->text, "changed while it was read"));
		error_free(e);
	}
	kill(child, SIGKILL);
}

TEST(hex_both_ways)
{
	struct digest d = digest_bytes("x", 1), back;
	char text[DIGEST_HEX];

	digest_hex(text, &d);
	CHECK(digest_parse(&back, text) && digest_equal(&d, &back));
	text[63] = 'A';
	CHECK(!digest_parse(&back, text));
	text[63] = 0;
	CHECK(!digest_parse(&back, text) && !digest_parse(&back, ""));
	CHECK(!digest_parse(&back, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a80"));
}

/* Leaves that end within, with and behind a piece. */
TEST(passing_by)
{
	const size_t sizes[] = { 0, 1, 1000, DIGEST_LEAF - 1, DIGEST_LEAF, DIGEST_LEAF + 1, 2 * DIGEST_LEAF,
	                         4 * DIGEST_LEAF, 9 * DIGEST_LEAF + 77 };
	const size_t pieces[] = { 999999, DIGEST_LEAF, 3 * DIGEST_LEAF };
	unsigned char *p = malloc(9 * DIGEST_LEAF + 77);

	for (size_t i = 0; i < 9 * DIGEST_LEAF + 77; i++)
		p[i] = (unsigned char)(i * 31 + (i >> 9));
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		struct digest whole = digest_blob(p, sizes[s], 1);

		for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
			struct digest_flow *f = digest_flow_new((int64_t)sizes[s]);

			for (size_t at = 0; at < sizes[s]; at += pieces[k])
				digest_flow_add(f, p + at, sizes[s] - at < pieces[k] ? sizes[s] - at : pieces[k]);
			struct digest passed = digest_flow_end(f);

			CHECK(digest_equal(&passed, &whole));
		}
	}
	free(p);
}
