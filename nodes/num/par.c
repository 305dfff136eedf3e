#include "num/par.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/spare.h"

struct loop {
	par_fn *fn;
	void *ctx;
	long n_items;
	atomic_long next;
};

/* A thread that helps the caller. */
struct helper {
	struct loop *loop;
	int number;
	pthread_t thread;
	enum spare_kind processor;
	bool made;
	atomic_bool left;        /* before the end, as its processor was wanted */
};

int par_workers(int n_threads, long n_items)
{
	long n = n_threads < PAR_MAX_THREADS ? n_threads : PAR_MAX_THREADS;

	if (n > n_items)
		n = n_items;
	return n < 1 ? 1 : (int)n;
}

static bool next_item(struct loop *l, long *item)
{
	*item = atomic_fetch_add_explicit(&l->next, 1, memory_order_relaxed);
	return *item < l->n_items;
}

static void *help(void *arg)
{
	struct helper *h = arg;
	long item;

	while (!(h->processor == SPARE_TAKEN && spare_wanted()) && next_item(h->loop, &item))
		h->loop->fn(h->loop->ctx, item, h->number);
	spare_give(h->processor);
	atomic_store(&h->left, true);
	return NULL;
}

/* Fewer threads than asked for do the same work, only later. */
static void start(struct helper *h, struct loop *l, int number)
{
	if (h->made)
		pthread_join(h->thread, NULL);
	h->made = false;
	h->processor = spare_take();
	if (h->processor == SPARE_NONE)
		return;
	h->loop = l;
	h->number = number;
	atomic_store(&h->left, false);
	h->made = !pthread_create(&h->thread, NULL, help, h);
	if (!h->made)
		spare_give(h->processor);
}

/* One more helper, for a processor that others have left. */
static void grow(struct helper *helper, int n, struct loop *l)
{
	for (int k = 1; k < n; k++)
		if (!helper[k].made || atomic_load(&helper[k].left)) {
			start(&helper[k], l, k);
			return;
		}
}

void par_for(int n_threads, long n_items, par_fn *fn, void *ctx)
{
	struct loop loop = { .fn = fn, .ctx = ctx, .n_items = n_items };
	struct helper helper[PAR_MAX_THREADS];
	int n = par_workers(n_threads, n_items);
	long item;

	for (int k = 1; k < n; k++) {
		helper[k].made = false;
		start(&helper[k], &loop, k);
	}
	while (next_item(&loop, &item)) {
		fn(ctx, item, 0);
		if (n > 1 && spare_any())
			grow(helper, n, &loop);
	}
	for (int k = 1; k < n; k++)
		if (helper[k].made)
			pthread_join(helper[k].thread, NULL);
}
