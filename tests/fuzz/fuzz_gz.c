/* Any bytes are inflated within bounds or refused; whole and in pieces agree on both. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "img/gz.h"

enum { ROOM = 1 << 16 };

struct taken { const unsigned char *whole; size_t n, got; };

static void must(int promise)
{
	if (!promise)
		abort();
}

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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	unsigned char *out = malloc(ROOM), first[544];
	size_t got = 0, peeked = 0;
	struct error *whole = gz_inflate(out, ROOM, &got, bytes, n, "fuzz");
	struct taken t = { .whole = whole ? NULL : out, .got = got };
	struct error *pieces = gz_stream(compare, &t, bytes, n, "fuzz");
	struct error *start = n > 0 ? gz_peek(first, sizeof first, &peeked, bytes, n, "fuzz") : NULL;

	must(got <= ROOM && peeked <= sizeof first);
	if (!whole && !pieces && !start) {
		must(t.n == got);
		must(memcmp(first, out, peeked < got ? peeked : got) == 0);
	} else if (!whole) {
		must(pieces && strstr(pieces->text, "header crc"));   /* only zlib looks at it */
	} else if (!pieces) {
		must(t.n > ROOM);   /* refused only for its size */
	}
	(void)gz_claimed_size(bytes, n);
	error_free(whole);
	error_free(pieces);
	error_free(start);
	free(out);
	return 0;
}
