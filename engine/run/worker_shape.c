/* Shapes: facts of inputs come with the request, or are peeked here when the bytes exist already. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "config/value.h"
#include "node/shape.h"
#include "run/worker.h"

static const struct wire_port *port_of(const struct shape *s, const char *name)
{
	return job_port(s->run, name);
}

static void add_problem(const struct shape *s, bool warning, const char *where, const char *fmt, va_list ap)
{
	struct job *j = s->run;
	struct wire_problem p = { warning, arena_strdup(j->arena, where), arena_vprintf(j->arena, fmt, ap) };

	PUSH(j->arena, j->reply->problem, j->reply->n_problem, p);
}

void shape_error(struct shape *s, const char *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_problem(s, false, where, fmt, ap);
	va_end(ap);
}

void shape_warning(struct shape *s, const char *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_problem(s, true, where, fmt, ap);
	va_end(ap);
}

static struct error *peek(const struct doc **facts, const struct item *it, struct arena *a)
{
	const struct kind_calls *k = kind_calls_find(it->kind, KIND_PEEK);
	struct doc *made = NULL;

	*facts = NULL;
	if (k)
		TRY(k->peek(&made, it, a));
	*facts = made;
	return NULL;
}

/* Inputs that exist are peeked before the node looks; what cannot be read is a problem of its port. */
static void peek_inputs(struct job *j, struct shape *s)
{
	for (int i = 0; i < j->request->n_in; i++) {
		const struct wire_port *p = &j->request->in[i];

		for (int k = 0; k < p->n; k++) {
			struct wire_item *it = &p->item[k];
			struct error *e = NULL;

			if (!it->facts && it->item.n_blob && strcmp(it->item.kind, "file") != 0)
				e = peek(&it->facts, &it->item, j->arena);
			for (const struct error *c = e; c; c = c->cause)
				if (!c->cause)
					shape_error(s, p->port, "%s%s%s", c->at.line ? c->at.file : "", c->at.line ? ": " : "", c->text);
			error_free(e);
		}
	}
}

const struct doc *shape_in(const struct shape *s, const char *port)
{
	return shape_in_n(s, port, 0);
}

const struct doc *shape_in_n(const struct shape *s, const char *port, int k)
{
	const struct wire_port *p = port_of(s, port);

	return p && k >= 0 && k < p->n ? p->item[k].facts : NULL;
}

int shape_n(const struct shape *s, const char *port)
{
	const struct wire_port *p = port_of(s, port);

	return p ? p->n : 0;
}

const char *shape_cell(const struct shape *s, const char *port, int k)
{
	const struct wire_port *p = port_of(s, port);

	return p && k >= 0 && k < p->n ? p->item[k].item.cell : "";
}

const struct item *shape_item(const struct shape *s, const char *port)
{
	return shape_item_n(s, port, 0);
}

const struct item *shape_item_n(const struct shape *s, const char *port, int k)
{
	const struct wire_port *p = port_of(s, port);

	return p && k >= 0 && k < p->n && p->item[k].item.n_blob ? &p->item[k].item : NULL;
}

const char *shape_kind(const struct shape *s, const char *port)
{
	const struct job *j = s->run;

	for (int i = 0; i < j->request->n_out; i++)
		if (strcmp(j->request->out[i].port, port) == 0)
			return j->request->out[i].kind;
	return "";
}

void shape_out(struct shape *s, const char *port, struct doc *facts)
{
	struct job *j = s->run;
	struct wire_facts f = { arena_strdup(j->arena, port), facts };

	if (facts)
		PUSH(j->arena, j->reply->facts, j->reply->n_facts, f);
}

struct error *serve_shape(struct job *j)
{
	const struct node_decl *n = node_find(j->request->node);
	struct shape s = { .arena = j->arena, .run = j };
	struct doc *none = doc_new_map(j->arena);
	void *params;

	if (!n)
		return error_new(ERR_WORKER, "sulcus-worker has no node '%s'", j->request->node);
	peek_inputs(j, &s);
	if (!calls_find(n)->shape)
		return NULL;
	params = arena_calloc(j->arena, 1, n->params_size);
	TRY(bind_params(params, n, j->request->given ? j->request->given : none, j->arena));
	TRY(calls_find(n)->shape(&s, params));
	j->reply->memory = s.memory;
	j->reply->passing = s.passing;
	j->reply->predicted_s = s.seconds;
	return NULL;
}

struct error *serve_peek(struct job *j)
{
	for (int i = 0; i < j->request->n_in; i++) {
		const struct wire_port *p = &j->request->in[i];
		struct wire_facts f = { .port = p->port };

		if (!p->n || !p->item[0].item.n_blob)
			continue;
		TRY(peek(&f.facts, &p->item[0].item, j->arena));
		if (f.facts)
			PUSH(j->arena, j->reply->facts, j->reply->n_facts, f);
	}
	return NULL;
}
