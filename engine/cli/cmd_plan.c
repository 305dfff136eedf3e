#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/text.h"
#include "cli/columns.h"
#include "cli/study.h"
#include "cli/words.h"
#include "config/diag.h"
#include "node/node.h"
#include "run/headers.h"
#include "run/pool.h"
#include "run/work.h"

struct plan_options {
	struct study_options study;
	bool steps, all;
};

static const struct opt plan_opt[] = {
	STUDY_SET(plan_options, study), STUDY_CACHE(plan_options, study), STUDY_DATA(plan_options, study),
	{ "all", 'a', OPT_FLAG, NULL, "Also what is in the store already.", offsetof(struct plan_options, all) },
	{ "steps", 0, OPT_FLAG, NULL, "Only the names of the steps, one a line.", offsetof(struct plan_options, steps) },
	{ 0 },
};

/* Tasks of one step in one state for one reason; 0 where nothing is known. */
struct group {
	const struct step *step;
	const struct task *first;
	int n, n_timed;
	double seconds;             /* of those that are predicted, on one core */
	int64_t memory;             /* of the largest, bytes */
	int64_t bytes;              /* of results, of those that are predicted */
};

struct groups { struct arena *arena; int n; struct group *group; };

static int64_t result_bytes(const struct task *t)
{
	const struct work *w = t->run;
	int64_t sum = 0;

	for (int i = 0; w && i < t->step->n_out; i++) {
		double x = strtod(doc_text(w->facts[i], "bytes", "0"), NULL);

		if (x > 0 && x < 0x1p60)
			sum += (int64_t)x;
	}
	return sum;
}

static bool same_why(const struct task *a, const struct task *b)
{
	return a->why == b->why || (a->why && b->why && strcmp(a->why, b->why) == 0);
}

static struct group *group_of(struct groups *g, const struct task *t)
{
	for (int i = g->n - 1; i >= 0; i--)
		if (g->group[i].step == t->step && g->group[i].first->state == t->state && same_why(g->group[i].first, t))
			return &g->group[i];
	PUSH(g->arena, g->group, g->n, ((struct group){ .step = t->step, .first = t }));
	return &g->group[g->n - 1];
}

static bool is_to_run(const struct task *t)
{
	return t->state == TASK_READY || t->state == TASK_WAITING;
}

static void add_task(struct group *g, const struct task *t)
{
	g->n++;
	if (!is_to_run(t))
		return;
	g->n_timed += t->seconds > 0;
	g->seconds += t->seconds;
	g->memory = t->memory > g->memory ? t->memory : g->memory;
	g->bytes += result_bytes(t);
}

static void print_groups(const struct groups *g, bool all)
{
	struct arena *a = g->arena;
	struct columns list = { .arena = a, .n_col = 8 };

	columns_row(&list, "step", "node", "tasks", "time", "memory", "results", "state", "why");
	for (int i = 0; i < g->n; i++) {
		const struct group *x = &g->group[i];
		const char *node = x->step->argv ? x->step->argv[0] : x->step->node->name;

		if (x->first->state == TASK_HIT && !all)
			continue;
		columns_row(&list, x->step->name, node, arena_printf(a, "%d", x->n),
		            x->n_timed ? text_seconds(a, x->seconds) : "-", x->memory ? text_bytes(a, x->memory) : "-",
		            x->bytes ? text_bytes(a, x->bytes) : "-", words_state(x->first), x->first->why);
	}
	if (list.n_cell > list.n_col)
		columns_print(&list, stdout, 0);
}

static void print_totals(const struct study *s, const struct groups *g)
{
	int n_run = 0, n_timed = 0, n_hit = 0, n_out = 0;
	int64_t memory = 0, bytes = 0;
	double seconds = 0;

	for (int i = 0; i < g->n; i++) {
		const struct group *x = &g->group[i];
		int run = is_to_run(x->first) ? x->n : 0;

		n_run += run;
		n_hit += x->first->state == TASK_HIT ? x->n : 0;
		n_out += x->first->state == TASK_EXCLUDED ? x->n : 0;
		n_timed += x->n_timed;
		seconds += x->seconds;
		bytes += x->bytes;
		memory = x->memory > memory ? x->memory : memory;
	}
	printf("%s: %s, %d in the store", s->file, words_count(s->arena, s->plan->n_task, "task", "tasks"), n_hit);
	if (n_out)
		printf(", %d excluded", n_out);
	printf(", %d to run\n", n_run);
	if (n_timed)
		printf("predicted for %d of them: %s on one core, at most %s of memory for one, %s of results\n", n_timed,
		       text_seconds(s->arena, seconds), text_bytes(s->arena, memory), text_bytes(s->arena, bytes));
	if (s->plan->open)
		puts("Some cells are known only when other tasks have run; the plan grows then.");
}

static struct error *predict(const struct study *s)
{
	struct pool *pool = pool_new(s->store, 1, s->arena);
	struct error *e = headers_check(s->plan, pool, &(struct headers_options){ 0 }, s->diag);

	pool_free(pool);
	return e;
}

/* For completions: of a file with errors, too, as far as it could be read. */
static int print_steps(const char *file, const struct plan_options *o, struct arena *a)
{
	struct pipeline *p = pipeline_read(file, o->study.set.item, o->study.set.n, diag_new(a), a);

	for (int i = 0; p && i < p->n_step; i++)
		puts(p->step[i]->name);
	return p ? CLI_DONE : CLI_WRONG;
}

static struct error *plan(int *code, const char *file, const struct plan_options *o, struct arena *a)
{
	struct groups g = { .arena = a };
	struct study s;
	struct error *e = study_open(&s, file, &o->study, a);

	if (!e)
		e = study_settle(&s);
	if (!e && s.plan && !s.diag->n_error)
		e = predict(&s);
	*code = study_problems(&s);
	if (!e && *code == CLI_DONE && s.plan) {
		for (int i = 0; i < s.plan->n_task; i++)
			add_task(group_of(&g, s.plan->task[i]), s.plan->task[i]);
		print_groups(&g, o->all);
		print_totals(&s, &g);
	}
	study_close(&s);
	return e;
}

static int run(int argc, char **argv)
{
	struct plan_options o = { 0 };
	struct texts rest = { 0 };
	struct arena *a = arena_new();
	int code = CLI_DONE;
	struct error *e = options_parse(&o, plan_opt, &rest, argc, argv, a);

	if (!e && rest.n != 1)
		e = error_new(ERR_USER, "needs one pipeline");
	if (e) {
		code = cli_usage(&cmd_plan, e);
	} else if (o.steps) {
		code = print_steps(rest.text[0], &o, a);
	} else {
		e = plan(&code, rest.text[0], &o, a);
		code = e ? cli_fail(e) : code;
	}
	arena_free(a);
	return code;
}

const struct command cmd_plan = {
	"plan", "FILE [--set NAME=VALUE]... [--all]",
	"Tells what a run would do and why, with predicted time, memory and bytes; nothing runs.\n\n"
	"Tasks of a step with the same reason are one row. Predictions come from headers; '-' where a node gives\n"
	"none. Time is for one core.\n\n"
	"Example:  sulcus plan study.yaml",
	run, plan_opt,
};
