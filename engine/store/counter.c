/* Two numbers that all users of a store share, each a line of text in a file of its own: how often something was
 * evicted or dropped (generation), and about how many bytes the blobs have (usage; each gc counts them anew). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/inside.h"

enum { COUNTER_TEXT = 21 };   /* 20 digits and a newline, always, so that a write in place replaces all */

int64_t counter_get(const struct store *s, const char *name)
{
	char text[COUNTER_TEXT + 1] = "", *end;
	int fd = openat(s->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t r;
	int64_t x;

	if (fd < 0)
		return -1;
	r = pread(fd, text, COUNTER_TEXT, 0);
	close(fd);
	if (r != COUNTER_TEXT || text[COUNTER_TEXT - 1] != '\n')
		return -1;
	errno = 0;
	x = strtoll(text, &end, 10);
	return errno || *end != '\n' || x < 0 ? -1 : x;
}

static void put(struct store *s, const char *name, int64_t value, bool sync)
{
	char text[COUNTER_TEXT + 1];
	int fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

	if (fd < 0)
		return;
	snprintf(text, sizeof text, "%020lld\n", (long long)value);
	/* Best effort: a wrong usage only times the next gc, and memos are refused when the generation cannot be read. */
	if (pwrite(fd, text, COUNTER_TEXT, 0) == COUNTER_TEXT && sync)
		fsync(fd);
	close(fd);
}

void counter_set(struct store *s, const char *name, int64_t value)
{
	if (s->lock_fd < 0)
		return;
	pthread_mutex_lock(&s->lock);
	store_lock_byte(s, LOCK_COUNTER, F_WRLCK, true);
	put(s, name, value, false);
	store_lock_byte(s, LOCK_COUNTER, F_UNLCK, false);
	pthread_mutex_unlock(&s->lock);
}

void counter_add(struct store *s, const char *name, int64_t more, bool sync)
{
	int64_t is;

	if (s->lock_fd < 0)
		return;
	pthread_mutex_lock(&s->lock);
	store_lock_byte(s, LOCK_COUNTER, F_WRLCK, true);
	is = counter_get(s, name);
	if (is >= 0 || sync)
		put(s, name, (is < 0 ? 0 : is) + more, sync);
	store_lock_byte(s, LOCK_COUNTER, F_UNLCK, false);
	pthread_mutex_unlock(&s->lock);
}

void usage_flush(struct store *s)
{
	int64_t more = atomic_exchange(&s->added, 0);

	if (more)
		counter_add(s, "usage", more, false);
}
