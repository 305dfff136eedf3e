#include "run/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/spawn.h"
#include "run/pool.h"
#include "store/store.h"

enum { OUT_OF_MEMORY = 71, ROUND_NS = 1000 * 1000, PATIENCE_MS = 5000, GREETING_MS = 30000 };

/* From the folder of our own program; the last is where they lie when just built. */
static const char *const beside[] = { "sulcus-worker", "../libexec/sulcus/sulcus-worker", "../../nodes/sulcus-worker" };

const char *pool_program(struct arena *a)
{
	const char *given = getenv("SULCUS_WORKER");
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (given && given[0])
		return access(given, X_OK) == 0 ? given : NULL;
	self[n > 0 ? n : 0] = 0;
	for (size_t i = 0; n > 0 && i < sizeof beside / sizeof *beside; i++) {
		const char *path = path_join(a, path_folder(a, self), beside[i]);

		if (access(path, X_OK) == 0)
			return path;
	}
	return access(SULCUS_LIBEXECDIR "/sulcus-worker", X_OK) == 0 ? SULCUS_LIBEXECDIR "/sulcus-worker" : NULL;
}

/* On the store's disk, or in memory where that cannot be written; it vanishes with its last holder. */
static int make_log(const char *scratch)
{
	int fd = open(scratch, O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	fd = memfd_create("log", MFD_CLOEXEC);
	if (fd >= 0)
		fcntl(fd, F_SETFL, O_APPEND);
	return fd;
}

static struct error *make_scratch(struct proc *w, struct store *s, struct arena *a)
{
	char top[] = "/tmp/sulcus-XXXXXX";
	struct error *e = s ? store_writable(s) : NULL;

	if (s && !e) {
		w->scratch = store_tmp(s, "scratch", a);
		return file_mkdirs(w->scratch);
	}
	error_free(e);
	if (!mkdtemp(top))
		return error_new(ERR_SYSTEM, "cannot make a folder in /tmp: %s", strerror(errno));
	w->scratch = arena_strdup(a, top);
	return NULL;
}

/* Reading must never block the scheduler; writing may, as the worker reads all of a request at once. */
static struct error *make_pipes(int to[2], int from[2])
{
	if (pipe2(to, O_CLOEXEC) < 0)
		return error_new(ERR_SYSTEM, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(from, O_CLOEXEC) < 0) {
		close(to[0]);
		close(to[1]);
		return error_new(ERR_SYSTEM, "cannot make a pipe: %s", strerror(errno));
	}
	fcntl(from[0], F_SETFL, O_NONBLOCK);
	return NULL;
}

static void forget(struct proc *w)
{
	if (w->log >= 0)
		close(w->log);
	if (w->to >= 0)
		close(w->to);
	if (w->from >= 0)
		close(w->from);
	wire_in_free(&w->in);
	if (w->scratch)
		error_free(file_remove_tree(w->scratch));
	*w = (struct proc){ .to = -1, .from = -1, .log = -1 };
}

int64_t proc_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct error *proc_start(struct proc *w, const char *program, struct store *s, int shared_fd, int seat, struct arena *a)
{
	static const char *const env[] = { "OPENBLAS_NUM_THREADS=1", NULL };   /* kernels divide the work themselves */
	const char *root = s ? store_root(s) : "", *me = arena_printf(a, "%d", (int)getpid());
	int to[2], from[2];

	*w = (struct proc){ .to = -1, .from = -1, .log = -1 };
	TRY(make_scratch(w, s, a));
	struct error *e = make_pipes(to, from);
	if (e) {
		forget(w);
		return e;
	}
	w->to = to[1];
	w->from = from[0];
	w->patience_ms = proc_clock_ms() + GREETING_MS;
	w->log = make_log(w->scratch);
	const char *argv[] = { program, root, w->scratch, me, arena_printf(a, "%d", shared_fd < 0 ? -1 : seat), NULL };
	struct spawn how = { .argv = argv, .env = env, .in_fd = to[0], .out_fd = w->log, .err_fd = w->log,
	                     .extra_fd = from[1], .shared_fd = shared_fd, .own_group = 1 };
	e = spawn_start(&w->pid, &how);
	close(to[0]);
	close(from[1]);
	if (e)
		forget(w);
	return e;
}

off_t proc_log_size(struct proc *w)
{
	struct stat st;

	if (w->log < 0 || fstat(w->log, &st) < 0)
		return 0;
	w->log_used = st.st_size > 0;
	return st.st_size;
}

void proc_forget_log(struct proc *w)
{
	if (w->log_used && !w->busy && w->log >= 0 && ftruncate(w->log, 0) == 0)
		w->log_used = false;
}

static struct error *ended(int status)
{
	char text[64];

	spawn_status_text(status, text);
	if (WIFEXITED(status) && WEXITSTATUS(status) == OUT_OF_MEMORY)
		return error_new(ERR_WORKER, "the worker ran out of memory");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return error_new(ERR_WORKER, "the worker was %s: probably the machine had no memory left", text);
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM)
		return error_new(ERR_WORKER, "the worker was %s: this is a bug in the node", text);
	return error_new(ERR_WORKER, "the worker ended before its task did: %s", text);
}

/* Waits for a process that must be ending; one that is not is killed. */
static int wait_status(pid_t pid, int patience_ms)
{
	struct timespec round = { 0, ROUND_NS };
	int status = 0;

	for (int i = 0; i < patience_ms; i++) {
		if (waitpid(pid, &status, WNOHANG) != 0)
			return status;
		nanosleep(&round, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return status;
}

struct error *proc_reap(struct proc *w, struct error *why, struct pool_event *ev)
{
	struct error *e;
	int status;

	if (why)
		kill(w->pid, SIGKILL);
	status = wait_status(w->pid, why ? 1 : PATIENCE_MS);
	e = why ? error_wrap(why, "the worker answered nonsense") : ended(status);
	if (why)
		e->code = ERR_WORKER;
	ev->log_size = proc_log_size(w);
	ev->log_fd = w->log;
	w->log = -1;
	forget(w);
	return e;
}

void proc_hang_up(struct proc *w)
{
	if (w->pid && w->to >= 0) {
		close(w->to);
		w->to = -1;
	}
}

void proc_end(struct proc *w)
{
	struct pollfd fd = { .fd = w->from, .events = POLLIN };

	if (!w->pid)
		return;
	/* its end of the pipe closes as it ends, which is sooner known than by asking now and then */
	wait_status(w->pid, poll(&fd, 1, PATIENCE_MS) > 0 ? PATIENCE_MS : 0);
	forget(w);
}
