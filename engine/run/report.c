#include "run/report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "node/node.h"
#include "run/work.h"

enum { PIECE = 1 << 16 };

static const char *const state_name[] = {
	[TASK_WAITING] = "waiting", [TASK_HIT] = "cached", [TASK_READY] = "ready", [TASK_RUNNING] = "running",
	[TASK_DONE] = "ran", [TASK_EXCLUDED] = "excluded", [TASK_FAILED] = "failed", [TASK_SKIPPED] = "skipped",
};

static void add_pair(struct buf *b, const char *key, const char *text)
{
	buf_add(b, ", \"");
	buf_add(b, key);
	buf_add(b, "\": ");
	json_text(b, text);
}

static void add_hex(struct buf *b, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	buf_add(b, "\"");
	buf_add_n(b, hex, DIGEST_HEX - 1);
	buf_add(b, "\"");
}

/* printf is most of the time of a run that has nothing to do. */
static void add_int(struct buf *b, const char *key, int64_t x)
{
	char digit[24], *p = digit + sizeof digit;

	if (x < 0)
		x = 0;
	do
		*--p = (char)('0' + x % 10);
	while (x /= 10);
	buf_add(b, key);
	buf_add_n(b, p, (size_t)(digit + sizeof digit - p));
}

/* To the microsecond. */
static void add_seconds(struct buf *b, const char *key, double s)
{
	int64_t us = s > 0 && s < 1e12 ? (int64_t)(1e6 * s + 0.5) : 0;
	char part[8] = ".000000";

	add_int(b, key, us / 1000000);
	us %= 1000000;
	for (int i = 6; i > 0; i--, us /= 10)
		part[i] = (char)('0' + us % 10);
	buf_add_n(b, part, 7);
}

/* The model's name; the results are the same bytes only on processors of one level. */
static const char *cpu_name(char out[128])
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256], *colon;

	strcpy(out, "unknown");
	for (int i = 0; f && i < 16 && fgets(line, sizeof line, f); i++)
		if (strncmp(line, "model name", 10) == 0 && (colon = strchr(line, ':')))
			snprintf(out, 128, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
	if (f)
		fclose(f);
	return out;
}

static int64_t artifact_bytes(const struct task *t)
{
	int64_t sum = 0;

	for (int i = 0; i < t->record.n_out; i++)
		for (int k = 0; k < t->record.out[i].artifact.n_blob; k++)
			sum += t->record.out[i].artifact.blob[k].size;
	return sum;
}

static bool has_result(const struct task *t)
{
	return t->state == TASK_HIT || t->state == TASK_DONE;
}

static void add_outputs(struct buf *b, const struct task *t)
{
	buf_add(b, ", \"out\": {");
	for (int i = 0; i < t->record.n_out; i++) {
		buf_add(b, i ? ", " : "");
		json_text(b, t->record.out[i].port);
		buf_add(b, ": ");
		add_hex(b, &t->record.out[i].artifact.digest);
	}
	buf_add(b, "}");
}

static void add_error(struct buf *b, const struct error *e)
{
	buf_add(b, ", \"error\": [");
	for (const char *comma = ""; e; e = e->cause, comma = ", ") {
		buf_add(b, comma);
		json_text(b, e->text);
	}
	buf_add(b, "]");
}

static void add_task(struct buf *b, const struct task *t, struct arena *a)
{
	const struct work *w = t->run;

	buf_add(b, "{\"task\": ");
	json_text(b, task_name(a, t));
	add_pair(b, "node", t->step->node->name);
	add_pair(b, "state", state_name[t->state]);
	if (t->keyed) {
		buf_add(b, ", \"key\": ");
		add_hex(b, &t->key);
	}
	if (t->why && t->why[0])
		add_pair(b, "why", t->why);
	if (has_result(t)) {
		add_seconds(b, ", \"seconds\": ", t->record.seconds);
		add_seconds(b, ", \"cpu\": ", t->record.cpu_s);
		add_int(b, ", \"peak\": ", t->record.peak_bytes);
		add_int(b, ", \"bytes\": ", artifact_bytes(t));
		add_outputs(b, t);
	}
	if (t->error)
		add_error(b, t->error);
	if (w && w->words)
		add_pair(b, "printed", w->words);
	if (w && w->log)
		add_pair(b, "log", w->log);
	buf_add(b, "}");
}

/* Text goes to the file as it comes: a large run's would be megabytes of fresh memory. */
struct stream { struct buf buf; int fd; const char *path; };

static struct error *flush_over(struct stream *s, size_t n)
{
	if (s->buf.n <= n)
		return NULL;
	TRY(fd_write(s->fd, s->buf.text, s->buf.n, s->path));
	s->buf.n = 0;
	return NULL;
}

static struct error *add_tasks(struct stream *s, const struct report *r)
{
	struct arena *a = s->buf.arena;

	buf_add(&s->buf, ",\n\"tasks\": [");
	for (int i = 0; i < r->plan->n_task; i++) {
		buf_add(&s->buf, i ? ",\n" : "\n");
		add_task(&s->buf, r->plan->task[i], a);
		TRY(flush_over(s, PIECE));
	}
	buf_add(&s->buf, "\n]");
	return NULL;
}

static struct error *add_exports(struct stream *s, const struct exports *x)
{
	buf_add(&s->buf, ",\n\"exports\": {");
	for (int i = 0; i < x->n; i++) {
		buf_add(&s->buf, i ? ",\n" : "\n");
		json_text(&s->buf, x->file[i].name);
		buf_add(&s->buf, ": ");
		add_hex(&s->buf, &x->file[i].artifact->digest);
		TRY(flush_over(s, PIECE));
	}
	buf_add(&s->buf, "\n}");
	return NULL;
}

static void add_counts(struct buf *b, const struct plan *p)
{
	buf_add(b, ",\n\"counts\": {");
	for (int i = 0, n = 0; i <= TASK_SKIPPED; i++)
		if (p->n_count[i])
			buf_printf(b, "%s\"%s\": %d", n++ ? ", " : "", state_name[i], p->n_count[i]);
	buf_add(b, "}");
}

static void add_head(struct buf *b, const struct report *r)
{
	char host[HOST_NAME_MAX + 1] = "", cpu[128];
	const struct pipeline *p = r->plan->pipeline;

	gethostname(host, sizeof host - 1);
	buf_add(b, "{\"sulcus\": 1");
	add_pair(b, "version", r->version);
	add_pair(b, "pipeline", p->path);
	add_pair(b, "title", p->title ? p->title : "");
	add_pair(b, "host", host);
	add_pair(b, "cpu", cpu_name(cpu));
	add_pair(b, "store", store_root(r->plan->store));
	add_pair(b, "ended", r->result.interrupted ? "interrupted" : r->result.n_failed ? "failed" : "done");
	buf_printf(b, ", \"started\": %lld, \"seconds\": %.6f", (long long)r->started, r->seconds);
	add_counts(b, r->plan);
}

static struct error *write_all(struct stream *s, const struct report *r)
{
	add_head(&s->buf, r);
	TRY(add_tasks(s, r));
	TRY(add_exports(s, r->exports));
	buf_add(&s->buf, "}\n");
	return flush_over(s, 0);
}

struct error *report_write(const struct report *r)
{
	const char *path = path_join(r->arena, r->folder, "run.json");
	struct stream s = { .buf = { .arena = arena_new() } };
	struct error *e = file_mkdirs(r->folder);

	s.path = arena_printf(r->arena, "%s/.run.json.%d", r->folder, (int)getpid());
	s.fd = e ? -1 : open(s.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (!e && s.fd < 0)
		e = error_new(ERR_SYSTEM, "cannot write %s: %s", s.path, strerror(errno));
	if (!e)
		e = write_all(&s, r);
	if (s.fd >= 0 && close(s.fd) < 0 && !e)
		e = error_new(ERR_SYSTEM, "cannot write %s: %s", s.path, strerror(errno));
	if (!e && rename(s.path, path) < 0)
		e = error_new(ERR_SYSTEM, "cannot rename %s to run.json: %s", s.path, strerror(errno));
	if (e && s.fd >= 0)
		unlink(s.path);
	arena_free(s.buf.arena);
	return e;
}
