/* Files that say more about an input's file, by names alone: of a_b_c.ext those called like a_b_c.json, a_c.json or
 * c.json, so that one can speak for many. They stand in the same folder or in one above, up to the one that holds the
 * root file of the kind (`beside_root`); without such a folder only in the same. Order: the file's own folder first, in
 * a folder the longest name first, so the first one that says something is right. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "node/node.h"
#include "plan/inside.h"

enum { MAX_ABOVE = 32, MAX_WORDS = 64 };

/* Files of one folder whose names begin with the same word. */
struct names { int n; const char **name; };

struct folder {
	bool root;
	struct map *first;      /* first word -> struct names */
};

struct words { int n; const char *at[MAX_WORDS]; int len[MAX_WORDS]; };

/* The words of a file's name up to its first dot, between underscores. */
static void cut(struct words *w, const char *name)
{
	const char *end = name + strcspn(name, ".");

	w->n = 0;
	for (const char *p = name; p < end && w->n < MAX_WORDS;) {
		int len = (int)strcspn(p, "_.");

		w->at[w->n] = p;
		w->len[w->n++] = len;
		p += len + (p[len] == '_');
	}
}

static bool same_word(const struct words *x, int i, const struct words *y, int k)
{
	return x->len[i] == y->len[k] && strncmp(x->at[i], y->at[k], (size_t)x->len[i]) == 0;
}

/* Has `all` the last word of `some` as its last, and all others too? */
static bool speaks_for(const struct words *some, const struct words *all)
{
	if (!some->n || !all->n || !same_word(some, some->n - 1, all, all->n - 1))
		return false;
	for (int i = 0; i < some->n - 1; i++) {
		int k = 0;

		while (k < all->n && !same_word(some, i, all, k))
			k++;
		if (k == all->n)
			return false;
	}
	return true;
}

static void folder_add(struct folder *f, const char *name, struct arena *a)
{
	struct words w;

	cut(&w, name);
	if (!w.n)
		return;
	struct names *list = map_get_n(f->first, w.at[0], (size_t)w.len[0]);

	if (!list) {
		list = NEW(a, struct names);
		map_put_n(f->first, w.at[0], (size_t)w.len[0], list);
	}
	PUSH(a, list->name, list->n, name);
}

/* What stands in a folder, listed once; a folder that cannot be read is empty. */
static const struct folder *folder_get(struct plan *p, const char *path, const struct kind_decl *k)
{
	const char *ext = arena_printf(p->arena, ".%s", k->beside), *key = arena_printf(p->arena, "%s\n%s", ext, path);
	struct folder *f;
	struct error *e;
	char **names;
	int n = 0;

	p->folder = p->folder ? p->folder : map_new(p->arena);
	f = map_get(p->folder, key);
	if (f)
		return f;
	f = NEW(p->arena, struct folder);
	f->first = map_new(p->arena);
	map_put(p->folder, key, f);
	e = file_list(&names, &n, path, p->arena);
	for (int i = 0; !e && i < n; i++) {
		const char *dot = strchr(names[i], '.');

		f->root |= k->beside_root && strcmp(names[i], k->beside_root) == 0;
		if (dot && strcmp(dot, ext) == 0)
			folder_add(f, names[i], p->arena);
	}
	error_free(e);
	return f;
}

struct finding { const char **path; int n; struct words all; };

static int longest_first(const void *p, const void *q)
{
	const char *x = *(const char *const *)p, *y = *(const char *const *)q;
	size_t n = strlen(x), m = strlen(y);

	return n != m ? (n < m ? 1 : -1) : strcmp(x, y);
}

/* Is word k one that came before? Then its files were looked at. */
static bool repeated(const struct words *w, int k)
{
	for (int i = 0; i < k; i++)
		if (same_word(w, i, w, k))
			return true;
	return false;
}

static void take(struct finding *f, const struct folder *in, const char *folder, struct arena *a)
{
	int from = f->n;

	for (int k = 0; k < f->all.n; k++) {
		const struct names *list = repeated(&f->all, k) ? NULL : map_get_n(in->first, f->all.at[k], (size_t)f->all.len[k]);

		for (int i = 0; list && i < list->n; i++) {
			struct words some;

			cut(&some, list->name[i]);
			if (speaks_for(&some, &f->all))
				PUSH(a, f->path, f->n, path_join(a, folder, list->name[i]));
		}
	}
	if (f->n > from + 1)
		qsort(f->path + from, (size_t)(f->n - from), sizeof *f->path, longest_first);
}

/* The folder of a file from the root of the file system on, so that one can go up. */
static const char *whole_folder(struct plan *p, const char *path)
{
	const char *folder = path_folder(p->arena, path);
	char *whole = *folder == '/' ? NULL : realpath(folder, NULL);
	const char *out = whole ? arena_strdup(p->arena, whole) : folder;

	free(whole);
	return out;
}

/* How many folders, from the file's own upwards, are searched. */
static int levels(struct plan *p, const struct kind_decl *k, const char *folder)
{
	for (int n = 1; n <= MAX_ABOVE; n++) {
		const char *above = path_folder(p->arena, folder);

		if (folder_get(p, folder, k)->root)
			return n;
		if (strcmp(above, folder) == 0 || strcmp(folder, ".") == 0)
			return 1;
		folder = above;
	}
	return 1;
}

int task_beside(struct plan *p, const struct task *t, const char *const **path)
{
	const struct kind_decl *k = t->path ? t->step->out[0].kind : NULL;
	struct finding f = { 0 };

	*path = NULL;
	while (k && !k->beside)
		k = k->is ? kind_find(k->is) : NULL;
	if (!k)
		return 0;
	const char *folder = whole_folder(p, t->path);

	cut(&f.all, path_base(t->path));
	for (int n = levels(p, k, folder); n > 0; n--) {
		take(&f, folder_get(p, folder, k), folder, p->arena);
		folder = path_folder(p->arena, folder);
	}
	*path = f.path;
	return f.n;
}
