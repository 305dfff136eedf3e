#include "run/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/spare.h"
#include "run/proc.h"
#include "run/wire.h"

enum { POLL_MAX = 256 };

struct pool {
	struct arena *arena;
	struct store *store;
	const char *program;
	int max, n, n_busy, turn;   /* turn: whom to look at first, so that nobody waits for ever */
	int dead_log;               /* of a worker that died, until the next call; -1: none */
	struct proc *proc;          /* [max] */
	struct spare *spare;        /* or NULL */
	int spare_fd;
};

struct pool *pool_new(struct store *s, int max, struct arena *a)
{
	struct pool *p = NEW(a, struct pool);

	p->arena = a;
	p->store = s;
	p->dead_log = -1;
	p->max = max < 1 ? 1 : max > POLL_MAX - 1 ? POLL_MAX - 1 : max;
	p->proc = NEW_N(a, struct proc, p->max);
	p->spare = spare_new(max, &p->spare_fd);
	signal(SIGPIPE, SIG_IGN);   /* a dead worker is seen as an error of write */
	return p;
}

int pool_busy(const struct pool *p)
{
	return p->n_busy;
}

int pool_max(const struct pool *p)
{
	return p->max;
}

/* An idle worker that runs, else a place for a new one. */
static struct proc *choose(struct pool *p)
{
	struct proc *empty = NULL;

	for (int i = 0; i < p->max; i++) {
		struct proc *w = &p->proc[i];

		if (w->pid && !w->busy)
			return w;
		if (!w->pid && !empty)
			empty = w;
	}
	return empty;
}

static struct error *start(struct pool *p, struct proc *w)
{
	if (!p->program)
		p->program = pool_program(p->arena);
	if (!p->program)
		return error_new(ERR_USER, "there is no program 'sulcus-worker' beside sulcus; SULCUS_WORKER may name it");
	return proc_start(w, p->program, p->store, p->spare_fd, (int)(w - p->proc), p->arena);
}

void pool_promised(struct pool *p, int n)
{
	spare_promised(p->spare, n);
}

void pool_start(struct pool *p, int n)
{
	for (int i = 0; i < n && i < p->max; i++) {
		struct error *e = p->proc[i].pid ? NULL : start(p, &p->proc[i]);

		error_free(e);
	}
}

struct error *pool_send(struct pool *p, const struct request *r, void *ctx)
{
	struct proc *w = choose(p);
	struct buf b = { .arena = p->arena };

	if (!w)
		return error_new(ERR_SYSTEM, "all %d workers are busy", p->max);
	if (!w->pid)
		TRY(start(p, w));
	struct arena_mark m = arena_mark(p->arena);   /* after the start, which keeps names there */

	proc_forget_log(w);
	wire_begin(&b);
	request_write(&b, r);
	/* a worker that died while idle is seen by the reader, as one that died of the request */
	error_free(wire_send(w->to, &b));
	arena_reset(p->arena, m);
	w->busy = true;
	w->ctx = ctx;
	p->n_busy++;
	return NULL;
}

/* Any program may be named as the worker; one that does not greet would be waited for without end. It ends with what it
 * started, and nothing else is asked of the program. */
static struct error *no_worker(const struct pool *p, const struct proc *w, const char *what)
{
	kill(-w->pid, SIGKILL);
	return error_new(ERR_USER, "%s %s: it is no sulcus-worker of this version (does SULCUS_WORKER name it?)", p->program,
	                 what);
}

/* Takes the greeting, once it is there, from before the replies. */
static struct error *take_greeting(const struct pool *p, struct proc *w)
{
	const char *text;
	size_t n;
	bool whole;
	struct error *e = w->greeted ? NULL : wire_next(&w->in, &whole, &text, &n);

	if (w->greeted || (!e && !whole))
		return NULL;
	w->greeted = !e && n == strlen(WIRE_GREETING) && memcmp(text, WIRE_GREETING, n) == 0;
	error_free(e);
	return w->greeted ? NULL : no_worker(p, w, "answers in another language");
}

/* The reply, or the end, of a worker that has something to read. */
static struct error *receive(struct pool *p, struct proc *w, struct pool_event *ev, struct arena *a)
{
	const char *text;
	bool end, whole;
	size_t n;

	TRY(wire_fill(&w->in, w->from, &end));
	TRY(take_greeting(p, w));
	struct error *e = wire_next(&w->in, &whole, &text, &n);
	if (!e && whole)
		e = reply_read(&ev->reply, text, n, a);
	if (!e && !whole && !end)
		return NULL;
	if (w->busy) {
		p->n_busy--;
		ev->ctx = w->ctx;
	}
	w->busy = false;
	ev->log_fd = w->log;
	ev->log_size = proc_log_size(w);
	if (e || !whole) {
		ev->death = proc_reap(w, e, ev);
		spare_ended(p->spare, (int)(w - p->proc));
	}
	if (ev->death)
		p->dead_log = ev->log_fd;
	return NULL;
}

static int gather_fds(struct pool *p, struct pollfd *fd, struct proc **who, int wake_fd)
{
	int n = 0;

	for (int i = 0; i < p->max; i++) {
		struct proc *w = &p->proc[(i + p->turn) % p->max];

		if (!w->pid || !w->busy)
			continue;
		who[n] = w;
		fd[n++] = (struct pollfd){ .fd = w->from, .events = POLLIN };
	}
	p->turn++;
	if (wake_fd >= 0) {
		who[n] = NULL;
		fd[n++] = (struct pollfd){ .fd = wake_fd, .events = POLLIN };
	}
	return n;
}

static void forget_log(struct pool *p)
{
	if (p->dead_log >= 0)
		close(p->dead_log);
	p->dead_log = -1;
}

/* How long to wait at most: until a new worker must have greeted. */
static int patience(const struct pool *p, int timeout_ms)
{
	int64_t now = proc_clock_ms();

	for (int i = 0; i < p->max; i++) {
		const struct proc *w = &p->proc[i];
		int64_t left = w->patience_ms > now ? w->patience_ms - now : 0;

		if (w->pid && w->busy && !w->greeted && (timeout_ms < 0 || left < timeout_ms))
			timeout_ms = (int)left;
	}
	return timeout_ms;
}

static struct error *check_patience(const struct pool *p)
{
	for (int i = 0; i < p->max; i++) {
		const struct proc *w = &p->proc[i];

		if (w->pid && w->busy && !w->greeted && proc_clock_ms() >= w->patience_ms)
			return no_worker(p, w, "says nothing for 30 s");
	}
	return NULL;
}

struct error *pool_wait(struct pool *p, struct pool_event *ev, int wake_fd, int timeout_ms, struct arena *a)
{
	struct pollfd fd[POLL_MAX];
	struct proc *who[POLL_MAX];
	int n;

	*ev = (struct pool_event){ .log_fd = -1 };
	forget_log(p);
	n = gather_fds(p, fd, who, wake_fd);
	if (poll(fd, (nfds_t)n, patience(p, timeout_ms)) < 0)
		return errno == EINTR ? NULL : error_new(ERR_SYSTEM, "cannot wait for the workers: %s", strerror(errno));
	ev->woken = wake_fd >= 0 && fd[n - 1].revents;
	for (int i = 0; i < n; i++)
		if (who[i] && fd[i].revents)
			return receive(p, who[i], ev, a);
	return check_patience(p);
}

void pool_stop(struct pool *p, bool now)
{
	for (int i = 0; i < p->max; i++)
		if (p->proc[i].pid && p->proc[i].busy)
			kill(p->proc[i].pid, now ? SIGKILL : SIGTERM);
}

void pool_dismiss(struct pool *p)
{
	pool_stop(p, true);
	for (int i = 0; i < p->max; i++)
		proc_hang_up(&p->proc[i]);
}

void pool_free(struct pool *p)
{
	forget_log(p);
	pool_dismiss(p);
	for (int i = 0; i < p->max; i++)
		proc_end(&p->proc[i]);
	spare_free(p->spare, p->spare_fd);
	p->spare = NULL;
}

struct error *pool_call(struct reply **out, struct pool *p, const struct request *r, struct arena *a)
{
	struct pool_event ev = { 0 };

	TRY(pool_send(p, r, p));
	while (!ev.ctx)
		TRY(pool_wait(p, &ev, -1, -1, a));
	if (ev.death)
		return ev.death;
	*out = ev.reply;
	return ev.reply->error;
}
