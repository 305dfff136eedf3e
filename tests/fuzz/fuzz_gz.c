/* Any bytes are inflated within bounds or refused; whole, in pieces of any size and by libdeflate all agree. What is read
 * and written ends where a page that must not be touched begins, as isa-l is assembly, which no sanitizer sees into. */
#include "fuzz.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"
#include "img/gz.h"

enum { ROOM = 1 << 16, PAGE = 4096 };

struct guarded { unsigned char *map, *bytes; size_t size; };

static void must(int promise)
{
	if (!promise)
		abort();
}

static struct guarded guarded_new(size_t n)
{
	struct guarded g = { .size = (n + PAGE - 1) / PAGE * PAGE + PAGE };

	g.map = mmap(NULL, g.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(g.map != MAP_FAILED && mprotect(g.map + g.size - PAGE, PAGE, PROT_NONE) == 0);
	g.bytes = g.map + g.size - PAGE - n;
	return g;
}

static void guarded_free(struct guarded *g)
{
	munmap(g->map, g->size);
}

/* What libdeflate makes of it: all members but for what follows them; 0 when it refuses any. *summed: a header has a
 * check sum, at which it does not look. */
static int by_libdeflate(unsigned char *out, size_t *got, int *summed, const uint8_t *in, size_t n)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	int ok = 1;

	*got = 0;
	*summed = 0;
	for (size_t at = 0, used, made; ok && at < n && gz_is(in + at, n - at); at += used, *got += made) {
		*summed |= n - at > 3 && in[at + 3] & 2;
		ok = libdeflate_gzip_decompress_ex(d, in + at, n - at, out + *got, ROOM - *got, &used, &made) == LIBDEFLATE_SUCCESS;
	}
	libdeflate_free_decompressor(d);
	return ok;
}

struct taken { const unsigned char *whole; size_t n, got; };

static struct error *compare(void *ctx, const void *bytes, size_t n)
{
	struct taken *t = ctx;

	if (t->whole && t->n + n <= t->got)
		must(memcmp(t->whole + t->n, bytes, n) == 0);
	t->n += n;
	if (t->n > 4 * ROOM)
		return error_new(ERR_DATA, "enough");
	return NULL;
}

/* Steps whose size the input chooses, each at the end of its room. */
static void in_steps(const unsigned char *whole, size_t all, const uint8_t *in, size_t n)
{
	size_t step = 1 + (n > 4 ? (size_t)in[4] * in[5 % n] : 0), at = 0, got;
	struct gz_reader *r = gz_open(in, n, ROOM, "fuzz");

	do {
		struct guarded g = guarded_new(step < ROOM - at ? step : ROOM - at);

		must(!gz_next(r, g.bytes, step, &got) && at + got <= all && memcmp(whole + at, g.bytes, got) == 0);
		at += got;
		guarded_free(&g);
	} while (got == step);
	must(at == all);
	gz_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct guarded in = guarded_new(n), out = guarded_new(ROOM), theirs = guarded_new(ROOM);
	unsigned char first[544];
	size_t got = 0, peeked = 0, expected;
	int fine, summed;

	memcpy(in.bytes, bytes, n);
	struct error *whole = gz_inflate(out.bytes, ROOM, &got, in.bytes, n, "fuzz");
	struct taken t = { .whole = whole ? NULL : out.bytes, .got = got };
	struct error *pieces = gz_stream(compare, &t, in.bytes, n, "fuzz");
	struct error *start = gz_peek(first, sizeof first, &peeked, in.bytes, n, "fuzz");

	fine = by_libdeflate(theirs.bytes, &expected, &summed, in.bytes, n);
	must(got <= ROOM && peeked <= sizeof first);
	if (!whole) {
		must(!pieces && !start && t.n == got && memcmp(first, out.bytes, peeked) == 0);
		in_steps(out.bytes, got, in.bytes, n);
		if (fine)   /* it refuses flags of the header that mean nothing yet */
			must(expected == got && memcmp(theirs.bytes, out.bytes, got) == 0);
	} else if (!pieces) {
		must(t.n > ROOM);   /* refused only for its size */
	} else if (strstr(whole->text, "damaged") || strstr(whole->text, "truncated")) {
		must(!fine || summed);
	}
	(void)gz_claimed_size(in.bytes, n);
	error_free(whole);
	error_free(pieces);
	error_free(start);
	guarded_free(&in);
	guarded_free(&out);
	guarded_free(&theirs);
	return 0;
}
