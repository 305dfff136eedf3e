/* A pass: one node makes a blob part by part, others read it at the same time, and it is hashed as its file would be.
 *
 * Every member runs as it would alone, on a thread of its own with an arena and a scratch folder of its own; only where its
 * bytes go to and come from differs (node/stream.h). So a member's failure is its own, and the others go on. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/spare.h"
#include "node/stream.h"
#include "run/work.h"
#include "run/worker.h"

struct member {
	struct job job;
	struct worker worker;
	struct reply reply;
	struct running running;
	struct stream *stream;
	struct stream_reader *reader;   /* NULL: it is the maker */
	pthread_t thread;
	bool started;
};

/* Who takes the digest is a reader like the others. */
struct hasher {
	struct stream *stream;
	struct stream_reader *reader;
	pthread_t thread;
	int64_t size;
	struct digest digest;
	struct error *error;
};

struct pass {
	struct job *job;
	struct stream *stream;
	int n;
	struct member *member;          /* [n] the maker first */
	struct hasher hasher;
	bool shared;                    /* its processors are */
};

static double thread_cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* All but the maker's own thread come on top of what was promised. */
static void begin_thread(struct stream *s)
{
	spare_go_on();
	stream_enter(s);
}

static void end_thread(struct stream *s)
{
	stream_exit(s);
	spare_rest();
}

/* ---- the digest ---- */
static struct error *hash_parts(struct hasher *h, const struct stream_head *head, struct digest_flow *f)
{
	digest_flow_add(f, head->bytes, head->n);
	for (int k = 0; k < head->n_part; k++) {
		const void *part;

		TRY(stream_take(h->reader, k, &part));
		digest_flow_add(f, part, head->part);
	}
	return NULL;
}

static void *hash(void *arg)
{
	struct hasher *h = arg;
	struct stream_head head;
	struct digest_flow *f;

	begin_thread(h->stream);
	h->error = stream_take_head(h->reader, &head);
	if (!h->error) {
		h->size = (int64_t)(head.n + head.part * (size_t)head.n_part);
		f = digest_flow_new(h->size);
		h->error = hash_parts(h, &head, f);
		h->digest = digest_flow_end(f);
	}
	stream_leave(h->reader);
	end_thread(h->stream);
	return NULL;
}

/* ---- members ---- */
static void run_member(struct member *m)
{
	double wall = clock_now(), cpu = thread_cpu();

	m->reply.error = run_call(&m->running, &m->job);
	if (m->reader)
		stream_leave(m->reader);
	m->reply.seconds = clock_now() - wall;
	m->reply.cpu = thread_cpu() - cpu;
}

static void *run_reader(void *arg)
{
	struct member *m = arg;

	begin_thread(m->stream);
	run_member(m);
	end_thread(m->stream);
	return NULL;
}

static void wire_up(struct member *m)
{
	const struct request *r = m->job.request;

	for (int i = 0; i < r->n_in; i++)
		for (int k = 0; k < r->in[i].n; k++)
			if (r->in[i].item[k].passing)
				r->in[i].item[k].item.stream = m->reader;
}

static struct error *prepare(struct member *m, struct pass *p, int k)
{
	const struct worker *w = p->job->worker;

	m->worker = *w;
	m->worker.scratch = arena_printf(m->job.arena, "%s/%d", w->scratch, k);
	if (mkdir(m->worker.scratch, 0700) < 0)
		return error_new(ERR_SYSTEM, "cannot make the folder %s: %s", m->worker.scratch, strerror(errno));
	TRY(job_literals(&m->job));
	TRY(run_begin(&m->running, &m->job));
	if (k > 0)
		wire_up(m);
	else if (m->running.n_out == 1)
		m->running.out[0].stream = p->stream;
	else
		return error_new(ERR_WORKER, "the maker of a pass must have one output, has %d", m->running.n_out);
	return NULL;
}

/* Once its thread runs, its reply is the thread's. */
static void start(struct member *m)
{
	int code;

	if (!m->reply.error) {
		code = pthread_create(&m->thread, NULL, run_reader, m);
		m->started = !code;
		if (code)
			m->reply.error = error_new(ERR_SYSTEM, "cannot start a thread: %s", strerror(code));
	}
	if (!m->started)
		stream_leave(m->reader);
}

/* ---- all of them ---- */
static void run_all(struct pass *p)
{
	for (int k = 1; k < p->n; k++)
		start(&p->member[k]);
	stream_enter(p->stream);
	if (!p->member[0].reply.error)
		run_member(&p->member[0]);
	end_thread(p->stream);
	stream_end(p->stream);
	for (int k = 1; k < p->n; k++)
		if (p->member[k].started)
			pthread_join(p->member[k].thread, NULL);
	spare_go_on();
}

/* What was made has a digest and no bytes. */
static struct error *finish_maker(struct member *m, struct hasher *h)
{
	const struct out *o = &m->running.out[0];
	struct record_out done = { .port = o->port };

	if (!o->streamed)
		return error_new(ERR_WORKER, "the node did not pass its output '%s' on; this is a bug in the node", o->port);
	if (h->error)
		return error_wrap(h->error, "output '%s' was not passed on whole; this is a bug in the node", o->port);
	done.artifact.n_blob = 1;
	done.artifact.blob = NEW(m->job.arena, struct store_blob);
	done.artifact.blob[0] = (struct store_blob){ o->streamed, h->digest, h->size };
	PUSH(m->job.arena, m->reply.out, m->reply.n_out, done);
	return NULL;
}

static void finish_all(struct pass *p)
{
	struct hasher *h = &p->hasher;

	if (!p->member[0].reply.error)
		p->member[0].reply.error = finish_maker(&p->member[0], h);
	else
		error_free(h->error);
	for (int k = 1; k < p->n; k++)
		if (!p->member[k].reply.error)
			p->member[k].reply.error = run_finish(&p->member[k].running);
}

static void write_replies(struct pass *p)
{
	struct buf b = { .arena = p->job->arena };

	for (int k = 0; k < p->n; k++) {
		buf_add(&b, k ? "," : "[");
		reply_write(&b, &p->member[k].reply);
		p->job->reply->bytes += p->member[k].reply.bytes;
		error_free(p->member[k].reply.error);
		arena_free(p->member[k].job.arena);
	}
	buf_add(&b, "]");
	p->job->reply->members = b.text;
}

/* Members wait for each other, so what one of them was promised may lie idle while another has too few. Where processors are
 * shared, the pass keeps its own thread's and lays all others open; its members take them as their work goes. */
static void share_threads(struct pass *p)
{
	const struct request *r = p->job->request;
	int promised = 1;

	for (int k = 0; k < p->n; k++)
		promised += r->member[k]->threads - 1;
	p->shared = spare_begin(promised, promised + 1) > promised;
	if (p->shared)
		spare_begin(1, 2);
	for (int k = 1; p->shared && k < r->threads; k++)
		spare_rest();
	for (int k = 0; k < p->n; k++) {
		const struct request *m = r->member[k];

		p->member[k].job.n_threads = p->shared && m->most > m->threads ? m->most : m->threads;
	}
}

static void unshare_threads(const struct pass *p)
{
	for (int k = 1; p->shared && k < p->job->request->threads; k++)
		spare_go_on();
}

struct error *serve_pass(struct job *j)
{
	const struct request *r = j->request;
	struct pass p = { .job = j, .n = r->n_member };
	int code;

	if (r->n_member < 2)
		return error_new(ERR_SYSTEM, "a pass has %d members, must have at least two", r->n_member);
	p.member = NEW_N(j->arena, struct member, p.n);
	share_threads(&p);
	p.stream = stream_new(arena_printf(j->arena, "the result of %s", r->member[0]->name), p.n,
	                      r->member[0]->threads + p.member[0].job.n_threads);
	if (spare_processors() == 1)
		stream_solo(p.stream);
	for (int k = 0; k < p.n; k++) {
		struct member *m = &p.member[k];

		m->job = (struct job){ &m->worker, r->member[k], &m->reply, arena_new(), m->job.n_threads };
		m->stream = p.stream;
		m->reader = k ? stream_reader(p.stream, k) : NULL;
		m->reply.error = prepare(m, &p, k);
	}
	p.hasher.stream = p.stream;
	p.hasher.reader = stream_reader(p.stream, 0);
	code = pthread_create(&p.hasher.thread, NULL, hash, &p.hasher);
	if (code && !p.member[0].reply.error)
		p.member[0].reply.error = error_new(ERR_SYSTEM, "cannot start a thread: %s", strerror(code));
	run_all(&p);
	if (!code)
		pthread_join(p.hasher.thread, NULL);
	finish_all(&p);
	write_replies(&p);
	unshare_threads(&p);
	stream_free(p.stream);
	return NULL;
}
