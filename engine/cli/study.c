#include "cli/study.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"
#include "config/diag.h"
#include "store/memo.h"

enum { NAMES_SHOWN = 8 };

struct error *study_data(const struct study_options *o)
{
	if (o->data && setenv("SULCUS_DATA", o->data, 1) != 0)     /* workers look there too */
		return error_new(ERR_SYSTEM, "cannot set SULCUS_DATA");
	return NULL;
}

struct error *study_open(struct study *s, const char *file, const struct study_options *o, struct arena *a)
{
	*s = (struct study){ .file = file, .arena = a, .diag = diag_new(a) };
	TRY(study_data(o));
	s->pipeline = pipeline_read(file, o->set.item, o->set.n, s->diag, a);
	if (!s->pipeline || s->diag->n_error)
		return NULL;
	TRY(store_open(&s->store, o->cache, a));
	TRY(memo_open(&s->memo, s->store, s->pipeline->path, a));
	s->plan = plan_expand(s->pipeline, s->store, s->memo, NULL, 0, o->no_data, s->diag, a);
	return NULL;
}

struct error *study_settle(struct study *s)
{
	if (!s->plan || s->diag->n_error)
		return NULL;
	return plan_settle(s->plan);
}

int study_problems(const struct study *s)
{
	diag_print(s->diag, stderr, log_colour(stderr));
	return s->diag->n_error ? CLI_WRONG : CLI_DONE;
}

struct error *study_load(struct study *s, int *code, const char *file, const struct study_options *o, struct arena *a)
{
	TRY(study_open(s, file, o, a));
	TRY(study_settle(s));
	*code = study_problems(s);
	if (!s->plan && *code == CLI_DONE)
		return error_new(ERR_USER, "%s has no plan", file);
	return NULL;
}

void study_close(struct study *s)
{
	if (s->store)
		store_close(s->store);
	s->store = NULL;
}

struct task *study_task(const struct study *s, const char *name)
{
	for (int i = 0; s->plan && i < s->plan->n_task; i++)
		if (strcmp(task_name(s->arena, s->plan->task[i]), name) == 0)
			return s->plan->task[i];
	return NULL;
}

struct step *study_step(const struct study *s, const char *name)
{
	for (int i = 0; i < s->pipeline->n_step; i++)
		if (strcmp(s->pipeline->step[i]->name, name) == 0)
			return s->pipeline->step[i];
	return NULL;
}

static const char *cells_of(const struct study *s, const struct step *step)
{
	struct buf b = { .arena = s->arena };
	int n = 0;

	buf_add(&b, "");
	for (int i = 0; i < s->plan->n_task; i++) {
		const struct task *t = s->plan->task[i];

		if (t->step == step && n++ < NAMES_SHOWN)
			buf_printf(&b, "%s%s", n > 1 ? ", " : "", task_name(s->arena, t));
	}
	if (n > NAMES_SHOWN)
		buf_printf(&b, " and %d more", n - NAMES_SHOWN);
	return n ? b.text : "none so far";
}

struct error *study_no_task(const struct study *s, const char *name)
{
	const char *word = arena_strndup(s->arena, name, strcspn(name, "@"));
	const struct step *step = study_step(s, word);
	const char **names = NULL, *near;
	int n = 0;

	if (step)
		return error_new(ERR_USER, "step '%s' of %s has no task '%s'; its tasks: %s", word, s->file, name,
		                 cells_of(s, step));
	for (int i = 0; i < s->pipeline->n_step; i++)
		PUSH(s->arena, names, n, s->pipeline->step[i]->name);
	PUSH(s->arena, names, n, NULL);
	near = text_nearest(word, names);
	return error_new(ERR_USER, "%s has no step '%s'%s", s->file, word,
	                 near ? arena_printf(s->arena, "; did you mean '%s'?", near) : "");
}
