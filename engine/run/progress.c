#include "run/progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "run/events.h"
#include "run/sched.h"
#include "run/work.h"

enum { MANY_TASKS = 200, WIDTH = 80, HEIGHT = 24, MARGIN = 3 };
static const double draw_every_s = 0.1, sum_every_s = 1;

struct progress {
	FILE *out, *events;
	struct arena *arena;
	bool quiet, live, colour;
	int n_todo, n_end, n_failed, n_drawn, jobs;
	double todo_s, end_s;       /* expected seconds of all and of ended tasks */
	double began, drawn, summed;
	int n_running, room;
	struct task **running;
};

struct progress *progress_new(FILE *out, bool quiet, FILE *events, struct arena *a)
{
	struct progress *p = NEW(a, struct progress);
	const char *term = getenv("TERM");

	*p = (struct progress){ .out = out, .events = events, .arena = a, .quiet = quiet };
	p->live = !quiet && isatty(fileno(out)) && (!term || strcmp(term, "dumb") != 0);
	p->colour = log_colour(out);
	p->began = clock_now();
	return p;
}

static double expected(const struct task *t)
{
	return t->seconds > 0 ? t->seconds : 1;
}

void progress_plan(struct progress *p, const struct plan *plan, int jobs)
{
	p->jobs = jobs;
	p->n_todo = p->n_end;
	p->todo_s = p->end_s;
	for (int i = 0; i < plan->n_task; i++) {
		struct task *t = plan->task[i];

		if (t->state != TASK_READY && t->state != TASK_WAITING && !t->need_bytes)
			continue;
		p->n_todo++;
		p->todo_s += expected(t);
	}
	if (p->events)
		events_plan(p->events, plan, p->n_todo - p->n_end);
}

bool progress_is_live(const struct progress *p)
{
	return p->live;
}

/* ---- live lines ---- */
static void terminal_size(const struct progress *p, int *width, int *height)
{
	struct winsize w;

	*width = WIDTH;
	*height = HEIGHT;
	if (ioctl(fileno(p->out), TIOCGWINSZ, &w) == 0 && w.ws_col > 0 && w.ws_row > 0) {
		*width = w.ws_col;
		*height = w.ws_row;
	}
}

static void wipe(struct progress *p)
{
	if (p->n_drawn)
		fprintf(p->out, "\x1b[%dA\r\x1b[J", p->n_drawn);
	p->n_drawn = 0;
}

/* Text is cut at the width by bytes but never within a character of UTF-8. */
static void draw_line(struct progress *p, const char *text, int width)
{
	int n = (int)strlen(text);

	if (n >= width) {
		n = width - 1;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	fprintf(p->out, "%.*s\n", n, text);
	p->n_drawn++;
}

static const char *eta(const struct progress *p, struct arena *a)
{
	double gone = clock_now() - p->began, left;

	if (p->end_s <= 0 || p->n_end == 0)
		return "";
	left = gone * (p->todo_s - p->end_s) / p->end_s;
	return left > 0 ? arena_printf(a, ", about %s left", text_seconds(a, left)) : "";
}

static void draw(struct progress *p)
{
	struct arena_mark m = arena_mark(p->arena);
	double now = clock_now();
	int width, height;

	terminal_size(p, &width, &height);
	wipe(p);
	for (int i = 0; i < p->n_running && i < height - MARGIN; i++) {
		const struct task *t = p->running[i];
		const struct work *w = t->run;

		draw_line(p, arena_printf(p->arena, "  %-30s %s", task_name(p->arena, t), text_seconds(p->arena, now - w->started)), width);
	}
	draw_line(p, arena_printf(p->arena, "%d of %d tasks, %s%s%s", p->n_end, p->n_todo,
	                          text_seconds(p->arena, now - p->began), eta(p, p->arena),
	                          p->n_failed ? arena_printf(p->arena, ", %d failed", p->n_failed) : ""), width);
	fflush(p->out);
	p->drawn = now;
	arena_reset(p->arena, m);
}

/* ---- lines for each task ---- */
static void say(struct progress *p, const char *what, const struct task *t, const char *rest)
{
	wipe(p);
	fprintf(p->out, "%-7s %s%s\n", what, task_name(p->arena, t), rest);
	fflush(p->out);
}

static void say_end(struct progress *p, const struct task *t)
{
	struct arena_mark m = arena_mark(p->arena);
	struct arena *a = p->arena;
	const struct error *e = t->error;
	struct work *w = t->run;

	if (w && w->told)
		return;
	if (w)
		w->told = true;
	while (e && e->cause)
		e = e->cause;
	if (t->state == TASK_FAILED)
		say(p, "failed", t, e ? arena_printf(a, ": %s", e->text) : "");
	else if (t->state == TASK_DONE && !p->quiet && !p->live && p->n_todo <= MANY_TASKS)
		say(p, "done", t, arena_printf(a, "  %s", text_seconds(a, t->record.seconds)));
	for (int i = 0; t->state == TASK_DONE && !p->quiet && i < t->record.n_note; i++)
		say(p, "note", t, arena_printf(a, ": %s", t->record.note[i]));
	arena_reset(a, m);
}

void progress_start(struct progress *p, struct task *t)
{
	PUSH(p->arena, p->running, p->n_running, t);
	if (p->events)
		events_start(p->events, t);
}

static void forget(struct progress *p, const struct task *t)
{
	for (int i = 0; i < p->n_running; i++)
		if (p->running[i] == t)
			p->running[i] = p->running[--p->n_running];
}

void progress_end(struct progress *p, struct task *t)
{
	forget(p, t);
	if (p->events)
		events_end(p->events, t);
	if (t->state == TASK_READY)
		return;
	p->n_end++;
	p->end_s += expected(t);
	p->n_failed += t->state == TASK_FAILED;
	say_end(p, t);
}

void progress_retry(struct progress *p, struct task *t, const struct error *e)
{
	struct arena_mark m = arena_mark(p->arena);

	forget(p, t);
	if (p->events)
		events_retry(p->events, t, e);
	if (!p->quiet)
		say(p, "again", t, arena_printf(p->arena, ": %s", e->text));
	arena_reset(p->arena, m);
}

void progress_tick(struct progress *p)
{
	double now = clock_now();

	if (p->live && now - p->drawn >= draw_every_s) {
		draw(p);
	} else if (!p->live && !p->quiet && p->n_todo > MANY_TASKS && now - p->summed >= sum_every_s) {
		p->summed = now;
		fprintf(p->out, "%d of %d tasks\n", p->n_end, p->n_todo);
		fflush(p->out);
	}
}

void progress_finish(struct progress *p, const struct sched_result *r)
{
	if (p->live) {
		wipe(p);
		fflush(p->out);
	}
	if (p->events)
		events_done(p->events, r, clock_now() - p->began);
}
