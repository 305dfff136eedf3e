/* A memo has what was read from its file (memo_file.h), flags of what was used of it, and what was
 * added since; what was added is looked up first. */
#include "store/memo.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "store/inside.h"
#include "store/memo_file.h"

enum { MEMO_PATH = 80 };

struct added_task { const char *name; struct digest key; };
struct added_file { const char *path; struct memo_file f; };

struct memo {
	struct store *s;
	struct arena *arena;
	const char *name;
	char rel[MEMO_PATH];
	struct memo_view view;
	bool keep;                  /* what was not used stays too */
	bool loaded, current;       /* current: no eviction since it was written, so its records count */
	int64_t generation;         /* of the store when the memo was opened */
	unsigned char *used_record, *used_task, *used_file;
	struct map *records, *tasks, *files;   /* added: key, name, path -> struct record, added_task, added_file */
	int n_record, n_task, n_file;
	struct record **record;
	struct added_task **task;
	struct added_file **file;
	bool changed;
};

static void memo_rel(char out[MEMO_PATH], const char *name)
{
	char hex[DIGEST_HEX];
	struct digest d = digest_bytes(name, strlen(name));

	digest_hex(hex, &d);
	snprintf(out, MEMO_PATH, "memo/%s", hex);
}

/* The records of the memo may all be used from now on; they are named to gc in one piece. */
static void load(struct memo *m)
{
	char *bytes;
	size_t n;

	m->loaded = store_read_at(m->s, m->rel, MEMO_MAX, &bytes, &n, m->arena) && memo_view_open(&m->view, bytes, n)
	            && !strcmp(memo_view_name(&m->view, m->view.head.name), m->name);
	if (!m->loaded)
		m->view = (struct memo_view){ 0 };
	m->generation = counter_get(m->s, "generation");
	m->current = m->loaded && m->view.head.generation == m->generation;
	if (m->current)
		store_use(m->s, m->view.key, m->view.head.n_record);
	m->used_record = NEW_N(m->arena, unsigned char, m->view.head.n_record + 1);
	m->used_task = NEW_N(m->arena, unsigned char, m->view.head.n_task + 1);
	m->used_file = NEW_N(m->arena, unsigned char, m->view.head.n_file + 1);
}

struct error *memo_open(struct memo **out, struct store *s, const char *name, struct arena *a)
{
	struct memo *m = NEW(a, struct memo);

	m->s = s;
	m->arena = a;
	m->name = arena_strdup(a, name);
	m->records = map_new(a);
	m->tasks = map_new(a);
	m->files = map_new(a);
	memo_rel(m->rel, name);
	load(m);
	*out = m;
	return NULL;
}

/* ---- records ---- */

static bool view_artifact(const struct memo *m, uint32_t at, struct record_out *to)
{
	const struct memo_view *v = &m->view;
	const struct memo_out *o = &v->out[at];

	if (o->first_blob > v->head.n_blob || o->n_blob > v->head.n_blob - o->first_blob)
		return false;
	to->port = memo_view_name(v, o->port);
	to->artifact.digest = o->digest;
	to->artifact.n_blob = (int)o->n_blob;
	to->artifact.blob = arena_alloc(m->arena, o->n_blob + 1, sizeof *to->artifact.blob);
	for (uint32_t i = 0; i < o->n_blob; i++) {
		const struct memo_blob *b = &v->blob[o->first_blob + i];

		to->artifact.blob[i] = (struct store_blob){ memo_view_name(v, b->name), b->digest, b->size };
	}
	return true;
}

static bool view_record(const struct memo *m, uint32_t at, struct record *to)
{
	const struct memo_view *v = &m->view;
	const struct memo_rec *r = &v->rec[at];

	if (r->first_out > v->head.n_out || r->n_out > v->head.n_out - r->first_out)
		return false;
	*to = (struct record){ .key = v->key[at], .seconds = r->seconds, .cpu_s = r->cpu_s, .peak_bytes = r->peak_bytes,
	                       .made = r->made };
	to->n_out = (int)r->n_out;
	to->out = arena_alloc(m->arena, r->n_out + 1, sizeof *to->out);
	for (uint32_t i = 0; i < r->n_out; i++)
		if (!view_artifact(m, r->first_out + i, &to->out[i]))
			return false;
	return true;
}

bool memo_record(struct memo *m, const struct digest *key, struct record *out)
{
	const struct record *have = map_get_n(m->records, key, DIGEST_SIZE);
	int64_t at;

	if (have) {
		*out = *have;
		return true;
	}
	at = m->current ? memo_view_record(&m->view, key) : -1;
	if (at < 0 || !view_record(m, (uint32_t)at, out))
		return false;
	m->used_record[at] = 1;
	return true;
}

static bool same_results(const struct record *a, const struct record *b)
{
	bool same = a->n_out == b->n_out;

	for (int i = 0; i < a->n_out && same; i++)
		same = !strcmp(a->out[i].port, b->out[i].port)
		       && digest_equal(&a->out[i].artifact.digest, &b->out[i].artifact.digest);
	return same;
}

/* A copy of what a memo keeps of a record. */
static struct record *copy_record(const struct record *r, struct arena *a)
{
	struct record *c = NEW(a, struct record);

	*c = (struct record){ .key = r->key, .seconds = r->seconds, .cpu_s = r->cpu_s, .peak_bytes = r->peak_bytes,
	                      .made = r->made, .n_out = r->n_out, .out = NEW_N(a, struct record_out, r->n_out) };
	for (int i = 0; i < r->n_out; i++) {
		const struct artifact *from = &r->out[i].artifact;

		c->out[i] = (struct record_out){ arena_strdup(a, r->out[i].port), *from };
		c->out[i].artifact.blob = NEW_N(a, struct store_blob, from->n_blob);
		for (int k = 0; k < from->n_blob; k++)
			c->out[i].artifact.blob[k] = (struct store_blob){ arena_strdup(a, from->blob[k].name), from->blob[k].digest,
			                                                  from->blob[k].size };
	}
	return c;
}

void memo_add_record(struct memo *m, const struct record *r)
{
	struct record have, *copy, *old;

	if (memo_record(m, &r->key, &have) && same_results(&have, r))
		return;
	copy = copy_record(r, m->arena);
	old = map_get_n(m->records, &r->key, DIGEST_SIZE);
	m->changed = true;
	if (old) {
		*old = *copy;
		return;
	}
	map_put_n(m->records, &copy->key, DIGEST_SIZE, copy);
	PUSH(m->arena, m->record, m->n_record, copy);
}

/* ---- outside files ---- */

static bool same_file(const struct memo_file *f, const struct stat *st)
{
	return f->dev == st->st_dev && f->ino == st->st_ino && f->size == st->st_size && f->mtime_ns == stat_ns(&st->st_mtim)
	       && f->ctime_ns == stat_ns(&st->st_ctim);
}

static const struct memo_file *find_file(const struct memo *m, const char *path, int64_t *at)
{
	const struct added_file *have = map_get(m->files, path);

	*at = have || !m->loaded ? -1 : memo_view_file(&m->view, path);
	return have ? &have->f : *at >= 0 ? &m->view.file[*at] : NULL;
}

bool memo_file(struct memo *m, const char *path, const struct stat *st, struct digest *d)
{
	int64_t at;
	const struct memo_file *f = find_file(m, path, &at);

	if (!f || !same_file(f, st) || !stat_trusted(st, f->taken_ns))
		return false;
	if (at >= 0)
		m->used_file[at] = 1;
	*d = f->digest;
	return true;
}

/* The store knows when the file was read; a digest from elsewhere is as old as its stat at best, so it is taken for
 * as old as the file's own time, which nobody trusts, until it comes again. */
void memo_add_file(struct memo *m, const char *path, const struct stat *st, const struct digest *d)
{
	int64_t taken = stat_log_time(m->s, st), at;
	const struct memo_file *f = find_file(m, path, &at);
	struct added_file *add;

	if (f && same_file(f, st) && digest_equal(&f->digest, d) && f->taken_ns == taken) {
		if (at >= 0)
			m->used_file[at] = 1;
		return;
	}
	add = map_get(m->files, path);
	if (!add) {
		add = NEW(m->arena, struct added_file);
		add->path = arena_strdup(m->arena, path);
		map_put(m->files, add->path, add);
		PUSH(m->arena, m->file, m->n_file, add);
	}
	add->f = (struct memo_file){ .digest = *d, .dev = st->st_dev, .ino = st->st_ino, .size = st->st_size,
	                             .mtime_ns = stat_ns(&st->st_mtim), .ctime_ns = stat_ns(&st->st_ctim), .taken_ns = taken };
	m->changed = true;
}

/* ---- tasks ---- */

bool memo_task(struct memo *m, const char *task, struct digest *key)
{
	const struct added_task *have = map_get(m->tasks, task);
	int64_t at = have || !m->loaded ? -1 : memo_view_task(&m->view, task);

	if (have)
		*key = have->key;
	else if (at >= 0)
		*key = m->view.task[at].key, m->used_task[at] = 1;
	return have || at >= 0;
}

void memo_add_task(struct memo *m, const char *task, const struct digest *key)
{
	struct added_task *add = map_get(m->tasks, task);
	int64_t at = add || !m->loaded ? -1 : memo_view_task(&m->view, task);

	if (at >= 0 && digest_equal(&m->view.task[at].key, key)) {
		m->used_task[at] = 1;
		return;
	}
	if (add && digest_equal(&add->key, key))
		return;
	m->changed = true;
	if (add) {
		add->key = *key;
		return;
	}
	add = NEW(m->arena, struct added_task);
	*add = (struct added_task){ arena_strdup(m->arena, task), *key };
	map_put(m->tasks, add->name, add);
	PUSH(m->arena, m->task, m->n_task, add);
}

/* ---- saving ---- */

static void build_record(struct memo_build *b, const struct record *r)
{
	struct memo_rec rec = { r->seconds, r->cpu_s, r->peak_bytes, r->made, b->n_out, (uint32_t)r->n_out };

	PUSH(b->arena, b->key, b->n_record, r->key);
	PUSH(b->arena, b->rec, b->n_rec, rec);
	for (int i = 0; i < r->n_out; i++) {
		const struct artifact *art = &r->out[i].artifact;
		struct memo_out out = { art->digest, memo_build_name(b, r->out[i].port), b->n_blob, (uint32_t)art->n_blob, 0 };

		PUSH(b->arena, b->out, b->n_out, out);
		for (int k = 0; k < art->n_blob; k++) {
			struct memo_blob blob = { art->blob[k].digest, art->blob[k].size, memo_build_name(b, art->blob[k].name), 0 };

			PUSH(b->arena, b->blob, b->n_blob, blob);
		}
	}
}

static void build_task(struct memo_build *b, const char *name, const struct digest *key)
{
	struct memo_task task = { *key, memo_build_name(b, name), 0 };

	PUSH(b->arena, b->task, b->n_task, task);
}

/* What was used of the old file, unless it was added anew. */
static void build_old(struct memo_build *b, const struct memo *m)
{
	const struct memo_view *v = &m->view;
	struct record r;

	for (uint32_t i = 0; i < v->head.n_record; i++)
		if ((m->keep || m->used_record[i]) && !map_get_n(m->records, &v->key[i], DIGEST_SIZE) && view_record(m, i, &r))
			build_record(b, &r);
	for (uint32_t i = 0; i < v->head.n_task; i++) {
		const char *name = memo_view_name(v, v->task[i].name);

		if ((m->keep || m->used_task[i]) && !map_get(m->tasks, name))
			build_task(b, name, &v->task[i].key);
	}
	for (uint32_t i = 0; i < v->head.n_file; i++) {
		struct memo_file f = v->file[i];
		const char *path = memo_view_name(v, f.path);

		f.path = memo_build_name(b, path);
		if ((m->keep || m->used_file[i]) && !map_get(m->files, path))
			PUSH(b->arena, b->file, b->n_file, f);
	}
}

static void build_added(struct memo_build *b, const struct memo *m)
{
	for (int i = 0; i < m->n_record; i++)
		build_record(b, m->record[i]);
	for (int i = 0; i < m->n_task; i++)
		build_task(b, m->task[i]->name, &m->task[i]->key);
	for (int i = 0; i < m->n_file; i++) {
		struct memo_file f = m->file[i]->f;

		f.path = memo_build_name(b, m->file[i]->path);
		PUSH(b->arena, b->file, b->n_file, f);
	}
}

void memo_keep_unused(struct memo *m)
{
	m->keep = true;
}

bool memo_changed(const struct memo *m)
{
	return m->changed;
}

struct error *memo_save(struct memo *m)
{
	struct memo_build b;
	struct error *e = NULL;
	const char *bytes;
	struct arena *a;
	size_t n;

	if (!m->changed || m->s->why_not)
		return NULL;
	memo_build_start(&b, a = arena_new());
	build_old(&b, m);
	build_added(&b, m);
	bytes = memo_build_bytes(&b, m->generation, m->name, &n);
	if (bytes)
		e = store_write_at(m->s, m->rel, bytes, n, false);
	m->changed = e != NULL;
	arena_free(a);
	return e;
}
