/* Any bytes are read or refused with a place inside the text; a tree is bounded even with its aliases written out, and
 * is told again as JSON. Every scalar is tried as every type of parameter: it becomes JSON or a problem. */
#include "fuzz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "config/diag.h"
#include "config/value.h"
#include "config/yaml.h"
#include "node/node.h"

enum { DEPTH_MAX = 64, ADDED_MAX = 100000, PROBLEMS_MAX = 300, SCALARS_MAX = 50 };

static void must(int promise)
{
	if (!promise)
		abort();
}

static const char *const choice[] = { "zero", "nearest", NULL };
#define ALL .min = -INFINITY, .max = INFINITY, .max_n = 100
static const struct param_decl params[] = {
	{ .name = "p", .unit = "", .type = PARAM_BOOL, ALL }, { .name = "p", .unit = "", .type = PARAM_INT, ALL },
	{ .name = "p", .unit = "mm", .type = PARAM_NUMBER, ALL },
	{ .name = "p", .unit = "s", .type = PARAM_NUMBER, .max = 1 },
	{ .name = "p", .unit = "", .type = PARAM_TEXT, ALL },
	{ .name = "p", .unit = "", .type = PARAM_CHOICE, ALL, .choice = choice },
	{ .name = "p", .unit = "B", .type = PARAM_NUMBERS, ALL },
	{ .name = "p", .unit = "", .type = PARAM_TEXTS, ALL, .min_n = 1 },
};

static void check_json(const char *text, size_t n, struct arena *a)
{
	struct doc *again;
	struct error *e = json_read(&again, text, n, "written", a);

	must(!e);
}

static void check_values(const struct doc *v, struct arena *a)
{
	for (size_t i = 0; i < sizeof params / sizeof params[0]; i++) {
		struct diag *d = diag_new(a);
		const char *json = value_canonical(&params[i], v, d, a);

		must((json != NULL) == (d->n == 0));
		if (json)
			check_json(json, strlen(json), a);
	}
}

/* Values with all aliases written out. */
static size_t check_tree(const struct doc *d, int depth, int *n_tried, struct arena *a)
{
	size_t n = 1;

	must(depth <= DEPTH_MAX + 1 && d->at.line >= 1 && d->at.col >= 1);
	must(d->kind != DOC_TEXT || (d->text && (!d->end_col || d->end_col >= d->at.col)));
	if ((*n_tried)++ < SCALARS_MAX)
		check_values(d, a);
	for (int i = 0; i < d->n; i++) {
		if (d->kind == DOC_MAP) {
			n += check_tree(d->key[i], depth + 1, n_tried, a);
			must(doc_get(d, d->key[i]->text) == d->val[i]);
		}
		n += check_tree(d->val[i], depth + 1, n_tried, a);
	}
	return n;
}

static void check_printed(struct diag *d)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	must(f != NULL);
	diag_print(d, f, false);
	fclose(f);
	for (size_t i = 0; i < n; i++)
		must((unsigned char)text[i] >= 0x20 || text[i] == '\n');
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct arena *a = arena_new();
	struct diag *d = diag_new(a);
	struct doc *doc = NULL;
	int n_tried = 0;

	yaml_read(&doc, (const char *)bytes, n, "fuzz", d, a);
	must((doc || d->n) && d->n < PROBLEMS_MAX && d->n == d->n_error);
	check_printed(d);
	if (doc) {
		struct buf b = { .arena = a };

		must(check_tree(doc, 1, &n_tried, a) <= 2 * n + 1 + ADDED_MAX);
		value_plain(&b, doc);
		check_json(b.text, b.n, a);
	}
	arena_free(a);
	return 0;
}
