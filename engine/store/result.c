/* Records: what a key made. */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "store/inside.h"

static bool read_record(const struct store *s, const char *rel, const struct digest *key, struct record *out,
                        struct arena *a)
{
	char *text;
	struct error *e;
	size_t n;

	if (!store_read_at(s, rel, RECORD_MAX, &text, &n, a))
		return false;
	e = record_parse(out, text, n, rel, a);
	if (!e && digest_equal(&out->key, key))
		return true;
	error_free(e);
	return false;
}

bool record_is_whole(const struct store *s, const char *rel, const struct digest *key)
{
	struct arena *a = arena_new();
	struct record r;
	bool whole = read_record(s, rel, key, &r, a);

	arena_free(a);
	return whole;
}

bool store_lookup(struct store *s, const struct digest *key, struct record *out, struct arena *a)
{
	char rel[STORE_PATH];

	store_rel(rel, "ac", key);
	if (!read_record(s, rel, key, out, a))
		return false;
	store_use(s, key, 1);   /* before the caller asks for the bytes */
	return true;
}

static struct error *publish(struct store *s, const struct record *r, struct arena *a)
{
	struct buf b = { .arena = a };
	char rel[STORE_PATH];

	TRY(boot_mark(s));
	store_use(s, NULL, 0);   /* the blobs came since this run started, which protects them */
	store_rel(rel, "ac", &r->key);
	record_write(&b, r);
	TRY(store_write_at(s, rel, b.text, b.n, false));
	return boot_published(s);
}

struct error *store_publish(struct store *s, const struct record *r)
{
	const char *text = r->key_text ? r->key_text : "";
	struct digest of_text = digest_bytes(text, strlen(text));
	struct arena_mark m;
	struct error *e;

	assert(!text[0] || digest_equal(&of_text, &r->key));   /* else it would never be found again */
	TRY(store_writable(s));
	pthread_mutex_lock(&s->scratch_lock);
	if (!s->scratch)
		s->scratch = arena_new();
	m = arena_mark(s->scratch);
	e = publish(s, r, s->scratch);
	arena_reset(s->scratch, m);
	pthread_mutex_unlock(&s->scratch_lock);
	return e;
}

void store_forget(struct store *s, const struct digest *key)
{
	char rel[STORE_PATH];

	store_rel(rel, "ac", key);
	if (!unlinkat(s->fd, rel, 0))
		counter_add(s, "generation", 1, true);
}
