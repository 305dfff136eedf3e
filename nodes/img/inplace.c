#include "img/inplace.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "img/gz.h"
#include "img/mapped.h"

enum { STEP = 512 << 10, PAGES = 2 << 20 };   /* bytes that are inflated, and got from the kernel, at a time */

/* Brings in and makes pages ahead of who inflates, and hashes behind. */
struct helper {
	const struct inplace *p;
	struct digest_ahead *hash;
	pthread_t thread;
	bool made;
};

bool inplace_map(struct inplace *p)
{
	p->map = mapped_new(p->fd, p->room);
	return p->map != NULL;
}

/* In large steps, as page by page takes longer. A kernel may not know how. */
static void make_pages(const struct inplace *p)
{
	for (size_t at = 0; at < p->room; at += PAGES)
		if (madvise(p->map + at, p->room - at < PAGES ? p->room - at : PAGES, MADV_POPULATE_WRITE) != 0)
			break;
}

static void *help(void *ctx)
{
	const struct helper *h = ctx;

	mapped_ahead(h->p->gz, h->p->n);
	make_pages(h->p);
	if (h->p->n_threads > 1)
		digest_ahead_work(h->hash);
	return NULL;
}

static struct error *inflate_steps(struct inplace *p, struct digest_ahead *hash)
{
	struct gz_reader *r = gz_open(p->gz, p->n, p->room, p->from);
	struct error *e = NULL;

	p->got = 0;
	for (size_t got = STEP; !e && got == STEP;) {
		bool first = p->got == 0;

		e = gz_next(r, p->map + p->got, STEP, &got);
		p->got += got;
		if (first)
			memcpy(p->map, p->start, p->n_start);
		digest_ahead_ready(hash, p->got < p->end ? p->got : p->end);
	}
	gz_close(r);
	return e;
}

static struct error *inflate_and_hash(struct inplace *p)
{
	struct helper h = { .p = p, .hash = digest_ahead_new(p->map, p->end) };
	struct error *e;

	h.made = pthread_create(&h.thread, NULL, help, &h) == 0;
	e = inflate_steps(p, h.hash);
	if (e || p->got < p->end)
		digest_ahead_stop(h.hash);
	digest_ahead_work(h.hash);   /* what is left */
	if (h.made)
		pthread_join(h.thread, NULL);
	p->digest = digest_ahead_end(h.hash);
	return e;
}

struct error *inplace_inflate(struct inplace *p)
{
	struct error *e = inflate_and_hash(p);

	munmap(p->map, p->room);
	p->map = NULL;
	if (!e && ftruncate(p->fd, (off_t)p->end) != 0)
		e = error_new(ERR_SYSTEM, "cannot write %s: %s", p->to, strerror(errno));
	return e;
}
