/* What running studies use, so that a gc beside them takes nothing away.
 *
 * A process that looks up, makes or remembers results has a file root/runs/<tag>, locked as long as it
 * lives: 32 bytes of when it started, then the keys whose bytes it may want, 32 bytes each. Keys are
 * added under the shared gate (inside.h) before the process asks whether a blob is there; gc reads the
 * files and moves its victims away under the exclusive gate, so one of the two sees the other. Blobs that
 * came (or were brought again) after the oldest living run started are in use too. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "store/inside.h"

struct run_head { char magic[8]; int64_t start_ns; char rest[16]; };
_Static_assert(sizeof(struct run_head) == DIGEST_SIZE, "keys begin at a multiple of their size");

static const char run_magic[8] = "sulrun1";

static int lock_file(int fd, int type)
{
	struct flock f = { .l_type = (short)type, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &f);
}

static bool put_head(struct store *s, int64_t start_ns)
{
	struct run_head head = { .start_ns = start_ns };

	memcpy(head.magic, run_magic, sizeof head.magic);
	return pwrite(s->run_fd, &head, sizeof head, 0) == sizeof head;
}

/* Makes this process's file. The start is the disk's own time, which a file server need not share with us. */
static void start(struct store *s)
{
	struct stat st;

	snprintf(s->run_name, sizeof s->run_name, "runs/%s.%u", s->tag, atomic_fetch_add(&s->n_tmp, 1));
	s->run_fd = openat(s->fd, s->run_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (s->run_fd < 0)
		return;
	lock_file(s->run_fd, F_WRLCK);
	s->run_end = sizeof(struct run_head);
	if (put_head(s, fstat(s->run_fd, &st) ? 0 : stat_ns(&st.st_mtim)))
		return;
	close(s->run_fd);   /* a full disk; a gc is what is needed now */
	s->run_fd = -1;
	unlinkat(s->fd, s->run_name, 0);
}

static void name_keys(struct store *s, const struct digest *key, size_t n)
{
	if (s->run_fd < 0)
		start(s);
	if (s->run_fd < 0)
		return;
	if (pwrite(s->run_fd, key, n * sizeof *key, s->run_end) == (ssize_t)(n * sizeof *key))
		s->run_end += (off_t)(n * sizeof *key);
	else
		put_head(s, 0);   /* no room to name them: all is in use (blobs newer than 1970) */
}

void store_use(struct store *s, const struct digest *key, size_t n)
{
	if (s->lock_fd < 0)
		return;
	pthread_mutex_lock(&s->lock);
	if (n || s->run_fd < 0) {
		store_lock_byte(s, LOCK_GATE, F_RDLCK, true);
		name_keys(s, key, n);
		store_lock_byte(s, LOCK_GATE, F_UNLCK, false);
	}
	pthread_mutex_unlock(&s->lock);
}

void store_use_end(struct store *s)
{
	if (s->run_fd < 0)
		return;
	unlinkat(s->fd, s->run_name, 0);
	close(s->run_fd);
	s->run_fd = -1;
}

void in_use_start(struct in_use *u, struct arena *a)
{
	*u = (struct in_use){ .arena = a, .seen = map_new(a), .oldest_ns = INT64_MAX };
}

/* Reads what lies behind *at in a run's file. */
static void read_keys(struct in_use *u, int fd, int64_t *at)
{
	struct run_head head;
	struct digest key[128];
	ssize_t r;

	if (!*at) {
		if (pread(fd, &head, sizeof head, 0) != sizeof head || memcmp(head.magic, run_magic, sizeof head.magic))
			return;
		*at = sizeof head;
		u->oldest_ns = head.start_ns < u->oldest_ns ? head.start_ns : u->oldest_ns;
	}
	while ((r = pread(fd, key, sizeof key, *at)) >= DIGEST_SIZE) {
		int n = (int)(r / DIGEST_SIZE);

		*at += (int64_t)n * DIGEST_SIZE;
		for (int i = 0; i < n; i++)
			PUSH(u->arena, u->key, u->n_key, key[i]);
	}
}

static void read_run(struct in_use *u, struct store *s, const char *name)
{
	char rel[300];
	int64_t *at = map_get(u->seen, name);
	int fd;

	if ((size_t)snprintf(rel, sizeof rel, "runs/%s", name) >= sizeof rel)
		return;
	fd = openat(s->fd, rel, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno != ENOENT)
		u->oldest_ns = 0;   /* somebody's whom we may not ask: all is in use */
	if (fd < 0)
		return;
	if (!lock_file(fd, F_RDLCK)) {   /* nobody holds it: its process is dead */
		unlinkat(s->fd, rel, 0);
	} else {
		if (!at) {
			at = NEW(u->arena, int64_t);
			map_put(u->seen, arena_strdup(u->arena, name), at);
		}
		read_keys(u, fd, at);
	}
	close(fd);
}

struct error *in_use_read(struct in_use *u, struct store *s, bool own)
{
	struct arena *a = arena_new();
	char **name;
	int n;
	struct error *e = store_names(s, "runs", &name, &n, a);

	for (int i = 0; i < n && !e; i++)
		if (own || s->run_fd < 0 || strcmp(name[i], s->run_name + strlen("runs/")))
			read_run(u, s, name[i]);
	arena_free(a);
	return e;
}
