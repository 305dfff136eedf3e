#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N_FD = 5 };   /* 0, 1, 2, the extra and the shared one */

/* What is opened for the time of one start. */
struct start {
	int fd[N_FD];     /* become 0..4; -1: /dev/null, or none for 3 and 4 */
	bool own[N_FD];   /* a copy of ours, to be closed */
	char **env;
};

/* A descriptor below 5 would be overwritten before its turn comes, so a copy further up stands in for it. */
static struct error *take_fds(struct start *t, const struct spawn *s)
{
	const int given[N_FD] = { s->in_fd, s->out_fd, s->err_fd, s->extra_fd,
	                          s->extra_fd >= 0 && s->shared_fd > 0 ? s->shared_fd : -1 };

	for (int i = 0; i < N_FD; i++) {
		t->fd[i] = given[i];
		if (given[i] < 0 || given[i] >= N_FD)
			continue;
		t->fd[i] = fcntl(given[i], F_DUPFD_CLOEXEC, N_FD);
		if (t->fd[i] < 0)
			return error_new(ERR_SYSTEM, "cannot copy file descriptor %d: %s", given[i], strerror(errno));
		t->own[i] = true;
	}
	return NULL;
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static bool same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return n == strcspn(b, "=") && !memcmp(a, b, n);
}

/* Our environment with `more` added; what it names again is replaced. */
static char **merge_env(const char *const *more)
{
	const char *const *ours = (const char *const *)environ;
	const char **env = calloc(count(ours) + count(more) + 1, sizeof *env);
	size_t n = 0;

	if (!env)
		abort();
	for (; ours && *ours; ours++) {
		bool replaced = false;

		for (size_t k = 0; k < count(more); k++)
			replaced = replaced || same_name(*ours, more[k]);
		if (!replaced)
			env[n++] = *ours;
	}
	for (size_t k = 0; k < count(more); k++)
		env[n++] = more[k];
	return (char **)env;
}

/* The child starts with no signal blocked, and with the ones we may ignore back to what they do by default. */
static int set_attr(posix_spawnattr_t *attr, const struct spawn *s)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, reset;

	sigemptyset(&none);
	sigemptyset(&reset);
	sigaddset(&reset, SIGPIPE);
	sigaddset(&reset, SIGCHLD);
	if (s->own_group)
		flags |= POSIX_SPAWN_SETPGROUP;   /* with group 0: its own */
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &reset);
	return posix_spawnattr_setflags(attr, flags);
}

static int set_actions(posix_spawn_file_actions_t *act, const struct start *t, const struct spawn *s)
{
	int err = 0, last;

	for (int i = 0; i < 3 && !err; i++)
		err = t->fd[i] < 0 ? posix_spawn_file_actions_addopen(act, i, "/dev/null", O_RDWR, 0)
		                   : posix_spawn_file_actions_adddup2(act, t->fd[i], i);
	for (last = 3; !err && last < N_FD && t->fd[last] >= 0; last++)
		err = posix_spawn_file_actions_adddup2(act, t->fd[last], last);
	/* nothing else of ours gets through, even if some library forgot O_CLOEXEC */
	if (!err)
		err = posix_spawn_file_actions_addclosefrom_np(act, last);
	if (!err && s->folder)
		err = posix_spawn_file_actions_addchdir_np(act, s->folder);
	return err;
}

static struct error *start_error(const struct spawn *s, int err)
{
	struct stat st;

	if (s->folder && (stat(s->folder, &st) || !S_ISDIR(st.st_mode)))
		return error_new(ERR_SYSTEM, "cannot start %s in %s: that is not a folder", s->argv[0], s->folder);
	return error_new(err == ENOENT || err == EACCES || err == ENOEXEC || err == ENOTDIR ? ERR_USER : ERR_SYSTEM,
	                 "cannot start %s: %s", s->argv[0], strerror(err));
}

struct error *spawn_start(pid_t *pid, const struct spawn *s)
{
	struct start t = { .fd = { -1, -1, -1, -1 } };
	posix_spawn_file_actions_t act;
	posix_spawnattr_t attr;
	struct error *e = take_fds(&t, s);
	int err;

	posix_spawn_file_actions_init(&act);
	posix_spawnattr_init(&attr);
	if (!e) {
		t.env = merge_env(s->env);
		err = set_actions(&act, &t, s);
		if (!err)
			err = set_attr(&attr, s);
		if (!err)
			err = posix_spawnp(pid, s->argv[0], &act, &attr, (char *const *)s->argv, t.env);
		if (err)
			e = start_error(s, err);
	}
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&act);
	for (int i = 0; i < N_FD; i++)
		if (t.own[i])
			close(t.fd[i]);
	free(t.env);
	return e;
}

const char *spawn_status_text(int wait_status, char out[64])
{
	if (WIFEXITED(wait_status)) {
		snprintf(out, 64, "exit status %d", WEXITSTATUS(wait_status));
	} else if (WIFSIGNALED(wait_status)) {
		const char *name = sigdescr_np(WTERMSIG(wait_status));

		snprintf(out, 64, "killed by signal %d (%s)", WTERMSIG(wait_status), name ? name : "unknown");
	} else {
		snprintf(out, 64, "wait status 0x%x", (unsigned)wait_status);
	}
	return out;
}

static bool can_run(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* folder/name made absolute, as malloc gave it; NULL when it cannot be run. An empty folder is the working one. */
static char *program_at(const char *folder, size_t n, const char *name)
{
	char *cwd = n && folder[0] == '/' ? NULL : getcwd(NULL, 0), *path;
	const char *slash = n && folder[n - 1] == '/' ? "" : "/";

	if (asprintf(&path, "%s%s%.*s%s%s", cwd ? cwd : "", cwd && n ? "/" : "", (int)n, folder, slash, name) < 0)
		abort();
	free(cwd);
	if (can_run(path))
		return path;
	free(path);
	return NULL;
}

char *spawn_find(const char *argv0)
{
	const char *path = getenv("PATH"), *slash = strrchr(argv0, '/');
	char *found = NULL;

	if (!argv0[0])
		return NULL;
	if (slash)
		return program_at(argv0, (size_t)(slash - argv0) + 1, slash + 1);
	for (path = path ? path : "/usr/local/bin:/usr/bin:/bin"; !found; path++) {
		size_t n = strcspn(path, ":");

		found = program_at(path, n, argv0);
		path += n;
		if (!*path)
			break;
	}
	return found;
}
