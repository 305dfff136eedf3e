/* par.h: every item once, workers within bounds. */
#include "check.h"

#include <stdatomic.h>
#include <time.h>

#include "base/spare.h"
#include "num/par.h"

enum { N = 1000 };

struct seen {
	int n_workers;
	int count[N];      /* how often each item was met */
	int bad_worker[N];
};

static void see(void *ctx, long item, int worker)
{
	struct seen *s = ctx;

	s->count[item]++;
	s->bad_worker[item] = worker < 0 || worker >= s->n_workers;
}

TEST(every_item_is_met_once_by_a_valid_worker)
{
	for (int n_threads = 1; n_threads <= 5; n_threads++) {
		struct seen s = { .n_workers = par_workers(n_threads, N) };

		par_for(n_threads, N, see, &s);
		for (int k = 0; k < N; k++) {
			CHECK_INT(s.count[k], 1);
			CHECK_INT(s.bad_worker[k], 0);
		}
	}
}

TEST(workers_are_never_more_than_items_or_fewer_than_one)
{
	CHECK_INT(par_workers(8, 3), 3);
	CHECK_INT(par_workers(2, 3), 2);
	CHECK_INT(par_workers(0, 3), 1);
	CHECK_INT(par_workers(-1, 0), 1);
	CHECK_INT(par_workers(1000000, 1000000), PAR_MAX_THREADS);
}

/* Another task of the run ends while item 10 is done, and a new one starts with the first item of our helper. */
struct changing {
	struct spare *page;
	atomic_int by_helper, done;
};

static void change(void *ctx, long item, int worker)
{
	const struct timespec nap = { 0, 1000000 };
	struct changing *c = ctx;

	if (worker > 0 && atomic_fetch_add(&c->by_helper, 1) == 0)
		spare_promised(c->page, 1);
	if (item == 10)
		spare_promised(c->page, -1);
	for (int i = 0; item > 11 && worker == 0 && atomic_load(&c->by_helper) == 0 && i < 5000; i++)
		nanosleep(&nap, NULL);
	atomic_fetch_add(&c->done, 1);
}

TEST(a_processor_that_others_leave_helps_until_it_is_wanted)
{
	int fd;
	struct changing c = { .page = spare_new(2, &fd) };

	spare_join(fd, 0);
	spare_promised(c.page, 2);
	par_for(spare_begin(1, 2), N, change, &c);
	CHECK_INT(c.done, N);
	CHECK_INT(c.by_helper, 1);
	spare_join(-1, -1);
	spare_free(c.page, fd);
}

TEST(no_items_means_no_calls)
{
	struct seen s = { .n_workers = 1 };

	par_for(3, 0, see, &s);
	CHECK_INT(s.count[0], 0);
}
