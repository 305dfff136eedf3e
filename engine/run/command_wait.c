#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/spawn.h"
#include "run/command.h"

enum { NOT_STARTED = 127 };

int command_exec(int argc, char **argv)
{
	struct rlimit limit;
	long long memory;

	if (argc < 3)
		return NOT_STARTED;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != (pid_t)strtol(argv[0], NULL, 10))
		return NOT_STARTED;          /* the parent died before we asked */
	memory = strtoll(argv[1], NULL, 10);
	if (memory > 0 && getrlimit(RLIMIT_DATA, &limit) == 0) {
		limit.rlim_cur = (rlim_t)memory;
		setrlimit(RLIMIT_DATA, &limit);
	}
	execv(argv[2], argv + 3);
	fprintf(stderr, "cannot start %s: %s\n", argv[2], strerror(errno));
	return NOT_STARTED;
}

/* Waits with signals taken one by one instead of handled, so that no state is shared with a handler. */
static int wait_for(pid_t child)
{
	sigset_t wanted, before;
	int status = 0;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	sigprocmask(SIG_BLOCK, &wanted, &before);
	while (waitpid(child, &status, WNOHANG) == 0) {
		if (sigwaitinfo(&wanted, NULL) == SIGTERM) {
			kill(-child, SIGKILL);
			_exit(128 + SIGTERM);
		}
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	kill(-child, SIGKILL);                   /* what it left running in its group */
	return status;
}

/* The launcher's own words come before the program's. */
static const char *const *launch_argv(const struct job *j, const char *program, const char *const *argv)
{
	int n = 0;

	while (argv[n])
		n++;
	const char **out = NEW_N(j->arena, const char *, n + 6);
	out[0] = j->worker->self;
	out[1] = "--exec";
	out[2] = arena_printf(j->arena, "%d", (int)getpid());
	out[3] = arena_printf(j->arena, "%lld", (long long)j->request->memory);
	out[4] = program;
	memcpy(out + 5, argv, (size_t)n * sizeof *argv);
	return out;
}

static struct error *start(pid_t *child, const struct job *j, const char *const *argv, const char *folder)
{
	const char *env[] = { "FSLOUTPUTTYPE=NIFTI", arena_printf(j->arena, "OMP_NUM_THREADS=%d", j->request->threads),
	                      arena_printf(j->arena, "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS=%d", j->request->threads),
	                      arena_printf(j->arena, "TMPDIR=%s", folder), NULL };
	char *found = spawn_find(argv[0]);
	struct spawn s = { .folder = folder, .env = env, .in_fd = -1, .out_fd = STDOUT_FILENO, .err_fd = STDERR_FILENO,
	                   .extra_fd = -1, .own_group = 1 };

	if (!found)
		return error_new(ERR_USER, "there is no program '%s'; it must be in PATH or be given with its folder", argv[0]);
	s.argv = launch_argv(j, arena_strdup(j->arena, found), argv);
	free(found);
	return spawn_start(child, &s);
}

struct error *command_wait(const struct job *j, const char *const *argv, const char *folder)
{
	char text[64];
	pid_t child;
	int status;

	TRY(start(&child, j, argv, folder));
	status = wait_for(child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	return error_new(WIFSIGNALED(status) ? ERR_WORKER : ERR_DATA, "%s ended with %s", argv[0],
	                 spawn_status_text(status, text));
}
