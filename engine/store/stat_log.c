/* Digests of outside files, remembered by what stat() says of them.
 *
 * root/stat.log is a log of entries of one size, each with a check of its own; the last entry for a (device,
 * inode) counts. Appending happens under a lock and at a multiple of the entry's size, so a torn end is
 * written over. Over a million entries it is rewritten with the last of each file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "store/inside.h"

enum { LOG_MAX = 1000000, TRIES = 3 };

struct entry {
	uint64_t dev, ino;
	int64_t size, mtime_ns, ctime_ns;
	int64_t taken_ns;           /* this machine's clock before the file was read */
	struct digest digest;
	unsigned char check[8];     /* of all before */
};
_Static_assert(sizeof(struct entry) == 88, "entries are written as they lie in memory");

struct stat_log {
	struct arena *arena;
	struct map *by_file;        /* dev and ino -> struct entry */
};

enum { ID = 16 };   /* bytes of dev and ino */

/* A clock ticks every 1 to 10 ms; times in whole seconds come from disks that count 1 or 2 s. */
bool stat_trusted(const struct stat *st, int64_t taken_ns)
{
	int64_t last = stat_ns(&st->st_mtim) > stat_ns(&st->st_ctim) ? stat_ns(&st->st_mtim) : stat_ns(&st->st_ctim);
	int64_t tick = st->st_mtim.tv_nsec || st->st_ctim.tv_nsec ? 20000000 : 2000000000;

	return last < taken_ns - tick;
}

static void seal(struct entry *e)
{
	struct digest d = digest_bytes(e, offsetof(struct entry, check));

	memcpy(e->check, d.b, sizeof e->check);
}

static bool is_whole(const struct entry *e)
{
	struct entry again = *e;

	seal(&again);
	return !memcmp(again.check, e->check, sizeof e->check);
}

static struct entry entry_of(const struct stat *st, int64_t taken_ns, const struct digest *d)
{
	struct entry e = { .dev = st->st_dev, .ino = st->st_ino, .size = st->st_size, .mtime_ns = stat_ns(&st->st_mtim),
	                   .ctime_ns = stat_ns(&st->st_ctim), .taken_ns = taken_ns, .digest = *d };

	seal(&e);
	return e;
}

static bool is_same(const struct entry *e, const struct stat *st)
{
	return e->size == st->st_size && e->mtime_ns == stat_ns(&st->st_mtim) && e->ctime_ns == stat_ns(&st->st_ctim);
}

static const struct entry *find(const struct stat_log *log, const struct stat *st)
{
	uint64_t id[2] = { st->st_dev, st->st_ino };
	const struct entry *e = map_get_n(log->by_file, id, ID);

	return e && is_same(e, st) ? e : NULL;
}

/* Only the entry asked for has its check compared: a million checks would take a second. */
static void load(struct store *s)
{
	struct stat_log *log = calloc(1, sizeof *log);
	struct entry *list;
	char *text;
	size_t n;

	if (!log)
		abort();
	log->arena = arena_new();
	log->by_file = map_new(log->arena);
	s->log = log;
	if (!store_read_at(s, "stat.log", 16 * (size_t)LOG_MAX * sizeof(struct entry), &text, &n, log->arena))
		return;
	list = (struct entry *)(void *)text;
	for (size_t i = 0; i < n / sizeof *list; i++)
		map_put_n(log->by_file, &list[i], ID, &list[i]);
}

static struct stat_log *get_log(struct store *s)
{
	if (!s->log)
		load(s);
	return s->log;
}

void stat_log_close(struct store *s)
{
	if (s->log)
		arena_free(s->log->arena);
	free(s->log);
	s->log = NULL;
}

int64_t stat_log_time(struct store *s, const struct stat *st)
{
	const struct entry *e;
	int64_t taken;

	pthread_mutex_lock(&s->lock);
	e = find(get_log(s), st);
	taken = e && is_whole(e) ? e->taken_ns : 0;
	pthread_mutex_unlock(&s->lock);
	return taken;
}

static bool recall(struct store *s, const struct stat *st, struct digest *d)
{
	const struct entry *e;
	bool good;

	pthread_mutex_lock(&s->lock);
	e = find(get_log(s), st);
	good = e && stat_trusted(st, e->taken_ns) && is_whole(e);
	if (good)
		*d = e->digest;
	pthread_mutex_unlock(&s->lock);
	return good;
}

/* Keeps the last entry of each file: going backwards, the first that is met. */
static void compact(struct store *s)
{
	struct arena *a = arena_new();
	struct map *met = map_new(a);
	struct entry *list, *kept;
	size_t n, first;
	char *text;

	if (store_read_at(s, "stat.log", 16 * (size_t)LOG_MAX * sizeof *list, &text, &n, a)) {
		list = (struct entry *)(void *)text;
		n /= sizeof *list;
		kept = arena_alloc(a, n + 1, sizeof *kept);
		first = n;
		for (size_t i = n; i-- > 0 && n - first < LOG_MAX / 2;)
			if (!map_put_n(met, &list[i], ID, &list[i]) && is_whole(&list[i]))
				kept[--first] = list[i];
		/* When that fails it stays long. */
		error_free(store_write_at(s, "stat.log", kept + first, (n - first) * sizeof *kept, false));
	}
	arena_free(a);
}

/* Best effort: what is not remembered is hashed again. */
static void append(struct store *s, const struct entry *e)
{
	int64_t n = 0;
	struct stat st;
	int fd;

	if (s->lock_fd < 0 || !store_lock_byte(s, LOCK_LOG, F_WRLCK, true))
		return;
	fd = openat(s->fd, "stat.log", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd >= 0 && !fstat(fd, &st)) {
		n = st.st_size / (off_t)sizeof *e;
		if (pwrite(fd, e, sizeof *e, n * (off_t)sizeof *e) != (ssize_t)sizeof *e)
			n = 0;
	}
	if (fd >= 0)
		close(fd);
	if (n >= LOG_MAX)
		compact(s);
	store_lock_byte(s, LOCK_LOG, F_UNLCK, false);
}

static void remember(struct store *s, const struct entry *e)
{
	struct entry *kept;

	pthread_mutex_lock(&s->lock);
	kept = NEW(get_log(s)->arena, struct entry);
	*kept = *e;
	/* An older entry's bytes stay the map's key; they are equal. */
	map_put_n(s->log->by_file, kept, ID, kept);
	append(s, e);
	pthread_mutex_unlock(&s->lock);
}

bool store_same_state(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
	       && stat_ns(&a->st_mtim) == stat_ns(&b->st_mtim) && stat_ns(&a->st_ctim) == stat_ns(&b->st_ctim);
}

int store_stat(const char *path, struct stat *st, bool *shows)
{
	int64_t now = store_now_ns();
	int failed = stat(path, st);

	*shows = !failed && stat_trusted(st, now);
	return failed;
}

bool store_is_near(const struct store *s, const char *path, const struct stat *st)
{
	struct stat own;
	int fd;
	bool shared;

	if (!fstat(s->fd, &own) && own.st_dev == st->st_dev)
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	shared = fd < 0 || fd_is_shared(fd);
	if (fd >= 0)
		close(fd);
	return !shared;
}

static struct error *stat_file(const char *path, struct stat *st)
{
	if (stat(path, st))
		return error_new(ERR_USER, "cannot open %s: %s", path, strerror(errno));
	return S_ISREG(st->st_mode) ? NULL : error_new(ERR_USER, "%s is not a regular file", path);
}

struct error *store_file_digest(struct store *s, const char *path, struct digest *d, int64_t *size, int n_threads)
{
	struct stat st, after;

	TRY(stat_file(path, &st));
	for (int i = 0; i < TRIES; i++) {
		int64_t taken = store_now_ns();
		struct error *e;

		*size = st.st_size;
		if (recall(s, &st, d))
			return NULL;
		e = digest_file(d, size, path, n_threads);
		if (e && stat_file(path, &after))
			return e;
		TRY(stat_file(path, &after));
		if (store_same_state(&st, &after)) {
			struct entry entry;

			if (e)
				return e;
			entry = entry_of(&st, taken, d);
			remember(s, &entry);
			return NULL;
		}
		error_free(e);
		st = after;
	}
	return error_new(ERR_DATA, "%s changes while it is read; wait until it is complete", path);
}
