/* Pins: root/pins/<name>, one key a line. */
#include "store/gc.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "store/inside.h"

enum { PIN_PATH = 256 };

static struct error *pin_path(char out[PIN_PATH], const char *name)
{
	int n = snprintf(out, PIN_PATH, "pins/");

	if (!store_escape(out + n, PIN_PATH - (size_t)n - 4, name))
		return error_new(ERR_USER, "'%.40s' cannot be a pin's name, must have 1 to about 200 letters", name);
	return NULL;
}

struct error *gc_pin(struct store *s, const char *name, const struct digest *key, int n)
{
	char rel[PIN_PATH], hex[DIGEST_HEX];
	struct arena *a;
	struct buf b;
	struct error *e;

	TRY(pin_path(rel, name));
	TRY(store_writable(s));
	b = (struct buf){ .arena = a = arena_new() };
	buf_add(&b, "");
	for (int i = 0; i < n; i++) {
		digest_hex(hex, &key[i]);
		buf_add(&b, hex);
		buf_add(&b, "\n");
	}
	e = store_write_at(s, rel, b.text, b.n, true);   /* synced: a lost pin would be noticed too late */
	arena_free(a);
	return e;
}

struct error *gc_unpin(struct store *s, const char *name)
{
	char rel[PIN_PATH];

	TRY(pin_path(rel, name));
	TRY(store_writable(s));
	if (!unlinkat(s->fd, rel, 0))
		return NULL;
	if (errno == ENOENT)
		return error_new(ERR_USER, "there is no pin '%s' in %s; 'sulcus cache du' lists the pins", name, s->root);
	return store_fail(s, errno, "remove", rel);
}
