#include "cli/words.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "node/node.h"
#include "plan/plan.h"

const char *words_count(struct arena *a, long n, const char *one, const char *many)
{
	return n == 0 ? arena_printf(a, "no %s", many) : arena_printf(a, "%ld %s", n, n == 1 ? one : many);
}

const char *words_digest(struct arena *a, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	return words_short(a, hex);
}

const char *words_short(struct arena *a, const char *hex)
{
	return arena_printf(a, "%.*s", SHORT_DIGEST, hex);
}

const char *words_place(struct arena *a, struct mark at)
{
	return at.line ? arena_printf(a, "%s:%d:%d", at.file, at.line, at.col) : "";
}

const char *words_axes(struct arena *a, const struct step *s)
{
	struct buf b = { .arena = a };

	buf_add(&b, "");
	for (int i = 0; i < s->n_axis; i++) {
		const struct axis *x = s->axis[i];

		buf_printf(&b, "%s%s", i ? ", " : "", x->name);
		if (x->n)
			buf_printf(&b, " (%d)", x->n);
	}
	return b.text;
}

const char *words_kind(const struct step_out *o)
{
	return o->kind ? o->kind->name : "?";
}

const char *words_state(const struct task *t)
{
	static const char *const state[] = {
		[TASK_WAITING] = "to run, its inputs first", [TASK_HIT] = "in the store", [TASK_READY] = "to run",
		[TASK_RUNNING] = "running", [TASK_DONE] = "done", [TASK_EXCLUDED] = "excluded",
		[TASK_FAILED] = "failed", [TASK_SKIPPED] = "skipped",
	};

	return state[t->state];
}
