#include "run/origin.h"

#include <string.h>

#include "base/arena.h"
#include "node/node.h"
#include "plan/plan.h"

/* The blob of an input whose path stands in the text, and what to call it. */
static const char *find(struct plan *p, const struct task *t, const char *text, const char **path)
{
	for (int i = 0; i < t->step->node->n_in; i++)
		for (int k = 0; k < t->arg[i].n; k++) {
			const struct task_dep *d = &t->arg[i].dep[k];
			const struct artifact *art = dep_output(p, d);

			for (int b = 0; art && b < art->n_blob; b++) {
				*path = store_blob_path(p->store, &art->blob[b].digest, p->arena);
				if (strstr(text, *path))
					return d->task->path ? d->task->path
					                     : arena_printf(p->arena, "%s.%s", task_name(p->arena, d->task), d->task->step->out[d->port].name);
			}
		}
	return NULL;
}

static struct error *replaced(struct error *e, const char *text)
{
	struct error *n = error_new(e->code, "%s", text);

	n->cause = e->cause;
	e->cause = NULL;
	error_free(e);
	return n;
}

/* A stored table has one line above its rows; what was read may have had none, or more. */
const char *origin_text(struct plan *p, const struct task *t, const char *text)
{
	const char *path, *name = find(p, t, text, &path), *at, *rest;
	int line, col, n = 0;

	if (!name)
		return text;
	at = strstr(text, path);
	rest = at + strlen(path);
	if (sscanf(rest, ":%d:%d:%n", &line, &col, &n) == 2 && n)
		return arena_printf(p->arena, "%.*s%s: row %d:%s", (int)(at - text), text, name, line - 1, rest + n);
	return arena_printf(p->arena, "%.*s%s%s", (int)(at - text), text, name, rest);
}

static struct error *one(struct plan *p, const struct task *t, struct error *e)
{
	const char *text = e->text;

	if (e->at.file && e->at.line)
		text = arena_printf(p->arena, "%s:%d:%d: %s", e->at.file, e->at.line, e->at.col, e->text);
	const char *told = origin_text(p, t, text);

	return told == text ? e : replaced(e, told);
}

struct error *error_origin(struct plan *p, const struct task *t, struct error *e)
{
	struct error *top;

	if (!e)
		return NULL;
	top = one(p, t, e);
	top->cause = error_origin(p, t, top->cause);
	return top;
}
