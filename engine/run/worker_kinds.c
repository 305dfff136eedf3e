/* What a kind can do with its bytes: show them, compare two, write them for people. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/doc.h"
#include "base/file.h"
#include "run/worker.h"

static bool has(const struct kind_calls *k, enum kind_call what)
{
	const bool have[] = { [KIND_PEEK] = k->peek, [KIND_SHOW] = k->show, [KIND_DIFF] = k->diff, [KIND_WRITE] = k->write };

	return have[what];
}

const struct kind_calls *kind_calls_find(const char *kind, enum kind_call what)
{
	for (const struct kind_decl *d = kind_find(kind); d; d = d->is ? kind_find(d->is) : NULL)
		for (const struct kind_calls *k = kind_calls; k->name; k++)
			if (strcmp(k->name, d->name) == 0 && has(k, what))
				return k;
	return NULL;
}

static struct error *input(const struct item **out, const struct job *j, int i)
{
	if (i >= j->request->n_in || j->request->in[i].n != 1 || !j->request->in[i].item[0].item.n_blob)
		return error_new(ERR_WORKER, "the request lacks artifact %d", i + 1);
	*out = &j->request->in[i].item[0].item;
	return NULL;
}

static struct error *show_bytes(FILE *f, const struct item *it, struct arena *a)
{
	for (int i = 0; i < it->n_blob; i++) {
		struct digest d;
		int64_t size;

		TRY(digest_file(&d, &size, it->blob[i].path, 1));
		fprintf(f, "%s: %lld bytes\n", it->blob[i].name, (long long)size);
	}
	(void)a;
	return NULL;
}

struct error *serve_show(struct job *j)
{
	const struct kind_calls *k;
	const struct item *it = NULL;
	char *text = NULL;
	size_t n = 0;
	struct error *e;

	TRY(input(&it, j, 0));
	k = kind_calls_find(it->kind, KIND_SHOW);
	FILE *f = open_memstream(&text, &n);
	if (!f)
		return error_new(ERR_SYSTEM, "cannot make a text: %s", strerror(errno));
	e = k ? k->show(f, it, j->arena) : show_bytes(f, it, j->arena);
	fclose(f);
	if (!e)
		j->reply->text = arena_strndup(j->arena, text, n);
	free(text);
	return e;
}

/* Kinds without a comparison of their own are equal when all their bytes are. */
static struct error *diff_bytes(struct doc **out, const struct item *x, const struct item *y, struct arena *a)
{
	const char *where = NULL;

	for (int i = 0; i < x->n_blob && !where; i++) {
		const char *other = item_blob(y, x->blob[i].name);
		struct digest p, q;
		int64_t size;

		if (other) {
			TRY(digest_file(&p, &size, x->blob[i].path, 1));
			TRY(digest_file(&q, &size, other, 1));
		}
		if (!other || !digest_equal(&p, &q))
			where = x->blob[i].name;
	}
	if (!where && x->n_blob != y->n_blob)
		where = "the list of files";
	*out = doc_new_map(a);
	doc_set(a, *out, "same", doc_new_text(a, where ? "false" : "true", true));
	doc_set(a, *out, "text", doc_new_text(a, where ? arena_printf(a, "%s differs", where) : "the same bytes", false));
	return NULL;
}

struct error *serve_diff(struct job *j)
{
	const struct kind_calls *k;
	const struct item *x = NULL, *y = NULL;
	struct doc *d = NULL;

	TRY(input(&x, j, 0));
	TRY(input(&y, j, 1));
	k = kind_calls_find(x->kind, KIND_DIFF);
	if (k)
		TRY(k->diff(&d, x, y, j->request->rtol, j->request->atol, j->arena));
	else
		TRY(diff_bytes(&d, x, y, j->arena));
	j->reply->doc = d;
	return NULL;
}

static struct error *copy_fd(int to, int from, const char *path)
{
	char bytes[1 << 16];
	ssize_t n;

	while ((n = read(from, bytes, sizeof bytes)) > 0)
		TRY(fd_write(to, bytes, (size_t)n, path));
	if (n < 0)
		return error_new(ERR_SYSTEM, "cannot read what is to be written to %s: %s", path, strerror(errno));
	return NULL;
}

static struct error *copy_file(const char *path, const char *from)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	struct error *e;

	if (in < 0)
		return error_new(ERR_SYSTEM, "cannot read %s: %s", from, strerror(errno));
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	e = out < 0 ? error_new(ERR_SYSTEM, "cannot write %s: %s", path, strerror(errno)) : copy_fd(out, in, path);
	if (out >= 0 && close(out) < 0 && !e)
		e = error_new(ERR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
	close(in);
	return e;
}

struct error *item_write(const char *path, const struct item *it, struct arena *a)
{
	const struct kind_calls *k = kind_calls_find(it->kind, KIND_WRITE);
	const char *from = item_main(it);

	if (k)
		return k->write(path, it, a);
	if (!from)
		return error_new(ERR_DATA, "an artifact of kind %s has no main part", it->kind);
	return copy_file(path, from);
}

/* Written beside and renamed, so that a reader of the results never sees half a file. */
struct error *serve_write(struct job *j)
{
	const char *path = j->request->path, *tmp;
	const struct item *it = NULL;
	struct error *e;

	TRY(input(&it, j, 0));
	if (!path)
		return error_new(ERR_WORKER, "the request to write lacks a path");
	/* the extension stays at the end: writers choose by it */
	tmp = arena_printf(j->arena, "%s/.%d-%s", path_folder(j->arena, path), (int)getpid(), path_base(path));
	e = item_write(tmp, it, j->arena);
	if (!e && rename(tmp, path) < 0)
		e = error_new(ERR_SYSTEM, "cannot rename %s to %s: %s", tmp, path_base(path), strerror(errno));
	if (e)
		unlink(tmp);
	return e;
}
