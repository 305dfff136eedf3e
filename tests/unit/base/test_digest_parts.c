/* The digest of a file whose parts are written in any order, by many threads, against that of the file in the end. */
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"

enum { MAX_PARTS = 4096, MAX_THREADS = 4 };
enum cut { SMALL, LEAVES, ODD, ONE, N_CUT };   /* below a leaf, multiples of one, anything, all at once */

struct part { int64_t at; size_t n; };

/* A file that is being written. */
struct writing {
	unsigned char *bytes;
	int64_t size;
	int fd, n_part;
	const char *path;
	struct part part[MAX_PARTS];
	struct digest_parts *parts;
	atomic_int next;
	bool unwritten;          /* the bytes are told, but never come to the file */
	atomic_int failed;
};

static int64_t below(int64_t n)
{
	return (int64_t)(check_random() * (double)n);
}

static void set_noise(unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)below(256);
}

static size_t next_size(enum cut how, int64_t left)
{
	int64_t n = left;

	if (how == SMALL)
		n = 1 + below(DIGEST_LEAF - 1);
	else if (how == LEAVES)
		n = (1 + below(3)) * DIGEST_LEAF;
	else if (how == ODD)
		n = 1 + below(4 * DIGEST_LEAF);
	return (size_t)(n < left ? n : left);
}

static void cut(struct writing *w, enum cut how)
{
	w->n_part = 0;
	for (int64_t at = 0; at < w->size; at += (int64_t)w->part[w->n_part++].n) {
		CHECK(w->n_part < MAX_PARTS);
		w->part[w->n_part] = (struct part){ at, next_size(how, w->size - at) };
	}
	for (int k = w->n_part - 1; k > 0; k--) {   /* put in random order */
		int other = (int)below(k + 1);
		struct part kept = w->part[k];

		w->part[k] = w->part[other];
		w->part[other] = kept;
	}
}

static struct writing *writing_new(int64_t size, enum cut how)
{
	struct writing *w = NEW(check_arena(), struct writing);

	w->size = size;
	w->bytes = arena_alloc(check_arena(), (size_t)size + 1, 1);
	set_noise(w->bytes, (size_t)size);
	w->path = path_join(check_arena(), check_folder(), "parts");
	w->fd = open(w->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK(w->fd >= 0 && ftruncate(w->fd, size) == 0);
	w->parts = digest_parts_new(size, check_arena());
	cut(w, how);
	return w;
}

static void *put_some(void *arg)
{
	struct writing *w = arg;
	int k;

	while ((k = atomic_fetch_add(&w->next, 1)) < w->n_part) {
		const struct part *p = &w->part[k];

		if (!w->unwritten && pwrite(w->fd, w->bytes + p->at, p->n, p->at) != (ssize_t)p->n)
			atomic_store(&w->failed, 1);
		digest_parts_put(w->parts, p->at, w->bytes + p->at, p->n);
	}
	return NULL;
}

static void put_all(struct writing *w, int n_threads)
{
	pthread_t thread[MAX_THREADS];

	for (int k = 1; k < n_threads; k++)
		CHECK(pthread_create(&thread[k], NULL, put_some, w) == 0);
	put_some(w);
	for (int k = 1; k < n_threads; k++)
		pthread_join(thread[k], NULL);
	CHECK(!w->failed);
}

/* Other bytes over what was put, at places that have nothing to do with the parts. */
static void change(struct writing *w)
{
	int64_t at = below(w->size);
	size_t n = next_size((enum cut)below(ODD + 1), w->size - at);

	set_noise(w->bytes + at, n);
	CHECK(pwrite(w->fd, w->bytes + at, n, at) == (ssize_t)n);
	digest_parts_changed(w->parts, at, n);
}

static void check_digest(struct writing *w)
{
	struct digest is, must;
	int64_t size;

	CHECK_OK(digest_parts_end(&is, w->parts, w->fd, w->path));
	CHECK_OK(digest_file(&must, &size, w->path, 1));
	CHECK_INT(size, w->size);
	CHECK(digest_equal(&is, &must));
	close(w->fd);
}

static const int64_t sizes[] = {
	0, 1, DIGEST_LEAF - 1, DIGEST_LEAF, DIGEST_LEAF + 1, 5 * DIGEST_LEAF, 9 * DIGEST_LEAF + 77, 23 * DIGEST_LEAF - 1,
};
enum { N_SIZE = sizeof sizes / sizeof *sizes };

TEST(any_cuts_in_any_order_by_any_threads)
{
	for (int s = 0; s < N_SIZE; s++)
		for (int how = 0; how < N_CUT; how++)
			for (int threads = 1; threads <= MAX_THREADS; threads++) {
				struct writing *w = writing_new(sizes[s], (enum cut)how);

				put_all(w, threads);
				check_digest(w);
			}
}

TEST(parts_that_are_changed_afterwards)
{
	for (int s = 1; s < N_SIZE; s++)
		for (int how = 0; how < N_CUT; how++)
			for (int n = 1; n <= 9; n += 4) {
				struct writing *w = writing_new(sizes[s], (enum cut)how);

				put_all(w, 2);
				for (int k = 0; k < n; k++)
					change(w);
				digest_parts_changed(w->parts, w->size, 0);   /* nothing */
				check_digest(w);
			}
}

static void *change_some(void *arg)
{
	struct writing *w = arg;
	int k;

	while ((k = atomic_fetch_add(&w->next, 1)) < w->n_part) {
		const struct part *p = &w->part[k];

		memset(w->bytes + p->at, k, p->n);
		if (pwrite(w->fd, w->bytes + p->at, p->n, p->at) != (ssize_t)p->n)
			atomic_store(&w->failed, 1);
		digest_parts_changed(w->parts, p->at, p->n);
	}
	return NULL;
}

/* Parts that lie side by side share leaves. */
TEST(parts_that_many_threads_change)
{
	for (int s = 1; s < N_SIZE; s++)
		for (int how = 0; how < N_CUT; how++) {
			struct writing *w = writing_new(sizes[s], (enum cut)how);
			pthread_t thread[MAX_THREADS];

			put_all(w, 2);
			atomic_store(&w->next, 0);
			for (int k = 1; k < MAX_THREADS; k++)
				CHECK(pthread_create(&thread[k], NULL, change_some, w) == 0);
			change_some(w);
			for (int k = 1; k < MAX_THREADS; k++)
				pthread_join(thread[k], NULL);
			CHECK(!w->failed);
			check_digest(w);
		}
}

TEST(what_was_changed_may_be_put_again)
{
	struct writing *w = writing_new(9 * DIGEST_LEAF + 77, ODD);

	put_all(w, 1);
	change(w);
	atomic_store(&w->next, 0);
	put_all(w, 3);
	check_digest(w);
}

TEST(nothing_put_at_all)
{
	for (int s = 0; s < N_SIZE; s++) {
		struct writing *w = writing_new(sizes[s], ONE);

		CHECK(pwrite(w->fd, w->bytes, (size_t)w->size, 0) == w->size);
		check_digest(w);
	}
}

/* Leaves that were put whole are not read again: here they never came to the file. */
TEST(what_was_put_whole_is_not_read)
{
	for (int s = 0; s < N_SIZE; s++) {
		struct writing *w = writing_new(sizes[s], LEAVES);
		struct digest is, must = digest_blob(w->bytes, (size_t)w->size, 1);

		w->unwritten = true;
		put_all(w, 2);
		CHECK(ftruncate(w->fd, 0) == 0);
		CHECK_OK(digest_parts_end(&is, w->parts, w->fd, w->path));
		CHECK(digest_equal(&is, &must));
		close(w->fd);
	}
}

TEST(a_file_that_cannot_be_read_again_is_told_by_name)
{
	struct writing *w = writing_new(5 * DIGEST_LEAF + 9, SMALL);
	const char *again = arena_printf(check_arena(), "cannot read %s: ", w->path);
	struct digest d;
	int fd;

	put_all(w, 2);
	CHECK(ftruncate(w->fd, 4 * DIGEST_LEAF) == 0);
	CHECK_ERROR(digest_parts_end(&d, w->parts, w->fd, w->path), arena_printf(check_arena(), "%sit was cut off", again));
	fd = open(w->path, O_WRONLY | O_CLOEXEC);
	CHECK_ERROR(digest_parts_end(&d, w->parts, fd, w->path), arena_printf(check_arena(), "%sBad file", again));
	close(fd);
	close(w->fd);
}
