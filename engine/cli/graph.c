#include "cli/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "cli/words.h"
#include "node/node.h"
#include "plan/plan.h"

struct making { struct graph *graph; struct map *box, *arrow; };   /* thing -> 1 + box; "from to" -> 1 + arrow */

static int add_box(struct making *m, const void *thing, struct box box)
{
	struct graph *g = m->graph;
	const void **key = arena_calloc(g->arena, 1, sizeof *key);   /* the map borrows its keys */

	*key = thing;
	PUSH(g->arena, g->box, g->n_box, box);
	if (thing)
		map_put_n(m->box, key, sizeof *key, (void *)(size_t)g->n_box);
	return g->n_box - 1;
}

static int find_box(const struct making *m, const void *thing)
{
	return (int)(size_t)map_get_n(m->box, &thing, sizeof thing) - 1;
}

/* Two wires between the same boxes are one arrow with both labels. */
static void add_arrow(struct making *m, int from, int to, const char *label)
{
	struct graph *g = m->graph;
	const char *key = arena_printf(g->arena, "%d %d", from, to);
	size_t found = (size_t)map_get(m->arrow, key);

	if (from < 0 || to < 0)
		return;
	if (found) {
		struct arrow *one = &g->arrow[found - 1];

		if (*label && !strstr(one->label, label))
			one->label = *one->label ? arena_printf(g->arena, "%s, %s", one->label, label) : label;
		return;
	}
	PUSH(g->arena, g->arrow, g->n_arrow, ((struct arrow){ from, to, label }));
	map_put(m->arrow, key, (void *)(size_t)g->n_arrow);
}

static struct making making_new(struct arena *a, const struct pipeline *p)
{
	struct graph *g = NEW(a, struct graph);

	g->arena = a;
	g->title = p->title ? p->title : p->file;
	return (struct making){ g, map_new(a), map_new(a) };
}

static bool is_input(const struct step *s)
{
	return s->pattern || s->bids;
}

/* An input's node is the import of its kind, which says little: its kind and pattern say more. */
static const char *detail_of(const struct step *s)
{
	if (s->pattern)
		return s->pattern;
	return s->argv ? s->argv[0] : s->n_pick ? "pick" : s->node->name;
}

/* The only output of an input needs no name. */
static const char *wire_label(struct arena *a, const struct step *from, int port, const struct port_decl *in)
{
	const char *out = from->out[port].name;

	return is_input(from) || strcmp(out, in->name) == 0 ? in->name : arena_printf(a, "%s as %s", out, in->name);
}

static void step_arrows(struct making *m, const struct step *s, int to)
{
	for (int i = 0; i < s->node->n_in; i++)
		for (int k = 0; k < s->arg[i].n_source; k++) {
			const struct source *from = &s->arg[i].source[k];

			add_arrow(m, find_box(m, from->step), to,
			          wire_label(m->graph->arena, from->step, from->port, s->arg[i].port));
		}
	for (const struct predicate *w = s->when; w; w = w->next)
		if (w->left.step)
			add_arrow(m, find_box(m, w->left.step), to, "when");
	for (int i = 0; i < s->n_out; i++)
		if (s->out[i].fallback.step)
			add_arrow(m, find_box(m, s->out[i].fallback.step), to, "else");
}

static void export_box(struct making *m, const struct export *x, int from)
{
	int box = add_box(m, NULL, (struct box){ BOX_EXPORT, x->name, words_kind(&x->source.step->out[x->source.port]), "" });

	add_arrow(m, from, box, x->source.step->out[x->source.port].name);
}

struct graph *graph_of_steps(const struct pipeline *p, struct arena *a)
{
	struct making m = making_new(a, p);

	for (int i = 0; i < p->n_step; i++) {
		const struct step *s = p->step[i];
		struct box box = { is_input(s) ? BOX_INPUT : BOX_STEP, s->name, detail_of(s), words_axes(a, s) };

		step_arrows(&m, s, add_box(&m, s, box));
	}
	for (int i = 0; i < p->n_export; i++)
		export_box(&m, &p->export[i], find_box(&m, p->export[i].source.step));
	return m.graph;
}

static void task_arrows(struct making *m, const struct task *t, int to)
{
	const struct node_decl *d = t->step->node;

	for (int i = 0; i < d->n_in; i++)
		for (int k = 0; k < t->arg[i].n; k++) {
			const struct task_dep *dep = &t->arg[i].dep[k];

			add_arrow(m, find_box(m, dep->task), to,
			          wire_label(m->graph->arena, dep->task->step, dep->port, &d->in[i]));
		}
	for (int i = 0; i < t->n_pred; i++)
		add_arrow(m, find_box(m, t->pred[i].task), to, "when");
}

struct graph *graph_of_tasks(const struct plan *p, struct arena *a)
{
	struct making m = making_new(a, p->pipeline);

	for (int i = 0; i < p->n_task; i++) {
		const struct task *t = p->task[i];
		struct box box = { is_input(t->step) ? BOX_INPUT : BOX_STEP, task_name(a, t), detail_of(t->step), "" };

		task_arrows(&m, t, add_box(&m, t, box));
	}
	for (int i = 0; i < p->pipeline->n_export; i++) {
		const struct export *x = &p->pipeline->export[i];
		struct task *const *task;
		int n = plan_tasks(x->source.step, x->source.port, &task);

		for (int k = 0; k < n; k++)
			export_box(&m, x, find_box(&m, task[k]));
	}
	return m.graph;
}
