#include "cli/keydiff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "base/doc.h"
#include "cli/words.h"
#include "config/value.h"
#include "node/node.h"
#include "plan/plan.h"

enum { CELLS_SHOWN = 6 };

/* The first one or two words of a line say what it is about. */
static size_t about_length(const char *line)
{
	size_t n = strcspn(line, " ");

	if (strncmp(line, "param ", 6) == 0 || strncmp(line, "in ", 3) == 0 || strncmp(line, "program ", 8) == 0)
		n += 1 + strcspn(line + n + 1, " ");
	return n;
}

struct key_line *key_lines(struct arena *a, const char *text)
{
	struct key_line *lines = NULL;
	int n = 0;

	text += strcspn(text, "\n");                 /* the form's own name and number */
	while (text += strspn(text, "\n"), *text) {
		const char *line = arena_strndup(a, text, strcspn(text, "\n"));
		size_t about = about_length(line);

		PUSH(a, lines, n, ((struct key_line){ arena_strndup(a, line, about), line + about + (line[about] == ' ') }));
		text += strlen(line);
	}
	PUSH(a, lines, n, ((struct key_line){ NULL, NULL }));
	return lines;
}

const char *key_value(const struct key_line *lines, const char *about)
{
	for (; lines->about; lines++)
		if (strcmp(lines->about, about) == 0)
			return lines->value;
	return NULL;
}

static void add(struct changes *c, const char *text)
{
	PUSH(c->arena, c->text, c->n, text);
}

static int param_index(const struct node_decl *d, const char *name)
{
	for (int i = 0; i < d->n_param; i++)
		if (strcmp(d->param[i].name, name) == 0)
			return i;
	return -1;
}

static int input_index(const struct node_decl *d, const char *name)
{
	for (int i = 0; i < d->n_in; i++)
		if (strcmp(d->in[i].name, name) == 0)
			return i;
	return -1;
}

static void param_change(struct changes *c, const struct task *t, const char *name, const char *old, const char *now)
{
	const struct node_decl *d = t->step->node;
	int i = param_index(d, name);

	if (i < 0) {
		add(c, arena_printf(c->arena, "param %s: %s -> %s", name, old ? old : "not given", now ? now : "not given"));
		return;
	}
	const struct setting *s = &t->step->setting[i];
	const char *place = s->at ? words_place(c->arena, s->at->at) : "the node's default";

	add(c, arena_printf(c->arena, "param %s: %s -> %s%s%s%s", name, value_words(c->arena, &d->param[i], old),
	                    value_words(c->arena, &d->param[i], now), *place ? " (" : "", place, *place ? ")" : ""));
}

/* ---- inputs ---- */
struct cell { const char *key, *digest; };

/* "01=5c1f... 02=77aa..." as pairs; a single digest is one cell without a key. */
static int cells(struct arena *a, const char *value, struct cell **out)
{
	int n = 0;

	*out = NULL;
	while (*value) {
		size_t len = strcspn(value, " ");
		const char *one = arena_strndup(a, value, len), *equals = strrchr(one, '=');
		struct cell c = { equals ? arena_strndup(a, one, (size_t)(equals - one)) : "", equals ? equals + 1 : one };

		PUSH(a, *out, n, c);
		value += len;
		while (*value == ' ')
			value++;
	}
	return n;
}

struct listing { struct buf text; int n; };

static void list_cell(struct listing *l, const char *key)
{
	if (l->n < CELLS_SHOWN)
		buf_printf(&l->text, "%s%s", l->n ? ", " : "", key);
	l->n++;
}

static const char *listing_text(struct listing *l, const char *what)
{
	if (!l->n)
		return "";
	return arena_printf(l->text.arena, "; %d %s: %s%s", l->n, what, l->text.text, l->n > CELLS_SHOWN ? ", ..." : "");
}

static void list_change(struct changes *c, const char *port, struct cell *old, int n_old, struct cell *now, int n_now)
{
	struct listing other = { .text = { .arena = c->arena } }, more = other, gone = other;
	struct map *was = map_new(c->arena), *is = map_new(c->arena);

	for (int i = 0; i < n_old; i++)
		map_put(was, old[i].key, &old[i]);
	for (int i = 0; i < n_now; i++) {
		const struct cell *before = map_get(was, now[i].key);

		map_put(is, now[i].key, &now[i]);
		if (!before)
			list_cell(&more, now[i].key);
		else if (strcmp(before->digest, now[i].digest) != 0)
			list_cell(&other, now[i].key);
	}
	for (int i = 0; i < n_old; i++)
		if (!map_get(is, old[i].key))
			list_cell(&gone, old[i].key);
	const char *text = arena_printf(c->arena, "%s%s%s", listing_text(&other, "changed"), listing_text(&more, "new"),
	                                listing_text(&gone, "gone"));
	add(c, arena_printf(c->arena, "input %s: %s", port, *text ? text + 2 : "another order"));
}

/* "file /data/x.nii" or "step smooth@01": where an input of one item comes from. */
static const char *origin(struct arena *a, const struct task *t, const char *port)
{
	int i = input_index(t->step->node, port);

	if (i < 0 || t->arg[i].n == 0)
		return "what was written";
	const struct task *from = t->arg[i].dep[0].task;
	if (from->path)
		return arena_printf(a, "file %s", from->path);
	return arena_printf(a, "step %s", task_name(a, from));
}

static void input_change(struct changes *c, const struct task *t, const char *port, const char *old, const char *now)
{
	struct cell *was, *is;
	int n_was, n_is;

	if (!old || !now) {
		add(c, arena_printf(c->arena, "input %s: %s", port, old ? "no longer given" : "given now"));
		return;
	}
	n_was = cells(c->arena, old, &was);
	n_is = cells(c->arena, now, &is);
	if (n_was == 1 && n_is == 1 && strcmp(was->key, is->key) == 0)
		add(c, arena_printf(c->arena, "input %s comes from %s, which changed: %s -> %s", port, origin(c->arena, t, port),
		                    words_short(c->arena, was->digest), words_short(c->arena, is->digest)));
	else
		list_change(c, port, was, n_was, is, n_is);
}

static void node_change(struct changes *c, const char *old, const char *now)
{
	size_t n = strcspn(old, " ");

	if (strncmp(old, now, n + 1) == 0)
		add(c, arena_printf(c->arena, "node %.*s: version %s -> %s", (int)n, old, old + n + 1, now + n + 1));
	else
		add(c, arena_printf(c->arena, "node: %s -> %s", old, now));
}

static void line_change(struct changes *c, const struct task *t, const char *about, const char *old, const char *now)
{
	struct arena *a = c->arena;

	if (strncmp(about, "param ", 6) == 0)
		param_change(c, t, about + 6, old, now);
	else if (strncmp(about, "in ", 3) == 0)
		input_change(c, t, about + 3, old, now);
	else if (strcmp(about, "node") == 0 && old && now)
		node_change(c, old, now);
	else if (strcmp(about, "file") == 0 && old && now)
		add(c, arena_printf(a, "input file %s: digest %s -> %s", t->path ? t->path : "", words_short(a, old),
		                    words_short(a, now)));
	else if (old && now)
		add(c, arena_printf(a, "%s: %s -> %s", about, words_short(a, old), words_short(a, now)));
	else
		add(c, arena_printf(a, "%s: %s", about, old ? "no longer there" : "new"));
}

void key_changes(struct changes *out, const struct task *t, const char *old_text, const char *today)
{
	struct key_line *old = key_lines(out->arena, old_text), *now = key_lines(out->arena, today);

	for (struct key_line *l = now; l->about; l++) {
		const char *before = key_value(old, l->about);

		if (!before || strcmp(before, l->value) != 0)
			line_change(out, t, l->about, before, l->value);
	}
	for (struct key_line *l = old; l->about; l++)
		if (!key_value(now, l->about))
			line_change(out, t, l->about, l->value, NULL);
}

void key_changes_so_far(struct changes *out, const struct task *t, const char *old_text)
{
	struct key_line *old = key_lines(out->arena, old_text);
	const struct node_decl *d = t->step->node;
	const char *node = arena_printf(out->arena, "%s %d", d->name, d->version), *was = key_value(old, "node");

	if (was && strcmp(was, node) != 0)
		node_change(out, was, node);
	for (int i = 0; i < d->n_param; i++) {
		const char *now = task_setting(t, i, out->arena);
		const char *before = key_value(old, arena_printf(out->arena, "param %s", d->param[i].name));

		if (now != before && (!now || !before || strcmp(now, before) != 0))
			param_change(out, t, d->param[i].name, before, now);
	}
}
