#include "fmri/sidecar.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "img/table.h"

enum { SIDECAR_MAX = 64 << 20 };   /* bytes */

/* The length of a word that Python writes for a number that JSON cannot say, or 0. */
static size_t no_number(const char *p, const char *end)
{
	static const char *const words[] = { "NaN", "Infinity", "-Infinity" };

	for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
		size_t n = strlen(words[k]);

		if ((size_t)(end - p) >= n && memcmp(p, words[k], n) == 0)
			return n;
	}
	return 0;
}

/* The text with null for such words outside of quotes: places in messages stay right for lines without one. */
static void as_json(struct buf *b, const char *p, const char *end)
{
	const char *from = p;
	bool quoted = false;

	while (p < end) {
		size_t n = quoted ? 0 : no_number(p, end);

		if (n) {
			buf_add_n(b, from, (size_t)(p - from));
			buf_add(b, "null");
			from = p += n;
			continue;
		}
		if (quoted && *p == '\\' && p + 1 < end)
			p++;
		else if (*p == '"')
			quoted = !quoted;
		p++;
	}
	buf_add_n(b, from, (size_t)(end - from));
}

struct error *sidecar_parse(const struct doc **out, const char *text, size_t n, const char *name, struct arena *a)
{
	size_t bom = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	struct buf b = { .arena = a };
	struct doc *d;

	as_json(&b, text + bom, text + n);
	TRY(json_read(&d, b.text ? b.text : "", b.n, name, a));
	if (d->kind != DOC_MAP)
		return error_at(error_new(ERR_DATA, "this is no map of names and values, as a JSON file beside data has"), d->at);
	*out = d;
	return NULL;
}

struct error *sidecar_read(const struct doc **out, const char *path, struct arena *a)
{
	char *text;
	size_t n;

	TRY(file_read(&text, &n, path, SIDECAR_MAX, a));
	return sidecar_parse(out, text, n, path, a);
}

struct error *sidecar_tr(double *tr_s, const struct doc *sidecar)
{
	const struct doc *d = doc_get(sidecar, "RepetitionTime");

	*tr_s = 0;
	if (!d)
		return NULL;
	if (d->kind == DOC_TEXT && d->plain && table_number(tr_s, d->text) && *tr_s > 0 && isfinite(*tr_s))
		return NULL;
	return error_at(error_new(ERR_DATA, "RepetitionTime is %s, must be a positive number of seconds",
	                          d->kind == DOC_TEXT ? d->text : "a list or a map"), d->at);
}

static int by_name(const void *p, const void *q)
{
	const struct component *x = p, *y = q;

	return text_natural_cmp(x->name, y->name);
}

int sidecar_components(const struct component **out, const struct doc *sidecar, const char *prefix, struct arena *a)
{
	struct component *list = NEW_N(a, struct component, sidecar->n + 1);
	const char *start = arena_printf(a, "%s_comp_cor_", prefix);
	int n = 0;

	for (int k = 0; k < sidecar->n; k++)
		if (strncmp(sidecar->key[k]->text, start, strlen(start)) == 0)
			list[n++] = (struct component){ sidecar->key[k]->text, doc_text(sidecar->val[k], "Mask", NULL) };
	qsort(list, (size_t)n, sizeof *list, by_name);
	*out = list;
	return n;
}
