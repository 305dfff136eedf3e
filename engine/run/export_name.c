#include "run/export_name.h"

#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/map.h"
#include "config/diag.h"
#include "node/node.h"
#include "plan/plan.h"

enum { NAME_MAX_BYTES = 230, WORDS_MAX = 64 };   /* a file has 255, some of which its half-written copy needs */

/* The order of entities in BIDS and its derivatives; axes it does not know (sweeps) stand at "". */
static const char *const entity_order[] = { "sub", "ses", "sample", "task", "tracksys", "acq", "ce", "trc", "rec", "dir", "run", "mod",
	"echo", "part", "proc", "hemi", "space", "res", "den", "", "atlas", "seg", "scale", "contrast", "stat", "meas", "label", "desc", NULL };

struct word { const char *key, *value; int rank; };

/* The words of one name, as long as they are found. Whoever says a key first is right. */
struct words {
	struct arena *a;
	const struct export *ex;
	int n;
	struct word word[WORDS_MAX];
	const char *suffix;
	int n_used;                    /* axes that a word stands for already */
	const struct axis *used[WORDS_MAX];
};

const char *export_ext(const struct kind_decl *kind)
{
	for (const struct kind_decl *k = kind; k; k = k->is ? kind_find(k->is) : NULL)
		if (k->export_ext)
			return k->export_ext;
	return "dat";
}

/* ---- texts as words of letters and digits ---- */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The word that a sign is read as; NULL: it only parts words. */
static const char *sign_word(char c)
{
	static const struct { char sign; const char *word; } signs[] = {
		{ '-', "Minus" }, { '+', "Plus" }, { '/', "Over" }, { '>', "Gt" }, { '<', "Lt" },
	};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (signs[i].sign == c)
			return signs[i].word;
	return NULL;
}

const char *export_camel(const char *text, struct arena *a)
{
	struct buf b = { .arena = a };
	bool fresh = false;            /* a word begins */

	buf_add(&b, "");
	for (const char *c = text; *c; c++) {
		const char *sign = sign_word(*c);
		char one = *c;

		if (*c == '.' && c > text && is_digit(c[-1]) && is_digit(c[1]))
			one = 'p';             /* 0.5 */
		if (sign)
			buf_add(&b, sign);
		if (sign || !(is_digit(one) || is_letter(one))) {
			fresh = true;
			continue;
		}
		one = fresh && b.n ? upper(one) : one;
		buf_add_n(&b, &one, 1);
		fresh = false;
	}
	if (b.n && !(b.n > 1 && upper(b.text[1]) == b.text[1] && is_letter(b.text[1])))   /* not of WM or FFA */
		b.text[0] = lower(b.text[0]);
	return b.text;
}

/* Only letters and digits; "*" stands for what is not known. */
static const char *clean(const char *text, struct arena *a)
{
	struct buf b = { .arena = a };

	buf_add(&b, "");
	for (const char *c = text; *c; c++)
		if (is_digit(*c) || is_letter(*c) || *c == '*')
			buf_add_n(&b, c, 1);
	return b.text;
}

/* ---- words ---- */
static int rank_of(const char *key)
{
	int other = 0;

	for (int i = 0; entity_order[i]; i++) {
		if (strcmp(entity_order[i], key) == 0)
			return i;
		other = *entity_order[i] ? other : i;
	}
	return other;
}

static const char *word_of(const struct words *w, const char *key)
{
	for (int i = 0; i < w->n; i++)
		if (strcmp(w->word[i].key, key) == 0)
			return w->word[i].value;
	return NULL;
}

/* In their order; of one rank, the first that was put is first. */
static bool put(struct words *w, const char *key, const char *value)
{
	int at = w->n, rank = rank_of(key);

	if (strcmp(key, "suffix") == 0) {
		w->suffix = w->suffix ? w->suffix : value;
		return true;
	}
	if (!*value || word_of(w, key) || w->n == WORDS_MAX)
		return false;
	while (at > 0 && w->word[at - 1].rank > rank)
		at--;
	memmove(&w->word[at + 1], &w->word[at], sizeof *w->word * (size_t)(w->n - at));
	w->word[at] = (struct word){ key, value, rank };
	w->n++;
	return true;
}

static const char *own_name(const struct words *w)
{
	return export_camel(w->ex->name, w->a);
}

static void put_written(struct words *w)
{
	for (int i = 0; w->ex->word && i < w->ex->word->n; i++)
		if (strcmp(w->ex->word->key[i]->text, "item") != 0)
			put(w, w->ex->word->key[i]->text, w->ex->word->val[i]->text);
}

/* "[[1, 0], [0, 1]]" */
static bool has_rows(const char *json)
{
	const char *second = json && json[0] == '[' && json[1] == '[' ? strchr(json, ']') : NULL;

	return second && second[1] == ',';
}

static bool is_given(const struct task *t, const char *what, struct arena *a)
{
	const struct node_decl *node = t->step->node;
	bool wired = *what == '$';

	for (int i = 0; !wired && i < node->n_param; i++)
		if (strcmp(node->param[i].name, what) == 0)
			return task_setting(t, i, a) != NULL;
	for (int i = 0; i < node->n_in; i++)
		if (strcmp(node->in[i].name, what + wired) == 0)
			return wired ? t->step->arg[i].n_source > 0 : has_rows(task_literal(t, i));
	return false;
}

static void put_port(struct words *w, const struct task *t, const struct name_word *word)
{
	for (; word && word->key; word++)
		if (!word->given || is_given(t, word->given, w->a))
			put(w, word->key, *word->value ? word->value : own_name(w));
}

/* "faces - houses", or the texts of a list one after the other, equal ones once. */
static const char *setting_text(const char *json, struct arena *a)
{
	struct buf b = { .arena = a };
	struct doc *d = NULL;
	struct error *e = json_read(&d, json, strlen(json), "", a);

	error_free(e);
	buf_add(&b, "");
	if (d && d->kind == DOC_TEXT)
		buf_add(&b, d->text);
	for (int i = 0; d && d->kind == DOC_LIST && i < d->n; i++)
		if (d->val[i]->kind == DOC_TEXT && (i == 0 || strcmp(d->val[i]->text, d->val[i - 1]->text) != 0))
			buf_printf(&b, "%s%s", i ? " " : "", d->val[i]->text);
	return b.text;
}

/* Parameters whose text is a word: the first of a key that is given. An axis it is swept over needs no word then. */
static void put_settings(struct words *w, const struct task *t)
{
	for (int i = 0; i < t->step->node->n_param; i++) {
		const char *key = t->step->node->param[i].name_key, *json = key ? task_setting(t, i, w->a) : NULL;

		if (json && put(w, key, export_camel(setting_text(json, w->a), w->a)) && t->step->setting[i].axis && w->n_used < WORDS_MAX)
			w->used[w->n_used++] = t->step->setting[i].axis;
	}
	for (int i = 0; i < t->step->node->n_param; i++)
		if (t->step->node->param[i].name_key)
			put(w, t->step->node->param[i].name_key, own_name(w));
}

/* Then those of what came in, such as which contrast a thresholded map is of. */
static void put_inherited(struct words *w, const struct task *t)
{
	for (int i = 0; i < t->step->node->n_in; i++) {
		const struct task_dep *from = t->step->node->in[i].names && t->arg[i].n == 1 ? t->arg[i].dep : NULL;
		const struct name_word *word;

		if (!from || !from->task)
			continue;
		for (word = from->task->step->out[from->port].port->word; word && word->key; word++)
			if (*word->value && strcmp(word->key, "suffix") != 0 && strcmp(word->key, "desc") != 0
			    && (!word->given || is_given(from->task, word->given, w->a)))
				put(w, word->key, word->value);
		put_settings(w, from->task);
		put_inherited(w, from->task);
	}
}

static bool is_used(const struct words *w, const struct axis *axis)
{
	for (int i = 0; i < w->n_used; i++)
		if (w->used[i] == axis)
			return true;
	return false;
}

static void put_cell(struct words *w, const struct task *t, const char *axis, const char *item)
{
	for (int k = 0; k < t->step->n_axis; k++)
		if (!is_used(w, t->step->axis[k]))
			put(w, t->step->axis[k]->name, clean(task_cell(t, k), w->a));
	if (item)
		put(w, axis, clean(item, w->a));
}

/* Where neither the port nor the export says anything, it is described by the export's name. */
static void put_rest(struct words *w, const struct step_out *out)
{
	if (!out->port->word && !w->ex->word)
		put(w, "desc", own_name(w));
	for (const struct kind_decl *k = out->kind; k && !w->suffix; k = k->is ? kind_find(k->is) : NULL)
		w->suffix = k->suffix;
}

/* ---- names ---- */
static const char *bids_name(const struct export *ex, const struct task *t, const char *item, const char *ext, struct arena *a)
{
	const struct step_out *out = &ex->source.step->out[ex->source.port];
	struct words w = { .a = a, .ex = ex };
	struct buf b = { .arena = a };

	put_written(&w);
	put_port(&w, t, out->port->word);
	put_settings(&w, t);
	put_inherited(&w, t);
	put_cell(&w, t, out->port->axis, item);
	put_rest(&w, out);
	if (word_of(&w, "sub")) {
		buf_printf(&b, "sub-%s/", word_of(&w, "sub"));
		if (word_of(&w, "ses"))
			buf_printf(&b, "ses-%s/", word_of(&w, "ses"));
		buf_add(&b, "func/");
	}
	for (int i = 0; i < w.n; i++)
		buf_printf(&b, "%s-%s_", w.word[i].key, w.word[i].value);
	buf_printf(&b, "%s.%s", w.suffix ? w.suffix : "file", ext);
	return b.text;
}

static const char *plain_name(const struct export *ex, const struct task *t, const char *item, const char *ext, struct arena *a)
{
	const struct step_out *out = &ex->source.step->out[ex->source.port];
	struct buf b = { .arena = a };

	for (int k = 0; k < t->step->n_axis; k++)
		buf_printf(&b, "%s-%s_", t->step->axis[k]->name, task_cell(t, k));
	if (item)
		buf_printf(&b, "%s-%s_", out->port->axis, item);
	buf_printf(&b, "%s.%s", ex->name, ext);
	for (char *c = b.text; *c; c++)
		if (*c == '/')
			*c = '_';
	return b.text;
}

const char *export_file_name(enum layout layout, const struct export *ex, const struct task *t, const char *item, const char *ext,
                             struct arena *a)
{
	return layout == LAYOUT_BIDS ? bids_name(ex, t, item, ext, a) : plain_name(ex, t, item, ext, a);
}

/* ---- before anything is computed ---- */
static bool check_name(const struct plan *p, struct map *seen, const struct export *ex, const char *name, struct diag *d)
{
	const struct export *other = map_put(seen, name, (void *)(size_t)ex);
	const char *slash = strrchr(name, '/');
	bool too_long = strlen(slash ? slash + 1 : name) > NAME_MAX_BYTES;

	if (other == ex)
		diag_error(d, ex->at, "two files of export '%s' would be called %s", ex->name, name);
	else if (other)
		diag_error(d, ex->at, "exports '%s' and '%s' would both be called %s", other->name, ex->name, name);
	else if (too_long)
		diag_error(d, ex->at, "export '%s' would be called %s, which is too long for a file", ex->name, name);
	if (other && other != ex)
		diag_hint(d, "say what is special about one of them, as in %s: {item: %s, desc: %s}", ex->name, ex->source.at->text,
		          export_camel(ex->name, p->arena));
	return !other && !too_long;
}

/* Plain names differ by themselves: an export's name stands once in a file, and a cell's keys have no '_'. */
void exports_check(const struct plan *p, struct diag *d)
{
	struct map *seen = map_new(p->arena);

	for (int i = 0; p->pipeline->layout == LAYOUT_BIDS && i < p->pipeline->n_export; i++) {
		const struct export *ex = &p->pipeline->export[i];
		const struct step_out *out = &ex->source.step->out[ex->source.port];
		struct task *const *task;
		int n = plan_tasks(ex->source.step, ex->source.port, &task);

		for (int k = 0; k < n; k++)
			if (!check_name(p, seen, ex, export_file_name(LAYOUT_BIDS, ex, task[k], out->port->axis ? "*" : NULL,
			                                              export_ext(out->kind), p->arena), d))
				break;
	}
}
