/* test.sleep - takes its time. */
#include "test.sleep.node.h"

#include <time.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"

struct error *test_sleep_run(struct node_env *env, const struct test_sleep_params *p, const struct test_sleep_inputs *in,
                             const struct test_sleep_outputs *out)
{
	struct timespec t = { p->ms / 1000, p->ms % 1000 * 1000000L };
	struct buf b = { .arena = env->arena };

	(void)in;
	nanosleep(&t, NULL);
	buf_add(&b, "{\"text\": ");
	json_text(&b, p->text);
	buf_add(&b, "}\n");
	return file_write(out_blob(out->record, "record.json"), b.text, b.n);
}
