/* Comparing blobs with their names, and setting aside those that differ. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "store/inside.h"

enum { THREADS_MAX = 64, LARGE = 256 << 20 };

struct checking {
	const struct store *s;
	struct suspect *list;
	int n, n_threads;
	atomic_int next;
};

static void check_one(const struct store *s, struct suspect *b, int n_threads)
{
	struct arena *a = arena_new();
	const char *path = store_blob_path(s, &b->digest, a);
	struct digest is;
	struct stat st;
	int64_t size;
	struct error *e = digest_file(&is, &size, path, n_threads);

	if (e) {
		int err = stat(path, &st) ? errno : access(path, R_OK) ? errno : EIO;

		b->gone = err == ENOENT;
		b->io_errno = b->gone ? 0 : err;
		b->bad = err == EIO || (!b->gone && err != EACCES && err != EPERM);
		error_free(e);
	} else {
		b->size = size;
		b->bad = !digest_equal(&is, &b->digest);
	}
	arena_free(a);
}

static void *check_some(void *arg)
{
	struct checking *c = arg;
	int i;

	while ((i = atomic_fetch_add(&c->next, 1)) < c->n)
		if (c->list[i].size < LARGE)
			check_one(c->s, &c->list[i], 1);
	return NULL;
}

/* Small blobs side by side, then each large one on all threads. */
void store_check_blobs(const struct store *s, struct suspect *list, int n, int n_threads)
{
	struct checking c = { .s = s, .list = list, .n = n };
	pthread_t thread[THREADS_MAX];
	int made = 0;

	while (made < n_threads - 1 && made < THREADS_MAX && made < n && !pthread_create(&thread[made], NULL, check_some, &c))
		made++;
	check_some(&c);
	while (made > 0)
		pthread_join(thread[--made], NULL);
	for (int i = 0; i < n; i++)
		if (list[i].size >= LARGE)
			check_one(s, &list[i], n_threads);
}

struct dropping { struct store *s; struct map *bad; FILE *say; int n; };

static bool names_bad(const struct record *r, const struct map *bad)
{
	for (int i = 0; i < r->n_out; i++)
		for (int k = 0; k < r->out[i].artifact.n_blob; k++)
			if (map_get_n(bad, &r->out[i].artifact.blob[k].digest, DIGEST_SIZE))
				return true;
	return false;
}

static struct error *drop_record(void *ctx, const char *rel, const struct digest *key)
{
	struct dropping *d = ctx;
	struct arena *a = arena_new();
	struct record r = { 0 };
	char *text;
	size_t n;
	bool drop = false;

	if (key && store_read_at(d->s, rel, RECORD_MAX, &text, &n, a)) {
		struct error *e = record_parse(&r, text, n, rel, a);

		drop = !e && names_bad(&r, d->bad);
		error_free(e);
	}
	if (drop && !unlinkat(d->s->fd, rel, 0)) {
		d->n++;
		if (d->say)
			fprintf(d->say, "dropped the record of %s (%s), which names a damaged blob\n", r.node, rel);
	}
	arena_free(a);
	return NULL;
}

static struct error *set_aside(struct store *s, const struct digest *digest, FILE *say)
{
	char from[STORE_PATH], to[STORE_PATH], hex[DIGEST_HEX];

	digest_hex(hex, digest);
	store_rel(from, "cas", digest);
	snprintf(to, sizeof to, "bad/%s", hex);
	if (renameat(s->fd, from, s->fd, to) && errno != ENOENT)
		return store_fail(s, errno, "set aside the damaged", from);
	if (say)
		fprintf(say, "%s/%s: its bytes are not those it was made with; moved to %s\n", s->root, from, to);
	return NULL;
}

struct error *store_drop_bad(struct store *s, const struct suspect *list, int n, FILE *say)
{
	struct arena *a = arena_new();
	struct dropping d = { .s = s, .bad = map_new(a), .say = say };
	struct error *e = NULL;

	for (int i = 0; i < n && !e; i++) {
		if (!list[i].bad)
			continue;
		map_put_n(d.bad, &list[i].digest, DIGEST_SIZE, d.bad);
		e = set_aside(s, &list[i].digest, say);
	}
	if (map_size(d.bad) && !e) {
		e = store_walk(s, "ac", drop_record, &d);
		counter_add(s, "generation", 1, true);
	}
	arena_free(a);
	return e;
}
