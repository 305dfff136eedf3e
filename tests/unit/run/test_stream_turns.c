/* stream.h: how far a maker may be ahead, and threads that take turns on one processor. */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/spare.h"
#include "node/stream.h"

enum { MB = 1 << 20 };

/* ---- windows ---- */
struct ahead { struct stream *s; size_t part; int n_part; atomic_int n_put; };

static void *put_ahead(void *arg)
{
	struct ahead *x = arg;
	unsigned char *part = calloc(1, x->part);

	for (int k = 0; k < x->n_part; k++) {
		error_free(stream_put(x->s, k, part));
		atomic_fetch_add(&x->n_put, 1);
	}
	free(part);
	return NULL;
}

static void wait_until_put(struct ahead *x, int n)
{
	for (int i = 0; i < 20000 && atomic_load(&x->n_put) < n; i++)
		usleep(500);
	usleep(20000);   /* more would come now, if any did */
	CHECK_INT(atomic_load(&x->n_put), n);
}

/* How many parts are held of a stream whose reader still is at the first one, then half through, when the maker rests on, and
 * then one further. */
static void check_window(size_t part, int asked, int window)
{
	struct ahead x = { stream_new("a window", 1, asked), part, 2 * window + 5, 0 };
	struct stream_reader *r = stream_reader(x.s, 0);
	const void *bytes;
	pthread_t maker;

	CHECK_OK(stream_begin(x.s, &(struct stream_head){ "h", 1, part, x.n_part }));
	CHECK(!pthread_create(&maker, NULL, put_ahead, &x));
	wait_until_put(&x, window);
	CHECK_OK(stream_take(r, window / 2, &bytes));
	wait_until_put(&x, window);
	CHECK_OK(stream_take(r, window / 2 + 1, &bytes));
	wait_until_put(&x, window / 2 + 1 + window);
	stream_leave(r);
	pthread_join(maker, NULL);
	CHECK_INT(x.n_put, x.n_part);
	stream_free(x.s);
}

TEST(small_parts_come_more_at_a_time)
{
	check_window(64, 2, 32);
	check_window(MB / 2, 1, 32);
	check_window(MB / 2 + 1, 1, 31);
	check_window(MB, 4, 16);
	check_window(5 * MB, 2, 3);
	check_window(16 * MB, 1, 1);
}

TEST(what_was_asked_for_is_held_at_least)
{
	check_window(64, 32, 32);
	check_window(64, 45, 45);
	check_window(5 * MB, 4, 4);
	check_window(17 * MB, 2, 2);
}

/* ---- turns ---- */
enum { PARTS = 300, PART = 64 };

struct turns {
	struct stream *s;
	int upto;                /* parts that are made */
	atomic_int working, most;
};
struct reader { struct turns *t; int k, leave_at, n_good; struct error *error; pthread_t thread; };

/* Something that takes a while: whoever else works meanwhile is seen. */
static void work(struct turns *t)
{
	int n = atomic_fetch_add(&t->working, 1) + 1;

	if (n > atomic_load(&t->most))
		atomic_store(&t->most, n);
	for (int k = 0; k < 3; k++)
		sched_yield();
	atomic_fetch_sub(&t->working, 1);
}

static bool is_part(const unsigned char *bytes, int k)
{
	return bytes[0] == k % 251 && bytes[PART - 1] == k % 251;
}

static void *read_parts(void *arg)
{
	struct reader *r = arg;
	struct stream_reader *at = stream_reader(r->t->s, r->k);
	struct stream_head h;
	const void *bytes;

	stream_enter(r->t->s);
	work(r->t);
	r->error = stream_take_head(at, &h);
	for (int k = 0; !r->error && k < h.n_part && k < r->leave_at; k++) {
		work(r->t);
		r->error = stream_take(at, k, &bytes);
		r->n_good += !r->error && is_part(bytes, k);
	}
	work(r->t);
	stream_leave(at);
	work(r->t);
	stream_exit(r->t->s);
	return NULL;
}

static struct error *make_parts(struct turns *t)
{
	unsigned char part[PART];

	TRY(stream_begin(t->s, &(struct stream_head){ "head", 4, PART, PARTS }));
	for (int k = 0; k < t->upto; k++) {
		work(t);
		memset(part, k % 251, sizeof part);
		TRY(stream_put(t->s, k, part));
	}
	return NULL;
}

/* Two readers, each of which goes at its part leave_at; and a maker that ends early. */
static void take_turns(struct reader r[2], int first_leaves, int second_leaves, int upto, bool begins)
{
	struct turns t = { .s = stream_new("turns", 2, 2), .upto = upto };
	int leave_at[] = { first_leaves, second_leaves };

	stream_solo(t.s);
	for (int k = 0; k < 2; k++) {
		r[k] = (struct reader){ .t = &t, .k = k, .leave_at = leave_at[k] };
		CHECK(!pthread_create(&r[k].thread, NULL, read_parts, &r[k]));
	}
	stream_enter(t.s);
	if (begins) {
		CHECK_OK(make_parts(&t));
	} else {                 /* the readers come to wait for a head */
		stream_exit(t.s);
		usleep(3000);
		stream_enter(t.s);
	}
	work(&t);
	stream_exit(t.s);
	stream_end(t.s);
	for (int k = 0; k < 2; k++)
		pthread_join(r[k].thread, NULL);
	stream_free(t.s);
	CHECK_INT(t.most, 1);
}

TEST(one_works_at_a_time_and_all_parts_arrive)
{
	for (int round = 0; round < 20; round++) {
		struct reader r[2];

		take_turns(r, PARTS, PARTS, PARTS, true);
		for (int k = 0; k < 2; k++) {
			CHECK_OK(r[k].error);
			CHECK_INT(r[k].n_good, PARTS);
		}
	}
}

TEST(a_reader_that_leaves_early_holds_up_nobody)
{
	for (int round = 0; round < 10; round++) {
		struct reader r[2];

		take_turns(r, 7 * round, PARTS, PARTS, true);
		CHECK_OK(r[0].error);
		CHECK_OK(r[1].error);
		CHECK_INT(r[0].n_good, 7 * round);
		CHECK_INT(r[1].n_good, PARTS);
		take_turns(r, 3, round, PARTS, true);   /* then both are gone */
		CHECK_INT(r[1].n_good, round);
	}
}

TEST(a_maker_that_ends_early_holds_up_nobody)
{
	for (int round = 0; round < 10; round++) {
		struct reader r[2];

		take_turns(r, PARTS, 5, 10 + 9 * round, true);
		CHECK_ERROR(r[0].error, "turns was not made whole");
		CHECK_OK(r[1].error);
		CHECK_INT(r[0].n_good, 10 + 9 * round);
		take_turns(r, PARTS, 5, 0, false);      /* it never began */
		CHECK_ERROR(r[0].error, "was not made whole");
		CHECK_ERROR(r[1].error, "was not made whole");
	}
}

/* ---- processors ---- */
static int n_spare(void)
{
	int n = 0;

	while (spare_take() == SPARE_TAKEN)
		n++;
	for (int k = 0; k < n; k++)
		spare_give(SPARE_TAKEN);
	return n;
}

static void *wait_for_head(void *reader)
{
	struct stream_head h;

	error_free(stream_take_head(reader, &h));
	return NULL;
}

static void wait_for_spare(int n)
{
	for (int i = 0; i < 20000 && n_spare() != n; i++)
		usleep(500);
	CHECK_INT(n_spare(), n);
}

TEST(who_waits_leaves_its_processor_to_others)
{
	int fd;
	struct spare *page = spare_new(5, &fd);
	struct ahead x = { stream_new("waiting", 1, 32), 64, 40, 0 };
	pthread_t thread;
	const void *bytes;

	CHECK(page);
	spare_join(fd, 0);
	spare_begin(1, 2);
	spare_promised(page, 3);
	CHECK_INT(n_spare(), 2);
	CHECK(!pthread_create(&thread, NULL, wait_for_head, stream_reader(x.s, 0)));
	wait_for_spare(3);
	CHECK_OK(stream_begin(x.s, &(struct stream_head){ "h", 1, x.part, x.n_part }));
	pthread_join(thread, NULL);
	CHECK_INT(n_spare(), 2);
	CHECK(!pthread_create(&thread, NULL, put_ahead, &x));
	wait_for_spare(3);
	CHECK_OK(stream_take(stream_reader(x.s, 0), 39, &bytes));
	pthread_join(thread, NULL);
	CHECK_INT(n_spare(), 2);
	stream_free(x.s);
	spare_join(-1, -1);
	spare_free(page, fd);
}
