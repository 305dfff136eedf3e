/* What the memo of a pipeline names, for pins. */
#include "store/memo.h"

#include <string.h>

#include "base/arena.h"
#include "store/inside.h"
#include "store/memo_file.h"

struct found { struct digest *key; int n; };

static void take(struct found *f, const struct memo_view *v, struct arena *a)
{
	for (uint32_t i = 0; i < v->head.n_record; i++)
		PUSH(a, f->key, f->n, v->key[i]);
	for (uint32_t i = 0; i < v->head.n_task; i++)
		PUSH(a, f->key, f->n, v->task[i].key);
}

struct error *memo_keys(struct digest **key, int *n, struct store *s, const char *path, struct arena *a)
{
	struct found found = { 0 };
	char **name, *bytes;
	int n_name;
	size_t size;

	TRY(store_names(s, "memo", &name, &n_name, a));
	for (int i = 0; i < n_name; i++) {
		struct arena *scratch = arena_new();
		struct memo_view v;

		if (store_read_at(s, arena_printf(scratch, "memo/%s", name[i]), MEMO_MAX, &bytes, &size, scratch)
		    && memo_view_open(&v, bytes, size) && strcmp(memo_view_name(&v, v.head.name), path) == 0)
			take(&found, &v, a);
		arena_free(scratch);
	}
	*key = found.key;
	*n = found.n;
	return NULL;
}
