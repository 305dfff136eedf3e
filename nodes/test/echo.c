/* test.echo - writes its text and what it was given, so that a test sees what reached it. */
#include "test.echo.node.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"

enum { MAX_INPUT = 1 << 24 };

static struct error *add_item(struct buf *b, const struct item *it, struct arena *a)
{
	char *text;
	size_t n;

	TRY(file_read(&text, &n, item_main(it), MAX_INPUT, a));
	buf_add(b, it->cell);
	buf_add(b, "=");
	buf_add_n(b, text, n);
	return NULL;
}

static struct error *write_record(struct out *out, const struct test_echo_params *p, const struct buf *given, int n,
                                  struct arena *a)
{
	struct buf b = { .arena = a };
	struct digest d = digest_bytes(given->text ? given->text : "", given->n);
	char hex[DIGEST_HEX];

	digest_hex(hex, &d);
	buf_add(&b, "{\"text\": ");
	json_text(&b, p->text);
	if (!p->mute)
		buf_printf(&b, ", \"given\": \"%.16s\", \"n\": %d", hex, n);
	if (p->bytes) {
		char *letters = arena_alloc(a, (size_t)p->bytes + 1, 1);

		memset(letters, 'x', (size_t)p->bytes);
		letters[p->bytes] = 0;
		buf_add(&b, ", \"letters\": ");
		json_text(&b, letters);
	}
	buf_add(&b, "}\n");
	return file_write(out_blob(out, "record.json"), b.text, b.n);
}

struct error *test_echo_run(struct node_env *env, const struct test_echo_params *p, const struct test_echo_inputs *in,
                            const struct test_echo_outputs *out)
{
	struct buf given = { .arena = env->arena };
	int n = in->records.n + (in->record != NULL) + (in->table != NULL);

	for (int i = 0; i < in->records.n; i++)
		TRY(add_item(&given, &in->records.item[i], env->arena));
	if (in->record)
		TRY(add_item(&given, in->record, env->arena));
	if (in->table)
		TRY(add_item(&given, in->table, env->arena));
	if (p->has_say) {
		printf("%s\n", p->say);
		node_note(env, "%s", p->say);
	}
	if (out->record)
		TRY(write_record(out->record, p, &given, n, env->arena));
	if (out->extra)
		TRY(write_record(out->extra, p, &given, n, env->arena));
	return NULL;
}
