/* sulcus cache - looking into the store, and keeping it in bounds. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "base/text.h"
#include "cli/columns.h"
#include "cli/options.h"
#include "cli/words.h"
#include "store/gc.h"
#include "store/memo.h"
#include "store/scan.h"

enum { SHORTEST_KEY = 6 };

struct cache_options { const char *cache, *to; bool dry_run; };

static const struct opt cache_opt[] = {
	{ "to", 0, OPT_TEXT, "SIZE", "gc: how much may stay, such as 20GB or 0.", offsetof(struct cache_options, to) },
	{ "dry-run", 'n', OPT_FLAG, NULL, "gc: only say what would go.", offsetof(struct cache_options, dry_run) },
	{ "cache", 0, OPT_TEXT, "DIR", "The store; else $SULCUS_CACHE, else ~/.cache/sulcus.",
	  offsetof(struct cache_options, cache) },
	{ 0 },
};

struct cache {
	struct store *store;
	struct arena *arena;
	const struct cache_options *option;
	const char *name;           /* of a pin */
};

/* ---- ls ---- */

static int by_bytes(const void *pa, const void *pb)
{
	const struct scan_record *a = pa, *b = pb;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return memcmp(&a->key, &b->key, sizeof a->key);
}

static const char *size_text(const struct scan_record *r, struct arena *a)
{
	return r->n_missing && !r->n_blob ? "not kept" : text_bytes(a, r->bytes);
}

static struct error *cache_ls(int *code, const struct cache *c)
{
	struct columns out = { .arena = c->arena, .n_col = 6 };
	struct scan scan;
	time_t now = time(NULL);

	(void)code;
	TRY(scan_store(&scan, c->store, c->arena));
	if (scan.n_record)
		qsort(scan.record, (size_t)scan.n_record, sizeof *scan.record, by_bytes);
	columns_row(&out, "KEY", "NODE", "SIZE", "TO MAKE", "AGE", "PINNED");
	for (int i = 0; i < scan.n_record; i++) {
		const struct scan_record *r = &scan.record[i];

		double age = now > r->made ? (double)(now - r->made) : 0;

		columns_row(&out, words_digest(c->arena, &r->key), r->node, size_text(r, c->arena),
		            text_seconds(c->arena, r->seconds), text_seconds(c->arena, age), r->pinned ? "pinned" : "");
	}
	columns_print(&out, stdout, 0);
	return NULL;
}

/* ---- du ---- */

struct sum { const char *node; int64_t bytes; int n; double seconds; };

static int by_sum(const void *pa, const void *pb)
{
	const struct sum *a = *(struct sum *const *)pa, *b = *(struct sum *const *)pb;

	return a->bytes != b->bytes ? (a->bytes > b->bytes ? -1 : 1) : strcmp(a->node, b->node);
}

static int sum_nodes(struct sum ***out, const struct scan *scan, struct arena *a)
{
	struct map *by_node = map_new(a);
	int n = 0;

	*out = NULL;
	for (int i = 0; i < scan->n_record; i++) {
		const struct scan_record *r = &scan->record[i];
		struct sum *s = map_get(by_node, r->node);

		if (!s) {
			s = NEW(a, struct sum);
			s->node = r->node;
			map_put(by_node, r->node, s);
			PUSH(a, *out, n, s);
		}
		s->n++;
		s->bytes += r->bytes;
		s->seconds += r->seconds;
	}
	if (n)
		qsort(*out, (size_t)n, sizeof **out, by_sum);
	return n;
}

static void print_pins(const struct scan *scan, struct arena *a)
{
	for (int i = 0; i < scan->n_pin; i++)
		printf("%s%s (%s)", i ? ", " : "pins: ", scan->pin[i].name, words_count(a, scan->pin[i].n_key, "key", "keys"));
	if (scan->n_pin)
		putchar('\n');
}

static struct error *cache_du(int *code, const struct cache *c)
{
	struct arena *a = c->arena;
	struct columns out = { .arena = a, .n_col = 4 };
	struct scan scan;
	struct sum **sum;
	int n;

	(void)code;
	TRY(scan_store(&scan, c->store, a));
	n = sum_nodes(&sum, &scan, a);
	columns_row(&out, "NODE", "RESULTS", "SIZE", "TO MAKE");
	for (int i = 0; i < n; i++)
		columns_row(&out, sum[i]->node, arena_printf(a, "%d", sum[i]->n), text_bytes(a, sum[i]->bytes),
		            text_seconds(a, sum[i]->seconds));
	if (n)
		columns_print(&out, stdout, 0);
	print_pins(&scan, a);
	printf("%s: %s in %s; may have %s, the disk has %s left\n", store_root(c->store), text_bytes(a, scan.bytes),
	       words_count(a, scan.n_blob, "file", "files"), text_bytes(a, gc_bound(c->store)),
	       text_bytes(a, store_free_bytes(c->store)));
	return NULL;
}

/* ---- gc ---- */

static struct error *cache_gc(int *code, const struct cache *c)
{
	struct gc_price p;
	int64_t to;

	(void)code;
	if (!c->option->to)
		return error_new(ERR_USER, "gc needs --to SIZE, how much may stay (--to 20GB)");
	if (!gc_parse_size(c->option->to, &to))
		return error_new(ERR_USER, "--to is '%s', must be a size such as 20GB, 512MiB or 0", c->option->to);
	TRY(gc_run(&p, c->store, to, c->option->dry_run));
	printf("%s %s (%s); making them again takes %s\n", c->option->dry_run ? "would drop" : "dropped",
	       words_count(c->arena, (long)p.n_blob, "file", "files"), text_bytes(c->arena, p.bytes),
	       text_seconds(c->arena, p.seconds));
	return NULL;
}

/* ---- pin, unpin ---- */

static bool begins_with(const struct digest *key, const char *hex)
{
	char all[DIGEST_HEX];

	digest_hex(all, key);
	return !strncmp(all, hex, strlen(hex));
}

static bool is_hex(const char *text)
{
	size_t n = strlen(text);

	return n >= SHORTEST_KEY && n < DIGEST_HEX && strspn(text, "0123456789abcdef") == n;
}

/* The keys of a pipeline, of the results of a node, or of one key by its first digits. */
static struct error *keys_named(struct digest **key, int *n, const struct cache *c)
{
	struct scan scan;
	bool hex = is_hex(c->name);
	char *path = file_exists(c->name) ? realpath(c->name, NULL) : NULL;

	*key = NULL;
	*n = 0;
	if (path) {
		struct error *e = memo_keys(key, n, c->store, path, c->arena);

		free(path);
		if (e || *n)
			return e;
		return error_new(ERR_USER, "the store knows nothing of %s; run it first", c->name);
	}
	TRY(scan_store(&scan, c->store, c->arena));
	for (int i = 0; i < scan.n_record; i++)
		if (hex ? begins_with(&scan.record[i].key, c->name) : !strcmp(scan.record[i].node, c->name))
			PUSH(c->arena, *key, *n, scan.record[i].key);
	if (!*n)
		return error_new(ERR_USER, "'%s' is no pipeline file, and the store has no result of a node or with a key of that "
		                 "name ('sulcus cache ls' lists them)", c->name);
	if (hex && *n > 1)
		return error_new(ERR_USER, "%d keys begin with '%s'; give more digits", *n, c->name);
	return NULL;
}

static struct error *cache_pin(int *code, const struct cache *c)
{
	struct digest *key;
	int n;

	(void)code;
	TRY(keys_named(&key, &n, c));
	TRY(gc_pin(c->store, c->name, key, n));
	printf("pinned %s under the name '%s'\n", words_count(c->arena, n, "key", "keys"), c->name);
	return NULL;
}

static struct error *cache_unpin(int *code, const struct cache *c)
{
	(void)code;
	TRY(gc_unpin(c->store, c->name));
	printf("unpinned '%s'\n", c->name);
	return NULL;
}

/* ---- verify ---- */

static struct error *cache_verify(int *code, const struct cache *c)
{
	struct verify_result v;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	TRY(store_verify(&v, c->store, cpus > 0 && cpus < 64 ? (int)cpus : 2, stdout));
	printf("%s and %s read: %" PRId64 " damaged; %s not kept\n", words_count(c->arena, (long)v.n_blob, "file", "files"),
	       words_count(c->arena, (long)v.n_record, "record", "records"), v.n_bad,
	       words_count(c->arena, (long)v.n_missing, "file", "files"));
	*code = v.n_bad ? CLI_FAILED : CLI_DONE;
	return NULL;
}

/* ---- which of these ---- */

static const struct verb {
	const char *name;
	bool names;                 /* a NAME follows */
	struct error *(*run)(int *code, const struct cache *c);
} verbs[] = {
	{ "ls", false, cache_ls }, { "du", false, cache_du }, { "gc", false, cache_gc },
	{ "pin", true, cache_pin }, { "unpin", true, cache_unpin }, { "verify", false, cache_verify },
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static struct error *check_call(const struct verb **verb, const struct texts *rest)
{
	if (!rest->n)
		return error_new(ERR_USER, "needs one of ls, du, gc, pin, unpin, verify");
	*verb = find_verb(rest->text[0]);
	if (!*verb)
		return error_new(ERR_USER, "cannot '%s', must be one of ls, du, gc, pin, unpin, verify", rest->text[0]);
	if (rest->n != 1 + (*verb)->names)
		return (*verb)->names ? error_new(ERR_USER, "%s needs one NAME", rest->text[0])
		                      : error_new(ERR_USER, "%s takes no more words, not '%s'", rest->text[0], rest->text[1]);
	return NULL;
}

static int run(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct cache_options option = { 0 };
	struct texts rest = { 0 };
	struct cache c = { .arena = a, .option = &option };
	const struct verb *verb = NULL;
	int code = CLI_DONE;
	struct error *e = options_parse(&option, cache_opt, &rest, argc, argv, a);

	if (!e)
		e = check_call(&verb, &rest);
	if (e) {
		arena_free(a);
		return cli_usage(&cmd_cache, e);
	}
	c.name = verb->names ? rest.text[1] : NULL;
	e = store_open(&c.store, option.cache, a);
	if (!e) {
		e = verb->run(&code, &c);
		store_close(c.store);
	}
	arena_free(a);
	return e ? cli_fail(e) : code;
}

const struct command cmd_cache = {
	"cache", "ls | du | gc --to SIZE | pin NAME | unpin NAME | verify",
	"The store: how large it is, what is in it, making it smaller, verifying it.\n\n"
	"  ls          every result: size, time to make it again, age\n"
	"  du          the same summed by node, and what the disk has left\n"
	"  gc          drops what is quickest to make again for its size, until --to SIZE is left;\n"
	"              never what is pinned or used by a running study\n"
	"  pin NAME    keeps what NAME stands for: a pipeline file that was run, a node, or the first\n"
	"              digits of a key\n"
	"  unpin NAME  gives it free again\n"
	"  verify      reads everything and sets aside what is damaged; it will be made again\n\n"
	"Example:  sulcus cache gc --to 20GB --dry-run",
	run, cache_opt,
};
