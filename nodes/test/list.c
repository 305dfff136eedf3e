/* test.list - a list output: blobs are named "<item>/record.json". */
#include "test.list.node.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"

struct error *test_list_run(struct node_env *env, const struct test_list_params *p, const struct test_list_inputs *in,
                            const struct test_list_outputs *out)
{
	(void)in;
	for (int i = 0; i < p->n_items; i++) {
		struct buf b = { .arena = env->arena };

		buf_add(&b, "{\"text\": ");
		json_text(&b, p->items[i]);
		buf_add(&b, "}\n");
		TRY(file_write(out_blob(out->records, arena_printf(env->arena, "%s/record.json", p->items[i])), b.text, b.n));
	}
	return NULL;
}
