#include "img/literal.h"

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "img/table.h"
#include "node/node.h"

enum { LITERAL_MAX = 64 << 20 };   /* bytes */

struct error *literal_read(const struct doc **out, const struct item *it, struct arena *a)
{
	const char *path = item_blob(it, "literal.json");
	struct doc *doc = NULL;
	char *text;
	size_t n;

	*out = NULL;
	if (!path)
		return NULL;
	TRY(file_read(&text, &n, path, LITERAL_MAX, a));
	TRY(json_read(&doc, text, n, "the written list", a));
	*out = doc;
	return NULL;
}

struct error *literal_numbers(const double **out, int *n_col, const struct doc *list, const char *what, struct arena *a)
{
	if (list->kind != DOC_LIST || list->n == 0)
		return error_new(ERR_USER, "%s must be a list of numbers", what);
	if (*n_col == 0)
		*n_col = list->n;
	if (list->n != *n_col)
		return error_new(ERR_USER, "%s has %d numbers, must have %d", what, list->n, *n_col);
	double *x = NEW_N(a, double, list->n);

	*out = x;
	for (int k = 0; k < list->n; k++)
		if (list->val[k]->kind != DOC_TEXT || !table_number(&x[k], list->val[k]->text))
			return error_new(ERR_USER, "number %d of %s is no number", k + 1, what);
	return NULL;
}
