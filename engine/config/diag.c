#include "config/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "config/problem.h"

struct diag *diag_new(struct arena *a)
{
	struct diag *d = NEW(a, struct diag);

	d->arena = a;
	d->source = map_new(a);
	return d;
}

void diag_source(struct diag *d, const char *file, const char *text)
{
	map_put(d->source, arena_strdup(d->arena, file), arena_strdup(d->arena, text));
}

static void add(struct diag *d, enum severity s, struct mark at, int len, const char *text)
{
	struct problem p = { .severity = s, .at = at, .len = len, .order = d->n, .text = text };

	if (at.file)
		p.at.file = arena_strdup(d->arena, at.file);
	PUSH(d->arena, d->problem, d->n, p);
	d->n_error += s == DIAG_ERROR;
}

void diag_add(struct diag *d, enum severity s, struct mark at, int len, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, s, at, len, arena_vprintf(d->arena, fmt, ap));
	va_end(ap);
	if (hint)
		diag_hint(d, "%s", hint);
}

static void add_at(struct diag *d, enum severity s, const struct doc *at, const char *text)
{
	static const struct mark nowhere;

	add(d, s, at ? at->at : nowhere, at && at->end_col ? at->end_col - at->at.col : 1, text);
}

void diag_error(struct diag *d, const struct doc *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_at(d, DIAG_ERROR, at, arena_vprintf(d->arena, fmt, ap));
	va_end(ap);
}

void diag_warning(struct diag *d, const struct doc *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_at(d, DIAG_WARNING, at, arena_vprintf(d->arena, fmt, ap));
	va_end(ap);
}

void diag_hint(struct diag *d, const char *fmt, ...)
{
	struct problem *p = d->n ? &d->problem[d->n - 1] : NULL;
	const char *hint;
	va_list ap;

	if (!p)
		return;
	va_start(ap, fmt);
	hint = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	if (p->hint) {
		char last = p->hint[0] ? p->hint[strlen(p->hint) - 1] : 0;

		hint = arena_printf(d->arena, last == '?' || last == '.' ? "%s %s" : "%s; %s", p->hint, hint);
	}
	p->hint = hint;
}

void diag_nearest(struct diag *d, const char *word, const char *const *candidates)
{
	const char *near = text_nearest(word, candidates);

	if (near)
		diag_hint(d, "did you mean '%s'?", near);
}

/* A cause that stands elsewhere brings its place along; the problem itself stands at the first place known. */
void diag_take(struct diag *d, struct error *e)
{
	struct buf text = { .arena = d->arena };
	struct mark at = { 0 };

	if (!e)
		return;
	for (const struct error *k = e; k; k = k->cause) {
		if (k != e)
			buf_add(&text, ": ");
		if (k->at.line && at.line)
			buf_printf(&text, "%s:%d:%d: ", k->at.file ? k->at.file : "line", k->at.line, k->at.col);
		else if (k->at.line)
			at = k->at;
		buf_add(&text, k->text);
	}
	add(d, DIAG_ERROR, at, 1, text.text ? text.text : "");
	error_free(e);
}
