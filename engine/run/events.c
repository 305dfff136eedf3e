#include "run/events.h"

#include "base/arena.h"
#include "base/json.h"
#include "node/node.h"
#include "run/sched.h"
#include "run/work.h"

/* Each line is written whole and at once, so that a kill leaves at most the last one short. */
static void write_line(FILE *f, struct buf *b)
{
	buf_add(b, "}\n");
	fwrite(b->text, 1, b->n, f);
	fflush(f);
	arena_free(b->arena);
}

static struct buf begin(const char *event)
{
	struct buf b = { .arena = arena_new() };

	buf_printf(&b, "{\"event\":\"%s\"", event);
	return b;
}

static struct buf begin_task(const char *event, const struct task *t)
{
	struct buf b = begin(event);
	char hex[DIGEST_HEX];

	buf_add(&b, ",\"task\":");
	json_text(&b, task_name(b.arena, t));
	buf_add(&b, ",\"node\":");
	json_text(&b, t->step->node->name);
	if (t->keyed) {
		digest_hex(hex, &t->key);
		buf_printf(&b, ",\"key\":\"%s\"", hex);
	}
	return b;
}

static void add_why(struct buf *b, const struct task *t)
{
	if (!t->why || !t->why[0])
		return;
	buf_add(b, ",\"why\":");
	json_text(b, t->why);
}

static void add_errors(struct buf *b, const struct error *e)
{
	buf_add(b, ",\"error\":[");
	for (const char *comma = ""; e; e = e->cause, comma = ",") {
		buf_add(b, comma);
		json_text(b, e->text);
	}
	buf_add(b, "]");
}

void events_plan(FILE *f, const struct plan *p, int n_todo)
{
	struct buf b = begin("run_started");

	buf_add(&b, ",\"pipeline\":");
	json_text(&b, p->pipeline->path);
	buf_printf(&b, ",\"tasks\":%d,\"todo\":%d", p->n_task, n_todo);
	write_line(f, &b);
}

void events_start(FILE *f, const struct task *t)
{
	struct buf b = begin_task("task_started", t);
	const struct work *w = t->run;

	add_why(&b, t);
	buf_printf(&b, ",\"threads\":%d,\"try\":%d", w->threads, t->tries);
	write_line(f, &b);
}

void events_end(FILE *f, const struct task *t)
{
	static const char *const name[] = { [TASK_WAITING] = "task_stopped", [TASK_HIT] = "task_found", [TASK_READY] = "task_stopped",
		[TASK_RUNNING] = "task_stopped", [TASK_DONE] = "task_done", [TASK_EXCLUDED] = "task_excluded",
		[TASK_FAILED] = "task_failed", [TASK_SKIPPED] = "task_skipped" };
	struct buf b = begin_task(name[t->state], t);
	const struct work *w = t->run;

	add_why(&b, t);
	if (t->state == TASK_DONE)
		buf_printf(&b, ",\"seconds\":%.6f,\"cpu\":%.6f,\"peak\":%lld,\"bytes\":%lld", t->record.seconds, t->record.cpu_s,
		           (long long)t->record.peak_bytes, (long long)w->bytes);
	if (w && w->pass) {
		buf_add(&b, ",\"pass\":");
		json_text(&b, task_name(b.arena, w->pass));
	}
	if (t->error)
		add_errors(&b, t->error);
	if (w && w->log) {
		buf_add(&b, ",\"log\":");
		json_text(&b, w->log);
	}
	write_line(f, &b);
}

void events_retry(FILE *f, const struct task *t, const struct error *e)
{
	struct buf b = begin_task("task_retried", t);

	add_errors(&b, e);
	write_line(f, &b);
}

void events_done(FILE *f, const struct sched_result *r, double seconds)
{
	struct buf b = begin("run_done");

	buf_printf(&b, ",\"ran\":%d,\"failed\":%d,\"found\":%d,\"interrupted\":%s,\"seconds\":%.6f", r->n_ran, r->n_failed,
	           r->n_found, r->interrupted ? "true" : "false", seconds);
	write_line(f, &b);
}
