#include "config/value.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/utf8.h"
#include "config/diag.h"
#include "node/node.h"

enum { SHOWN = 60 };        /* bytes of a written text that a message repeats */

struct reading {
	const struct param_decl *p;
	struct diag *d;
	struct arena *a;
	struct buf out;
	int item;           /* of a list, from 1; 0: not in a list */
};

/* YAML's null: nothing, ~ or null. */
static bool is_null(const struct doc *v)
{
	return v->kind == DOC_TEXT && v->plain && (!v->text[0] || !strcmp(v->text, "~") || !strcmp(v->text, "null")
	                                           || !strcmp(v->text, "Null") || !strcmp(v->text, "NULL"));
}

/* 'fwhm', or item 2 of 'fwhm' */
static const char *subject(struct reading *r)
{
	if (r->item)
		return arena_printf(r->a, "item %d of '%s'", r->item, r->p->name);
	return arena_printf(r->a, "'%s'", r->p->name);
}

static const char *unit_of(const struct reading *r)
{
	return r->p->unit ? r->p->unit : "";
}

static const char *shown(struct reading *r, const char *text)
{
	size_t n = strlen(text), at = 0;

	if (n <= SHOWN)
		return text;
	while (at < SHOWN) {
		int len = utf8_len(text + at, n - at);

		at += len ? (size_t)len : 1;
	}
	return arena_printf(r->a, "%.*s...", (int)at, text);
}

static const char *choices(struct reading *r)
{
	struct buf b = { .arena = r->a };

	buf_add(&b, "one of: ");
	for (int i = 0; r->p->choice[i]; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", r->p->choice[i]);
	return b.text;
}

/* What the parameter (or an item of it) must be, as words: "a length (mm, cm, m, um)". */
static const char *wanted(struct reading *r)
{
	const char *why = "";
	double x;

	switch (r->p->type) {
	case PARAM_BOOL:
		return "true or false";
	case PARAM_CHOICE:
		return choices(r);
	case PARAM_TEXT:
	case PARAM_TEXTS:
		return "a text";
	case PARAM_INT:
		if (!*unit_of(r))
			return "a whole number";
		break;
	case PARAM_NUMBER:
	case PARAM_NUMBERS:
		break;
	}
	value_quantity(&x, "", r->p->unit, &why, r->a);
	return why + strlen("must be ");
}

static bool is_a(struct reading *r, const struct doc *v, const char *what)
{
	diag_error(r->d, v, "%s is %s, must be %s", subject(r), what, wanted(r));
	return false;
}

static const char *with_unit(struct reading *r, double x)
{
	struct buf b = { .arena = r->a };

	json_number(&b, x);
	buf_printf(&b, *unit_of(r) ? " %s" : "%s", unit_of(r));
	return b.text;
}

/* "0 mm or more", "above 0 Hz", "between 0 and 1" */
static const char *range(struct reading *r, double lo, double hi)
{
	const char *min = with_unit(r, lo), *max = with_unit(r, hi);

	if (isinf(hi))
		return r->p->above_min ? arena_printf(r->a, "above %s", min) : arena_printf(r->a, "%s or more", min);
	if (isinf(lo))
		return arena_printf(r->a, "%s or less", max);
	return r->p->above_min ? arena_printf(r->a, "above %s and at most %s", min, max)
	                       : arena_printf(r->a, "between %s and %s", min, max);
}

static bool check_range(struct reading *r, const struct doc *v, double x)
{
	const struct param_decl *p = r->p;
	bool is_int = p->type == PARAM_INT;
	double lo = is_int && x < INT_MIN ? fmax(p->min, INT_MIN) : p->min;
	double hi = is_int && x > INT_MAX ? fmin(p->max, INT_MAX) : p->max;
	bool add_unit;
	double bare;

	if (x > lo || (x == lo && !p->above_min))
		if (x <= hi)
			return true;
	add_unit = *unit_of(r) && value_is_number(v->text, &bare);
	diag_error(r->d, v, "%s is %s%s%s, must be %s", subject(r), shown(r, v->text), add_unit ? " " : "",
	           add_unit ? unit_of(r) : "", range(r, lo, hi));
	return false;
}

/* ---- one scalar of each type: appends its canonical JSON, or tells what is wrong ---- */

static bool put_number(struct reading *r, const struct doc *v)
{
	const char *why = "";
	double x;
	bool ok = value_quantity(&x, v->text, r->p->unit, &why, r->a);

	if (!v->plain) {
		is_a(r, v, "text in quotes");
		if (ok)
			diag_hint(r->d, "without the quotes it is a number");
		return false;
	}
	if (!ok) {
		if (strncmp(why, "must", 4) != 0)
			diag_error(r->d, v, "%s %s", subject(r), why);
		else if (r->p->type == PARAM_INT)
			diag_error(r->d, v, "%s must be %s, not '%s'", subject(r), wanted(r), shown(r, v->text));
		else
			diag_error(r->d, v, "%s %s, not '%s'", subject(r), why, shown(r, v->text));
		return false;
	}
	if (r->p->type == PARAM_INT && x != trunc(x)) {
		diag_error(r->d, v, "%s is %s, must be a whole number", subject(r), shown(r, v->text));
		return false;
	}
	if (!check_range(r, v, x))
		return false;
	json_number(&r->out, x);
	return true;
}

static bool put_bool(struct reading *r, const struct doc *v)
{
	static const char *const other[] = { "yes", "no", "on", "off", "y", "n", "true", "false", NULL };

	if (!v->plain)
		return is_a(r, v, "text in quotes");
	if (!strcmp(v->text, "true") || !strcmp(v->text, "false")) {
		buf_add(&r->out, v->text);
		return true;
	}
	diag_error(r->d, v, "%s must be true or false, not '%s'", subject(r), shown(r, v->text));
	for (int i = 0; other[i]; i++)
		if (!strcasecmp(v->text, other[i]))
			diag_hint(r->d, "YAML 1.2 has only true and false");
	return false;
}

static bool put_choice(struct reading *r, const struct doc *v)
{
	for (int i = 0; r->p->choice[i]; i++) {
		if (!strcmp(r->p->choice[i], v->text)) {
			json_text(&r->out, v->text);
			return true;
		}
	}
	diag_error(r->d, v, "%s is '%s', must be %s", subject(r), shown(r, v->text), choices(r));
	diag_nearest(r->d, v->text, r->p->choice);
	return false;
}

static bool put_text(struct reading *r, const struct doc *v)
{
	json_text(&r->out, v->text);
	return true;
}

static bool (*const put[])(struct reading *, const struct doc *) = {
	[PARAM_BOOL] = put_bool, [PARAM_INT] = put_number, [PARAM_NUMBER] = put_number, [PARAM_TEXT] = put_text,
	[PARAM_CHOICE] = put_choice, [PARAM_NUMBERS] = put_number, [PARAM_TEXTS] = put_text,
};

static bool put_scalar(struct reading *r, const struct doc *v)
{
	if (v->kind != DOC_TEXT)
		return is_a(r, v, v->kind == DOC_MAP ? "a map" : "a list");
	if (is_null(v)) {
		diag_error(r->d, v, "%s has no value", subject(r));
		return false;
	}
	return put[r->p->type](r, v);
}

static bool check_count(struct reading *r, const struct doc *v, int n)
{
	const struct param_decl *p = r->p;
	const char *what = p->min_n == p->max_n ? "" : n < p->min_n ? " or more" : " or fewer";

	if (n >= p->min_n && n <= p->max_n)
		return true;
	diag_error(r->d, v, "'%s' has %d item%s, must have %d%s", p->name, n, n == 1 ? "" : "s",
	           n < p->min_n ? p->min_n : p->max_n, what);
	return false;
}

/* A scalar is a list of one. All items are looked at, so that all their problems are told. */
static bool put_list(struct reading *r, const struct doc *v)
{
	int n = v->kind == DOC_LIST ? v->n : 1;
	bool ok = true;

	buf_add(&r->out, "[");
	for (int i = 0; i < n; i++) {
		r->item = v->kind == DOC_LIST ? i + 1 : 0;
		if (i)
			buf_add(&r->out, ",");
		ok &= put_scalar(r, v->kind == DOC_LIST ? v->val[i] : v);
	}
	buf_add(&r->out, "]");
	return ok && check_count(r, v, n);
}

const char *value_canonical(const struct param_decl *p, const struct doc *written, struct diag *d, struct arena *a)
{
	struct reading r = { .p = p, .d = d, .a = a, .out = { .arena = a } };
	bool many = p->type == PARAM_NUMBERS || p->type == PARAM_TEXTS;

	return (many ? put_list(&r, written) : put_scalar(&r, written)) ? r.out.text : NULL;
}

/* ---- values without a declaration ---- */

/* Whole numbers keep all their digits: ids can be longer than a double is exact. */
static void plain_number(struct buf *out, const char *text, double x)
{
	const char *digits = text + (*text == '-' || *text == '+');

	if (!digits[strspn(digits, "0123456789")]) {
		digits += strspn(digits, "0");
		buf_printf(out, "%s%s", *text == '-' && *digits ? "-" : "", *digits ? digits : "0");
	} else {
		json_number(out, x);
	}
}

static void plain_scalar(struct buf *out, const struct doc *v)
{
	double x;

	if (is_null(v))
		buf_add(out, "null");
	else if (v->plain && value_is_number(v->text, &x))
		plain_number(out, v->text, x);
	else if (v->plain && (!strcmp(v->text, "true") || !strcmp(v->text, "false")))
		buf_add(out, v->text);
	else
		json_text(out, v->text);
}

void value_plain(struct buf *out, const struct doc *written)
{
	if (written->kind == DOC_TEXT) {
		plain_scalar(out, written);
		return;
	}
	buf_add(out, written->kind == DOC_MAP ? "{" : "[");
	for (int i = 0; i < written->n; i++) {
		if (i)
			buf_add(out, ",");
		if (written->kind == DOC_MAP) {
			json_text(out, written->key[i]->text);
			buf_add(out, ":");
		}
		value_plain(out, written->val[i]);
	}
	buf_add(out, written->kind == DOC_MAP ? "}" : "]");
}
