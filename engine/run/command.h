/* command.h - do: command, any program as a step.
 *
 * It runs without a shell in an empty folder, where what it reads stands as <port>.<ext> and what it
 * writes must stand so afterwards. */
#ifndef SULCUS_COMMAND_H
#define SULCUS_COMMAND_H

#include "run/worker.h"

/* sulcus-worker --exec PARENT MEMORY PATH ARGV...: becomes the program, which then dies with its parent. */
int command_exec(int argc, char **argv);

/* What $x in argv stands for: the files of a port, in the order of its cells. */
struct command_port {
	const char *name, *kind;
	int n;
	const char **path;          /* [n] absolute */
};

/* argv with every item "$x" replaced by the paths of port x; NULL ended. */
const char *const *command_argv(int n, const char *const *arg, int n_port, const struct command_port *port, struct arena *a);
/* The extension of a kind's files, from the nearest kind up that has one; "dat" when none has. */
const char *kind_ext(const char *kind);
/* Starts it, waits for its end; a SIGTERM to the worker ends its whole process group. */
must_check struct error *command_wait(const struct job *j, const char *const *argv, const char *folder);

#endif
