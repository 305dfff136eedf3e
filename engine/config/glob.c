/* Walks the folders that a pattern leads through, without recursion. A folder's names are read once and kept; a part
 * of which all is known is looked up instead of searched. Links are followed, but `**` does not enter a folder again
 * below itself, and no pattern leads through more than FOLDERS_MAX folders. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "base/utf8.h"
#include "config/pattern.h"
#include "config/pattern_parts.h"

enum { FOLDERS_MAX = 200000 };

struct entry {
	const char *name;
	unsigned char type;       /* DT_* */
};

struct folder {
	int n;
	struct entry *entry;
};

/* A folder at which a part of the pattern is to be matched next. */
struct place {
	const struct place *above;
	const char *path;         /* "" is the working folder */
	int part;
	struct span *cap;         /* [n_name] */
};

struct walk {
	struct pattern p;
	const char *text;         /* the pattern */
	struct arena *a, *scratch;
	struct map *folders;      /* path -> struct folder * */
	struct map *been;         /* "part path captures" with two `**`, which lead to one place in many ways; else NULL */
	int n_ahead;
	struct place **ahead;
	int n_match;
	struct pattern_match *match;
	const char *left_out;     /* words on the first name that captures do not take, and how many there are */
	int n_left_out;
	const struct place *end;  /* the furthest place where nothing matched, the first of those by name */
};

static const char *join(struct arena *a, const char *path, const char *name)
{
	return path[0] ? path_join(a, path, name) : name;
}

static const char *shown(const char *path)
{
	return path[0] ? path : ".";
}

static struct error *cannot(const char *path)
{
	return error_new(ERR_SYSTEM, "cannot read %s: %s", shown(path), strerror(errno));
}

static struct error *read_names(struct folder *f, const char *path, DIR *dir, struct arena *a)
{
	const struct dirent *d;

	for (errno = 0; (d = readdir(dir)); errno = 0) {
		struct entry e = { .type = d->d_type };

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		e.name = arena_strdup(a, d->d_name);
		PUSH(a, f->entry, f->n, e);
	}
	return errno ? cannot(path) : NULL;
}

/* *out is NULL when there is no such folder. */
static struct error *folder_read(struct walk *w, const struct folder **out, const char *path)
{
	struct folder *f = map_get(w->folders, path);
	struct error *e;
	DIR *dir;

	*out = f;
	if (f)
		return NULL;
	dir = opendir(shown(path));
	if (!dir)
		return errno == ENOENT || errno == ENOTDIR ? NULL : cannot(path);
	if (map_size(w->folders) >= FOLDERS_MAX) {
		closedir(dir);
		return error_new(ERR_USER, "pattern '%s' leads through more than %d folders; make it narrower",
		                 w->text, FOLDERS_MAX);
	}
	*out = f = NEW(w->scratch, struct folder);
	e = read_names(f, path, dir, w->scratch);
	closedir(dir);
	map_put(w->folders, path, f);
	return e;
}

static bool seen(struct walk *w, const char *path, int part, const struct span *cap)
{
	struct buf key = { .arena = w->scratch };

	if (!w->been)
		return false;
	buf_printf(&key, "%d ", part);
	for (int i = 0; i < w->p.n_name; i++)
		buf_printf(&key, "%.*s ", (int)cap[i].n, cap[i].text ? cap[i].text : "");
	buf_add(&key, path);
	return map_put_n(w->been, key.text, key.n, w) != NULL;
}

static void go_to(struct walk *w, const struct place *from, const char *path, int part, struct span *cap)
{
	struct place *pl;

	if (seen(w, path, part, cap))
		return;
	pl = NEW(w->scratch, struct place);
	*pl = (struct place){ from, path, part, cap };
	PUSH(w->scratch, w->ahead, w->n_ahead, pl);
}

static struct error *found(struct walk *w, const char *path, const struct span *cap)
{
	const char **capture = NEW_N(w->a, const char *, w->p.n_name + 1);
	struct pattern_match m = { arena_strdup(w->a, path), capture };

	if (seen(w, path, w->p.n_part, cap))
		return NULL;
	for (size_t n = strlen(path), k; n; path += k, n -= k) {
		k = (size_t)utf8_len(path, n);
		if (!k)
			return error_new(ERR_DATA, "the name of file %s is not UTF-8", m.path);
	}
	for (int i = 0; i < w->p.n_name; i++)
		capture[i] = arena_strndup(w->a, cap[i].text, cap[i].n);
	PUSH(w->a, w->match, w->n_match, m);
	return NULL;
}

/* DT_DIR, DT_REG or DT_UNKNOWN (neither) of what a path leads to. A link whose end is missing counts as a file, so that
 * whoever reads it says which one it is. */
static unsigned char type_of(const char *path, unsigned char type)
{
	struct stat st;

	if (type == DT_DIR || type == DT_REG)
		return type;
	if (stat(path, &st))
		return type == DT_LNK ? DT_REG : DT_UNKNOWN;
	return S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : DT_UNKNOWN;
}

static struct error *arrive(struct walk *w, const struct place *pl, const char *path, unsigned char type,
                            struct span *cap)
{
	bool last = pl->part == w->p.n_part - 1;

	type = type_of(path, type);
	if (last && type == DT_REG)
		return found(w, path, cap);
	if (!last && type == DT_DIR)
		go_to(w, pl, path, pl->part + 1, cap);
	return NULL;
}

/* The name is known: one look instead of a search. */
static struct error *look_up(struct walk *w, const struct place *pl, const char *name)
{
	const char *path = join(w->scratch, pl->path, name);
	struct stat st;

	if (!lstat(path, &st))
		return arrive(w, pl, path, S_ISLNK(st.st_mode) ? DT_LNK : DT_UNKNOWN, pl->cap);
	return errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == ELOOP ? NULL : cannot(path);
}

/* A name that only lacks a proper key is told of: whoever called it so hardly wanted it to be left out. */
static void note_left_out(struct walk *w, const struct place *pl, const struct entry *e, const struct span *cap)
{
	bool last = pl->part == w->p.n_part - 1;
	const char *key;

	if (e->type == DT_DIR ? last : !last && e->type == DT_REG)
		return;
	key = part_almost(&w->p.part[pl->part], e->name, cap, w->p.n_name, !last, w->scratch);
	if (key && !w->n_left_out++)
		w->left_out = arena_printf(w->a, "%s is left out: '%s' cannot be a cell's key, which has letters and digits only",
		                           join(w->scratch, pl->path, e->name), key);
}

static struct error *search(struct walk *w, const struct place *pl)
{
	const struct part *p = &w->p.part[pl->part];
	size_t bytes = (size_t)w->p.n_name * sizeof(struct span);
	struct span *cap = NEW_N(w->scratch, struct span, w->p.n_name);
	const struct folder *f;

	TRY(folder_read(w, &f, pl->path));
	for (int i = 0; f && i < f->n; i++) {
		if (w->p.n_name)
			memcpy(cap, pl->cap, bytes);
		if (!part_match(p, f->entry[i].name, cap)) {
			note_left_out(w, pl, &f->entry[i], pl->cap);
			continue;
		}
		TRY(arrive(w, pl, join(w->scratch, pl->path, f->entry[i].name), f->entry[i].type, cap));
		cap = NEW_N(w->scratch, struct span, w->p.n_name);
	}
	return NULL;
}

static bool is_below_itself(const struct place *pl, const char *path)
{
	struct stat st, up;

	if (stat(path, &st))
		return true;
	for (; pl; pl = pl->above)
		if (!stat(shown(pl->path), &up) && up.st_dev == st.st_dev && up.st_ino == st.st_ino)
			return true;
	return false;
}

static struct error *descend(struct walk *w, const struct place *pl)
{
	const struct folder *f;

	go_to(w, pl, pl->path, pl->part + 1, pl->cap);
	TRY(folder_read(w, &f, pl->path));
	for (int i = 0; f && i < f->n; i++) {
		const struct entry *e = &f->entry[i];

		if (e->name[0] == '.' || e->type == DT_REG)
			continue;
		const char *path = join(w->scratch, pl->path, e->name);

		if (type_of(path, e->type) == DT_DIR && (e->type == DT_DIR || !is_below_itself(pl, path)))
			go_to(w, pl, path, pl->part, pl->cap);
	}
	return NULL;
}

/* Is x further along the pattern than y, or as far and first by name? */
static bool is_further(const struct place *x, const struct place *y)
{
	return !y || y->part < x->part || (y->part == x->part && text_natural_cmp(x->path, y->path) < 0);
}

static struct error *visit(struct walk *w, const struct place *pl)
{
	int ahead = w->n_ahead, matches = w->n_match;
	const char *name;

	if (w->p.part[pl->part].any_depth)
		return descend(w, pl);
	name = part_name(&w->p.part[pl->part], pl->cap, w->scratch);
	if (name)
		TRY(look_up(w, pl, name));
	else
		TRY(search(w, pl));
	if (ahead == w->n_ahead && matches == w->n_match && is_further(pl, w->end))
		w->end = pl;
	return NULL;
}

/* Neither links nor files are worth a suggestion when a folder is missing, and the other way round; names suffice. */
static const char *nearest(struct walk *w, const struct folder *f, const char *name)
{
	const char **list = NULL;
	int n = 0;

	for (int i = 0; i < f->n; i++)
		PUSH(w->scratch, list, n, f->entry[i].name);
	PUSH(w->scratch, list, n, NULL);
	return text_nearest(name, list);
}

/* "study/ exists, no folder like sub-*" */
static struct error *how_far(struct walk *w, const char **near)
{
	const struct place *pl = w->end;
	const struct part *p = &w->p.part[pl->part];
	bool last = pl->part == w->p.n_part - 1;
	const char *what = last ? "file" : "folder", *name = part_name(p, pl->cap, w->scratch), *path = shown(pl->path);
	const struct folder *f;
	const char *other;
	struct stat st;

	TRY(folder_read(w, &f, pl->path));
	if (!f) {
		*near = arena_printf(w->a, "there is no folder %s", path);
		return NULL;
	}
	if (name && !lstat(join(w->scratch, pl->path, name), &st)) {
		*near = arena_printf(w->a, "%s is not a %s", join(w->scratch, pl->path, name), what);
		return NULL;
	}
	path = path[strlen(path) - 1] == '/' ? path : arena_printf(w->scratch, "%s/", path);
	other = name ? nearest(w, f, name) : NULL;
	*near = arena_printf(w->a, "%s exists, no %s%s %s%s", path, what, name ? "" : " like", name ? name : p->text,
	                     pl->part && w->p.part[pl->part - 1].any_depth ? " in it or below" : "");
	if (other)
		*near = arena_printf(w->a, "%s (did you mean '%s'?)", *near, other);
	return NULL;
}

/* qsort_r's last argument: the number of captures. */
static int compare(const void *x, const void *y, void *n_name)
{
	const struct pattern_match *a = x, *b = y;
	int c = 0;

	for (int i = 0; !c && i < *(int *)n_name; i++)
		c = text_natural_cmp(a->capture[i], b->capture[i]);
	return c ? c : text_natural_cmp(a->path, b->path);
}

static struct error *walk(struct walk *w, const char *folder, const char **near)
{
	int n_deep = 0;
	const char *start = w->p.absolute ? "/" : strcmp(folder, ".") != 0 ? folder : "";

	w->folders = map_new(w->scratch);
	for (int i = 0; i < w->p.n_part; i++)
		n_deep += w->p.part[i].any_depth;
	if (n_deep > 1)
		w->been = map_new(w->scratch);
	go_to(w, NULL, start, 0, NEW_N(w->scratch, struct span, w->p.n_name));
	while (w->n_ahead)
		TRY(visit(w, w->ahead[--w->n_ahead]));
	if (w->n_match)
		qsort_r(w->match, (size_t)w->n_match, sizeof *w->match, compare, &w->p.n_name);
	if (w->n_left_out)
		*near = w->n_left_out == 1 ? w->left_out : arena_printf(w->a, "%s; and %d more", w->left_out, w->n_left_out - 1);
	else if (!w->n_match)
		TRY(how_far(w, near));
	return NULL;
}

struct error *pattern_glob(struct pattern_match **match, int *n, const char **near, const char *pattern,
                           const char *folder, struct arena *a)
{
	struct walk w = { .text = pattern, .a = a };
	struct error *e;

	*near = NULL;
	*match = NULL;
	*n = 0;
	TRY(pattern_parse(&w.p, pattern, a));
	w.scratch = arena_new();
	e = walk(&w, folder, near);
	arena_free(w.scratch);
	if (e)
		return e;
	*match = w.match;
	*n = w.n_match;
	return NULL;
}
