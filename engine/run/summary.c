/* The summary: a row a step, then what failed, then where things are. */
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "node/node.h"
#include "run/manifest.h"
#include "run/report.h"
#include "run/work.h"

enum { MANY_STEPS = 40, WIDEST = 40, EARLIER_SHOWN = 6 };

/* What became of the tasks of one step. */
struct row {
	const struct step *step;
	int n, count[TASK_SKIPPED + 1];
	bool asked;                 /* some of them make an output that was asked for, which is no cell */
	const char *why;            /* the first that ran, or the first excluded or skipped */
	int n_why;                  /* ran for other reasons than that */
	double seconds, cpu;
	int64_t peak, bytes;
	const struct task *pass;    /* the maker of a pass that one of them ran in, or NULL */
};

static void add_cost(struct row *row, const struct task *t)
{
	const struct work *w = t->run;

	row->seconds += t->record.seconds;
	row->cpu += t->record.cpu_s;
	if (t->record.peak_bytes > row->peak)
		row->peak = t->record.peak_bytes;
	if (w && w->pass)
		row->pass = w->pass;
	for (int i = 0; (!w || !w->gone) && i < t->record.n_out; i++)
		for (int k = 0; k < t->record.out[i].artifact.n_blob; k++)
			row->bytes += t->record.out[i].artifact.blob[k].size;
}

static void add_task(struct row *row, const struct task *t)
{
	row->n++;
	row->asked |= t->want >= 0;
	row->count[t->state]++;
	if (t->state == TASK_DONE)
		add_cost(row, t);
	if (t->state == TASK_HIT || !t->why || !t->why[0])
		return;
	if (!row->why)
		row->why = t->why;
	row->n_why += strcmp(row->why, t->why) != 0;
}

static struct row *make_rows(const struct report *r, int *n)
{
	struct map *index = map_new(r->arena);
	struct row *rows = NEW_N(r->arena, struct row, r->plan->pipeline->n_step + 1);

	*n = 0;
	for (int i = 0; i < r->plan->n_task; i++) {
		const struct task *t = r->plan->task[i];
		struct row *row = map_get_n(index, &t->step, sizeof t->step);

		if (!row) {
			row = &rows[(*n)++];
			row->step = t->step;
			map_put_n(index, &row->step, sizeof row->step, row);
		}
		add_task(row, t);
	}
	return rows;
}

static const char *counts(const struct row *row, struct arena *a)
{
	static const struct { enum task_state state; const char *name; } part[] = {
		{ TASK_HIT, "cached" }, { TASK_DONE, "ran" }, { TASK_FAILED, "failed" }, { TASK_SKIPPED, "skipped" },
		{ TASK_EXCLUDED, "excluded" },
	};
	struct buf b = { .arena = a };
	int n = 0;

	buf_add(&b, "");
	if (row->n > 1)
		buf_printf(&b, "%d %s: ", row->n, row->asked ? "tasks" : "cells");
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		int k = row->count[part[i].state];

		if (k && k == row->n)
			buf_add(&b, part[i].name);
		else if (k)
			buf_printf(&b, "%s%d %s", n++ ? ", " : "", k, part[i].name);
	}
	if (row->why)
		buf_printf(&b, " (%s%s)", row->why, row->n_why ? ", and other reasons" : "");
	return b.text;
}

static void print_row(const struct row *row, int width, struct arena *a, FILE *f)
{
	fprintf(f, "  %-*s  %s", width, row->step->name, counts(row, a));
	if (row->count[TASK_DONE])
		fprintf(f, "  %s, cpu %s, peak %s, %s", text_seconds(a, row->seconds), text_seconds(a, row->cpu),
		        text_bytes(a, row->peak), text_bytes(a, row->bytes));
	if (row->pass && row->pass->step == row->step)
		fputs(", passed on", f);
	else if (row->pass)
		fprintf(f, ", in one pass with %s", row->pass->step->name);
	fputc('\n', f);
}

static void print_rows(const struct report *r, FILE *f)
{
	int n, width = 0;
	struct row *rows = make_rows(r, &n);

	for (int i = 0; i < n; i++) {
		int len = (int)strlen(rows[i].step->name);

		if (len > width)
			width = len < WIDEST ? len : WIDEST;
	}
	for (int i = 0; i < n; i++)
		if (n <= MANY_STEPS || rows[i].count[TASK_HIT] + rows[i].count[TASK_EXCLUDED] < rows[i].n)
			print_row(&rows[i], width, r->arena, f);
}

/* ---- failures ---- */
static const char *root_text(const struct error *e)
{
	while (e->cause)
		e = e->cause;
	return e->text;
}

static const char *cells_of(const struct task *t, struct arena *a)
{
	struct buf b = { .arena = a };

	buf_add(&b, t->step->n_axis ? " for" : "");
	for (int k = 0; k < t->step->n_axis; k++)
		buf_printf(&b, " %s-%s", t->step->axis[k]->name, task_cell(t, k));
	return b.text;
}

struct failure { struct task *task; int n_more; };

static void print_failure(const struct failure *x, struct arena *a, FILE *f)
{
	const struct task *t = x->task;
	const struct work *w = t->run;
	struct mark at = t->step->at ? t->step->at->at : (struct mark){ 0 };
	const char *more = x->n_more ? arena_printf(a, " and %d more", x->n_more) : "";

	if (at.line)
		fprintf(f, "%s:%d:%d: ", at.file, at.line, at.col);
	fprintf(f, "error: step '%s' failed%s%s\n", t->step->name, cells_of(t, a), more);
	for (const struct error *e = t->error; e; e = e->cause) {
		fputs("  because: ", f);
		if (e->at.line && strcmp(e->at.file, at.file ? at.file : "") != 0)
			fprintf(f, "%s:%d:%d: ", e->at.file, e->at.line, e->at.col);
		fprintf(f, "%s\n", e->text);
	}
	if (w && w->words)
		fprintf(f, "  it printed: %s\n", w->words);
	if (w && w->log)
		fprintf(f, "  log: %s\n", w->log);
}

void report_failures(const struct report *r, FILE *f)
{
	struct map *index = map_new(r->arena);
	struct failure **list = NULL;
	int n = 0;

	for (int i = 0; i < r->plan->n_task; i++) {
		struct task *t = r->plan->task[i];

		if (t->state != TASK_FAILED || !t->error)
			continue;
		const char *key = arena_printf(r->arena, "%s\n%s", t->step->name, root_text(t->error));
		struct failure *x = map_get(index, key);

		if (!x) {
			x = NEW(r->arena, struct failure);
			x->task = t;
			map_put(index, key, x);
			PUSH(r->arena, list, n, x);
		} else {
			x->n_more++;
		}
	}
	for (int i = 0; i < n; i++)
		print_failure(list[i], r->arena, f);
	for (int i = 0; i < r->exports->n; i++) {
		if (!r->exports->file[i].error)
			continue;
		fprintf(f, "writing %s: ", r->exports->file[i].name);
		error_print(r->exports->file[i].error, f);
	}
}

/* ---- the last lines ---- */
static void print_totals(const struct report *r, FILE *f)
{
	const int *n = r->plan->n_count;

	fprintf(f, "%d task%s: %d cached, %d ran", r->plan->n_task, r->plan->n_task == 1 ? "" : "s", n[TASK_HIT], n[TASK_DONE]);
	if (n[TASK_EXCLUDED])
		fprintf(f, ", %d excluded", n[TASK_EXCLUDED]);
	if (n[TASK_FAILED])
		fprintf(f, ", %d failed", n[TASK_FAILED]);
	if (n[TASK_SKIPPED])
		fprintf(f, ", %d skipped", n[TASK_SKIPPED]);
	fprintf(f, " in %s%s\n", text_seconds(r->arena, r->seconds), r->result.interrupted ? ", interrupted" : "");
}

static void print_results(const struct report *r, FILE *f)
{
	const struct exports *x = r->exports;

	if (x->n) {
		fprintf(f, "results: %s (%d file%s", r->folder, x->n, x->n == 1 ? "" : "s");
		if (x->n_written)
			fprintf(f, ", %d written", x->n_written);
		if (x->n_removed)
			fprintf(f, ", %d stale removed", x->n_removed);
		fprintf(f, ")\n");
	}
}

/* After a failure the results of an earlier run stay, which must not be taken for this one's. */
static void print_earlier(const struct report *r, FILE *f)
{
	const char *const *name;
	int n = r->plan->n_count[TASK_FAILED] ? manifest_earlier(r->exports, &name) : 0;

	if (n)
		fprintf(f, "of an earlier run, not of this one:");
	for (int i = 0; i < n && i < EARLIER_SHOWN; i++)
		fprintf(f, "%s %s", i ? "," : "", name[i]);
	if (n > EARLIER_SHOWN)
		fprintf(f, " and %d more", n - EARLIER_SHOWN);
	if (n)
		fputc('\n', f);
}

static const struct task *first_with(const struct plan *p, enum task_state state)
{
	for (int i = 0; i < p->n_task; i++)
		if (p->task[i]->state == state)
			return p->task[i];
	return NULL;
}

static void print_next(const struct report *r, FILE *f)
{
	const struct task *failed = first_with(r->plan, TASK_FAILED);

	if (r->result.interrupted)
		fprintf(f, "next: the same command again goes on from here\n");
	else if (failed)
		fprintf(f, "next: sulcus explain %s %s\n", r->plan->pipeline->file, task_name(r->arena, failed));
	else if (first_with(r->plan, TASK_DONE) && r->exports->n)
		fprintf(f, "next: sulcus show %s/%s\n", r->folder, r->exports->file[0].name);
}

void report_print(const struct report *r, FILE *f)
{
	const int *n = r->plan->n_count;

	if (n[TASK_HIT] + n[TASK_EXCLUDED] < r->plan->n_task || r->result.n_ran)
		print_rows(r, f);
	print_totals(r, f);
	print_results(r, f);
	print_earlier(r, f);
	print_next(r, f);
}
