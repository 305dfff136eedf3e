/* Any bytes are read or refused with a place inside the text; what was read is written, read again and written the
 * same. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"

static void must(int promise)
{
	if (!promise)
		abort();
}

static void check_written(const struct doc *d, struct arena *a)
{
	struct buf first = { .arena = a }, second = { .arena = a };
	struct doc *again;

	json_doc(&first, d);
	must(!json_read(&again, first.text, first.n, "written", a));
	json_doc(&second, again);
	must(first.n == second.n && !memcmp(first.text, second.text, first.n));
}

static void check_numbers(const struct doc *d, struct arena *a)
{
	if (d->kind == DOC_TEXT && d->plain && strchr("-0123456789", d->text[0])) {
		struct buf b = { .arena = a };
		double x = strtod(d->text, NULL);

		json_number(&b, x);
		must(b.text[0] == '"' || strtod(b.text, NULL) == x);
	}
	for (int i = 0; i < d->n; i++)
		check_numbers(d->val[i], a);
}

static void check_keys(const struct doc *d)
{
	for (int i = 0; i < d->n; i++) {
		if (d->kind == DOC_MAP)
			must(doc_get(d, d->key[i]->text) == d->val[i] && doc_key(d, d->key[i]->text) == d->key[i]);
		check_keys(d->val[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct arena *a = arena_new();
	struct doc *d = NULL;
	struct error *e = json_read(&d, (const char *)bytes, n, "fuzz", a);

	if (e) {
		must(e->at.line >= 1 && e->at.col >= 1 && (size_t)e->at.col <= n + 1);
		error_free(e);
	} else {
		check_written(d, a);
		check_numbers(d, a);
		check_keys(d);
	}
	arena_free(a);
	return 0;
}
