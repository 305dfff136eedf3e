#include "run/work.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/doc.h"
#include "node/node.h"
#include "plan/outside.h"

double clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct work *task_work(struct plan *p, struct task *t)
{
	if (!t->run) {
		struct work *w = NEW(p->arena, struct work);

		w->facts = NEW_N(p->arena, const struct doc *, t->step->n_out);
		w->foreign = t->step->argv != NULL;
		t->run = w;
	}
	return t->run;
}

bool task_runs(const struct task *t)
{
	return !t->step->n_pick;
}

struct task *dep_maker(const struct task_dep *d)
{
	while (d) {
		struct task *t = d->task;

		if (t->state == TASK_EXCLUDED && t->fall && t->fall[d->port].task)
			d = &t->fall[d->port];
		else if (t->step->n_pick && t->arg[0].n)
			d = &t->arg[0].dep[0];
		else
			return t;
	}
	return NULL;
}

static const char *port_kind(const struct step *st, int port)
{
	return st->out[port].kind ? st->out[port].kind->name : "file";
}

/* w: the task's that is going to run, else NULL. */
static void note_outside(struct plan *p, struct work *w, const struct outside_file *f)
{
	if (w && f)
		PUSH(p->arena, w->outside, w->n_outside, f);
}

/* Where its bytes are; for headers alone (w NULL), those that were evicted are left out. */
static void add_blobs(struct item *it, struct plan *p, const struct artifact *art, struct work *w, struct arena *a)
{
	struct blob *blob = NEW_N(a, struct blob, art->n_blob);

	for (int i = 0; i < art->n_blob; i++) {
		const struct outside_file *from;
		const char *path = plan_blob(p, &art->blob[i].digest, &from, a);

		if (!w && !path)
			return;
		if (!path || (from && w && w->foreign))   /* a gc came between; not to be found, it is told */
			path = store_blob_path(p->store, &art->blob[i].digest, a);
		else
			note_outside(p, w, from);
		blob[i] = (struct blob){ art->blob[i].name, path };
	}
	it->blob = blob;
	it->n_blob = art->n_blob;
}

static void add_dep(struct wire_item *it, struct plan *p, const struct task_dep *d, struct work *to, struct arena *a)
{
	const struct artifact *art = dep_output(p, d);
	const struct work *w = d->task->run;

	it->item.kind = port_kind(d->task->step, d->port);
	if (art && p->store)
		add_blobs(&it->item, p, art, to, a);
	if (w && !to && !d->item)
		it->facts = w->facts[d->port];
}

const struct outside_file *task_stands_in(struct plan *p, const struct task *t)
{
	const struct outside_file *f = t->path && !t->need_bytes && t->step->keep != KEEP_ALWAYS ? outside_at(p, t->path) : NULL;

	return f && f->near ? f : NULL;
}

struct error *task_check_outside(const struct task *t)
{
	const struct work *w = t->run;

	return w ? outside_check_all(w->n_outside, w->outside) : NULL;
}

/* The file of an input, and those that say more about it. */
static void add_path(struct request *r, struct plan *p, const struct task *t, struct work *w, struct arena *a)
{
	const struct outside_file *same = w ? task_stands_in(p, t) : NULL;
	struct wire_port *port = &r->in[r->n_in++];
	const char *const *beside;
	int n = task_beside(p, t, &beside);
	struct blob *blob = NEW_N(a, struct blob, n + 1);

	blob[0] = (struct blob){ "file", t->path };
	note_outside(p, w, outside_at(p, t->path));
	for (int k = 0; k < n; k++) {
		note_outside(p, w, outside_at(p, beside[k]));
		blob[k + 1] = (struct blob){ arena_printf(a, "beside.%d", k), beside[k] };
	}
	*port = (struct wire_port){ .port = "file", .n = 1, .item = NEW(a, struct wire_item) };
	port->item[0].item = (struct item){ "", "file", n + 1, blob };
	port->item[0].same = same ? &same->digest : NULL;
}

static void add_input(struct request *r, struct plan *p, struct task *t, int i, struct work *w, struct arena *a)
{
	const struct port_decl *decl = &t->step->node->in[i];
	const struct task_arg *arg = &t->arg[i];
	const char *literal = task_literal(t, i);
	struct wire_port *port = &r->in[r->n_in];

	if (!arg->n && !literal)
		return;
	r->n_in++;
	*port = (struct wire_port){ .port = decl->name, .n = literal ? 1 : arg->n };
	port->item = NEW_N(a, struct wire_item, port->n);
	if (literal)
		port->item[0] = (struct wire_item){ .item = { .cell = "", .kind = decl->kind }, .literal = literal };
	for (int k = 0; k < arg->n && !literal; k++) {
		port->item[k].item.cell = arg->cell ? arg->cell[k] : "";
		add_dep(&port->item[k], p, &arg->dep[k], w, a);
	}
}

static void add_outputs(struct request *r, const struct task *t, struct arena *a)
{
	const struct step *st = t->step;

	r->out = NEW_N(a, struct wire_port, st->n_out);
	for (int i = 0; i < st->n_out; i++)
		if (t->want >= 0 ? i == t->want : !st->out[i].port->on_request)
			r->out[r->n_out++] = (struct wire_port){ .port = st->out[i].name, .kind = port_kind(st, i) };
}

void task_request(struct request *r, struct plan *p, struct task *t, enum wire_do what, struct arena *a)
{
	const struct node_decl *n = t->step->node;
	struct work *w = what == WIRE_SHAPE ? NULL : task_work(p, t);

	if (w)
		w->n_outside = 0;
	*r = (struct request){ .what = what, .node = n->name, .version = n->version, .threads = 1 };
	r->name = task_name(a, t);
	r->params = task_params_json(t, a);
	r->in = NEW_N(a, struct wire_port, n->n_in + 1);
	if (t->path && !p->no_data)
		add_path(r, p, t, w, a);
	for (int i = 0; i < n->n_in; i++)
		add_input(r, p, t, i, w, a);
	add_outputs(r, t, a);
}
