/* spawn.h - child processes by posix_spawn, never a bare fork. */
#ifndef SULCUS_SPAWN_H
#define SULCUS_SPAWN_H

#include <sys/types.h>

#include "base/error.h"

struct spawn {
	const char *const *argv;       /* NULL ended; argv[0] is looked up in PATH unless it has a slash */
	const char *folder;            /* working folder, or NULL */
	const char *const *env;        /* NULL ended "NAME=value" added to the environment, or NULL */
	int in_fd, out_fd, err_fd;     /* become 0, 1, 2; -1: /dev/null */
	int extra_fd;                  /* becomes fd 3, -1: none */
	int shared_fd;                 /* becomes fd 4 where there is an extra one; 0 or less: none */
	int own_group;                 /* start a process group of its own, so that a terminal's Ctrl-C does not reach it */
};

must_check struct error *spawn_start(pid_t *pid, const struct spawn *s);
/* "exit status 3", "killed by signal 9 (Killed)" */
const char *spawn_status_text(int wait_status, char out[64]);
/* The program argv0 names, absolute, for the caller to free; NULL if there is none. */
char *spawn_find(const char *argv0);

#endif
