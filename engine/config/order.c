#include "config/build.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "config/diag.h"
#include "node/node.h"

enum { NEW_STEP, OPEN_STEP, DONE_STEP };

struct visit { struct builder *b; struct step **order; int n; struct step **path; int depth, room; bool cyclic; };

static void tell_cycle(struct visit *v, const struct step *st)
{
	struct buf text = { .arena = v->b->a };
	int from = v->depth - 1;

	v->cyclic = true;
	while (from > 0 && v->path[from] != st)
		from--;
	for (int i = from; i < v->depth; i++)
		buf_printf(&text, "%s -> ", v->path[i]->name);
	diag_error(v->b->d, st->at, "these steps wait for each other: %s%s", text.text, st->name);
}

static void visit_step(struct visit *v, struct step *st);

static void visit_source(struct visit *v, const struct source *s)
{
	if (s->step)
		visit_step(v, s->step);
}

/* Depth first; the path is bounded by the number of steps, which the reader bounds. */
static void visit_step(struct visit *v, struct step *st)
{
	if (st->mark_order == DONE_STEP)
		return;
	if (st->mark_order == OPEN_STEP) {
		if (!v->cyclic)
			tell_cycle(v, st);
		return;
	}
	st->mark_order = OPEN_STEP;
	v->path[v->depth++] = st;
	for (int i = 0; i < st->node->n_in; i++)
		for (int k = 0; k < st->arg[i].n_source; k++)
			visit_source(v, &st->arg[i].source[k]);
	for (struct predicate *p = st->when; p; p = p->next)
		visit_source(v, &p->left);
	for (int i = 0; i < st->n_out; i++)
		visit_source(v, &st->out[i].fallback);
	v->depth--;
	st->mark_order = DONE_STEP;
	v->order[v->n++] = st;
}

void order_steps(struct builder *b)
{
	int n = b->p->n_step;
	struct visit v = { .b = b, .order = NEW_N(b->a, struct step *, n + 1), .path = NEW_N(b->a, struct step *, n + 1) };

	for (int i = 0; i < n; i++)
		visit_step(&v, b->p->step[i]);
	b->p->step = v.order;
	for (int i = 0; i < v.n; i++)
		v.order[i]->mark_order = i;
}
