/* Surviving power cuts without a sync for each result.
 *
 * A kill loses nothing, since what was renamed is in the kernel's hands. A power cut loses what the kernel had not
 * written, and may leave a name without its bytes. So: the first change after the machine started makes
 * root/boot/<boot id>.<host>, on the disk before anything else. While results are published a thread calls
 * syncfs(), which covers records and blobs alike, at most every five seconds, as often as file systems do that by
 * themselves (who writes meanwhile is held up: 0.3 s of a run of 2.4 s that wrote 1 GB), and sets the marker's time to
 * just before that sync: whatever is older is safe.
 * A process that ends must wait for a syncfs() of its own, for seconds on a slow disk; so a child calls it, which is left
 * behind at the end. recover.c says what is done with a marker of an earlier start. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/spawn.h"
#include "store/inside.h"

enum { GROUP_MS = 5000, CHEAP_MS = 20, LOOK_MS = 5 };

struct group {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool running, stop, pending;
	int marker;             /* fd of the marker */
	int64_t took_ms;        /* the last sync; -1 before the first */
	int err;                /* of a sync that failed */
};

/* ---- who we are ---- */

static void read_word(char *out, size_t room, const char *path, const char *fallback)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(out, 1, room - 1, f) : 0;

	if (f)
		fclose(f);
	out[n] = 0;
	out[strspn(out, "0123456789abcdefghijklmnopqrstuvwxyz-")] = 0;
	if (!out[0])
		snprintf(out, room, "%s", fallback);
}

/* The pid namespace is in the tag because a pid says nothing about processes of another container. */
void boot_identify(struct store *s)
{
	char host[128] = "", space[64] = "";
	ssize_t n = readlink("/proc/self/ns/pid", space, sizeof space - 1);
	unsigned long long ns = 0;

	if (n > 0)
		sscanf(space, "pid:[%llu]", &ns);
	gethostname(host, sizeof host - 1);
	if (!store_escape(s->host, sizeof s->host, host))
		snprintf(s->host, sizeof s->host, "unknown");
	read_word(s->boot, sizeof s->boot, "/proc/sys/kernel/random/boot_id", "unknown");
	snprintf(s->tag, sizeof s->tag, "%.8s.%llx.%d", s->boot, ns, (int)getpid());
}

/* ---- the marker ---- */

static struct error *sync_folder(struct store *s, const char *folder)
{
	int fd = openat(s->fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = fd < 0 || fsync(fd) ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err == 0 || err == EINVAL ? NULL : store_fail(s, err, "sync", folder);   /* EINVAL: a disk without syncs */
}

static struct error *open_marker(struct store *s, int *marker)
{
	char rel[160];

	snprintf(rel, sizeof rel, "boot/%s.%s", s->boot, s->host);
	*marker = openat(s->fd, rel, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (*marker >= 0)
		return NULL;
	*marker = openat(s->fd, rel, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (*marker < 0)
		return store_fail(s, errno, "write", rel);
	if (fsync(*marker) && errno != EINVAL)
		return store_fail(s, errno, "sync", rel);
	TRY(sync_folder(s, "boot"));
	return sync_folder(s, ".");
}

struct error *boot_mark(struct store *s)
{
	struct group *g = NULL;
	struct error *e = NULL;

	pthread_mutex_lock(&s->lock);
	if (!s->group) {
		g = calloc(1, sizeof *g);
		if (!g)
			abort();
		g->took_ms = -1;
		e = open_marker(s, &g->marker);
		if (!e) {
			pthread_condattr_t attr;

			pthread_condattr_init(&attr);
			pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
			pthread_mutex_init(&g->lock, NULL);
			pthread_cond_init(&g->wake, &attr);
			pthread_condattr_destroy(&attr);
			s->group = g;
		} else {
			if (g->marker >= 0)
				close(g->marker);
			free(g);
		}
	}
	pthread_mutex_unlock(&s->lock);
	return e;
}

/* ---- the grouped syncs ---- */

static int64_t monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return stat_ns(&t) / 1000000;
}

/* Sleeps with the lock free, until told to stop. */
static void pause_ms(struct group *g, int64_t ms)
{
	int64_t until = monotonic_ms() + ms;
	struct timespec t = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };

	while (!g->stop && pthread_cond_timedwait(&g->wake, &g->lock, &t) != ETIMEDOUT)
		;
}

/* By a child, or by us where that cannot be. False: told to stop before it had ended. With the lock held. */
static bool sync_outside(struct store *s, int *err)
{
	const char *argv[] = { "sync", "-f", s->root, NULL };
	struct spawn how = { .argv = argv, .in_fd = -1, .out_fd = -1, .err_fd = -1, .extra_fd = -1, .own_group = 1 };
	struct error *e;
	pid_t child;
	int status = -1;

	e = spawn_start(&child, &how);
	while (!e && !s->group->stop && waitpid(child, &status, WNOHANG) == 0)
		pause_ms(s->group, LOOK_MS);
	error_free(e);
	if (s->group->stop)
		return false;
	*err = status != 0 && syncfs(s->fd) ? errno : 0;   /* a program that does not know -f says nothing of the disk */
	return true;
}

/* Called and left with the group's lock held, which is free meanwhile. */
static void sync_group(struct store *s)
{
	struct group *g = s->group;
	struct timespec when[2] = { { .tv_nsec = UTIME_OMIT } };
	int64_t from = monotonic_ms();
	int err;

	g->pending = false;
	clock_gettime(CLOCK_REALTIME, &when[1]);
	usage_flush(s);
	if (g->stop)
		err = syncfs(s->fd) ? errno : 0;
	else if (!sync_outside(s, &err))
		return;
	if (!err)
		futimens(g->marker, when);
	g->err = err;
	g->took_ms = monotonic_ms() - from;
}

static void *sync_loop(void *arg)
{
	struct store *s = arg;
	struct group *g = s->group;

	pthread_mutex_lock(&g->lock);
	while (!g->stop) {
		pause_ms(g, g->took_ms > GROUP_MS ? g->took_ms : GROUP_MS);   /* half of the time on a slow disk */
		if (g->pending && !g->stop)
			sync_group(s);
		while (!g->pending && !g->stop)
			pthread_cond_wait(&g->wake, &g->lock);
	}
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

/* The thread takes no signals: they belong to the program. Without a thread only the disk's own pace is lost. */
static void start_thread(struct store *s)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	s->group->running = !pthread_create(&s->group->thread, NULL, sync_loop, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct error *boot_published(struct store *s)
{
	struct group *g;
	int err;

	TRY(boot_mark(s));
	g = s->group;
	pthread_mutex_lock(&g->lock);
	err = g->err;
	if (!g->running)
		start_thread(s);
	if (!g->pending)
		pthread_cond_signal(&g->wake);
	g->pending = true;
	pthread_mutex_unlock(&g->lock);
	return err ? store_fail(s, err, "sync", "") : NULL;
}

/* Ends the thread. What is pending is synced only where that is known to be quick: else the kernel writes it
 * within seconds, and until then it is what a power cut may lose. */
void boot_close(struct store *s)
{
	struct group *g = s->group;

	if (!g)
		return;
	pthread_mutex_lock(&g->lock);
	g->stop = true;
	pthread_cond_signal(&g->wake);
	pthread_mutex_unlock(&g->lock);
	if (g->running)
		pthread_join(g->thread, NULL);
	pthread_mutex_lock(&g->lock);
	if (g->pending && g->took_ms >= 0 && g->took_ms < CHEAP_MS)
		sync_group(s);
	pthread_mutex_unlock(&g->lock);
	pthread_cond_destroy(&g->wake);
	pthread_mutex_destroy(&g->lock);
	close(g->marker);
	free(g);
	s->group = NULL;
}
