/* The digest of a blob that nobody holds as a whole: the leaves that are passing by are kept until there are as many as are
 * hashed side by side. */
#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest_lanes.h"

struct digest_flow {
	int64_t size, n_leaf;       /* leaves hashed */
	size_t held;                /* bytes that follow */
	unsigned char *bytes;       /* [ROOM] */
	struct digest *leaf;
};

enum { ROOM = DIGEST_LANES * DIGEST_LEAF };

struct digest_flow *digest_flow_new(int64_t size)
{
	struct digest_flow *f = calloc(1, sizeof *f);

	if (!f || !(f->bytes = malloc(ROOM)) || !(f->leaf = calloc((size_t)(size / DIGEST_LEAF) + 1, sizeof *f->leaf)))
		abort();
	f->size = size;
	return f;
}

static void end_leaves(struct digest_flow *f)
{
	digest_leaves(f->leaf + f->n_leaf, f->bytes, f->held);
	f->n_leaf += (int64_t)((f->held + DIGEST_LEAF - 1) / DIGEST_LEAF);
	f->held = 0;
}

void digest_flow_add(struct digest_flow *f, const void *p, size_t n)
{
	const unsigned char *from = p;

	while (n > 0) {
		size_t some = ROOM - f->held < n ? ROOM - f->held : n;

		memcpy(f->bytes + f->held, from, some);
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
	d = digest_of_leaves(f->size, f->leaf, f->n_leaf);
	free(f->leaf);
	free(f->bytes);
	free(f);
	return d;
}
