#include "config/build.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "config/diag.h"
#include "node/node.h"

enum { NEW_STEP, OPEN_STEP, DONE_STEP };
enum { SHOWN_CIRCLE = 12 };

/* A step on the way down, and which of its sources comes next. */
struct visit { struct step *step; int next, n_source; struct step **source; };

struct walk {
	struct builder *b;
	struct step **order;
	int n, depth;
	struct visit *path;            /* explicit, as a chain may be as long as the file has steps */
	bool *told;                    /* [depth] is part of a circle that was told */
};

static void source_add(struct arena *a, struct visit *v, const struct source *s)
{
	if (s->step && s->step->mark_order != DONE_STEP)
		PUSH(a, v->source, v->n_source, s->step);
}

static void enter(struct walk *w, struct step *st)
{
	struct visit *v = &w->path[w->depth];

	*v = (struct visit){ .step = st };
	w->told[w->depth++] = false;
	st->mark_order = OPEN_STEP;
	for (int i = 0; i < st->node->n_in; i++)
		for (int k = 0; k < st->arg[i].n_source; k++)
			source_add(w->b->a, v, &st->arg[i].source[k]);
	for (const struct predicate *p = st->when; p; p = p->next)
		source_add(w->b->a, v, &p->left);
	for (int i = 0; i < st->n_out; i++)
		source_add(w->b->a, v, &st->out[i].fallback);
}

/* Each step is told in one circle only. */
static void tell_cycle(struct walk *w, const struct step *st)
{
	struct buf text = { .arena = w->b->a };
	int from = w->depth - 1;

	while (from > 0 && w->path[from].step != st)
		from--;
	for (int i = from; i < w->depth; i++)
		if (w->told[i])
			return;
	for (int i = from; i < w->depth; i++) {
		w->told[i] = true;
		if (i < from + SHOWN_CIRCLE)
			buf_printf(&text, "%s -> ", w->path[i].step->name);
	}
	if (w->depth > from + SHOWN_CIRCLE)
		buf_add(&text, "... -> ");
	diag_error(w->b->d, st->at, "these steps wait for each other: %s%s", text.text, st->name);
}

static void visit_from(struct walk *w, struct step *first)
{
	if (first->mark_order == NEW_STEP)
		enter(w, first);
	while (w->depth) {
		struct visit *v = &w->path[w->depth - 1];
		struct step *st = v->next < v->n_source ? v->source[v->next++] : NULL;

		if (!st) {
			v->step->mark_order = DONE_STEP;
			w->order[w->n++] = v->step;
			w->depth--;
		} else if (st->mark_order == OPEN_STEP) {
			tell_cycle(w, st);
		} else if (st->mark_order == NEW_STEP) {
			enter(w, st);
		}
	}
}

void order_steps(struct builder *b)
{
	int n = b->p->n_step;
	struct walk w = { .b = b, .order = NEW_N(b->a, struct step *, n + 1), .path = NEW_N(b->a, struct visit, n + 1),
	                  .told = NEW_N(b->a, bool, n + 1) };

	for (int i = 0; i < n; i++)
		visit_from(&w, b->p->step[i]);
	b->p->step = w.order;
	for (int i = 0; i < w.n; i++)
		w.order[i]->mark_order = i;
}
