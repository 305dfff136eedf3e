/* After a power cut. Who opens the store and meets a marker of an earlier start of this machine (boot.c) checks all
 * that is newer than it, less two seconds for coarse clocks: blobs by their digests, records by reading them. Blobs
 * that no record names count too, since a later result may have the same bytes. What is torn is dropped. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "store/inside.h"

enum { BOOT_ID = 36, COARSE_S = 2 };

struct recent { struct store *s; struct arena *arena; time_t since; struct suspect *blob; int n_blob, n_torn; };

/* The change time counts as well: a rename sets it. */
static bool is_recent(const struct recent *r, const char *rel, struct stat *st)
{
	return !fstatat(r->s->fd, rel, st, AT_SYMLINK_NOFOLLOW) && (st->st_mtime >= r->since || st->st_ctime >= r->since);
}

static struct error *recent_blob(void *ctx, const char *rel, const struct digest *d)
{
	struct recent *r = ctx;
	struct stat st;

	if (d && is_recent(r, rel, &st))
		PUSH(r->arena, r->blob, r->n_blob, ((struct suspect){ .digest = *d, .size = st.st_size }));
	return NULL;
}

static struct error *recent_record(void *ctx, const char *rel, const struct digest *d)
{
	struct recent *r = ctx;
	struct stat st;

	if (d && is_recent(r, rel, &st) && !record_is_whole(r->s, rel, d) && !unlinkat(r->s->fd, rel, 0))
		r->n_torn++;
	return NULL;
}

static struct error *check_recent(struct store *s, time_t since)
{
	struct recent r = { .s = s, .arena = arena_new(), .since = since };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct error *e = store_walk(s, "cas", recent_blob, &r);
	int n_bad = 0;

	if (!e) {
		store_check_blobs(s, r.blob, r.n_blob, cpus > 0 && cpus < 64 ? (int)cpus : 1);
		e = store_drop_bad(s, r.blob, r.n_blob, NULL);
	}
	if (!e)
		e = store_walk(s, "ac", recent_record, &r);
	for (int i = 0; i < r.n_blob; i++)
		n_bad += r.blob[i].bad;
	if (!e && n_bad + r.n_torn)
		log_line("the machine stopped while results were being stored: %d of the last were torn and will be made again",
		         n_bad + r.n_torn);
	if (r.n_torn)
		counter_add(s, "generation", 1, true);
	arena_free(r.arena);
	return e;
}

/* One opener does the work; others wait for its lock and then find the marker gone. */
static struct error *recover(struct store *s, const char *rel)
{
	struct flock f = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct error *e = NULL;
	struct stat st;
	int fd = openat(s->fd, rel, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return NULL;   /* gone meanwhile, or not ours to mend */
	while (fcntl(fd, F_OFD_SETLKW, &f) && errno == EINTR)
		;
	if (!fstat(fd, &st) && st.st_nlink) {
		e = check_recent(s, st.st_mtime - COARSE_S);
		if (!e)
			unlinkat(s->fd, rel, 0);
	}
	close(fd);
	return e;
}

/* On a disk of this machine any other boot id is an earlier start of it, whatever it was called (containers get new
 * names); on a shared one only a marker with our host's name is. */
struct error *boot_recover(struct store *s)
{
	struct arena *a = arena_new();
	char **name;
	int n;
	struct error *e = store_names(s, "boot", &name, &n, a);

	for (int i = 0; i < n && !e; i++) {
		bool ours = !strncmp(name[i], s->boot, strlen(s->boot));

		if (!ours && strlen(name[i]) > BOOT_ID + 1 && (!strcmp(name[i] + BOOT_ID + 1, s->host) || !fd_is_shared(s->fd)))
			e = recover(s, arena_printf(a, "boot/%s", name[i]));
	}
	arena_free(a);
	return e;
}
