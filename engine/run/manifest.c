#include "run/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"

enum { MANIFEST_MAX = 256 << 20 };
const char manifest_name[] = "manifest.json";

struct error *manifest_read(struct exports *x)
{
	const char *path = path_join(x->arena, x->folder, manifest_name);
	const struct doc *files;
	struct doc *d = NULL;
	struct error *e;
	char *text;
	size_t n;

	x->recorded = map_new(x->arena);
	if (!file_exists(path))
		return NULL;
	e = file_read(&text, &n, path, MANIFEST_MAX, x->arena);
	if (!e)
		e = json_read(&d, text, n, path, x->arena);
	error_free(e);
	files = d ? doc_get(d, "files") : NULL;
	if (!files || files->kind != DOC_MAP)
		return NULL;
	x->manifest = files;
	for (int i = 0; i < files->n; i++)
		map_put(x->recorded, files->key[i]->text, files->val[i]);
	return NULL;
}

static int64_t number(const struct doc *d, const char *key)
{
	return strtoll(doc_text(d, key, "-1"), NULL, 10);
}

static bool stat_file(const struct exports *x, const char *name, int64_t *size, int64_t *mtime_ns)
{
	char path[8192];
	struct stat st;

	if ((size_t)snprintf(path, sizeof path, "%s/%s", x->folder, name) >= sizeof path || lstat(path, &st) < 0)
		return false;
	*size = st.st_size;
	*mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return S_ISREG(st.st_mode);
}

/* As we left it. */
static bool unchanged(const struct exports *x, const char *name, const struct doc *d, int64_t *size, int64_t *mtime_ns)
{
	return stat_file(x, name, size, mtime_ns) && *size == number(d, "size") && *mtime_ns == number(d, "mtime_ns");
}

bool manifest_is_fresh(const struct exports *x, struct export_file *f)
{
	const struct doc *d = map_get(x->recorded, f->name);
	char hex[DIGEST_HEX];

	digest_hex(hex, &f->artifact->digest);
	return d && strcmp(doc_text(d, "artifact", ""), hex) == 0 && unchanged(x, f->name, d, &f->size, &f->mtime_ns);
}

bool manifest_stat(const struct exports *x, struct export_file *f)
{
	return stat_file(x, f->name, &f->size, &f->mtime_ns);
}

static struct map *names_now(const struct exports *x)
{
	struct map *m = map_new(x->arena);

	for (int i = 0; i < x->n; i++)
		map_put(m, x->file[i].name, &x->file[i]);
	return m;
}

/* Names in the manifest are ours, but the file may have been edited: they never lead out of the folder. */
static bool is_below(const char *name)
{
	for (; *name && *name != '.' && *name != '/'; name++) {
		name += strcspn(name, "/");
		if (!*name)
			return true;
	}
	return false;
}

/* The folders that the file was the last of. */
static void remove_empty(const struct exports *x, const char *name)
{
	char *folder = arena_strdup(x->arena, name), *slash;

	while ((slash = strrchr(folder, '/')) != NULL) {
		*slash = '\0';
		if (rmdir(path_join(x->arena, x->folder, folder)) < 0)
			return;
	}
}

void manifest_clean(struct exports *x)
{
	struct map *now;
	int64_t size, mtime_ns;

	if (!x->manifest || x->manifest->n <= x->n_fresh)
		return;
	now = names_now(x);
	for (int i = 0; i < x->manifest->n; i++) {
		const char *name = x->manifest->key[i]->text;

		if (map_get(now, name) || !is_below(name))
			continue;
		if (unchanged(x, name, x->manifest->val[i], &size, &mtime_ns)) {
			unlink(path_join(x->arena, x->folder, name));
			remove_empty(x, name);
		}
		x->n_removed++;
	}
}

int manifest_earlier(const struct exports *x, const char *const **name)
{
	const char **list = NULL;
	struct map *now = names_now(x);
	int64_t size, mtime_ns;
	int n = 0;

	for (int i = 0; x->manifest && i < x->manifest->n; i++) {
		const char *one = x->manifest->key[i]->text;

		if (!map_get(now, one) && is_below(one) && stat_file(x, one, &size, &mtime_ns))
			PUSH(x->arena, list, n, one);
	}
	*name = list;
	return n;
}

static void add_entry(struct buf *b, const struct export_file *f)
{
	char hex[DIGEST_HEX];

	json_text(b, f->name);
	digest_hex(hex, &f->artifact->digest);
	buf_printf(b, ": {\"artifact\": \"%s\", \"size\": %lld, \"mtime_ns\": %lld, \"kind\": \"%s\", \"step\": ", hex,
	           (long long)f->size, (long long)f->mtime_ns, f->kind);
	json_text(b, f->step);
	if (f->task && f->task->keyed) {
		digest_hex(hex, &f->task->key);
		buf_printf(b, ", \"key\": \"%s\"", hex);
	}
	buf_add(b, "}");
}

struct error *manifest_write(const struct exports *x, bool whole)
{
	struct buf b = { .arena = x->arena };
	struct map *now = names_now(x);
	const char *comma = "\n";

	buf_add(&b, "{\"sulcus\": 1, \"files\": {");
	for (int i = 0; i < x->n; i++) {
		if (x->file[i].error)
			continue;
		buf_add(&b, comma);
		add_entry(&b, &x->file[i]);
		comma = ",\n";
	}
	for (int i = 0; !whole && x->manifest && i < x->manifest->n; i++) {
		if (map_get(now, x->manifest->key[i]->text))
			continue;
		buf_add(&b, comma);
		json_text(&b, x->manifest->key[i]->text);
		buf_add(&b, ": ");
		json_doc(&b, x->manifest->val[i]);
		comma = ",\n";
	}
	buf_add(&b, "\n}}\n");
	return file_write_by(arena_printf(x->arena, "%s/.%d-%s", x->folder, (int)getpid(), manifest_name),
	                     path_join(x->arena, x->folder, manifest_name), b.text, b.n);
}
