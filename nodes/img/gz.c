#include "img/gz.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

enum {
	MOST = 1 << 30,      /* bytes of one call, whose counts have 32 bits */
	PEEKED = 1 << 20,    /* bytes of a file that are looked at for its first ones */
	PIECE = 1 << 16,
};

enum ending { GOES_ON, DONE, NO_GZIP, CUT, DAMAGED, RUBBISH };

struct gz_reader {
	struct inflate_state z;
	const unsigned char *in;
	size_t n, left;              /* bytes in all; bytes that may still come out */
	size_t limit;
	enum ending ending;
	int why;                     /* isa-l's code when damaged */
	const char *name;
};

bool gz_is(const void *bytes, size_t n)
{
	const unsigned char *b = bytes;

	return n >= 2 && b[0] == 0x1f && b[1] == 0x8b;
}

uint32_t gz_claimed_size(const void *gz, size_t n)
{
	const unsigned char *end = (const unsigned char *)gz + n;

	if (n < 18)   /* a header of 10 bytes and a trailer of 8 */
		return 0;
	return (uint32_t)end[-4] | (uint32_t)end[-3] << 8 | (uint32_t)end[-2] << 16 | (uint32_t)end[-1] << 24;
}

/* ---- in steps ---- */
static void start_member(struct gz_reader *r)
{
	uint8_t *at = r->z.next_in;

	isal_inflate_init(&r->z);
	r->z.next_in = at;
	r->z.crc_flag = ISAL_GZIP;
}

struct gz_reader *gz_open(const void *gz, size_t n, size_t limit, const char *name)
{
	struct gz_reader *r = malloc(sizeof *r);

	if (!r)
		abort();
	r->z.next_in = (uint8_t *)gz;   /* only read from; its type has no const */
	r->in = gz;
	r->n = n;
	r->left = r->limit = limit;
	r->ending = gz_is(gz, n) ? GOES_ON : NO_GZIP;
	r->why = 0;
	r->name = name;
	start_member(r);
	return r;
}

void gz_close(struct gz_reader *r)
{
	free(r);
}

static size_t unread(const struct gz_reader *r)
{
	return r->n - (size_t)(r->z.next_in - r->in);
}

static void end_member(struct gz_reader *r)
{
	const unsigned char *p = r->z.next_in, *end = r->in + r->n;
	size_t n = unread(r);

	while (p < end && *p == 0)   /* zeros pad to a block of a tape or disk */
		p++;
	if (p == end)
		r->ending = DONE;
	else if (gz_is(r->z.next_in, n))
		start_member(r);
	else
		r->ending = RUBBISH;
}

/* As many bytes as there are, up to room; fewer when it ends, in whatever way. */
static size_t decode(struct gz_reader *r, unsigned char *out, size_t room)
{
	struct inflate_state *z = &r->z;
	size_t made = 0;

	while (made < room && r->ending == GOES_ON) {
		z->avail_in = unread(r) < MOST ? (uint32_t)unread(r) : MOST;
		z->next_out = out + made;
		z->avail_out = room - made < MOST ? (uint32_t)(room - made) : MOST;
		r->why = isal_inflate(z);
		made = (size_t)(z->next_out - out);
		if (r->why < 0 || r->why == ISAL_NEED_DICT)
			r->ending = DAMAGED;
		else if (z->block_state == ISAL_BLOCK_FINISH)
			end_member(r);
		else if (z->avail_out > 0 && unread(r) == 0)
			r->ending = CUT;
	}
	return made;
}

static struct error *damaged(const struct gz_reader *r)
{
	static const struct { int why; const char *text; } known[] = {
		{ ISAL_INVALID_BLOCK, "a block is of no known type" },
		{ ISAL_INVALID_SYMBOL, "a code stands for nothing" },
		{ ISAL_INVALID_LOOKBACK, "it repeats what is before its beginning" },
		{ ISAL_INVALID_WRAPPER, "its header is wrong" },
		{ ISAL_UNSUPPORTED_METHOD, "its method is not deflate" },
		{ ISAL_INCORRECT_CHECKSUM, "its check sum is not that of its bytes" },
	};

	for (size_t k = 0; k < sizeof known / sizeof *known; k++)
		if (known[k].why == r->why)
			return error_new(ERR_DATA, "%s is a damaged gzip file: %s", r->name, known[k].text);
	return error_new(ERR_DATA, "%s is a damaged gzip file: its bytes are wrong", r->name);
}

static struct error *problem(const struct gz_reader *r)
{
	switch (r->ending) {
	case GOES_ON:
	case DONE:
		return NULL;
	case NO_GZIP:
		return error_new(ERR_DATA, "%s is no gzip file", r->name);
	case CUT:
		return error_new(ERR_DATA, "%s is truncated: its gzip stream does not end", r->name);
	case RUBBISH:
		return error_new(ERR_DATA, "%s has %zu bytes after its end that are not gzip", r->name, unread(r));
	case DAMAGED:
		break;
	}
	return damaged(r);
}

struct error *gz_next(struct gz_reader *r, void *out, size_t room, size_t *got)
{
	unsigned char beyond;

	*got = decode(r, out, room < r->left ? room : r->left);
	r->left -= *got;
	if (*got < room && r->left == 0 && decode(r, &beyond, 1) == 1)
		return error_new(ERR_DATA, "%s holds more than it must: over %zu bytes", r->name, r->limit);
	return problem(r);
}

/* ---- at once ---- */
/* A file cut short gives fewer bytes, damage before them an error. */
struct error *gz_peek(void *out, size_t want, size_t *got, const void *gz, size_t n, const char *name)
{
	struct gz_reader *r = gz_open(gz, n < PEEKED ? n : PEEKED, want, name);
	struct error *e;

	*got = decode(r, out, want);
	e = *got < want && r->ending == DAMAGED ? damaged(r) : NULL;
	gz_close(r);
	return e;
}

struct error *gz_inflate(void *out, size_t room, size_t *got, const void *gz, size_t n, const char *name)
{
	struct gz_reader *r = gz_open(gz, n, room, name);
	struct error *e = gz_next(r, out, SIZE_MAX, got);   /* never over the limit, and all the way to the end */

	gz_close(r);
	return e;
}

struct error *gz_stream(struct error *(*take)(void *ctx, const void *bytes, size_t n), void *ctx, const void *gz,
                        size_t n, const char *name)
{
	struct gz_reader *r = gz_open(gz, n, SIZE_MAX, name);
	unsigned char piece[PIECE];
	size_t got = PIECE;
	struct error *e = NULL;

	while (!e && got == PIECE) {
		e = gz_next(r, piece, PIECE, &got);
		if (!e)
			e = take(ctx, piece, got);
	}
	gz_close(r);
	return e;
}
