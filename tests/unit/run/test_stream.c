#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "node/stream.h"

enum { PARTS = 500, PART = 64, WINDOW = 8, READERS = 3 };

struct maker { struct stream *s; atomic_int next, upto; };

static void *put_all(void *arg)
{
	struct maker *m = arg;
	unsigned char part[PART];
	int k;

	while ((k = atomic_fetch_add(&m->next, 1)) < m->upto) {
		memset(part, k % 251, sizeof part);
		error_free(stream_put(m->s, k, part));
	}
	return NULL;
}

struct reading { struct stream_reader *r; int leave_at, step, n_good; struct error *error; };

static void *take_all(void *arg)
{
	struct reading *x = arg;
	struct stream_head h;
	const void *bytes;

	x->error = stream_take_head(x->r, &h);
	for (int k = 0; !x->error && k < h.n_part && k < x->leave_at; k += x->step) {
		x->error = stream_take(x->r, k, &bytes);
		x->n_good += !x->error && ((const unsigned char *)bytes)[0] == k % 251 && ((const unsigned char *)bytes)[PART - 1] == k % 251;
	}
	stream_leave(x->r);
	return NULL;
}

/* Two threads make it, three read it: one all, one every third part, one leaves early. */
static void pass(struct reading *x, int upto)
{
	struct stream *s = stream_new("the result of test", READERS, WINDOW);
	struct maker m = { .s = s, .upto = upto };
	pthread_t maker, reader[READERS];

	for (int k = 0; k < READERS; k++) {
		x[k] = (struct reading){ .r = stream_reader(s, k), .leave_at = k == 2 ? 10 : PARTS, .step = k == 1 ? 3 : 1 };
		CHECK(!pthread_create(&reader[k], NULL, take_all, &x[k]));
	}
	CHECK_OK(stream_begin(s, &(struct stream_head){ "head", 4, PART, PARTS }));
	CHECK(!pthread_create(&maker, NULL, put_all, &m));
	put_all(&m);
	pthread_join(maker, NULL);
	stream_end(s);
	for (int k = 0; k < READERS; k++)
		pthread_join(reader[k], NULL);
	stream_free(s);
}

TEST(all_readers_get_all_parts)
{
	struct reading x[READERS];

	pass(x, PARTS);
	CHECK_OK(x[0].error);
	CHECK_OK(x[1].error);
	CHECK_OK(x[2].error);
	CHECK_INT(x[0].n_good, PARTS);
	CHECK_INT(x[1].n_good, (PARTS + 2) / 3);
	CHECK_INT(x[2].n_good, 10);
}

TEST(who_waits_for_what_never_comes_is_told)
{
	struct reading x[READERS];

	pass(x, 20);
	CHECK_ERROR(x[0].error, "the result of test was not made whole");
	CHECK_ERROR(x[1].error, "was not made whole");
	CHECK_OK(x[2].error);
	CHECK_INT(x[0].n_good, 20);
}

TEST(nonsense_is_refused)
{
	struct stream *s = stream_new("x", 1, 2);
	struct stream_reader *r = stream_reader(s, 0);
	struct stream_head h;
	const void *bytes;

	CHECK_ERROR(stream_begin(s, &(struct stream_head){ "", 0, SIZE_MAX / 2 + 1, 3 }), "cannot begin");
	CHECK_ERROR(stream_begin(s, &(struct stream_head){ "", 0, 0, 3 }), "cannot begin");
	CHECK_OK(stream_begin(s, &(struct stream_head){ "ab", 2, 4, 3 }));
	CHECK_ERROR(stream_begin(s, &(struct stream_head){ "ab", 2, 4, 3 }), "cannot begin");
	CHECK_ERROR(stream_put(s, 3, "1234"), "beyond the 3 parts");
	CHECK_OK(stream_put(s, 1, "1234"));
	CHECK_OK(stream_take_head(r, &h));
	CHECK(h.n == 2 && memcmp(h.bytes, "ab", 2) == 0);
	CHECK_OK(stream_take(r, 1, &bytes));
	CHECK(memcmp(bytes, "1234", 4) == 0);
	CHECK_ERROR(stream_take(r, 0, &bytes), "was asked for after part 1");
	stream_leave(r);
	stream_leave(r);
	CHECK_OK(stream_put(s, 2, "5678"));   /* nobody waits for it */
	stream_end(s);
	stream_free(s);
}
