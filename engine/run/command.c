#include "run/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "run/wire_doc.h"
#include "store/store.h"

const char *kind_ext(const char *kind)
{
	for (const struct kind_decl *k = kind_find(kind); k; k = k->is ? kind_find(k->is) : NULL)
		if (k->ext)
			return k->ext;
	return "dat";
}

static const char *kind_part(const char *kind)
{
	for (const struct kind_decl *k = kind_find(kind); k; k = k->is ? kind_find(k->is) : NULL)
		if (k->blob)
			return k->blob;
	return "file";
}

static const struct node_decl *kind_import(const char *kind)
{
	for (const struct kind_decl *k = kind_find(kind); k; k = k->is ? kind_find(k->is) : NULL)
		if (k->import)
			return node_find(k->import);
	return NULL;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

const char *const *command_argv(int n, const char *const *arg, int n_port, const struct command_port *port, struct arena *a)
{
	const char **out = NULL;
	int n_out = 0;

	for (int i = 0; i < n; i++) {
		const struct command_port *p = NULL;

		for (int k = 0; k < n_port && arg[i][0] == '$'; k++)
			if (strcmp(arg[i] + 1, port[k].name) == 0)
				p = &port[k];
		for (int k = 0; p && k < p->n; k++)
			PUSH(a, out, n_out, p->path[k]);
		if (!p)
			PUSH(a, out, n_out, arg[i]);
	}
	PUSH(a, out, n_out, NULL);
	return out;
}

/* Programs want a file of the kind's extension: the blob itself when it has it, else one written for them.
 * Other blobs (the names of labels) stand beside as <port>.<blob>. */
static struct error *place(const char *path, const struct item *it, const char *ext, const char *beside, struct arena *a)
{
	const char *main_blob = item_main(it);

	if (!main_blob)
		return error_new(ERR_DATA, "an artifact of kind %s has no main part", it->kind);
	for (int i = 0; i < it->n_blob; i++) {
		const struct blob *b = &it->blob[i];
		bool whole = b->path == main_blob;
		const char *to = whole ? path : arena_printf(a, "%s.%s", beside, b->name);

		if (whole && !ends_with(b->name, arena_printf(a, ".%s", ext)) && strcmp(b->name, "file") != 0) {
			TRY(item_write(path, it, a));
			continue;
		}
		if (symlink(b->path, to) < 0)
			return error_new(ERR_SYSTEM, "cannot link %s: %s", to, strerror(errno));
	}
	return NULL;
}

static struct error *place_port(struct command_port *out, const struct wire_port *in, const char *folder, struct arena *a)
{
	out->name = in->port;
	out->n = in->n;
	out->path = NEW_N(a, const char *, in->n);
	for (int k = 0; k < in->n; k++) {
		const struct item *it = &in->item[k].item;
		const char *ext = kind_ext(it->kind);
		const char *stem = in->n == 1 && !it->cell[0] ? in->port : arena_printf(a, "%s-%d", in->port, k);

		out->path[k] = arena_printf(a, "%s/%s.%s", folder, stem, ext);
		TRY(place(out->path[k], it, ext, arena_printf(a, "%s/%s", folder, stem), a));
	}
	return NULL;
}

static struct error *take_file(struct out *o, const char *kind, const char *path)
{
	const char *to = out_blob(o, kind_part(kind));

	if (rename(path, to) == 0)
		return NULL;
	return error_new(ERR_SYSTEM, "cannot move %s into the store: %s", path_base(path), strerror(errno));
}

/* What foreign programs write is read like any file from outside, so that it is checked and in our form. */
static struct error *import(struct out *o, const char *kind, const struct node_decl *n, const char *path)
{
	struct job *j = o->job;
	struct blob blob = { "file", path };
	struct wire_item item = { .item = { "", "file", 1, &blob } };
	struct wire_port in = { "file", "file", 1, &item };
	const char *port = o->port;
	struct doc *given;

	TRY(node_defaults(&given, n, j->arena));
	o->port = n->out[0].name;
	struct error *e = node_call(j, n, given, 1, &in, o, 1);
	o->port = port;
	return e ? error_wrap(e, "reading what the command wrote as %s (%s)", port, kind) : NULL;
}

static struct error *collect(struct job *j, const struct wire_port *out, const char *path)
{
	struct out *o = NEW(j->arena, struct out);
	const struct node_decl *n = kind_import(out->kind);
	const char *gz = arena_printf(j->arena, "%s.gz", path);
	struct stat st;

	*o = (struct out){ .job = j, .port = out->port, .kind = out->kind };
	if (stat(path, &st) < 0 && stat(gz, &st) == 0)
		path = gz;
	else if (stat(path, &st) < 0)
		return error_new(ERR_DATA, "the command ended well but did not write '%s' (%s)", out->port, path_base(path));
	if (!S_ISREG(st.st_mode))
		return error_new(ERR_DATA, "the command's '%s' must be a file, and is none", out->port);
	TRY(n ? import(o, out->kind, n, path) : take_file(o, out->kind, path));
	return out_finish(o, false);
}

/* The parameter argv of the request. */
static struct error *read_argv(const char ***out, int *n, const struct job *j)
{
	const struct doc *list = doc_get(j->request->given, "argv");

	if (!list || list->kind != DOC_LIST || !list->n || !j->worker->store)
		return error_new(ERR_WORKER, "the request lacks a command or a store");
	*n = list->n;
	*out = NEW_N(j->arena, const char *, list->n);
	for (int i = 0; i < list->n; i++)
		TRY(wire_word(&(*out)[i], list, i));
	return NULL;
}

struct error *serve_command(struct job *j)
{
	const struct request *r = j->request;
	struct arena *a = j->arena;
	const char *folder = arena_printf(a, "%s/files", j->worker->scratch), **arg = NULL;
	struct command_port *port = NEW_N(a, struct command_port, r->n_in + r->n_out);
	int n_arg = 0;

	TRY(read_argv(&arg, &n_arg, j));
	TRY(file_mkdirs(folder));
	for (int i = 0; i < r->n_in; i++)
		TRY(place_port(&port[i], &r->in[i], folder, a));
	for (int i = 0; i < r->n_out; i++) {
		struct command_port *p = &port[r->n_in + i];

		p->name = r->out[i].port;
		p->n = 1;
		p->path = NEW(a, const char *);
		p->path[0] = arena_printf(a, "%s/%s.%s", folder, p->name, kind_ext(r->out[i].kind));
	}
	TRY(command_wait(j, command_argv(n_arg, arg, r->n_in + r->n_out, port, a), folder));
	for (int i = 0; i < r->n_out; i++)
		TRY(collect(j, &r->out[i], port[r->n_in + i].path[0]));
	return NULL;
}
