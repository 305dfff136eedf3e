#include "run/sched_inside.h"

#include <string.h>

#include "base/arena.h"
#include "node/node.h"
#include "store/memo.h"

enum { LOOK_AHEAD = 64 };   /* tasks that are tried behind one that does not fit */
static const double short_s = 0.02;

static bool before(const struct task *x, const struct task *y)
{
	return x->priority > y->priority;
}

static void swap(struct sched *s, int i, int j)
{
	struct task *t = s->ready[i];

	s->ready[i] = s->ready[j];
	s->ready[j] = t;
}

void queue_push(struct sched *s, struct task *t)
{
	int i = s->n_ready;

	PUSH(s->plan->arena, s->ready, s->n_ready, t);
	for (; i && before(s->ready[i], s->ready[(i - 1) / 2]); i = (i - 1) / 2)
		swap(s, i, (i - 1) / 2);
	task_work(s->plan, t)->queued = true;
}

static struct task *pop(struct sched *s)
{
	struct task *t = s->ready[0];
	int i = 0, k;

	s->ready[0] = s->ready[--s->n_ready];
	while ((k = 2 * i + 1) < s->n_ready) {
		if (k + 1 < s->n_ready && before(s->ready[k + 1], s->ready[k]))
			k++;
		if (!before(s->ready[k], s->ready[i]))
			break;
		swap(s, i, k);
		i = k;
	}
	((struct work *)t->run)->queued = false;
	return t;
}

/* Ready tasks that would keep a processor busy beside t; those that are soon done do not count. */
static int rivals(const struct sched *s, const struct task *t)
{
	int n = 0;

	for (int i = 0; i < s->n_ready && i < LOOK_AHEAD; i++)
		n += s->ready[i]->seconds <= 0 || s->ready[i]->seconds > t->seconds / 4;
	return n;
}

/* Many ready tasks share the processors evenly, as that is cheaper than threads within each. */
int task_threads(const struct sched *s, const struct task *t)
{
	int free = s->opt->jobs - s->threads_used, share;

	if (t->step->need.threads > 0)
		return t->step->need.threads < s->opt->jobs ? t->step->need.threads : s->opt->jobs;
	if (!t->step->node->threads)
		return 1;
	share = s->opt->jobs / (rivals(s, t) + 1);
	share = share < 1 ? 1 : share;
	return share < free ? share : free > 1 ? free : 1;
}

/* Each has room of its own in the node, so there are not many of them. */
int task_most(const struct sched *s, const struct task *t, int n_threads)
{
	enum { MORE = 15 };
	int most = n_threads + MORE < s->opt->jobs ? n_threads + MORE : s->opt->jobs;

	return t->step->node->threads && t->step->need.threads == 0 ? most : 0;
}

int64_t task_memory(const struct task *t)
{
	return t->step->need.memory > 0 ? t->step->need.memory : t->memory;
}

/* What is too large for any machine like this one runs alone. One that is soon over goes beside a task with all the
 * threads: what waits for it is then known in time to share them well. */
static bool fits(const struct sched *s, const struct task *t)
{
	int extra = t->seconds > 0 && t->seconds <= short_s;

	if (!s->n_running)
		return true;
	return s->threads_used + task_threads(s, t) <= s->opt->jobs + extra
	       && s->memory_used + task_memory(t) <= s->opt->memory;
}

struct task *queue_take(struct sched *s)
{
	struct task *aside[LOOK_AHEAD], *found = NULL;
	int n = 0;

	if (pool_busy(s->pool) >= pool_max(s->pool))
		return NULL;
	while (s->n_ready && n < LOOK_AHEAD && !found) {
		struct task *t = pop(s);

		if (fits(s, t))
			found = t;
		else
			aside[n++] = t;
	}
	while (n)
		queue_push(s, aside[--n]);
	return found;
}

/* Seconds of the last time, where the node said nothing. */
static double remembered(struct plan *p, const struct task *t, struct arena *a)
{
	struct digest key;
	struct record r;

	if (p->memo && memo_task(p->memo, task_name(a, t), &key) && memo_record(p->memo, &key, &r))
		return r.seconds;
	return 0;
}

void queue_rank(struct plan *p)
{
	struct arena *a = arena_new();

	for (int i = p->n_task - 1; i >= 0; i--) {
		struct task *t = p->task[i];
		double below = 0;

		if (t->state != TASK_READY && t->state != TASK_WAITING)
			continue;
		if (t->step->need.seconds > 0)
			t->seconds = t->step->need.seconds;
		if (t->seconds <= 0)
			t->seconds = remembered(p, t, a);
		for (int k = 0; k < t->n_reader; k++)
			if (t->reader[k]->priority > below)
				below = t->reader[k]->priority;
		t->priority = below + (t->seconds > 0 ? t->seconds : 1);
	}
	arena_free(a);
}
