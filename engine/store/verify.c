/* Reading everything there is. */
#include "store/gc.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/inside.h"
#include "store/scan.h"

static struct error *drop_broken(struct store *s, const struct scan *c, FILE *say)
{
	for (int i = 0; i < c->n_broken; i++) {
		if (unlinkat(s->fd, c->broken[i], 0) && errno != ENOENT)
			return store_fail(s, errno, "drop the damaged record", c->broken[i]);
		if (say)
			fprintf(say, "%s/%s: a damaged record; dropped\n", s->root, c->broken[i]);
	}
	if (c->n_broken)
		counter_add(s, "generation", 1, true);
	return NULL;
}

static void say_unknown(const struct store *s, const struct scan *c, FILE *say)
{
	for (int i = 0; say && i < c->n_unknown; i++)
		fprintf(say, "%s/%s: no file of the store; left alone\n", s->root, c->unknown[i]);
}

static void count_blobs(struct verify_result *out, const struct store *s, const struct suspect *list, int n, FILE *say)
{
	char rel[STORE_PATH];

	for (int i = 0; i < n; i++) {
		store_rel(rel, "cas", &list[i].digest);
		out->n_blob += !list[i].gone;
		out->n_bad += list[i].bad;
		if (say && list[i].io_errno)
			fprintf(say, "%s/%s: cannot be read: %s\n", s->root, rel, strerror(list[i].io_errno));
	}
}

static struct error *verify(struct verify_result *out, struct store *s, int n_threads, FILE *say, struct arena *a)
{
	struct scan c;
	struct suspect *list;

	TRY(scan_store(&c, s, a));
	list = NEW_N(a, struct suspect, c.n_blob + 1);
	for (int i = 0; i < c.n_blob; i++)
		list[i] = (struct suspect){ .digest = c.blob[i].digest, .size = c.blob[i].size };
	store_check_blobs(s, list, c.n_blob, n_threads);
	*out = (struct verify_result){ .n_record = c.n_record + c.n_broken, .n_bad = c.n_broken };
	for (int i = 0; i < c.n_record; i++)
		out->n_missing += c.record[i].n_missing;
	count_blobs(out, s, list, c.n_blob, say);
	say_unknown(s, &c, say);
	TRY(store_drop_bad(s, list, c.n_blob, say));
	return drop_broken(s, &c, say);
}

struct error *store_verify(struct verify_result *out, struct store *s, int n_threads, FILE *say)
{
	struct arena *a;
	struct error *e;

	TRY(store_writable(s));
	a = arena_new();
	e = verify(out, s, n_threads, say, a);
	arena_free(a);
	return e;
}
