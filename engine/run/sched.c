#include "run/sched.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "node/node.h"
#include "run/progress.h"
#include "run/sched_inside.h"
#include "store/memo.h"

enum { LEASE_MS = 25, DRAW_MS = 100, IDLE_MS = 1000 };
static const double stop_patience_s = 0.6;

/* ---- starting ---- */
static void put_aside(struct sched *s, struct aside *list, struct task *t)
{
	struct task **more;

	if (list->n == list->room) {
		list->room = 2 * list->room + 16;
		more = NEW_N(s->plan->arena, struct task *, list->room);
		for (int i = 0; i < list->n; i++)
			more[i] = list->task[i];
		list->task = more;
	}
	list->task[list->n++] = t;
}

static struct error *send_task(struct sched *s, struct task *t)
{
	struct work *w = task_work(s->plan, t);
	struct request r;

	w->threads = task_threads(s, t);
	w->memory = w->n_member ? pass_memory(t) : task_memory(t);
	w->started = clock_now();
	w->pass = NULL;
	if (w->n_member) {
		TRY(pass_send(s, t));
	} else {
		task_request(&r, s->plan, t, t->step->argv ? WIRE_COMMAND : WIRE_RUN, s->scratch);
		r.threads = w->threads;
		r.most = task_most(s, t, w->threads);
		r.memory = t->step->need.memory;
		TRY(pool_send(s->pool, &r, t));
	}
	t->tries++;
	t->state = TASK_RUNNING;
	s->n_running++;
	s->threads_used += w->threads;
	pool_promised(s->pool, w->threads);
	s->memory_used += w->memory;
	progress_start(s->opt->progress, t);
	return NULL;
}

/* With the lease in hand nobody else makes it; a run that had it before may just have finished. */
static bool is_made(struct sched *s, struct task *t)
{
	struct work *w = task_work(s->plan, t);

	if (w->again || !store_lookup(s->plan->store, &t->key, &t->record, s->plan->arena))
		return false;
	store_release(s->plan->store, &t->key);
	w->leased = false;
	return true;
}

static struct error *start(struct sched *s, struct task *t)
{
	struct work *w = task_work(s->plan, t);

	if (pass_choose(s, t) == PASS_LATER) {
		put_aside(s, &s->held, t);
		return NULL;
	}
	if (!w->leased) {
		w->leased = store_lease(s->plan->store, &t->key);
		if (!w->leased) {
			put_aside(s, &s->lease, t);
			return NULL;
		}
		if (is_made(s, t)) {
			task_found(s, t);
			return NULL;
		}
	}
	if (!bytes_ready(s, t)) {
		store_release(s->plan->store, &t->key);
		w->leased = false;
		return NULL;
	}
	return send_task(s, t);
}

static struct error *start_ready(struct sched *s)
{
	struct task *t;

	while (!s->stop && (t = queue_take(s)))
		TRY(start(s, t));
	return NULL;
}

/* Looks again at those whose readers could not go along. When nothing else goes on, the first goes without them. */
static void wake_held(struct sched *s, bool stuck)
{
	int n = s->held.n;

	s->held.n = 0;
	for (int i = 0; i < n; i++) {
		((struct work *)s->held.task[i]->run)->alone |= stuck && i == 0;
		queue_push(s, s->held.task[i]);
	}
}

/* Tasks whose result another run (or another task of ours) makes: found when it is there, ours when that run died. */
static void look_at_leases(struct sched *s)
{
	int n = s->lease.n;

	s->lease.n = 0;
	for (int i = 0; i < n; i++) {   /* those that stay move up */
		struct task *t = s->lease.task[i];
		struct work *w = t->run;

		if (s->stop)
			continue;
		if (!w->again && store_lookup(s->plan->store, &t->key, &t->record, s->plan->arena)) {
			task_found(s, t);
		} else if ((w->leased = store_lease(s->plan->store, &t->key))) {
			if (is_made(s, t))
				task_found(s, t);
			else
				queue_push(s, t);
		} else {
			put_aside(s, &s->lease, t);
		}
	}
}

/* ---- signals ---- */
static void take_signal(struct sched *s)
{
	struct signalfd_siginfo info;

	while (read(s->signal_fd, &info, sizeof info) == sizeof info) {
		pool_stop(s->pool, s->result->interrupted);
		s->stop_at = clock_now() + stop_patience_s;
		s->stop = s->result->interrupted = true;
	}
	if (s->stop_at > 0 && clock_now() > s->stop_at)
		pool_stop(s->pool, true);
}

static void watch_signals(int *fd, sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, before);
	*fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* ---- the loop ---- */
static int patience_ms(const struct sched *s)
{
	if (s->lease.n)
		return LEASE_MS;
	return progress_is_live(s->opt->progress) || s->stop_at > 0 ? DRAW_MS : IDLE_MS;
}

static struct error *step_once(struct sched *s)
{
	struct pool_event ev;

	TRY(start_ready(s));
	if (!s->n_running && !s->lease.n) {
		wake_held(s, true);
		return NULL;
	}
	TRY(pool_wait(s->pool, &ev, s->signal_fd, patience_ms(s), s->scratch));
	if (ev.ctx)
		task_finish(s, ev.ctx, &ev);
	if (ev.woken || s->stop_at > 0)
		take_signal(s);
	if (s->lease.n)
		look_at_leases(s);
	wake_held(s, false);
	progress_tick(s->opt->progress);
	return NULL;
}

static struct error *loop(struct sched *s)
{
	struct error *e = NULL;

	do {
		struct arena_mark m = arena_mark(s->scratch);

		e = step_once(s);
		arena_reset(s->scratch, m);
	} while (!e && (s->n_running || s->lease.n || (s->n_ready && !s->stop)));
	return e;
}

/* What could not be started because the run ended before. */
static void skip_rest(struct sched *s)
{
	const char *why = s->result->interrupted ? "not started: interrupted" : "not started: another task failed";

	for (int i = 0; i < s->plan->n_task; i++) {
		struct task *t = s->plan->task[i];

		if (t->state == TASK_READY || t->state == TASK_WAITING) {
			if (t->run && ((struct work *)t->run)->leased)
				store_release(s->plan->store, &t->key);
			t->state = TASK_SKIPPED;
			t->why = why;
		}
	}
}

static void recount(struct plan *p)
{
	memset(p->n_count, 0, sizeof p->n_count);
	for (int i = 0; i < p->n_task; i++)
		p->n_count[p->task[i]->state]++;
}

static void fill_queue(struct sched *s)
{
	for (int i = 0; i < s->plan->n_task; i++) {
		struct task *t = s->plan->task[i];

		if (t->state == TASK_HIT && t->need_bytes) {
			t->state = TASK_READY;
			t->why = "its bytes were not kept";
			task_work(s->plan, t)->again = true;
		}
		if (t->state == TASK_READY && !t->error)
			queue_push(s, t);
		else if (t->state == TASK_FAILED)   /* while planning: not enough of what it gathers */
			s->result->n_failed++;
	}
	for (int i = 0; i < s->plan->n_task; i++)   /* failed before the plan grew */
		if (s->plan->task[i]->state == TASK_READY && s->plan->task[i]->error)
			task_failed(s, s->plan->task[i], s->plan->task[i]->error);
}

struct error *sched_run(struct sched_result *out, struct plan *p, struct pool *pool, const struct sched_options *o)
{
	struct sched s = { .plan = p, .pool = pool, .opt = o, .result = out, .signal_fd = -1 };
	char host[HOST_NAME_MAX + 1] = "";
	sigset_t before;
	struct error *e;

	*out = (struct sched_result){ 0 };
	gethostname(host, sizeof host - 1);
	s.host = arena_strdup(p->arena, host);
	s.scratch = arena_new();
	queue_rank(p);
	fill_queue(&s);
	s.stop |= out->n_failed && !o->keep_going;
	watch_signals(&s.signal_fd, &before);
	e = loop(&s);
	if (e)
		pool_stop(pool, true);
	arena_free(s.scratch);
	skip_rest(&s);
	recount(p);
	if (s.signal_fd >= 0)
		close(s.signal_fd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return e;
}
