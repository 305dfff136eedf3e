#include "node/stream.h"

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/spare.h"

enum { ROOMY_PARTS = 32, ROOMY_BYTES = 16 << 20 };

struct stream_reader {
	struct stream *stream;
	int at;                     /* the part it reads or wants; those before are done with. INT_MAX: it left */
};

struct stream {
	char *name;
	int n_reader, window;
	struct stream_reader *reader;
	pthread_mutex_t lock;
	pthread_cond_t moved;       /* something of what follows changed */
	bool solo;                  /* who works holds the baton */
	pthread_mutex_t baton;
	bool begun, ended;
	struct stream_head head;
	unsigned char *bytes;       /* the head, then [window][part] */
	int *holds;                 /* [window] the part that is there whole, -1: none */
};

struct stream *stream_new(const char *name, int n_reader, int window)
{
	struct stream *s = calloc(1, sizeof *s);

	if (!s || !(s->name = strdup(name)) || !(s->reader = calloc((size_t)n_reader + 1, sizeof *s->reader)))
		abort();
	s->n_reader = n_reader;
	s->window = window;
	for (int k = 0; k < n_reader; k++)
		s->reader[k].stream = s;
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->baton, NULL);
	pthread_cond_init(&s->moved, NULL);
	return s;
}

const char *stream_name(const struct stream *s)
{
	return s->name;
}

struct stream_reader *stream_reader(struct stream *s, int k)
{
	return &s->reader[k];
}

void stream_free(struct stream *s)
{
	pthread_cond_destroy(&s->moved);
	pthread_mutex_destroy(&s->baton);
	pthread_mutex_destroy(&s->lock);
	free(s->bytes);
	free(s->holds);
	free(s->reader);
	free(s->name);
	free(s);
}

/* ---- taking turns ---- */
void stream_solo(struct stream *s)
{
	s->solo = true;
}

void stream_enter(struct stream *s)
{
	if (s->solo)
		pthread_mutex_lock(&s->baton);
}

void stream_exit(struct stream *s)
{
	if (s->solo)
		pthread_mutex_unlock(&s->baton);
}

/* Who waits uses no processor. Both with the lock, which is free before the baton is asked for again. */
static void rest(struct stream *s)
{
	spare_rest();
	stream_exit(s);
}

static void go_on(struct stream *s)
{
	pthread_mutex_unlock(&s->lock);
	stream_enter(s);
	spare_go_on();
	pthread_mutex_lock(&s->lock);
}

static unsigned char *slot(const struct stream *s, int k)
{
	return s->bytes + s->head.n + (size_t)(k % s->window) * s->head.part;
}

/* ---- the maker's side ---- */
/* Small parts more at a time: who makes them and who reads them then need not go in step. */
static void make_window(struct stream *s, size_t part)
{
	while (s->window < ROOMY_PARTS && part <= ROOMY_BYTES / (size_t)(s->window + 1))
		s->window++;
	s->holds = malloc((size_t)s->window * sizeof *s->holds);
	if (!s->holds)
		abort();
	for (int k = 0; k < s->window; k++)
		s->holds[k] = -1;
}

struct error *stream_begin(struct stream *s, const struct stream_head *h)
{
	size_t room;

	if (!s->holds)
		make_window(s, h->part);
	if (s->begun || h->n_part < 1 || !h->part || __builtin_mul_overflow(h->part, (size_t)s->window, &room)
	    || __builtin_add_overflow(room, h->n, &room))
		return error_new(ERR_WORKER, "%s cannot begin with %d parts of %zu bytes; this is a bug in the node", s->name, h->n_part,
		                 h->part);
	s->bytes = malloc(room);
	if (!s->bytes)
		return error_new(ERR_SYSTEM, "no memory for the %zu bytes of %s that are held at a time", room, s->name);
	memcpy(s->bytes, h->bytes, h->n);
	pthread_mutex_lock(&s->lock);
	s->head = *h;
	s->head.bytes = s->bytes;
	s->begun = true;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* The part that the slowest reader is at. */
static int slowest(const struct stream *s)
{
	int at = INT_MAX;

	for (int k = 0; k < s->n_reader; k++)
		at = s->reader[k].at < at ? s->reader[k].at : at;
	return at;
}

static bool is_far(const struct stream *s, int k, int ahead)
{
	return k - ahead >= slowest(s);
}

struct error *stream_put(struct stream *s, int k, const void *bytes)
{
	bool nobody;

	if (k < 0 || k >= s->head.n_part)
		return error_new(ERR_WORKER, "part %d is beyond the %d parts of %s; this is a bug in the node", k, s->head.n_part, s->name);
	pthread_mutex_lock(&s->lock);
	if (is_far(s, k, s->window)) {   /* then until half of it is read: a short rest is of no use to who takes its processor */
		rest(s);
		while (is_far(s, k, (s->window + 1) / 2))
			pthread_cond_wait(&s->moved, &s->lock);
		go_on(s);
	}
	nobody = slowest(s) == INT_MAX;   /* who left never comes back */
	pthread_mutex_unlock(&s->lock);
	if (nobody)
		return NULL;
	memcpy(slot(s, k), bytes, s->head.part);
	pthread_mutex_lock(&s->lock);
	s->holds[k % s->window] = k;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

void stream_end(struct stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->lock);
}

/* ---- a reader's side ---- */
const char *stream_reader_name(const struct stream_reader *r)
{
	return r->stream->name;
}

static struct error *broken_off(const struct stream *s)
{
	return error_new(ERR_WORKER, "%s was not made whole", s->name);
}

struct error *stream_take_head(struct stream_reader *r, struct stream_head *h)
{
	struct stream *s = r->stream;
	bool begun;

	pthread_mutex_lock(&s->lock);
	if (!s->begun && !s->ended) {
		rest(s);
		while (!s->begun && !s->ended)
			pthread_cond_wait(&s->moved, &s->lock);
		go_on(s);
	}
	begun = s->begun;
	*h = s->head;
	pthread_mutex_unlock(&s->lock);
	return begun ? NULL : broken_off(s);
}

struct error *stream_take(struct stream_reader *r, int k, const void **bytes)
{
	struct stream *s = r->stream;
	bool there;

	if (k < r->at || k >= s->head.n_part)
		return error_new(ERR_WORKER, "part %d of %s was asked for after part %d of %d; this is a bug in the node", k, s->name, r->at,
		                 s->head.n_part);
	pthread_mutex_lock(&s->lock);
	r->at = k;
	pthread_cond_broadcast(&s->moved);
	if (s->holds[k % s->window] != k && !s->ended) {
		rest(s);
		while (s->holds[k % s->window] != k && !s->ended)
			pthread_cond_wait(&s->moved, &s->lock);
		go_on(s);
	}
	there = s->holds[k % s->window] == k;
	pthread_mutex_unlock(&s->lock);
	*bytes = slot(s, k);
	return there ? NULL : broken_off(s);
}

void stream_leave(struct stream_reader *r)
{
	struct stream *s = r->stream;

	pthread_mutex_lock(&s->lock);
	r->at = INT_MAX;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->lock);
}
