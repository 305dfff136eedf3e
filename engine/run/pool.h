/* pool.h - the worker processes: started when first needed, one request at a time each, replaced when they die. */
#ifndef SULCUS_POOL_H
#define SULCUS_POOL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct arena;
struct pool;
struct reply;
struct request;
struct store;

struct pool_event {
	void *ctx;                  /* of the request that ended; NULL: none did */
	struct reply *reply;        /* NULL: the worker died */
	struct error *death;        /* why, the receiver's to free */
	int log_fd;                 /* what the task printed, until the next call; -1: nowhere to print to */
	off_t log_size;
	bool woken;                 /* wake_fd is readable, too */
};

/* s NULL: the workers only look at files. At most max workers. Nothing is started yet. */
struct pool *pool_new(struct store *s, int max, struct arena *a);
/* Starts n workers, at most max, which will be needed soon. One that cannot be started is told when it is needed. */
void pool_start(struct pool *p, int n);
/* Idle workers end by themselves; busy ones are killed. */
void pool_free(struct pool *p);
/* The same, without waiting for their end yet; nothing more is asked of them. */
void pool_dismiss(struct pool *p);
/* n more threads are promised to tasks, or -n fewer; what is not promised, loops may take (base/spare.h). */
void pool_promised(struct pool *p, int n);
/* Gives the request to an idle worker, or to a new one. Fewer than max may be busy. */
must_check struct error *pool_send(struct pool *p, const struct request *r, void *ctx);
/* Waits for one reply, for wake_fd (-1: none) to be readable, or for timeout_ms (-1: no end). The reply lives in a. */
must_check struct error *pool_wait(struct pool *p, struct pool_event *ev, int wake_fd, int timeout_ms, struct arena *a);
int pool_busy(const struct pool *p);
int pool_max(const struct pool *p);
/* Ends all busy workers: first asked (commands take their programs along), killed when now is true. */
void pool_stop(struct pool *p, bool now);
/* One request, waited for. What went wrong in the worker is the error. */
must_check struct error *pool_call(struct reply **out, struct pool *p, const struct request *r, struct arena *a);
/* The program: $SULCUS_WORKER, else beside ours, else where it was installed; NULL when there is none. */
const char *pool_program(struct arena *a);

#endif
