#include "run/report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "node/node.h"
#include "run/work.h"

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
		buf_printf(b, ", \"seconds\": %.6f, \"cpu\": %.6f, \"peak\": %lld, \"bytes\": %lld", t->record.seconds,
		           t->record.cpu_s, (long long)t->record.peak_bytes, (long long)artifact_bytes(t));
		add_outputs(b, t);
	}
	if (t->error)
		add_error(b, t->error);
	if (w && w->log)
		add_pair(b, "log", w->log);
	buf_add(b, "}");
}

static void add_tasks(struct buf *b, const struct report *r)
{
	struct arena *a = arena_new();

	buf_add(b, ",\n\"tasks\": [");
	for (int i = 0; i < r->plan->n_task; i++) {
		struct arena_mark m = arena_mark(a);

		buf_add(b, i ? ",\n" : "\n");
		add_task(b, r->plan->task[i], a);
		arena_reset(a, m);
	}
	buf_add(b, "\n]");
	arena_free(a);
}

static void add_exports(struct buf *b, const struct exports *x)
{
	buf_add(b, ",\n\"exports\": {");
	for (int i = 0; i < x->n; i++) {
		buf_add(b, i ? ",\n" : "\n");
		json_text(b, x->file[i].name);
		buf_add(b, ": ");
		add_hex(b, &x->file[i].artifact->digest);
	}
	buf_add(b, "\n}");
}

static void add_counts(struct buf *b, const struct plan *p)
{
	buf_add(b, ",\n\"counts\": {");
	for (int i = 0, n = 0; i <= TASK_SKIPPED; i++)
		if (p->n_count[i])
			buf_printf(b, "%s\"%s\": %d", n++ ? ", " : "", state_name[i], p->n_count[i]);
	buf_add(b, "}");
}

struct error *report_write(const struct report *r)
{
	struct buf b = { .arena = r->arena };
	char host[HOST_NAME_MAX + 1] = "", cpu[128];
	const struct pipeline *p = r->plan->pipeline;

	gethostname(host, sizeof host - 1);
	buf_add(&b, "{\"sulcus\": 1");
	add_pair(&b, "version", r->version);
	add_pair(&b, "pipeline", p->path);
	add_pair(&b, "title", p->title ? p->title : "");
	add_pair(&b, "host", host);
	add_pair(&b, "cpu", cpu_name(cpu));
	add_pair(&b, "store", store_root(r->plan->store));
	add_pair(&b, "ended", r->result.interrupted ? "interrupted" : r->result.n_failed ? "failed" : "done");
	buf_printf(&b, ", \"started\": %lld, \"seconds\": %.6f", (long long)r->started, r->seconds);
	add_counts(&b, r->plan);
	add_tasks(&b, r);
	add_exports(&b, r->exports);
	buf_add(&b, "}\n");
	TRY(file_mkdirs(r->folder));
	return file_write(path_join(r->arena, r->folder, "run.json"), b.text, b.n);
}
