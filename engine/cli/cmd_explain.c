#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "cli/keydiff.h"
#include "cli/study.h"
#include "cli/words.h"
#include "node/node.h"
#include "store/memo.h"

enum { TASKS_SHOWN = 8, CAUSES_SHOWN = 12 };

struct explain_options { struct study_options study; };

static const struct opt explain_opt[] = {
	STUDY_SET(explain_options, study), STUDY_CACHE(explain_options, study), STUDY_DATA(explain_options, study),
	{ 0 },
};

/* The key text that the task had in the last run, or NULL; *key its key. */
static const char *last_key_text(struct study *s, const struct task *t, struct digest *key)
{
	struct record r;

	if (!memo_task(s->memo, task_name(s->arena, t), key) || !store_lookup(s->store, key, &r, s->arena))
		return NULL;
	return r.key_text;
}

static bool same_as_last(struct study *s, const struct task *t)
{
	struct digest last;

	return t->keyed && memo_task(s->memo, task_name(s->arena, t), &last) && digest_equal(&last, &t->key);
}

static void changes_of(struct study *s, const struct task *t, const char *old, struct changes *out)
{
	if (t->keyed)
		key_changes(out, t, old, task_key_text(s->plan, t, s->arena));
	else
		key_changes_so_far(out, t, old);
}

static void explain_change(struct study *s, const struct task *t)
{
	struct changes c = { .arena = s->arena };
	struct digest last;
	const char *old;

	if (same_as_last(s, t)) {
		puts("  changed   nothing since the last run");
		return;
	}
	if (!memo_task(s->memo, task_name(s->arena, t), &last)) {
		puts("  changed   no run of this pipeline has finished this task yet");
		return;
	}
	old = last_key_text(s, t, &last);
	printf("  last key  %s\n", words_digest(s->arena, &last));
	if (!old) {
		puts("  changed   unknown: the store no longer has the last run's record");
		return;
	}
	changes_of(s, t, old, &c);
	if (c.n)
		puts("  changed");
	for (int i = 0; i < c.n; i++)
		printf("    %s\n", c.text[i]);
}

static void print_made(struct study *s, const struct task *t)
{
	char when[64] = "";
	struct record r;
	struct tm tm;

	if (t->state != TASK_HIT || !store_lookup(s->store, &t->key, &r, s->arena))
		return;
	if (localtime_r(&(time_t){ r.made }, &tm))
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
	printf("  made      %s%s%s, in %s\n", when, r.host ? " on " : "", r.host ? r.host : "",
	       text_seconds(s->arena, r.seconds));
}

static void print_key_text(struct study *s, const struct task *t)
{
	const char *text = task_key_text(s->plan, t, s->arena);

	puts("  key text");
	while (*text) {
		int n = (int)strcspn(text, "\n");

		printf("    %.*s\n", n, text);
		text += n + (text[n] == '\n');
	}
}

static void explain_task(struct study *s, const struct task *t, bool whole)
{
	char hex[DIGEST_HEX];

	printf("%s  %s\n", task_name(s->arena, t), t->step->node->name);
	printf("  state     %s%s%s\n", words_state(t), t->why && t->why[0] ? ": " : "", t->why ? t->why : "");
	if (t->keyed) {
		digest_hex(hex, &t->key);
		printf("  key       %s\n", hex);
	}
	print_made(s, t);
	explain_change(s, t);
	if (whole && t->keyed)
		print_key_text(s, t);
}

/* ---- why a waiting task waits: the tasks above it that are to run by themselves, or changed themselves ---- */
struct causes { struct study *study; struct map *seen; int n; };

static void cause(struct causes *c, const struct task *t);

static void causes_above(struct causes *c, const struct task *t)
{
	for (int i = 0; i < t->step->node->n_in; i++)
		for (int k = 0; k < t->arg[i].n; k++)
			cause(c, t->arg[i].dep[k].task);
	for (int i = 0; i < t->n_pred; i++)
		cause(c, t->pred[i].task);
}

static void print_cause(struct causes *c, const struct task *t)
{
	struct changes changes = { .arena = c->study->arena };
	struct digest last;
	const char *old = last_key_text(c->study, t, &last);

	if (old)
		changes_of(c->study, t, old, &changes);
	if (t->state != TASK_READY && !changes.n)
		return;
	if (c->n++ == 0)
		puts("  waits for");
	if (c->n > CAUSES_SHOWN)
		return;
	printf("    %s%s%s\n", task_name(c->study->arena, t), changes.n || !t->why ? "" : ": ", changes.n || !t->why ? "" : t->why);
	for (int i = 0; i < changes.n; i++)
		printf("      %s\n", changes.text[i]);
}

static void cause(struct causes *c, const struct task *t)
{
	const struct task **key;

	if ((t->state != TASK_WAITING && t->state != TASK_READY) || map_get_n(c->seen, &t, sizeof t))
		return;
	key = arena_calloc(c->study->arena, 1, sizeof *key);   /* the map borrows its keys */
	*key = t;
	map_put_n(c->seen, key, sizeof *key, key);
	if (t->state == TASK_WAITING)
		causes_above(c, t);
	print_cause(c, t);
}

static void explain_causes(struct study *s, const struct task *t)
{
	struct causes c = { .study = s, .seen = map_new(s->arena) };

	if (t->state != TASK_WAITING)
		return;
	causes_above(&c, t);
	if (c.n > CAUSES_SHOWN)
		printf("    and %s\n", words_count(s->arena, c.n - CAUSES_SHOWN, "task more", "tasks more"));
}

static struct error *explain_step(struct study *s, const struct step *step)
{
	int n = 0;

	for (int i = 0; i < s->plan->n_task; i++)
		if (s->plan->task[i]->step == step && n++ < TASKS_SHOWN)
			explain_task(s, s->plan->task[i], false);
	if (n > TASKS_SHOWN)
		printf("and %d tasks more; name one, such as %s@...\n", n - TASKS_SHOWN, step->name);
	if (n == 0)
		printf("%s has no tasks yet: its cells are known only when other steps have run\n", step->name);
	return NULL;
}

static struct error *explain(int *code, const char *file, const char *name, const struct explain_options *o,
                             struct arena *a)
{
	struct study s;
	struct error *e = study_load(&s, code, file, &o->study, a);

	if (!e && *code == CLI_DONE) {
		const struct task *t = study_task(&s, name);
		const struct step *step = study_step(&s, name);

		if (t) {
			explain_task(&s, t, true);
			explain_causes(&s, t);
		} else {
			e = step ? explain_step(&s, step) : study_no_task(&s, name);
		}
	}
	study_close(&s);
	return e;
}

static int run(int argc, char **argv)
{
	struct explain_options o = { 0 };
	struct texts rest = { 0 };
	struct arena *a = arena_new();
	struct error *e = options_parse(&o, explain_opt, &rest, argc, argv, a);
	int code = CLI_DONE;

	if (!e && rest.n != 2)
		e = error_new(ERR_USER, "needs a pipeline and a step, such as 'study.yaml smooth@01'");
	if (e) {
		code = cli_usage(&cmd_explain, e);
	} else {
		e = explain(&code, rest.text[0], rest.text[1], &o, a);
		code = e ? cli_fail(e) : code;
	}
	arena_free(a);
	return code;
}

const struct command cmd_explain = {
	"explain", "FILE STEP[@CELL]",
	"Tells a task's key, its state, and what changed since the last run.\n\n"
	"The key is the digest of all that a result depends on: the node and its version, the parameters, the\n"
	"bytes of the inputs. Compared with the key text of the last run it says why a task runs again:\n"
	"    param fwhm: 6 mm -> 8 mm (study.yaml:12:18)\n"
	"Without a cell, all tasks of the step are told of.\n\n"
	"Example:  sulcus explain study.yaml smooth@01",
	run, explain_opt,
};
