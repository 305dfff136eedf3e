#include "cli/taskdiff.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "cli/looker.h"
#include "cli/subject.h"
#include "cli/words.h"
#include "store/store.h"

enum { MOST_BYTES = 256 << 20 };

/* "corr@01.z"; a task without results has its state as digest and no port. */
struct result { const char *name, *digest, *key, *node, *port; };
struct results { int n; struct result *result; struct map *index; };

struct comparing {
	struct totals *totals;
	const char *const *folder;
	struct looker *looker;
	struct store *store;
	bool all;
	struct arena *arena;
};

static void add_result(struct results *r, struct result one, struct arena *a)
{
	PUSH(a, r->result, r->n, one);
	map_put(r->index, one.name, (void *)(size_t)r->n);
}

static const struct result *result_get(const struct results *r, const char *name)
{
	size_t k = (size_t)map_get(r->index, name);

	return k ? &r->result[k - 1] : NULL;
}

static void add_task(struct results *r, const struct doc *task, struct arena *a)
{
	struct result one = { doc_text(task, "task", "?"), doc_text(task, "state", "?"), doc_text(task, "key", ""),
	                      doc_text(task, "node", ""), NULL };
	const char *name = one.name;
	const struct doc *out = doc_get(task, "out");

	if (!out || out->kind != DOC_MAP)
		add_result(r, one, a);
	for (int i = 0; out && out->kind == DOC_MAP && i < out->n; i++) {
		one.port = out->key[i]->text;
		one.name = arena_printf(a, "%s.%s", name, one.port);
		one.digest = doc_text(out, one.port, "?");
		add_result(r, one, a);
	}
}

static struct error *read_results(struct results *r, const char *folder, struct arena *a)
{
	const char *path = path_join(a, folder, "run.json");
	const struct doc *tasks;
	struct doc *d;
	char *text;
	size_t n;

	r->index = map_new(a);
	if (!file_exists(path))
		return NULL;
	TRY(file_read(&text, &n, path, MOST_BYTES, a));
	TRY(json_read(&d, text, n, path, a));
	tasks = doc_get(d, "tasks");
	if (!tasks || tasks->kind != DOC_LIST)
		return error_new(ERR_DATA, "%s is not the record of a run: it has no list of tasks", path);
	for (int i = 0; i < tasks->n; i++)
		add_task(r, tasks->val[i], a);
	return NULL;
}

/* ---- numbers, from the store ---- */
/* What a port is declared as; where it takes the kind of an input, the kind that its files are of. */
static const char *kind_of(const struct result *r, const struct artifact *art)
{
	const struct node_decl *d = node_find(r->node);

	for (int i = 0; d && i < d->n_out; i++)
		if (strcmp(d->out[i].name, r->port) == 0 && !d->out[i].kind_of && d->out[i].kind)
			return d->out[i].kind;
	for (int i = 0; kind_table[i]; i++)
		for (int k = 0; kind_table[i]->blob && !kind_table[i]->is && k < art->n_blob; k++)
			if (strcmp(kind_table[i]->blob, art->blob[k].name) == 0)
				return kind_table[i]->name;
	return "file";
}

/* False when the store lacks the record or some bytes. */
static bool find_stored(struct subject *s, const struct result *r, struct comparing *c)
{
	struct record record;
	struct digest key;

	if (!r->port || !digest_parse(&key, r->key) || !store_lookup(c->store, &key, &record, c->arena))
		return false;
	for (int i = 0; i < record.n_out; i++)
		if (strcmp(record.out[i].port, r->port) == 0) {
			const struct artifact *art = &record.out[i].artifact;

			*s = (struct subject){ .name = r->name, .item = { .cell = "", .kind = kind_of(r, art) } };
			return subject_blobs(&s->item, c->store, NULL, art, c->arena);
		}
	return false;
}

static struct error *compare_numbers(struct difference *d, struct comparing *c, const struct result *x,
                                     const struct result *y)
{
	struct subject s[2];

	*d = (struct difference){ false, arena_printf(c->arena, "%s -> %s, and the store does not have both (keep: always on the step keeps them)",
	                                              words_short(c->arena, x->digest), words_short(c->arena, y->digest)) };
	if (!x->port || !y->port)
		d->text = arena_printf(c->arena, "%s -> %s", x->digest, y->digest);
	else if (find_stored(&s[0], x, c) && find_stored(&s[1], y, c))
		return looker_diff(d, c->looker, &s[0], &s[1]);
	return NULL;
}

static struct error *compare_result(struct comparing *c, const struct result *x, const struct result *y)
{
	struct difference d = { true, "the same bytes" };
	bool same_bytes = strcmp(x->digest, y->digest) == 0;

	if (!same_bytes)
		TRY(compare_numbers(&d, c, x, y));
	c->totals->n_same += d.same;
	c->totals->n_differ += !d.same;
	if (!d.same || c->all)
		printf("%s: %s: %s%s\n", x->name, d.same ? "same" : "differs", d.text,
		       !same_bytes && x->key[0] && strcmp(x->key, y->key) == 0 ? "; its key is the same, so it must not differ" : "");
	return NULL;
}

static struct error *compare_all(struct comparing *c, const struct results r[2])
{
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < r[side].n; i++) {
			const struct result *x = &r[side].result[i], *y = result_get(&r[!side], x->name);

			if (y && side == 0)
				TRY(compare_result(c, x, y));
			if (y)
				continue;
			printf("%s: only in %s\n", x->name, c->folder[side]);
			c->totals->n_only[side]++;
		}
	return NULL;
}

struct error *taskdiff(struct totals *out, const char *const folder[2], struct looker *l, struct store *store, bool all)
{
	struct comparing c = { out, folder, l, store, all, l->arena };
	struct results r[2] = { { 0 } };

	for (int i = 0; i < 2; i++)
		TRY(read_results(&r[i], folder[i], l->arena));
	return r[0].n && r[1].n ? compare_all(&c, r) : NULL;
}
