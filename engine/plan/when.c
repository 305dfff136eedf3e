#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "config/value.h"
#include "plan/inside.h"

enum { RECORD_MAX = 1 << 20 };

/* The field of a record as a scalar. */
static struct error *field_read(struct plan *p, const struct predicate *q, const struct task_dep *d, const struct doc **out)
{
	const struct artifact *art = dep_output(p, d);
	const char *path = art->n_blob ? store_blob_path(p->store, &art->blob[0].digest, p->arena) : "";
	struct doc *record;
	char *text;
	size_t n;

	TRY(file_read(&text, &n, path, RECORD_MAX, p->arena));
	TRY(json_read(&record, text, n, path, p->arena));
	*out = doc_get(record, q->field);
	if (!*out || (*out)->kind != DOC_TEXT)
		return error_at(error_new(ERR_USER, "the record of step '%s' has no field '%s'", d->task->step->name, q->field), q->at->at);
	return NULL;
}

static int compare(const char *x, const char *y)
{
	double a, b;

	if (value_is_number(x, &a) && value_is_number(y, &b))
		return a < b ? -1 : a > b;
	return strcmp(x, y);
}

static bool test(enum pred_op op, const char *left, const struct doc *right)
{
	int c = right->kind == DOC_TEXT ? compare(left, right->text) : 0;

	switch (op) {
	case PRED_EQ: return c == 0;
	case PRED_NE: return c != 0;
	case PRED_LT: return c < 0;
	case PRED_LE: return c <= 0;
	case PRED_GT: return c > 0;
	case PRED_GE: return c >= 0;
	case PRED_IN:
		for (int i = 0; right->kind == DOC_LIST && i < right->n; i++)
			if (compare(left, right->val[i]->text) == 0)
				return true;
	}
	return false;
}

static struct error *scalar_read(struct plan *p, const char *json, const struct doc **out)
{
	struct doc *d;

	TRY(json_read(&d, json, strlen(json), "when", p->arena));
	*out = d;
	return NULL;
}

struct error *when_holds(struct plan *p, struct task *t, bool *holds)
{
	int k = 0;

	*holds = true;
	for (const struct predicate *q = t->step->when; q; q = q->next) {
		const struct doc *left, *right;
		const char *follows = q->axis ? swept(t, q->axis, q->swept, q->n_value) : NULL;
		const char *value = follows && !q->right_swept ? follows : q->value, *against = follows && q->right_swept ? follows : q->right;

		if (q->left.step)
			TRY(field_read(p, q, &t->pred[k++], &left));
		else
			TRY(scalar_read(p, value ? value : "null", &left));
		TRY(scalar_read(p, against ? against : "null", &right));
		*holds &= test(q->op, left->kind == DOC_TEXT ? left->text : "", right) != q->negate;
	}
	return NULL;
}
