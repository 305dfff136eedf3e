#include "run/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { HEAD = 4, FIRST_READ = 64 << 10 };

void wire_begin(struct buf *b)
{
	buf_add_n(b, "\0\0\0\0", HEAD);
}

struct error *wire_send(int fd, struct buf *b)
{
	size_t n = b->n - HEAD;

	if (n > WIRE_MAX)
		return error_new(ERR_SYSTEM, "a message of %zu bytes was to be sent, the most is %d", n, WIRE_MAX);
	for (int i = 0; i < HEAD; i++)
		b->text[i] = (char)(n >> (8 * i) & 0xff);
	return fd_write(fd, b->text, b->n, "the message");
}

/* What was used is dropped before more is read, so the room stays that of one message. */
static void make_room(struct wire_in *in, size_t more)
{
	if (in->used) {
		memmove(in->bytes, in->bytes + in->used, in->n - in->used);
		in->n -= in->used;
		in->used = 0;
	}
	if (in->room - in->n >= more)
		return;
	in->room = in->n + more;
	in->bytes = realloc(in->bytes, in->room);
	if (!in->bytes)
		abort();
}

static size_t length_of(const struct wire_in *in)
{
	const unsigned char *p = (const unsigned char *)in->bytes + in->used;

	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

/* Bytes still missing from a message whose length is known, else a guess. */
static size_t wanted(const struct wire_in *in)
{
	size_t have = in->n - in->used, n;

	if (have < HEAD)
		return FIRST_READ;
	n = length_of(in);
	if (n > WIRE_MAX || n + HEAD <= have)
		return FIRST_READ;
	return n + HEAD - have > FIRST_READ ? n + HEAD - have : FIRST_READ;
}

struct error *wire_fill(struct wire_in *in, int fd, bool *end)
{
	ssize_t n;

	make_room(in, wanted(in));
	do
		n = read(fd, in->bytes + in->n, in->room - in->n);
	while (n < 0 && errno == EINTR);
	*end = n == 0;
	if (n > 0)
		in->n += (size_t)n;
	else if (n < 0 && errno == ECONNRESET)
		*end = true;
	else if (n < 0 && errno != EAGAIN)
		return error_new(ERR_SYSTEM, "cannot read a message: %s", strerror(errno));
	return NULL;
}

struct error *wire_next(struct wire_in *in, bool *whole, const char **text, size_t *n)
{
	size_t have = in->n - in->used;

	*whole = false;
	if (have < HEAD)
		return NULL;
	*n = length_of(in);
	if (*n > WIRE_MAX)
		return error_new(ERR_SYSTEM, "a message says it has %zu bytes, the most is %d", *n, WIRE_MAX);
	if (have < HEAD + *n)
		return NULL;
	*whole = true;
	*text = in->bytes + in->used + HEAD;
	in->used += HEAD + *n;
	return NULL;
}

void wire_in_free(struct wire_in *in)
{
	free(in->bytes);
	*in = (struct wire_in){ 0 };
}
