/* proc.h - one worker process: its start, its pipes, its log, its end. */
#ifndef SULCUS_PROC_H
#define SULCUS_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "run/wire.h"

struct pool_event;

struct proc {
	pid_t pid;                  /* 0: not running */
	int to, from;               /* pipes */
	int log;                    /* an unnamed file its prints go to, appended */
	bool log_used;              /* to be emptied before the next request */
	const char *scratch;
	struct wire_in in;
	bool busy;
	bool greeted;               /* it said that it is a worker */
	int64_t patience_ms;        /* when it must have done so, on proc_clock_ms() */
	void *ctx;
};

/* shared_fd and seat: base/spare.h. */
must_check struct error *proc_start(struct proc *w, const char *program, struct store *s, int shared_fd, int seat,
                                    struct arena *a);
off_t proc_log_size(struct proc *w);
/* Empties the log of the last request, before the next. */
void proc_forget_log(struct proc *w);
/* Of the monotonic clock. */
int64_t proc_clock_ms(void);
/* Waits for a worker that closed its pipe or answered nonsense (why, taken over), and says how it ended.
 * Its log is handed over in ev. */
struct error *proc_reap(struct proc *w, struct error *why, struct pool_event *ev);
/* Closes its requests, at which an idle worker ends. */
void proc_hang_up(struct proc *w);
/* Waits a while for its end, then kills it; removes its scratch folder. */
void proc_end(struct proc *w);

#endif
