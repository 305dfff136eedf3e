/* The digest of a blob that nobody holds as a whole: the leaves that are passing by are kept until there are as many as are
 * hashed side by side. */
#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest_lanes.h"

struct digest_flow {
	int64_t size;
	size_t n_leaf, held;        /* leaves hashed, bytes of those that follow */
	unsigned char *leaf;        /* [ROOM] */
	unsigned char *top;         /* the size, then the digests of leaves */
};

enum { SIZE_BYTES = 8, ROOM = DIGEST_LANES * DIGEST_LEAF };

struct digest_flow *digest_flow_new(int64_t size)
{
	struct digest_flow *f = calloc(1, sizeof *f);

	if (!f || !(f->leaf = malloc(ROOM)) || !(f->top = malloc(SIZE_BYTES + ((size_t)size / DIGEST_LEAF + 1) * DIGEST_SIZE)))
		abort();
	f->size = size;
	for (int k = 0; k < SIZE_BYTES; k++)
		f->top[k] = (unsigned char)((uint64_t)size >> 8 * k);
	return f;
}

static void put_leaf(struct digest_flow *f, struct digest d)
{
	memcpy(f->top + SIZE_BYTES + f->n_leaf++ * DIGEST_SIZE, d.b, DIGEST_SIZE);
}

/* ROOM bytes are held. */
static void end_lanes(struct digest_flow *f)
{
	const unsigned char *leaf[DIGEST_LANES];
	struct digest_lanes l;

	for (int k = 0; k < DIGEST_LANES; k++)
		leaf[k] = f->leaf + (size_t)k * DIGEST_LEAF;
	digest_lanes_start(&l);
	digest_lanes_add(&l, leaf, DIGEST_LEAF, true);
	for (int k = 0; k < DIGEST_LANES; k++)
		put_leaf(f, digest_lanes_end(&l, k));
	f->held = 0;
}

static void end_leaves(struct digest_flow *f)
{
	if (f->held == ROOM && digest_lanes_fast()) {
		end_lanes(f);
		return;
	}
	for (size_t at = 0; at < f->held; at += DIGEST_LEAF)
		put_leaf(f, digest_bytes(f->leaf + at, f->held - at < DIGEST_LEAF ? f->held - at : DIGEST_LEAF));
	f->held = 0;
}

void digest_flow_add(struct digest_flow *f, const void *p, size_t n)
{
	const unsigned char *from = p;

	while (n > 0) {
		size_t some = ROOM - f->held < n ? ROOM - f->held : n;

		memcpy(f->leaf + f->held, from, some);
		f->held += some;
		from += some;
		n -= some;
		if (f->held == ROOM)
			end_leaves(f);
	}
}

struct digest digest_flow_end(struct digest_flow *f)
{
	struct digest d;

	end_leaves(f);
	d = digest_bytes(f->top, SIZE_BYTES + f->n_leaf * DIGEST_SIZE);
	free(f->leaf);
	free(f->top);
	free(f);
	return d;
}
