/* The digest of a blob that nobody holds as a whole: the leaf that is passing by is kept, as leaves are hashed at once. */
#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

struct digest_flow {
	int64_t size;
	size_t n_leaf, held;        /* leaves hashed, bytes of the next one */
	unsigned char *leaf;        /* [DIGEST_LEAF] */
	unsigned char *top;         /* the size, then the digests of leaves */
};

enum { SIZE_BYTES = 8 };

struct digest_flow *digest_flow_new(int64_t size)
{
	struct digest_flow *f = calloc(1, sizeof *f);

	if (!f || !(f->leaf = malloc(DIGEST_LEAF)) || !(f->top = malloc(SIZE_BYTES + ((size_t)size / DIGEST_LEAF + 1) * DIGEST_SIZE)))
		abort();
	f->size = size;
	for (int k = 0; k < SIZE_BYTES; k++)
		f->top[k] = (unsigned char)((uint64_t)size >> 8 * k);
	return f;
}

static void end_leaf(struct digest_flow *f)
{
	struct digest d = digest_bytes(f->leaf, f->held);

	memcpy(f->top + SIZE_BYTES + f->n_leaf++ * DIGEST_SIZE, d.b, DIGEST_SIZE);
	f->held = 0;
}

void digest_flow_add(struct digest_flow *f, const void *p, size_t n)
{
	const unsigned char *from = p;

	while (n > 0 && f->held < DIGEST_LEAF) {
		size_t some = DIGEST_LEAF - f->held < n ? DIGEST_LEAF - f->held : n;

		memcpy(f->leaf + f->held, from, some);
		f->held += some;
		from += some;
		n -= some;
		if (f->held == DIGEST_LEAF && f->n_leaf < (size_t)f->size / DIGEST_LEAF)
			end_leaf(f);
	}
}

struct digest digest_flow_end(struct digest_flow *f)
{
	struct digest d;

	if (f->held)
		end_leaf(f);
	d = digest_bytes(f->top, SIZE_BYTES + f->n_leaf * DIGEST_SIZE);
	free(f->leaf);
	free(f->top);
	free(f);
	return d;
}
