#include "num/par.h"

#include <pthread.h>
#include <stdatomic.h>

struct loop {
	par_fn *fn;
	void *ctx;
	long n_items;
	atomic_long next;
};

struct worker {
	struct loop *loop;
	int number;
	pthread_t thread;
};

int par_workers(int n_threads, long n_items)
{
	long n = n_threads < PAR_MAX_THREADS ? n_threads : PAR_MAX_THREADS;

	if (n > n_items)
		n = n_items;
	return n < 1 ? 1 : (int)n;
}

static void *work(void *arg)
{
	const struct worker *w = arg;
	struct loop *l = w->loop;

	for (;;) {
		long item = atomic_fetch_add_explicit(&l->next, 1, memory_order_relaxed);
		if (item >= l->n_items)
			return NULL;
		l->fn(l->ctx, item, w->number);
	}
}

void par_for(int n_threads, long n_items, par_fn *fn, void *ctx)
{
	struct loop loop = { .fn = fn, .ctx = ctx, .n_items = n_items };
	struct worker worker[PAR_MAX_THREADS];
	int n = par_workers(n_threads, n_items), started = 1;

	worker[0] = (struct worker){ .loop = &loop };
	for (; started < n; started++) {
		worker[started] = (struct worker){ .loop = &loop, .number = started };
		/* Fewer threads than asked for do the same work, only later. */
		if (pthread_create(&worker[started].thread, NULL, work, &worker[started]))
			break;
	}
	work(&worker[0]);
	for (int k = 1; k < started; k++)
		pthread_join(worker[k].thread, NULL);
}
