#include "study.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "config/diag.h"
#include "node/node.h"

struct study study_new(void)
{
	struct study s = { .folder = check_folder() };

	CHECK_OK(store_open(&s.store, path_join(check_arena(), s.folder, "store"), check_arena()));
	return s;
}

void study_end(struct study *s)
{
	store_close(s->store);
}

void study_file(const struct study *s, const char *name, const char *text)
{
	const char *path = path_join(check_arena(), s->folder, name);

	CHECK_OK(file_mkdirs(path_folder(check_arena(), path)));
	CHECK_OK(file_write(path, text, strlen(text)));
}

const char *study_problems(const struct study *s)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	diag_print(s->diag, f, false);
	fclose(f);
	const char *kept = arena_strdup(check_arena(), text);

	free(text);
	return kept;
}

static void expand(struct study *s)
{
	struct arena *a = check_arena();

	s->diag = diag_new(a);
	s->plan = NULL;
	s->pipeline = pipeline_read(path_join(a, s->folder, "p.yaml"), s->set, s->n_set, s->diag, a);
	if (s->pipeline && !s->diag->n_error)
		s->plan = plan_expand(s->pipeline, s->store, NULL, NULL, 0, s->no_data, s->diag, a);
}

static void no_errors(const struct study *s)
{
	if (s->diag->n_error)
		fail_msg("%s", study_problems(s));
}

void study_plan(struct study *s, const char *yaml)
{
	study_file(s, "p.yaml", arena_printf(check_arena(), "sulcus: 1\n%s", yaml));
	expand(s);
}

void study_read(struct study *s, const char *yaml)
{
	study_plan(s, yaml);
	no_errors(s);
}

/* ---- made-up outputs ---- */
static void add_blob(struct study *s, struct artifact *art, const char *name, const char *bytes)
{
	struct store_blob b = { .name = name, .size = (int64_t)strlen(bytes) };

	CHECK_OK(store_put_bytes(s->store, bytes, strlen(bytes), &b.digest));
	PUSH(check_arena(), art->blob, art->n_blob, b);
}

/* test.list has its items; test.number its value; everything else says which node and port made it. */
static struct artifact output(struct study *s, const struct task *t, int port)
{
	struct arena *a = check_arena();
	struct artifact art = { 0 };
	const char *node = t->step->node->name, *first = t->step->node->n_param ? task_setting(t, 0, a) : NULL;
	const char *fixed = arena_printf(a, "%s %s", node, t->step->out[port].name);

	if (t->step->out[port].port->axis && strcmp(node, "test.list") == 0) {
		struct doc *list;

		CHECK_OK(json_read(&list, first, strlen(first), "items", a));
		for (int i = 0; i < list->n; i++)
			add_blob(s, &art, arena_printf(a, "%s/record.json", list->val[i]->text), list->val[i]->text);
	} else if (strcmp(node, "test.number") == 0) {
		add_blob(s, &art, "record.json", arena_printf(a, "{\"value\":%s}", first));
	} else {
		add_blob(s, &art, "x", strcmp(node, "test.echo") == 0 ? arena_printf(a, "%s %s", fixed, first) : fixed);
	}
	artifact_seal(&art);
	return art;
}

static void run_task(struct study *s, struct task *t)
{
	struct arena *a = check_arena();
	struct record r = { .key = t->key, .node = t->step->node->name, .version = t->step->node->version, .host = "test",
	                    .key_text = task_key_text(s->plan, t, a) };

	for (int i = 0; i < t->step->n_out; i++)
		if (t->want >= 0 ? i == t->want : !t->step->out[i].port->on_request)
			PUSH(a, r.out, r.n_out, ((struct record_out){ t->step->out[i].name, output(s, t, i) }));
	CHECK_OK(store_publish(s->store, &r));
	t->record = r;
	t->state = TASK_DONE;
	s->n_ran++;
}

/* Tasks stand in order, so that one pass settles and runs all whose inputs are there. */
static bool run_round(struct study *s)
{
	bool any = false;

	for (int i = 0; i < s->plan->n_task; i++) {
		struct task *t = s->plan->task[i];

		if (t->state == TASK_WAITING && t->n_wait == 0)
			CHECK_OK(task_settle(s->plan, t));
		else if (t->state != TASK_READY && t->state != TASK_WAITING)
			continue;
		if (t->state == TASK_WAITING)
			continue;
		if (t->state == TASK_READY && s->fails && s->fails(t)) {
			t->state = TASK_FAILED;
		} else if (t->state == TASK_READY) {
			run_task(s, t);
			any = true;
		}
		for (int k = 0; k < t->n_reader; k++)
			t->reader[k]->n_wait--;
	}
	return any;
}

void study_run(struct study *s, const char *yaml)
{
	study_read(s, yaml);
	for (int round = 0; round < 20; round++) {
		bool any;

		CHECK_OK(plan_settle(s->plan));
		any = run_round(s);
		if (!any || !s->plan->open)
			return;
		expand(s);
		no_errors(s);
	}
	fail_msg("the plan stays open");
}

/* ---- looking ---- */
struct task *study_task(const struct study *s, const char *name)
{
	for (int i = 0; i < s->plan->n_task; i++)
		if (strcmp(task_name(check_arena(), s->plan->task[i]), name) == 0)
			return s->plan->task[i];
	fail_msg("there is no task %s", name);
	return NULL;
}

const char *study_given(const struct study *s, const char *task)
{
	const struct task *t = study_task(s, task);
	struct buf b = { .arena = check_arena() };

	buf_add(&b, "");
	for (int i = 0; i < t->step->node->n_in; i++)
		for (int k = 0; k < t->arg[i].n; k++) {
			const struct task_arg *arg = &t->arg[i];

			buf_printf(&b, "%s%s%s%s", b.n ? ", " : "", arg->cell ? arg->cell[k] : "", arg->cell ? "=" : "",
			           task_name(check_arena(), arg->dep[k].task));
			if (arg->dep[k].item)
				buf_printf(&b, "/%s", arg->dep[k].item);
		}
	return b.n ? b.text : "(none)";
}

const char *study_states(const struct study *s, const char *step)
{
	static const char *const word[] = { "waiting", "hit", "ready", "running", "done", "excluded", "failed", "skipped" };
	struct buf b = { .arena = check_arena() };

	buf_add(&b, "");
	for (int i = 0; i < s->plan->n_task; i++) {
		const struct task *t = s->plan->task[i];

		if (strcmp(t->step->name, step) == 0)
			buf_printf(&b, "%s%s %s", b.n ? ", " : "", task_name(check_arena(), t), word[t->state]);
	}
	return b.text;
}

const char *study_key(const struct study *s, const char *task)
{
	char hex[DIGEST_HEX];
	const struct task *t = study_task(s, task);

	CHECK(t->keyed);
	digest_hex(hex, &t->key);
	return arena_strdup(check_arena(), hex);
}
