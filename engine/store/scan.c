#include "store/scan.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "store/inside.h"

enum { PIN_MAX = 64 << 20 };

struct scanning { struct scan *c; struct store *s; struct map *blobs; struct arena *scratch; };

static struct error *add_blob(void *ctx, const char *rel, const struct digest *d)
{
	struct scanning *g = ctx;
	struct scan *c = g->c;
	struct stat st;

	if (!d) {
		PUSH(c->arena, c->unknown, c->n_unknown, arena_strdup(c->arena, rel));
		return NULL;
	}
	if (fstatat(g->s->fd, rel, &st, AT_SYMLINK_NOFOLLOW))
		return NULL;   /* gone since it was listed */
	PUSH(c->arena, c->blob, c->n_blob, ((struct scan_blob){ .digest = *d, .size = st.st_size,
	     .changed_ns = stat_ns(&st.st_ctim) > stat_ns(&st.st_mtim) ? stat_ns(&st.st_ctim) : stat_ns(&st.st_mtim) }));
	c->bytes += st.st_size;
	return NULL;
}

/* The map's values are indices plus one, as the list moves while it grows. */
static int blob_index(const struct scanning *g, const struct digest *d)
{
	return (int)((intptr_t)map_get_n(g->blobs, d, DIGEST_SIZE) - 1);
}

static void name_blob(struct scanning *g, struct scan_record *to, const struct digest *d, bool import)
{
	int i = blob_index(g, d);
	struct scan_blob *b;

	if (i < 0) {
		to->n_missing++;
		return;
	}
	b = &g->c->blob[i];
	b->import_only = import && (b->import_only || !b->named);
	b->named = true;
	b->seconds = to->seconds > b->seconds ? to->seconds : b->seconds;
	for (int k = 0; k < to->n_blob; k++)
		if (to->blob[k] == i)
			return;
	PUSH(g->c->arena, to->blob, to->n_blob, i);
	to->bytes += b->size;
}

static void take_record(struct scanning *g, const struct record *r)
{
	struct scan *c = g->c;
	struct scan_record to = { .key = r->key, .node = arena_strdup(c->arena, r->node), .seconds = r->seconds,
	                          .made = r->made };
	bool import = !strncmp(r->node, "import.", strlen("import."));

	for (int i = 0; i < r->n_out; i++)
		for (int k = 0; k < r->out[i].artifact.n_blob; k++)
			name_blob(g, &to, &r->out[i].artifact.blob[k].digest, import);
	PUSH(c->arena, c->record, c->n_record, to);
}

static struct error *add_record(void *ctx, const char *rel, const struct digest *key)
{
	struct scanning *g = ctx;
	struct arena_mark m = arena_mark(g->scratch);
	struct record r;
	struct error *e = NULL;
	char *text;
	size_t n;

	if (!key) {
		PUSH(g->c->arena, g->c->unknown, g->c->n_unknown, arena_strdup(g->c->arena, rel));
	} else if (store_read_at(g->s, rel, RECORD_MAX, &text, &n, g->scratch)) {
		e = record_parse(&r, text, n, rel, g->scratch);
		if (!e && digest_equal(&r.key, key))
			take_record(g, &r);
		else
			PUSH(g->c->arena, g->c->broken, g->c->n_broken, arena_strdup(g->c->arena, rel));
		error_free(e);
	}
	arena_reset(g->scratch, m);
	return NULL;
}

/* ---- pins: files of one key a line ---- */

/* The name that store_escape() made a file name of. */
static const char *unescape(const char *name, struct arena *a)
{
	char *out = arena_strdup(a, name), *to = out;

	for (const char *p = name; *p; p++) {
		char hex[3] = { p[0] == '%' ? p[1] : 0, p[0] == '%' && p[1] ? p[2] : 0, 0 };
		int c = hex[0] && hex[1] ? (int)strtol(hex, NULL, 16) : 0;

		*to++ = c ? (char)c : *p;
		p += c ? 2 : 0;
	}
	*to = 0;
	return out;
}

static void take_pin(struct scan *c, const char *name, char *text)
{
	struct scan_pin pin = { .name = unescape(name, c->arena) };
	char *rest = text;

	for (char *line; (line = strsep(&rest, "\n"));) {
		struct digest key;

		if (digest_parse(&key, line))
			PUSH(c->arena, pin.key, pin.n_key, key);
	}
	PUSH(c->arena, c->pin, c->n_pin, pin);
}

/* A pin that cannot be read is an error, as a gc that goes on would evict what it holds. */
static struct error *add_pins(struct scanning *g)
{
	char **name, *text;
	int n;
	size_t size;

	TRY(store_names(g->s, "pins", &name, &n, g->scratch));
	for (int i = 0; i < n; i++) {
		const char *rel = arena_printf(g->scratch, "pins/%s", name[i]);

		if (!store_read_at(g->s, rel, PIN_MAX, &text, &size, g->scratch))
			return error_new(ERR_SYSTEM, "cannot read the pin %s/%s; remove it, or make it readable", g->s->root, rel);
		take_pin(g->c, name[i], text);
	}
	return NULL;
}

static void mark_pinned(struct scan *c)
{
	for (int i = 0; i < c->n_pin; i++)
		for (int k = 0; k < c->pin[i].n_key; k++) {
			struct scan_record *r = map_get_n(c->by_key, &c->pin[i].key[k], DIGEST_SIZE);

			if (r)
				r->pinned = true;
			scan_keep(c, &c->pin[i].key[k]);
		}
}

void scan_keep(struct scan *c, const struct digest *key)
{
	struct scan_record *r = map_get_n(c->by_key, key, DIGEST_SIZE);

	for (int i = 0; r && i < r->n_blob; i++)
		c->blob[r->blob[i]].kept = true;
}

static struct error *scan_all(struct scanning *g)
{
	struct scan *c = g->c;

	TRY(store_walk(g->s, "cas", add_blob, g));
	for (int i = 0; i < c->n_blob; i++)
		map_put_n(g->blobs, &c->blob[i].digest, DIGEST_SIZE, (void *)(intptr_t)(i + 1));
	TRY(store_walk(g->s, "ac", add_record, g));
	for (int i = 0; i < c->n_record; i++)
		map_put_n(c->by_key, &c->record[i].key, DIGEST_SIZE, &c->record[i]);
	TRY(add_pins(g));
	mark_pinned(c);
	return NULL;
}

struct error *scan_store(struct scan *out, struct store *s, struct arena *a)
{
	struct scanning g = { .c = out, .s = s, .scratch = arena_new() };
	struct error *e;

	*out = (struct scan){ .arena = a, .by_key = map_new(a) };
	g.blobs = map_new(g.scratch);
	e = scan_all(&g);
	arena_free(g.scratch);
	return e;
}
