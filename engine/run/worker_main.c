/* sulcus-worker STORE SCRATCH PARENT SEAT - serves requests from standard input, answers on descriptor 3.
 *
 * Started by sulcus alone. STORE may be empty: then it only looks at files. SEAT is its own in the memory that is shared on
 * descriptor 4 (base/spare.h); -1: there is none. It ends with its parent. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/spare.h"
#include "run/command.h"
#include "run/worker.h"
#include "store/store.h"

enum { REPLY_FD = 3, SHARED_FD = 4, CALL_WRONG = 2 };

static struct error *greet(struct arena *a)
{
	struct buf b = { .arena = a };

	wire_begin(&b);
	buf_add(&b, WIRE_GREETING);
	return wire_send(REPLY_FD, &b);
}

static struct error *serve_all(char **argv, struct arena *a)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	struct worker w = { .scratch = argv[2], .meter = meter_new(a) };
	struct error *e;

	self[n > 0 ? n : 0] = 0;
	w.self = n > 0 ? self : argv[0];
	if (argv[1][0])
		TRY(store_open(&w.store, argv[1], a));
	e = greet(a);
	if (!e)
		e = worker_serve(&w, STDIN_FILENO, REPLY_FD);
	if (w.store)
		store_close(w.store);
	return e;
}

int main(int argc, char **argv)
{
	struct arena *a;
	struct error *e;

	if (argc > 1 && strcmp(argv[1], "--exec") == 0)
		return command_exec(argc - 2, argv + 2);
	if (argc != 5) {
		fprintf(stderr, "sulcus-worker is started by sulcus\n");
		return CALL_WRONG;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != (pid_t)strtol(argv[3], NULL, 10))
		return 0;                            /* the parent ended before we asked to end with it */
	spare_join(SHARED_FD, (int)strtol(argv[4], NULL, 10));
	a = arena_new();
	e = serve_all(argv, a);
	arena_free(a);
	if (!e)
		return 0;
	error_print(e, stderr);
	error_free(e);
	return 1;
}
