/* The digest of a file whose parts are written in any order, by many threads: the leaves that lie within a part are hashed
 * while it is at hand, and the few between parts are read again in the end. */
#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest_lanes.h"
#include "base/file.h"

struct digest_parts {
	int64_t size, n_leaf;
	struct digest *leaf;        /* [n_leaf] */
	unsigned char *known;       /* [n_leaf] */
};

struct digest_parts *digest_parts_new(int64_t size, struct arena *a)
{
	struct digest_parts *p = NEW(a, struct digest_parts);

	p->size = size;
	p->n_leaf = size / DIGEST_LEAF + (size % DIGEST_LEAF != 0);
	p->leaf = arena_alloc(a, (size_t)p->n_leaf, sizeof *p->leaf);
	p->known = arena_calloc(a, (size_t)p->n_leaf, 1);
	return p;
}

void digest_parts_put(struct digest_parts *p, int64_t at, const void *bytes, size_t n)
{
	int64_t end = at + (int64_t)n, first = (at + DIGEST_LEAF - 1) / DIGEST_LEAF, last = end == p->size ? p->n_leaf : end / DIGEST_LEAF;
	int64_t from = first * DIGEST_LEAF, to = last * DIGEST_LEAF < end ? last * DIGEST_LEAF : end;

	if (first >= last)
		return;
	digest_leaves(p->leaf + first, (const unsigned char *)bytes + (from - at), (size_t)(to - from));
	memset(p->known + first, 1, (size_t)(last - first));
}

/* Two parts side by side share a leaf, which both threads may come to forget at the same time. */
void digest_parts_changed(struct digest_parts *p, int64_t at, size_t n)
{
	int64_t end = at + (int64_t)n;

	for (int64_t k = at / DIGEST_LEAF; n > 0 && k * DIGEST_LEAF < end; k++)
		__atomic_store_n(&p->known[k], 0, __ATOMIC_RELAXED);
}

static struct error *read_leaf(const struct digest_parts *p, int64_t k, int fd, const char *name, unsigned char *bytes, size_t *n)
{
	int64_t at = k * DIGEST_LEAF, left = p->size - at;

	*n = left < DIGEST_LEAF ? (size_t)left : DIGEST_LEAF;
	return fd_read_at(fd, bytes, *n, at, NULL, name);
}

/* So many leaves at a time as are hashed side by side. */
static struct error *read_missing(struct digest_parts *p, int fd, const char *name, unsigned char *room)
{
	struct digest found[DIGEST_LANES];
	int64_t which[DIGEST_LANES];

	for (int64_t k = 0; k < p->n_leaf;) {
		size_t held = 0, n;
		int some = 0;

		for (; k < p->n_leaf && some < DIGEST_LANES; k++) {
			if (p->known[k])
				continue;
			TRY(read_leaf(p, k, fd, name, room + held, &n));
			held += n;
			which[some++] = k;
		}
		digest_leaves(found, room, held);
		for (int i = 0; i < some; i++)
			p->leaf[which[i]] = found[i];
	}
	return NULL;
}

struct error *digest_parts_end(struct digest *out, struct digest_parts *p, int fd, const char *name)
{
	unsigned char *room = malloc((size_t)DIGEST_LANES * DIGEST_LEAF);
	struct error *e;

	if (!room)
		abort();
	e = read_missing(p, fd, name, room);
	free(room);
	if (!e)
		*out = digest_of_leaves(p->size, p->leaf, p->n_leaf);
	return e;
}
