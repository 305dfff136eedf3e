/* record - named values that a step found: a flat map of numbers, texts, true and false. */
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "img/table.h"
#include "kinds/compare.h"
#include "kinds/kinds.h"

enum { RECORD_MAX = 16 << 20, SHOWN_MAX = 200 };   /* bytes */

static struct error *read(const struct doc **out, const struct item *it, struct arena *a)
{
	const char *path = item_blob(it, "record.json");
	struct doc *d;
	char *text;
	size_t n;

	if (!path)
		return error_new(ERR_DATA, "this %s has no record.json, must be a record", it->kind);
	TRY(file_read(&text, &n, path, RECORD_MAX, a));
	TRY(json_read(&d, text, n, path, a));
	if (d->kind != DOC_MAP)
		return error_new(ERR_DATA, "%s must be a map of names and values", path);
	*out = d;
	return NULL;
}

static const char *value_text(const struct doc *d, struct arena *a)
{
	struct buf b = { .arena = a };

	if (d->kind == DOC_TEXT)
		return d->text;
	json_doc(&b, d);
	return b.text;
}

/* A run's record has lists of thousands: of what is too long only how many there are. */
static void show_value(FILE *f, const char *name, const struct doc *d, struct arena *a)
{
	const char *text = value_text(d, a);

	if (d->kind != DOC_TEXT && strlen(text) > SHOWN_MAX)
		fprintf(f, "%s: %d entries\n", name, d->n);
	else
		fprintf(f, "%s: %s\n", name, text);
}

struct error *kind_record_show(FILE *f, const struct item *it, struct arena *a)
{
	const struct doc *d = NULL;

	TRY(read(&d, it, a));
	for (int k = 0; k < d->n; k++)
		show_value(f, d->key[k]->text, d->val[k], a);
	return NULL;
}

static const char *one_sided(const struct doc *x, const struct doc *y, const char *which, struct arena *a)
{
	for (int k = 0; k < x->n; k++)
		if (!doc_get(y, x->key[k]->text))
			return arena_printf(a, "only the %s has %s", which, x->key[k]->text);
	return NULL;
}

/* Numbers are compared as such, all else as text; returns what is unlike, or NULL. */
static const char *compare_values(struct compare *c, const char **name, const struct doc *x, const struct doc *y,
                                  struct arena *a)
{
	int n = 0;

	for (int k = 0; k < x->n; k++) {
		const char *p = value_text(x->val[k], a), *q = value_text(doc_get(y, x->key[k]->text), a);
		double u, v;

		if (table_number(&u, p) && table_number(&v, q)) {
			compare_add(c, &u, &v, 1);
			name[n++] = x->key[k]->text;
		} else if (strcmp(p, q) != 0) {
			return arena_printf(a, "%s is %.80s in the first and %.80s in the second", x->key[k]->text, p, q);
		}
	}
	return NULL;
}

struct error *kind_record_diff(struct doc **out, const struct item *x, const struct item *y, double rtol, double atol,
                               struct arena *a)
{
	struct compare c = { .rtol = rtol, .atol = atol, .at = -1 };
	const struct doc *p = NULL, *q = NULL;

	TRY(read(&p, x, a));
	TRY(read(&q, y, a));
	const char **name = NEW_N(a, const char *, p->n + 1), *text = one_sided(p, q, "first", a);

	if (!text)
		text = one_sided(q, p, "second", a);
	if (!text)
		text = compare_values(&c, name, p, q, a);
	*out = text ? compare_unlike(text, a) : compare_result(&c, c.at < 0 ? "" : name[c.at], "values", 0, a);
	return NULL;
}
