/* Leases: byte-range locks on one file, held by this process's open of it (F_OFD_SETLK), so that
 * the kernel gives back what a dead process held and no command to unlock need exist. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "store/inside.h"

bool store_lock_byte(const struct store *s, off_t at, int type, bool wait)
{
	struct flock f = { .l_type = (short)type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1 };
	int r;

	if (s->lock_fd < 0)
		return true;
	do
		r = fcntl(s->lock_fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &f);
	while (r && errno == EINTR);
	/* A file system without locks (ENOLCK, EINVAL): work may be done twice, results stay right. */
	return !r || (errno != EAGAIN && errno != EACCES);
}

static off_t lease_byte(const struct digest *key)
{
	uint64_t x;

	memcpy(&x, key->b, sizeof x);
	return (off_t)(x & ((UINT64_C(1) << 62) - 1));
}

/* Locks of one open file never conflict with each other, so what this process holds is a list of its own. */
static int held_at(const struct store *s, const struct digest *key)
{
	for (int i = 0; i < s->n_held; i++)
		if (lease_byte(&s->held[i]) == lease_byte(key))
			return i;
	return -1;
}

static void hold(struct store *s, const struct digest *key)
{
	if (s->n_held == s->room_held) {
		s->room_held = s->room_held ? 2 * s->room_held : 16;
		s->held = realloc(s->held, (size_t)s->room_held * sizeof *s->held);
		if (!s->held)
			abort();
	}
	s->held[s->n_held++] = *key;
}

bool store_lease(struct store *s, const struct digest *key)
{
	bool got;

	store_use(s, NULL, 0);   /* whoever makes it brings bytes newer than this run, which protects them */
	pthread_mutex_lock(&s->lock);
	got = held_at(s, key) < 0 && store_lock_byte(s, lease_byte(key), F_WRLCK, false);
	if (got)
		hold(s, key);
	pthread_mutex_unlock(&s->lock);
	return got;
}

void store_release(struct store *s, const struct digest *key)
{
	int i;

	pthread_mutex_lock(&s->lock);
	i = held_at(s, key);
	if (i >= 0) {
		s->held[i] = s->held[--s->n_held];
		store_lock_byte(s, lease_byte(key), F_UNLCK, false);
	}
	pthread_mutex_unlock(&s->lock);
}
