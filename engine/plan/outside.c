#include "plan/outside.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "plan/plan.h"

struct outside {
	struct map *by_path, *by_digest;   /* -> struct outside_file */
	dev_t device;                      /* the last that was asked about, and the answer */
	bool asked, near;
};

static struct outside *get(struct plan *p)
{
	if (!p->outside) {
		p->outside = NEW(p->arena, struct outside);
		p->outside->by_path = map_new(p->arena);
		p->outside->by_digest = map_new(p->arena);
	}
	return p->outside;
}

/* A study's files lie together, so one answer serves nearly all. */
static bool is_near(struct outside *o, const struct store *s, const char *path, const struct stat *st)
{
	if (!o->asked || o->device != st->st_dev) {
		o->near = store_is_near(s, path, st);
		o->device = st->st_dev;
		o->asked = true;
	}
	return o->near;
}

/* A blob of the store itself never changes its bytes, while using it changes its times. */
static bool is_blob(const struct plan *p, const struct stat *st, const struct digest *d)
{
	struct stat blob;

	return stat(store_blob_path(p->store, d, p->arena), &blob) == 0 && blob.st_dev == st->st_dev && blob.st_ino == st->st_ino;
}

void outside_add(struct plan *p, const char *path, const struct stat *was, bool shows, const struct digest *d)
{
	struct outside *o;
	struct outside_file *f;

	if (!p->store || is_blob(p, was, d))
		return;
	o = get(p);
	f = NEW(p->arena, struct outside_file);
	*f = (struct outside_file){ path, *d, *was, shows && is_near(o, p->store, path, was) };
	map_put(o->by_path, f->path, f);
	if (f->near)
		map_put_n(o->by_digest, &f->digest, DIGEST_SIZE, f);
}

const struct outside_file *outside_at(const struct plan *p, const char *path)
{
	return p->outside ? map_get(p->outside->by_path, path) : NULL;
}

struct error *outside_check(const struct outside_file *f)
{
	struct stat is;

	if (stat(f->path, &is))
		return error_new(ERR_DATA, "%s went away while it was read: %s", f->path, strerror(errno));
	if (store_same_state(&is, &f->was))
		return NULL;
	return error_new(ERR_DATA, "%s changed while it was read; run again when it is complete", f->path);
}

struct error *outside_check_all(int n, const struct outside_file *const *f)
{
	for (int k = 0; k < n; k++)
		TRY(outside_check(f[k]));
	return NULL;
}

static const struct outside_file *find(const struct plan *p, const struct digest *d)
{
	return p->outside ? map_get_n(p->outside->by_digest, d, DIGEST_SIZE) : NULL;
}

const char *plan_blob(const struct plan *p, const struct digest *d, const struct outside_file **from, struct arena *a)
{
	*from = NULL;
	if (store_has_blob(p->store, d))
		return store_blob_path(p->store, d, a);
	*from = find(p, d);
	return *from ? (*from)->path : NULL;
}

bool plan_has_bytes(const struct plan *p, const struct artifact *art, bool stored)
{
	for (int i = 0; i < art->n_blob; i++) {
		const struct digest *d = &art->blob[i].digest;

		if (!store_has_blob(p->store, d) && (stored || !find(p, d)))
			return false;
	}
	return true;
}
