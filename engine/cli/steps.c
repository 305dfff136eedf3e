#include "cli/steps.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/words.h"
#include "config/value.h"
#include "config/pipeline.h"
#include "node/node.h"

static const char *setting_value(struct arena *a, const struct param_decl *p, const struct setting *s)
{
	struct buf b = { .arena = a };

	if (!s->axis)
		return value_words(a, p, s->json);
	for (int i = 0; i < s->n_value; i++)
		buf_printf(&b, "%s%s", i ? " | " : "", value_words(a, p, s->value[i].json));
	return b.text ? b.text : "";
}

static const char *setting_origin(struct arena *a, const struct setting *s)
{
	const char *place = s->at ? words_place(a, s->at->at) : "";

	if (s->axis)
		return arena_printf(a, "axis %s, %s", s->axis->name, place);
	if (s->from_defaults)
		return arena_printf(a, "defaults, %s", place);
	return s->at ? arena_printf(a, "written, %s", place) : "the node's default";
}

static const char *source_text(struct arena *a, const struct arg *arg)
{
	struct buf b = { .arena = a };

	buf_add(&b, "");
	for (int i = 0; i < arg->n_source; i++) {
		const struct source *s = &arg->source[i];

		buf_printf(&b, "%s%s.%s", i ? ", " : "", s->step->name, s->step->out[s->port].name);
	}
	if (arg->literal)
		buf_add(&b, "a written list");
	return b.text;
}

/* One row a port and parameter: what it is, its name, its value, its kind or origin. */
static void add_rows(struct columns *list, const struct step *s)
{
	struct arena *a = list->arena;

	for (int i = 0; i < s->node->n_in; i++)
		if (s->arg[i].n_source || s->arg[i].literal)
			columns_row(list, "in", s->node->in[i].name, source_text(a, &s->arg[i]),
			            arena_printf(a, "%s%s", s->node->in[i].many ? "list of " : "", s->node->in[i].kind));
	for (int i = 0; i < s->node->n_param; i++)
		columns_row(list, "param", s->node->param[i].name, setting_value(a, &s->node->param[i], &s->setting[i]),
		            setting_origin(a, &s->setting[i]));
	for (int i = 0; i < s->n_out; i++)
		columns_row(list, "out", s->out[i].name, s->out[i].n_reader ? "" : "nobody reads it", words_kind(&s->out[i]));
}

static void print_step(FILE *f, const struct step *s, struct arena *a)
{
	struct columns list = { .arena = a, .n_col = 4 };
	const char *axes = words_axes(a, s);

	fprintf(f, "%s: %s%s%s\n", s->name, s->argv ? s->argv[0] : s->node->name, *axes ? ", for each " : "", axes);
	if (s->pattern)
		fprintf(f, "  files %s\n", s->pattern);
	for (int i = 0; i < s->n_gather; i++)
		fprintf(f, "  gathers %s\n", s->gather[i]->name);
	if (s->when)
		fprintf(f, "  only when what %s says holds\n", words_place(a, s->when->at->at));
	add_rows(&list, s);
	columns_print(&list, f, 2);
}

void steps_print(FILE *f, const struct pipeline *p, struct arena *a)
{
	for (int i = 0; i < p->n_step; i++) {
		if (i > 0)
			fputc('\n', f);
		print_step(f, p->step[i], a);
	}
}
