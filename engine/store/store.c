/* Opening a store, and what is known about the store as a whole. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "store/inside.h"

enum { DAY_S = 86400 };

static const char format_text[] = "sulcus store 2\n", first_format[] = "sulcus store 1\n";

static struct error *chosen_root(const char **out, const char *root, struct arena *a)
{
	const char *cache = getenv("SULCUS_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (!root && cache && cache[0])
		root = cache;
	if (!root && xdg && xdg[0] == '/')   /* the XDG rules: a relative one is to be ignored */
		root = path_join(a, xdg, "sulcus");
	if (!root && home && home[0])
		root = path_join(a, home, ".cache/sulcus");
	if (!root || !root[0])
		return error_new(ERR_USER, "no folder for the store is known, as HOME is not set: name one with --cache or "
		                 "SULCUS_CACHE");
	*out = root;
	return NULL;
}

static struct error *open_root(struct store *s, const char *path, struct arena *a)
{
	struct stat st;
	char *real;

	if (!stat(path, &st) && !S_ISDIR(st.st_mode))
		return error_new(ERR_SYSTEM, "the store %s is a file, must be a folder: move it away, or choose another folder "
		                 "with --cache or SULCUS_CACHE", path);
	struct error *e = file_mkdirs(path);

	if (e)
		return error_wrap(e, "cannot make the store %s; choose another folder with --cache or SULCUS_CACHE", path);
	s->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0)
		return error_new(ERR_SYSTEM, "cannot open the store %s: %s; choose another folder with --cache or SULCUS_CACHE",
		                 path, strerror(errno));
	real = realpath(path, NULL);
	s->root = arena_strdup(a, real ? real : path);
	free(real);
	return NULL;
}

/* A folder for each thing; sets why_not when the first that is missing cannot be made. A new store has no blobs: who
 * knew no count would have to look at all of them after the first run. */
static void make_folders(struct store *s)
{
	static const char *const folder[] = { "ac", "cas", "tmp", "bad", "boot", "runs", "pins", "memo" };
	bool fresh = faccessat(s->fd, "cas", F_OK, 0) && errno == ENOENT;

	if (faccessat(s->fd, ".", W_OK | X_OK, AT_EACCESS))
		s->why_not = errno;
	for (size_t i = 0; i < sizeof folder / sizeof folder[0] && !s->why_not; i++)
		if (mkdirat(s->fd, folder[i], 0777) && errno != EEXIST)
			s->why_not = errno;
	if (!s->why_not && faccessat(s->fd, "tmp", W_OK | X_OK, AT_EACCESS))
		s->why_not = errno;
	if (!s->why_not) {
		s->lock_fd = openat(s->fd, "leases", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		s->why_not = s->lock_fd < 0 ? errno : 0;
	}
	if (fresh && !s->why_not)
		counter_set(s, "usage", 0);
}

/* Of the first format, where digests of blobs were reckoned in another way: what it has is put where the next to open it
 * sweeps it away. */
static bool begin_anew(struct store *s)
{
	static const char *const folder[] = { "ac", "cas", "memo" };
	char to[128];

	for (size_t i = 0; i < sizeof folder / sizeof *folder; i++) {
		snprintf(to, sizeof to, "tmp/%s.%s", s->tag, folder[i]);
		if (renameat(s->fd, folder[i], s->fd, to) && errno != ENOENT)
			return false;
		if (mkdirat(s->fd, folder[i], 0777) && errno != EEXIST)
			return false;
	}
	counter_set(s, "usage", 0);
	log_line("%s was made by an earlier version of sulcus: its results are made again", s->root);
	return !unlinkat(s->fd, "stat.log", 0) || errno == ENOENT;
}

/* A store of another version is left alone: its records would be misread, or spoilt for their owner. */
static struct error *check_format(struct store *s)
{
	struct arena *a = arena_new();
	struct error *e = NULL;
	char *text;
	size_t n;

	if (store_read_at(s, "format", 4096, &text, &n, a)) {
		if (strcmp(text, first_format) == 0 && !s->why_not && begin_anew(s))
			e = store_write_at(s, "format", format_text, strlen(format_text), false);
		else if (strcmp(text, format_text))
			e = error_new(ERR_SYSTEM, "%s/format says '%.*s', must be '%.*s': another version of sulcus made this store; "
			              "choose another folder with --cache or SULCUS_CACHE", s->root, (int)strcspn(text, "\n"), text,
			              (int)strlen(format_text) - 1, format_text);
	} else if (!s->why_not) {
		e = store_write_at(s, "format", format_text, strlen(format_text), false);
		if (e) {   /* a full disk: what is there can still be read */
			s->why_not = ENOSPC;
			error_free(e);
			e = NULL;
		}
	}
	arena_free(a);
	return e;
}

/* Seconds since the process with this pid started; -1 when there is none or it is only waited for. */
static double process_age(long pid)
{
	char path[64], text[1024], state = 'Z';
	unsigned long long start = 0;
	struct timespec now;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	const char *line = fgets(text, sizeof text, f), *name_end = line ? strrchr(line, ')') : NULL;

	fclose(f);
	/* proc(5): state is field 3, starttime field 22, in clock ticks since boot */
	if (!name_end || sscanf(name_end + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &state, &start) != 2)
		return -1;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return state == 'Z' || state == 'X' ? -1 : (double)now.tv_sec + (double)now.tv_nsec * 1e-9 - (double)start / (double)sysconf(_SC_CLK_TCK);
}

bool process_is_gone(long pid, double file_age_s)
{
	if (kill((pid_t)pid, 0) && errno == ESRCH)
		return true;
	return access("/proc/self/stat", R_OK) == 0 && process_age(pid) + 0.1 < file_age_s;
}

/* True when the process that a name in tmp/ tells of is surely dead: same boot, same pid namespace. */
static bool is_orphan(const struct store *s, const char *name, double file_age_s)
{
	const char *dot = strrchr(s->tag, '.') + 1;
	size_t same = (size_t)(dot - s->tag);
	char *end;
	long pid;

	if (strncmp(name, s->tag, same))
		return false;
	pid = strtol(name + same, &end, 10);
	if (*end != '.' || pid <= 0 || pid >= INT32_MAX)
		return false;
	return process_is_gone(pid, file_age_s);
}

/* Removes what dead processes left in tmp/, at once or, when their death cannot be seen from here, after a day. */
static void sweep_tmp(struct store *s)
{
	struct arena *a = arena_new();
	char **name;
	int n;

	error_free(store_names(s, "tmp", &name, &n, a));   /* a courtesy; the next opener tries again */
	for (int i = 0; i < n; i++) {
		const char *path = arena_printf(a, "%s/tmp/%s", s->root, name[i]);
		struct timespec now;
		struct stat st;

		if (lstat(path, &st))
			continue;
		clock_gettime(CLOCK_REALTIME, &now);
		double age_s = (double)(now.tv_sec - st.st_mtime) + (double)(now.tv_nsec - st.st_mtim.tv_nsec) * 1e-9;

		if (!is_orphan(s, name[i], age_s) && age_s < DAY_S)
			continue;
		error_free(file_remove_tree(path));
	}
	arena_free(a);
}

struct error *store_open(struct store **out, const char *root, struct arena *a)
{
	struct store *s = NEW(a, struct store);
	const char *path = "";
	struct error *e;

	TRY(chosen_root(&path, root, a));
	s->fd = s->lock_fd = s->run_fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->scratch_lock, NULL);
	boot_identify(s);
	e = open_root(s, path, a);
	if (!e) {
		make_folders(s);
		e = check_format(s);
	}
	if (!e && !s->why_not) {
		sweep_tmp(s);
		e = boot_recover(s);
	}
	if (e)
		store_close(s);
	else
		*out = s;
	return e;
}

void store_close(struct store *s)
{
	if (s->fd >= 0 && s->lock_fd >= 0) {
		usage_flush(s);
		store_use_end(s);
	}
	boot_close(s);
	stat_log_close(s);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	if (s->fd >= 0)
		close(s->fd);
	free(s->held);
	if (s->scratch)
		arena_free(s->scratch);
	pthread_mutex_destroy(&s->scratch_lock);
	pthread_mutex_destroy(&s->lock);
	s->fd = s->lock_fd = -1;
}

const char *store_root(const struct store *s)
{
	return s->root;
}

struct error *store_writable(const struct store *s)
{
	return s->why_not ? store_fail(s, s->why_not, "write to the store", "") : NULL;
}

int64_t store_free_bytes(const struct store *s)
{
	struct statvfs v;

	return fstatvfs(s->fd, &v) ? 0 : (int64_t)v.f_bavail * (int64_t)v.f_frsize;
}
