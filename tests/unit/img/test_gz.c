#include "img/gz.h"

#include <stdlib.h>

#include "base/file.h"
#include "check.h"

enum { N = 300000 };

static unsigned char plain[N], room[N + 64];

static size_t squeeze(unsigned char **gz, const void *bytes, size_t n)
{
	const char *path = arena_printf(check_arena(), "%s/x.gz", check_folder());
	char *text;
	size_t size;

	CHECK_OK(gz_write(path, bytes, n));
	CHECK_OK(file_read(&text, &size, path, 1 << 24, check_arena()));
	*gz = (unsigned char *)text;
	return size;
}

static void fill(void)
{
	for (int k = 0; k < N; k++)
		plain[k] = (unsigned char)(check_random() < 0.5 ? 0 : 256 * check_random());
}

static size_t n_taken;
static struct error *take(void *ctx, const void *bytes, size_t n)
{
	CHECK(memcmp((const unsigned char *)ctx + n_taken, bytes, n) == 0);
	n_taken += n;
	return NULL;
}

TEST(inflating_undoes_writing)
{
	unsigned char *gz;
	size_t got, n;

	fill();
	n = squeeze(&gz, plain, N);
	CHECK(gz_is(gz, n) && !gz_is(plain, 1) && !gz_is("nifti", 5));
	CHECK_INT(gz_claimed_size(gz, n), N);
	CHECK_INT(gz_claimed_size(gz, 10), 0);
	for (int k = 4; k < 8; k++)
		CHECK_INT(gz[k], 0);   /* the time */
	CHECK_OK(gz_inflate(room, sizeof room, &got, gz, n, "x.gz"));
	CHECK_INT(got, N);
	CHECK(memcmp(room, plain, N) == 0);
	n_taken = 0;
	CHECK_OK(gz_stream(take, plain, gz, n, "x.gz"));
	CHECK_INT(n_taken, N);
	CHECK_OK(gz_peek(room, 1000, &got, gz, n, "x.gz"));
	CHECK_INT(got, 1000);
	CHECK(memcmp(room, plain, 1000) == 0);
}

TEST(members_follow_each_other)
{
	unsigned char *a, *b, *both;
	size_t n, m, got;

	fill();
	n = squeeze(&a, plain, 1000);
	m = squeeze(&b, plain + 1000, N - 1000);
	both = arena_calloc(check_arena(), n + m + 1024, 1);
	memcpy(both, a, n);
	memcpy(both + n, b, m);
	for (size_t zeros = 0; zeros <= 1024; zeros += 512) {
		CHECK_OK(gz_inflate(room, sizeof room, &got, both, n + m + zeros, "x.gz"));
		CHECK_INT(got, N);
		CHECK(memcmp(room, plain, N) == 0);
		n_taken = 0;
		CHECK_OK(gz_stream(take, plain, both, n + m + zeros, "x.gz"));
		CHECK_INT(n_taken, N);
	}
	both[n + m] = 'x';
	CHECK_ERROR(gz_inflate(room, sizeof room, &got, both, n + m + 5, "x.gz"), "5 bytes after its end");
	n_taken = 0;
	CHECK_ERROR(gz_stream(take, plain, both, n + m + 5, "x.gz"), "5 bytes after its end");
}

TEST(cut_damaged_and_overlong_files_are_told_apart)
{
	unsigned char *gz;
	size_t n, got;

	fill();
	n = squeeze(&gz, plain, N);
	for (size_t cut = 18; cut < n; cut += n / 7)
		CHECK_ERROR(gz_inflate(room, sizeof room, &got, gz, cut, "x.gz"), "x.gz is truncated");
	CHECK_ERROR(gz_inflate(room, N - 1, &got, gz, n, "x.gz"), "over 299999 bytes");
	gz[n - 8] ^= 1;   /* the check sum */
	CHECK_ERROR(gz_inflate(room, sizeof room, &got, gz, n, "x.gz"), "damaged");
	gz[n - 8] ^= 1;
	gz[10] = 0xff;    /* an impossible block */
	CHECK_ERROR(gz_inflate(room, sizeof room, &got, gz, n, "x.gz"), "damaged");
	CHECK_ERROR(gz_inflate(room, sizeof room, &got, plain + 1, 100, "x.gz"), "no gzip file");
	CHECK_ERROR(gz_peek(room, 100, &got, "\x1f\x8b\xff\xff\0\0\0\0\0\0", 10, "x.gz"), "damaged");
}

/* What was given may be overwritten at once, and a limit that is met exactly is no trouble. */
TEST(steps_of_any_size_give_the_same_bytes)
{
	static const size_t step[] = { 1, 7, 1000, 65536, 65537, N - 1, N, N + 1 };
	unsigned char *gz, piece[N + 1];
	size_t n, got;

	fill();
	n = squeeze(&gz, plain, N);
	for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
		struct gz_reader *r = gz_open(gz, n, N, "x.gz");
		size_t at = 0;

		do {
			CHECK_OK(gz_next(r, piece, step[k], &got));
			CHECK(at + got <= N && memcmp(piece, plain + at, got) == 0);
			memset(piece, 0xa5, got);
			at += got;
		} while (got == step[k]);
		CHECK_INT(at, N);
		gz_close(r);
	}
	CHECK_OK(gz_inflate(room, N, &got, gz, n, "x.gz"));
	CHECK_INT(got, N);
	CHECK_ERROR(gz_inflate(room, 0, &got, gz, n, "x.gz"), "over 0 bytes");
}

TEST(equal_bytes_give_equal_files)
{
	unsigned char *a, *b;
	size_t n, m;

	fill();
	n = squeeze(&a, plain, N);
	m = squeeze(&b, plain, N);
	CHECK_INT(n, m);
	CHECK(memcmp(a, b, n) == 0);
	n = squeeze(&a, plain, 0);
	CHECK_OK(gz_inflate(room, sizeof room, &m, a, n, "x.gz"));
	CHECK_INT(m, 0);
}
