/* The end of a task: its record or its failure, and what that means for its readers. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "node/node.h"
#include "run/origin.h"
#include "run/progress.h"
#include "run/sched_inside.h"
#include "store/memo.h"

enum { LAST_WORDS = 600, COPY = 1 << 16 };

/* ---- readers ---- */
static void settle_reader(struct sched *s, struct task *r)
{
	struct error *e;

	if (r->state != TASK_WAITING || --r->n_wait > 0)
		return;
	e = task_settle(s->plan, r);
	if (e)
		task_failed(s, r, e);
	else if (r->state == TASK_READY)
		queue_push(s, r);
	else
		task_settled(s, r);
}

void task_settled(struct sched *s, struct task *t)
{
	if (t->state == TASK_FAILED) {
		s->result->n_failed++;
		s->stop |= !s->opt->keep_going;
	}
	progress_end(s->opt->progress, t);
	for (int k = 0; k < t->n_reader; k++)
		settle_reader(s, t->reader[k]);
}

void task_failed(struct sched *s, struct task *t, struct error *e)
{
	bool again = t->run && ((struct work *)t->run)->again;

	t->state = TASK_FAILED;
	t->error = e;
	if (again) {   /* its readers went on long ago */
		s->result->n_failed++;
		s->stop |= !s->opt->keep_going;
		progress_end(s->opt->progress, t);
		bytes_made(s, t);
	} else {
		task_settled(s, t);
	}
}

void task_found(struct sched *s, struct task *t)
{
	t->state = TASK_HIT;
	t->why = "made by another run";
	s->result->n_found++;
	if (s->plan->memo)
		memo_add_record(s->plan->memo, &t->record);
	task_settled(s, t);
}

/* ---- what it printed ---- */
static const char *log_path(struct sched *s, const struct task *t)
{
	struct arena *a = s->plan->arena;
	char *name = arena_printf(a, "%s.log", task_name(a, t));

	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '_';
	return path_join(a, s->opt->log_folder, name);
}

static struct error *copy_log(int from, int to, const char *path)
{
	char bytes[COPY];
	ssize_t n;
	off_t at = 0;

	while ((n = pread(from, bytes, sizeof bytes, at)) > 0) {
		TRY(fd_write(to, bytes, (size_t)n, path));
		at += n;
	}
	return NULL;
}

static void keep_log(struct sched *s, struct task *t, const struct pool_event *ev)
{
	const char *path = log_path(s, t);
	struct work *w = t->run;
	int fd;

	error_free(file_mkdirs(s->opt->log_folder));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	error_free(copy_log(ev->log_fd, fd, path));
	close(fd);
	w->log = path;
}

/* The end of what it printed, from a line's start. */
static const char *last_words(struct sched *s, const struct pool_event *ev)
{
	char text[LAST_WORDS + 1];
	off_t from = ev->log_size > LAST_WORDS ? ev->log_size - LAST_WORDS : 0;
	ssize_t n = pread(ev->log_fd, text, LAST_WORDS, from);
	const char *line;

	if (n <= 0)
		return NULL;
	while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	text[n] = 0;
	line = from ? strchr(text, '\n') : NULL;
	return arena_strdup(s->plan->arena, line ? line + 1 : text);
}

/* ---- success ---- */
static void copy_out(struct record_out *to, const struct record_out *from, struct arena *a)
{
	*to = *from;
	to->port = arena_strdup(a, from->port);
	to->artifact.blob = NEW_N(a, struct store_blob, from->artifact.n_blob);
	for (int i = 0; i < from->artifact.n_blob; i++) {
		to->artifact.blob[i] = from->artifact.blob[i];
		to->artifact.blob[i].name = arena_strdup(a, from->artifact.blob[i].name);
	}
}

static void fill_record(struct sched *s, struct task *t, const struct reply *r)
{
	struct arena *a = s->plan->arena;

	t->record = (struct record){ .key = t->key, .node = t->step->node->name, .version = t->step->node->version,
		.n_out = r->n_out, .n_note = r->n_note, .seconds = r->seconds, .cpu_s = r->cpu, .peak_bytes = r->peak,
		.made = time(NULL), .host = s->host };
	t->record.key_text = task_key_text(s->plan, t, a);
	t->record.out = NEW_N(a, struct record_out, r->n_out);
	for (int i = 0; i < r->n_out; i++)
		copy_out(&t->record.out[i], &r->out[i], a);
	t->record.note = NEW_N(a, const char *, r->n_note);
	for (int i = 0; i < r->n_note; i++)
		t->record.note[i] = arena_strdup(a, r->note[i]);
}

static void release(struct sched *s, struct task *t)
{
	struct work *w = t->run;

	if (w->leased)
		store_release(s->plan->store, &t->key);
	w->leased = false;
}

static void succeed(struct sched *s, struct task *t, const struct reply *r)
{
	struct work *w = t->run;
	struct error *e;

	fill_record(s, t, r);
	w->bytes = r->bytes;
	e = store_publish(s->plan->store, &t->record);
	release(s, t);
	if (e) {
		task_failed(s, t, error_wrap(e, "keeping the result"));
		return;
	}
	t->state = TASK_DONE;
	s->result->n_ran++;
	if (s->plan->memo)
		memo_add_record(s->plan->memo, &t->record);
	if (w->again) {
		progress_end(s->opt->progress, t);
		bytes_made(s, t);
	} else {
		task_settled(s, t);
	}
}

/* ---- failure ---- */
static bool try_again(const struct task *t, const struct error *e)
{
	return (e->code == ERR_SYSTEM || e->code == ERR_WORKER) && t->tries <= t->step->retry.times;
}

static void trouble(struct sched *s, struct task *t, struct error *e, const struct pool_event *ev)
{
	release(s, t);
	if (s->result->interrupted) {
		t->state = TASK_READY;
		t->why = "interrupted";
		progress_end(s->opt->progress, t);
		error_free(e);
		return;
	}
	if (ev->log_size && (e->code == ERR_WORKER || t->step->argv))
		((struct work *)t->run)->words = last_words(s, ev);
	if (try_again(t, e)) {
		progress_retry(s->opt->progress, t, e);
		error_free(e);
		t->state = TASK_READY;
		queue_push(s, t);
		return;
	}
	task_failed(s, t, e);
}

/* What was read may have been neither the old file nor the new one; then that is the error, whatever else went wrong. */
static struct error *files_stayed(const struct task *t, struct error *e)
{
	struct error *changed = task_check_outside(t);

	if (changed)
		error_free(e);
	return changed ? changed : e;
}

void task_end(struct sched *s, struct task *t, struct reply *r, struct pool_event *ev)
{
	r->error = files_stayed(t, r->error);
	if (r->error)
		trouble(s, t, error_origin(s->plan, t, r->error), ev);
	else
		succeed(s, t, r);
}

void task_finish(struct sched *s, struct task *t, struct pool_event *ev)
{
	struct work *w = t->run;

	s->n_running--;
	s->threads_used -= w->threads;
	pool_promised(s->pool, -w->threads);
	s->memory_used -= w->memory;
	if (ev->log_size)
		keep_log(s, t, ev);
	w->gone = false;
	if (w->n_member)
		pass_finish(s, t, ev);
	else if (ev->death)
		trouble(s, t, files_stayed(t, ev->death), ev);
	else
		task_end(s, t, ev->reply, ev);
}
