/* test.number - a record with one number, and a shape function that says what it is told to say. */
#include "test.number.node.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"

struct error *test_number_shape(struct shape *s, const struct test_number_params *p)
{
	if (p->has_wrong)
		shape_error(s, "wrong", "%s", p->wrong);
	s->memory = (int64_t)p->memory * 1000000;
	s->seconds = 0.001;
	return NULL;
}

struct error *test_number_run(struct node_env *env, const struct test_number_params *p, const struct test_number_inputs *in,
                              const struct test_number_outputs *out)
{
	struct buf b = { .arena = env->arena };

	(void)in;
	buf_add(&b, "{\"value\": ");
	json_number(&b, p->value);
	buf_add(&b, "}\n");
	return file_write(out_blob(out->record, "record.json"), b.text, b.n);
}
