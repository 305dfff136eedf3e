/* Blobs: bytes named by their digest. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "store/inside.h"

const char *store_blob_path(const struct store *s, const struct digest *d, struct arena *a)
{
	char rel[STORE_PATH];

	store_rel(rel, "cas", d);
	return arena_printf(a, "%s/%s", s->root, rel);
}

bool store_blob_digest(const char *path, struct digest *d)
{
	char hex[DIGEST_HEX];
	size_t n = strlen(path), name = DIGEST_HEX - 3;

	if (n < name + 3 || path[n - name - 1] != '/')
		return false;
	memcpy(hex, path + n - name - 3, 2);
	memcpy(hex + 2, path + n - name, name + 1);
	return digest_parse(d, hex);
}

bool store_has_blob(const struct store *s, const struct digest *d)
{
	char rel[STORE_PATH];

	store_rel(rel, "cas", d);
	return !faccessat(s->fd, rel, F_OK, 0);
}

const char *store_tmp(struct store *s, const char *hint, struct arena *a)
{
	char safe[64];

	if (!store_escape(safe, sizeof safe, hint ? hint : ""))
		safe[0] = 0;
	return arena_printf(a, "%s/tmp/%s.%u%s%s", s->root, s->tag, atomic_fetch_add(&s->n_tmp, 1), safe[0] ? "." : "", safe);
}

/* True when the blob is there with the size it must have; a torn one is replaced by who brings it again. Its
 * time is set to now under the gate, so that a gc that had chosen it before lets it live. */
static bool have_already(struct store *s, const char *rel, int64_t size)
{
	struct stat st;
	bool have;

	if (fstatat(s->fd, rel, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode) || st.st_size != size)
		return false;
	pthread_mutex_lock(&s->lock);
	store_lock_byte(s, LOCK_GATE, F_RDLCK, true);
	have = !utimensat(s->fd, rel, NULL, AT_SYMLINK_NOFOLLOW) || errno != ENOENT;
	store_lock_byte(s, LOCK_GATE, F_UNLCK, false);
	pthread_mutex_unlock(&s->lock);
	return have;
}

void store_touch(struct store *s, const struct digest *d, int64_t size)
{
	char rel[STORE_PATH];

	store_rel(rel, "cas", d);
	if (!s->why_not)
		have_already(s, rel, size);
}

static struct error *adopt(struct store *s, const char *tmp, const struct digest *d)
{
	char rel[STORE_PATH];
	struct stat st;

	if (fstatat(s->fd, tmp, &st, AT_SYMLINK_NOFOLLOW))
		return store_fail(s, errno, "find", tmp);
	if (!S_ISREG(st.st_mode))
		return error_new(ERR_SYSTEM, "%s is not a regular file, so it cannot become a result", tmp);
	store_rel(rel, "cas", d);
	if (have_already(s, rel, st.st_size)) {
		unlinkat(s->fd, tmp, 0);
		return NULL;
	}
	TRY(boot_mark(s));
	fchmodat(s->fd, tmp, st.st_mode & 0555, 0);   /* results are not to be edited; a disk without modes may refuse */
	TRY(store_rename(s, tmp, rel));
	if (atomic_fetch_add(&s->added, st.st_size) + st.st_size > 64 << 20)
		usage_flush(s);
	return NULL;
}

struct error *store_adopt(struct store *s, const char *tmp, const struct digest *d)
{
	struct error *e = store_writable(s);

	if (!e)
		e = adopt(s, tmp, d);
	if (e)
		unlinkat(s->fd, tmp, 0);
	return e;
}

struct error *store_put_bytes(struct store *s, const void *bytes, size_t n, struct digest *d)
{
	char tmp[128];
	struct error *e;

	*d = digest_blob(bytes, n, 1);
	TRY(store_writable(s));
	snprintf(tmp, sizeof tmp, "tmp/%s.%u.bytes", s->tag, atomic_fetch_add(&s->n_tmp, 1));
	TRY(store_write_at(s, tmp, bytes, n, false));
	e = adopt(s, tmp, d);
	if (e)
		unlinkat(s->fd, tmp, 0);
	return e;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct store_blob *)a)->name, ((const struct store_blob *)b)->name);
}

void artifact_seal(struct artifact *art)
{
	size_t room = 1, n = 0;
	char *text;

	if (art->n_blob > 1)
		qsort(art->blob, (size_t)art->n_blob, sizeof *art->blob, by_name);
	for (int i = 0; i < art->n_blob; i++)
		room += strlen(art->blob[i].name) + DIGEST_HEX + 1;
	text = malloc(room);
	if (!text)
		abort();
	for (int i = 0; i < art->n_blob; i++) {
		char hex[DIGEST_HEX];

		digest_hex(hex, &art->blob[i].digest);
		n += (size_t)snprintf(text + n, room - n, "%s %s\n", art->blob[i].name, hex);
	}
	art->digest = digest_bytes(text, n);
	free(text);
}
