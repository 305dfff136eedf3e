/* From canonical JSON to a node's params struct, in the worker. Ranges and choices were checked when the pipeline was
 * read; here only what would write nonsense into the struct is refused. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "config/value.h"
#include "node/node.h"

/* What one value is to become, and where. */
struct slot {
	const struct param_decl *p;
	void *value;
	struct arena *a;
};

static const char *const must_be[] = {
	[PARAM_BOOL] = "true or false", [PARAM_INT] = "a whole number", [PARAM_NUMBER] = "a number",
	[PARAM_TEXT] = "a text", [PARAM_CHOICE] = "one of its choices",
	[PARAM_NUMBERS] = "a list of numbers", [PARAM_TEXTS] = "a list of texts",
};

static bool number_of(double *x, const struct doc *v)
{
	return v->kind == DOC_TEXT && v->plain && value_is_number(v->text, x) && isfinite(*x);
}

static bool text_of(const char **s, const struct doc *v, struct arena *a)
{
	if (v->kind != DOC_TEXT || v->plain)
		return false;
	*s = arena_strdup(a, v->text);
	return true;
}

static bool bind_bool(const struct slot *s, const struct doc *v)
{
	bool is_true = v->kind == DOC_TEXT && v->plain && !strcmp(v->text, "true");

	if (!is_true && (v->kind != DOC_TEXT || !v->plain || strcmp(v->text, "false") != 0))
		return false;
	*(bool *)s->value = is_true;
	return true;
}

static bool bind_int(const struct slot *s, const struct doc *v)
{
	double x;

	if (!number_of(&x, v) || x != trunc(x) || x < INT_MIN || x > INT_MAX)
		return false;
	*(int *)s->value = (int)x;
	return true;
}

static bool bind_number(const struct slot *s, const struct doc *v)
{
	return number_of(s->value, v);
}

static bool bind_text(const struct slot *s, const struct doc *v)
{
	return text_of(s->value, v, s->a);
}

static bool bind_choice(const struct slot *s, const struct doc *v)
{
	for (int i = 0; v->kind == DOC_TEXT && s->p->choice[i]; i++) {
		if (!strcmp(s->p->choice[i], v->text)) {
			*(int *)s->value = i;   /* an enum without negative values has the size of an int */
			return true;
		}
	}
	return false;
}

static bool bind_numbers(const struct slot *s, const struct doc *v)
{
	double *list = v->kind == DOC_LIST ? NEW_N(s->a, double, v->n) : NULL;

	for (int i = 0; list && i < v->n; i++)
		if (!number_of(&list[i], v->val[i]))
			return false;
	*(const double **)s->value = list;
	return list != NULL;
}

static bool bind_texts(const struct slot *s, const struct doc *v)
{
	const char **list = v->kind == DOC_LIST ? NEW_N(s->a, const char *, v->n) : NULL;

	for (int i = 0; list && i < v->n; i++)
		if (!text_of(&list[i], v->val[i], s->a))
			return false;
	*(const char *const **)s->value = list;
	return list != NULL;
}

static bool (*const bind[])(const struct slot *, const struct doc *) = {
	[PARAM_BOOL] = bind_bool, [PARAM_INT] = bind_int, [PARAM_NUMBER] = bind_number, [PARAM_TEXT] = bind_text,
	[PARAM_CHOICE] = bind_choice, [PARAM_NUMBERS] = bind_numbers, [PARAM_TEXTS] = bind_texts,
};

/* An absent optional parameter has has_<name> false, or no items. */
static struct error *bind_one(char *params, const struct node_decl *node, const struct param_decl *p,
                              const struct doc *v, struct arena *a)
{
	struct slot s = { p, params + p->offset, a };
	bool many = p->type == PARAM_NUMBERS || p->type == PARAM_TEXTS;

	if (!v && !p->optional)
		return error_new(ERR_USER, "%s: parameter '%s' is missing", node->name, p->name);
	if (v && !bind[p->type](&s, v))
		return error_new(ERR_USER, "%s: parameter '%s' must be %s", node->name, p->name, must_be[p->type]);
	if (many)
		*(int *)(params + p->n_offset) = v ? v->n : 0;
	else if (p->optional)
		*(bool *)(params + p->n_offset) = v != NULL;
	return NULL;
}

static bool is_param(const struct node_decl *node, const char *name)
{
	for (int i = 0; i < node->n_param; i++)
		if (!strcmp(node->param[i].name, name))
			return true;
	return false;
}

struct error *bind_params(void *params, const struct node_decl *node, const struct doc *canonical, struct arena *a)
{
	if (!canonical || canonical->kind != DOC_MAP)
		return error_new(ERR_USER, "%s: the parameters must be a map", node->name);
	for (int i = 0; i < canonical->n; i++)
		if (!is_param(node, canonical->key[i]->text))
			return error_new(ERR_USER, "%s has no parameter '%s'", node->name, canonical->key[i]->text);
	for (int i = 0; i < node->n_param; i++)
		TRY(bind_one(params, node, &node->param[i], doc_get(canonical, node->param[i].name), a));
	return NULL;
}
