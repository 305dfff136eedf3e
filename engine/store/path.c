/* Paths below the store's root, whole small files, walks, and the words for a failed call. */
#include "store/inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

void store_rel(char out[STORE_PATH], const char *top, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	size_t n = strlen(top);

	memcpy(out, top, n);
	out[n] = '/';
	memcpy(out + n + 1, hex, 2);
	out[n + 3] = '/';
	memcpy(out + n + 4, hex + 2, DIGEST_HEX - 2);
}

bool store_digest_name(struct digest *d, const char *ab, const char *rest)
{
	char hex[DIGEST_HEX];

	if (strlen(ab) != 2 || strlen(rest) != DIGEST_HEX - 3)
		return false;
	memcpy(hex, ab, 2);
	memcpy(hex + 2, rest, DIGEST_HEX - 2);
	return digest_parse(d, hex);
}

/* What to do about it; the text of errno alone tells most people nothing. */
static const char *advice(int err)
{
	static const struct { int err; const char *text; } table[] = {
		{ ENOSPC, ": the disk is full; free some space ('sulcus cache gc --to SIZE' drops the results that are "
		          "cheapest to make again) or choose another folder with --cache or SULCUS_CACHE" },
		{ EDQUOT, ": your quota on that disk is used up; free some space ('sulcus cache gc --to SIZE') or choose "
		          "another folder with --cache or SULCUS_CACHE" },
		{ EROFS, ": the disk can only be read; choose another folder with --cache or SULCUS_CACHE" },
		{ EACCES, ": you may not write there; ask the owner for the right, or choose another folder with --cache "
		          "or SULCUS_CACHE" },
		{ EPERM, ": you may not write there; ask the owner for the right, or choose another folder with --cache "
		         "or SULCUS_CACHE" },
		{ EIO, ": the disk reports an error; look at the system's log, and run 'sulcus cache verify' when it is "
		       "cured" },
		{ EMFILE, ": too many open files; raise the limit (ulimit -n)" },
		{ ENFILE, ": too many open files on this machine" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].err == err)
			return table[i].text;
	return "";
}

struct error *store_fail(const struct store *s, int err, const char *doing, const char *rel)
{
	const char *slash = rel[0] ? "/" : "";

	if (rel[0] == '/')
		return error_new(ERR_SYSTEM, "cannot %s %s: %s%s", doing, rel, strerror(err), advice(err));
	return error_new(ERR_SYSTEM, "cannot %s %s%s%s: %s%s", doing, s->root, slash, rel, strerror(err), advice(err));
}

static bool read_fd(int fd, size_t max, char **text, size_t *n, struct arena *a)
{
	struct stat st;
	size_t got = 0;
	ssize_t r = 1;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < 0 || (uint64_t)st.st_size > max)
		return false;
	*n = (size_t)st.st_size;
	*text = arena_alloc(a, *n + 1, 1);
	while (got < *n && (r = read(fd, *text + got, *n - got)) != 0) {
		if (r < 0 && errno != EINTR)
			return false;
		got += r > 0 ? (size_t)r : 0;
	}
	*n = got;
	(*text)[got] = 0;
	return true;
}

bool store_read_at(const struct store *s, const char *rel, size_t max, char **text, size_t *n, struct arena *a)
{
	int fd = openat(s->fd, rel, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	bool good;

	if (fd < 0)
		return false;
	good = read_fd(fd, max, text, n, a);
	close(fd);
	return good;
}

/* Folders of two hex digits are made when first needed: a small store stays small. */
struct error *store_rename(struct store *s, const char *from, const char *to)
{
	char folder[STORE_PATH];
	const char *slash = strrchr(to, '/');

	if (!renameat(s->fd, from, s->fd, to))
		return NULL;
	if (errno != ENOENT || !slash || (size_t)(slash - to) >= sizeof folder)
		return store_fail(s, errno, "write", to);
	memcpy(folder, to, (size_t)(slash - to));
	folder[slash - to] = 0;
	if (mkdirat(s->fd, folder, 0777) && errno != EEXIST)
		return store_fail(s, errno, "make the folder", folder);
	if (renameat(s->fd, from, s->fd, to))
		return store_fail(s, errno, "write", errno == ENOENT ? from : to);
	return NULL;
}

static int write_fd(int fd, const char *p, size_t n, bool sync)
{
	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno != EINTR)
			return errno;
		p += w > 0 ? w : 0;
		n -= w > 0 ? (size_t)w : 0;
	}
	return sync && fsync(fd) ? errno : 0;
}

struct error *store_write_at(struct store *s, const char *rel, const void *bytes, size_t n, bool sync)
{
	char tmp[128];
	struct error *e;
	int fd, err;

	snprintf(tmp, sizeof tmp, "tmp/%s.%u", s->tag, atomic_fetch_add(&s->n_tmp, 1));
	fd = openat(s->fd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return store_fail(s, errno, "write", tmp);
	err = write_fd(fd, bytes, n, sync);
	if (close(fd) && !err)
		err = errno;
	e = err ? store_fail(s, err, "write", rel) : store_rename(s, tmp, rel);
	if (e)
		unlinkat(s->fd, tmp, 0);
	return e;
}

struct error *store_names(const struct store *s, const char *folder, char ***names, int *n, struct arena *a)
{
	*n = 0;
	if (faccessat(s->fd, folder, F_OK, 0) && errno == ENOENT)
		return NULL;
	return file_list(names, n, path_join(a, s->root, folder), a);
}

static struct error *walk_names(const char *top, const char *ab, char **name, int n, store_walk_fn *fn, void *ctx)
{
	char rel[320];

	for (int i = 0; i < n; i++) {
		struct digest d;
		bool known = store_digest_name(&d, ab, name[i]);

		snprintf(rel, sizeof rel, "%s/%s/%s", top, ab, name[i]);
		TRY(fn(ctx, rel, known ? &d : NULL));
	}
	return NULL;
}

static struct error *walk_one(const struct store *s, const char *top, const char *ab, store_walk_fn *fn, void *ctx)
{
	struct arena *a = arena_new();
	char **name;
	int n;
	struct error *e = store_names(s, arena_printf(a, "%s/%s", top, ab), &name, &n, a);

	if (!e)
		e = walk_names(top, ab, name, n, fn, ctx);
	arena_free(a);
	return e;
}

struct error *store_walk(const struct store *s, const char *top, store_walk_fn *fn, void *ctx)
{
	struct arena *a = arena_new();
	char **ab;
	int n;
	struct error *e = store_names(s, top, &ab, &n, a);

	for (int i = 0; i < n && !e; i++) {
		const char *rel = arena_printf(a, "%s/%s", top, ab[i]);
		struct stat st;

		if (strlen(ab[i]) == 2 && !fstatat(s->fd, rel, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode))
			e = walk_one(s, top, ab[i], fn, ctx);
		else
			e = fn(ctx, rel, NULL);
	}
	arena_free(a);
	return e;
}

bool store_escape(char *out, size_t room, const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = 0;

	for (const char *p = name; *p; p++) {
		bool keep = strchr(plain, *p) && !(p == name && *p == '.');

		if (n + 4 > room)
			return false;
		if (keep)
			out[n++] = *p;
		else
			n += (size_t)snprintf(out + n, room - n, "%%%02X", (unsigned char)*p);
	}
	if (room)
		out[n] = 0;
	return n > 0;
}

int64_t stat_ns(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

int64_t store_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return stat_ns(&t);
}
