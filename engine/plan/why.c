/* Why a task runs, in a few words: its key text against that of the last run. */
#include <string.h>

#include "base/arena.h"
#include "config/value.h"
#include "node/node.h"
#include "plan/inside.h"
#include "store/memo.h"

static size_t line_len(const char *s)
{
	return strcspn(s, "\n");
}

/* The line of `text` that starts like `line` up to its second blank (what it is about). */
static const char *same_line(const char *text, const char *line)
{
	size_t head = strcspn(line, " ");

	head += strcspn(line + head + 1, " \n") + 1;
	for (; text && *text; text += line_len(text), text += *text == '\n')
		if (strncmp(text, line, head) == 0 && (text[head] == ' ' || text[head] == '\n'))
			return text;
	return NULL;
}

/* "fwhm: 6 mm -> 8 mm" */
static const char *changed_param(struct arena *a, const struct task *t, const char *name, const char *was, const char *is)
{
	int i = setting_find(t->step, name);

	is = arena_strndup(a, is, line_len(is));
	was = was ? arena_strndup(a, was, line_len(was)) : NULL;
	if (i < 0)
		return arena_printf(a, "%s: %s -> %s", name, was ? was : "", is);
	return arena_printf(a, "%s: %s -> %s", name, value_words(a, &t->step->node->param[i], was), value_words(a, &t->step->node->param[i], is));
}

static const char *changed_line(struct arena *a, const struct task *t, const char *was, const char *is)
{
	size_t head = strcspn(is, " ") + 1;
	size_t name = strcspn(is + head, " ");
	const char *old = was ? was + head + name + 1 : "", *new = is + head + name + 1;

	if (strncmp(is, "param ", 6) == 0)
		return changed_param(a, t, arena_strndup(a, is + head, name), was ? old : NULL, new);
	if (strncmp(is, "in ", 3) == 0)
		return arena_printf(a, "input %.*s changed", (int)name, is + head);
	if (strncmp(is, "node ", 5) == 0 && !was)
		return "another node";
	if (strncmp(is, "node ", 5) == 0)
		return arena_printf(a, "node version %.*s -> %.*s", (int)line_len(old), old, (int)line_len(new), new);
	return strncmp(is, "file ", 5) == 0 ? "the file changed" : strncmp(is, "program ", 8) == 0 ? "the program changed" : "changed";
}

const char *why_runs(struct plan *p, struct task *t, const char *text)
{
	struct record old;
	struct digest key;
	struct arena *a = p->arena;

	if (!p->memo || !memo_task(p->memo, task_name(a, t), &key))
		return "new";
	if (digest_equal(&key, &t->key))
		return "its result is no longer in the store";
	if (!store_lookup(p->store, &key, &old, a) || !old.key_text)
		return "changed";
	for (const char *line = text; *line; line += line_len(line), line += *line == '\n') {
		bool bare = strncmp(line, "file ", 5) == 0;  /* what it is about is its whole rest */
		const char *was = bare ? strstr(old.key_text, "\nfile ") : same_line(old.key_text, line);

		was = was && bare ? was + 1 : was;
		if (!was || line_len(was) != line_len(line) || strncmp(was, line, line_len(line)) != 0)
			return changed_line(a, t, was, line);
	}
	return "changed";
}
