/* The canonical text that a task's key is the digest of (docs/engine.md, "Key text"). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/spawn.h"
#include "node/node.h"
#include "plan/inside.h"
#include "plan/outside.h"
#include "store/memo.h"

/* From the memo, the store's stat memory, or its bytes. */
static struct error *digest_of(struct plan *p, const char *path, const struct stat *st, struct digest *d)
{
	int64_t size;

	if (p->memo && memo_file(p->memo, path, st, d))
		return NULL;
	if (!p->looked_ahead) {   /* where one file is new, others are */
		p->looked_ahead = true;
		if (p->new_files)
			p->new_files(p->new_files_ctx);
		files_ahead(p, p->arena);
	}
	TRY(store_file_digest(p->store, path, d, &size, (int)sysconf(_SC_NPROCESSORS_ONLN)));
	if (p->memo)
		memo_add_file(p->memo, path, st, d);
	return NULL;
}

/* The digest of an outside file, the same throughout a plan. */
static struct error *outside(struct plan *p, const char *path, struct digest *d)
{
	const struct outside_file *known = outside_at(p, path);
	struct stat st;
	bool shows;

	if (known) {
		*d = known->digest;
		return NULL;
	}
	if (store_stat(path, &st, &shows))
		return error_new(ERR_USER, "cannot read %s: %s", path, strerror(errno));
	TRY(digest_of(p, path, &st, d));
	outside_add(p, path, &st, shows, d);
	return NULL;
}

static void add_digest(struct buf *b, const char *lead, const struct digest *d, const char *end)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	buf_add(b, lead);
	buf_add(b, hex);
	buf_add(b, end);
}

/* A written list is the artifact {literal.json: its JSON}. */
static void add_literal(struct buf *b, const char *json, struct arena *a)
{
	struct store_blob *blob = NEW(a, struct store_blob);
	struct artifact art = { .n_blob = 1, .blob = blob };

	*blob = (struct store_blob){ "literal.json", digest_blob(json, strlen(json), 1), (int64_t)strlen(json) };
	artifact_seal(&art);
	add_digest(b, "", &art.digest, "");
}

static void add_input(struct buf *b, struct plan *p, const struct task *t, int i)
{
	const struct task_arg *arg = &t->arg[i];
	const char *literal = task_literal(t, i);

	if (!arg->n && !literal)
		return;
	buf_printf(b, "in %s", t->step->node->in[i].name);
	if (literal) {
		buf_add(b, " ");
		add_literal(b, literal, p->arena);
	}
	for (int k = 0; k < arg->n; k++) {
		buf_add(b, " ");
		if (arg->cell)
			buf_printf(b, "%s=", arg->cell[k]);
		add_digest(b, "", &dep_output(p, &arg->dep[k])->digest, "");
	}
	buf_add(b, "\n");
}

/* The first word of a command, its params put in. */
static struct error *program_of(const char **name, const struct task *t, struct arena *a)
{
	const char *json = task_setting(t, 0, a);
	struct doc *list;

	TRY(json_read(&list, json ? json : "", json ? strlen(json) : 0, "argv", a));
	if (list->kind != DOC_LIST || !list->n || list->val[0]->kind != DOC_TEXT)
		return error_new(ERR_USER, "argv must be a list of texts");
	*name = list->val[0]->text;
	return NULL;
}

/* The other half of a file that is read in two (x.hdr and x.img, either perhaps with .gz). */
static const char *partner(struct plan *p, const struct kind_decl *k, const char *path)
{
	const char *gz = strstr(path_base(path), ".gz"), *end = gz && !gz[3] ? gz : path + strlen(path);

	while (k && !k->pair[0])
		k = k->is ? kind_find(k->is) : NULL;
	for (int i = 0; k && i < 2; i++) {
		size_t len = strlen(k->pair[i]);
		int stem = (int)(end - path) - (int)len;

		if (stem < 1 || path[stem - 1] != '.' || strncmp(path + stem, k->pair[i], len) != 0)
			continue;
		for (int z = 0; z < 2; z++) {
			const char *other = arena_printf(p->arena, "%.*s%s%s", stem, path, k->pair[1 - i], z ? ".gz" : "");

			if (file_exists(other))
				return other;
		}
	}
	return NULL;
}

static struct error *add_beside(struct buf *b, struct plan *p, const struct task *t)
{
	const char *const *path;
	int n = task_beside(p, t, &path);
	struct digest d;

	for (int k = 0; k < n; k++) {
		TRY(outside(p, path[k], &d));
		buf_printf(b, "beside.%d ", k);
		add_digest(b, "", &d, "\n");
	}
	return NULL;
}

static struct error *add_file(struct buf *b, struct plan *p, const struct task *t)
{
	const struct kind_decl *k = t->step->out[0].kind;
	const char *other = partner(p, k, t->path);
	struct digest d;

	TRY(outside(p, t->path, &d));
	buf_add(b, "kind ");
	buf_add(b, k->name);
	add_digest(b, "\nfile ", &d, "\n");
	if (other) {
		TRY(outside(p, other, &d));
		add_digest(b, "pair ", &d, "\n");
	}
	return add_beside(b, p, t);
}

static struct error *add_program(struct buf *b, struct plan *p, const struct task *t)
{
	const char *name = "";
	struct digest d;

	TRY(program_of(&name, t, p->arena));
	char *found = spawn_find(name);
	const char *path = found ? arena_strdup(p->arena, found) : NULL;

	free(found);
	if (!path)
		return error_at(error_new(ERR_USER, "there is no program '%s' in PATH", name), t->step->at->at);
	TRY(outside(p, path, &d));
	buf_printf(b, "program %s ", name);
	add_digest(b, "", &d, "\n");
	return NULL;
}

/* A command's files are named by their kinds, so these are part of its key. */
static void add_writes(struct buf *b, const struct step *st)
{
	for (int i = 0; i < st->n_out; i++)
		buf_printf(b, "writes %s %s\n", st->out[i].name, st->out[i].kind ? st->out[i].kind->name : "any");
}

static void add_params(struct buf *b, struct plan *p, const struct task *t)
{
	for (int i = 0; i < t->step->node->n_param; i++) {
		const char *json = task_setting(t, i, p->arena);

		if (!json)
			continue;
		buf_add(b, "param ");
		buf_add(b, t->step->node->param[i].name);
		buf_add(b, " ");
		buf_add(b, json);
		buf_add(b, "\n");
	}
}

static struct error *add_all(struct buf *b, struct plan *p, struct task *t)
{
	const struct node_decl *node = t->step->node;

	buf_add(b, "sulcus key 1\nnode ");
	buf_add(b, node->name);
	buf_printf(b, " %d\n", node->version);
	add_params(b, p, t);
	for (int i = 0; i < node->n_in; i++)
		add_input(b, p, t, i);
	if (t->path)
		TRY(add_file(b, p, t));
	if (t->step->argv) {
		TRY(add_program(b, p, t));
		add_writes(b, t->step);
	}
	if (t->want >= 0)
		buf_printf(b, "want %s\n", t->step->out[t->want].name);
	return NULL;
}

/* The text stands in the plan's one buffer until the next call: 10,000 of them are many megabytes. */
struct error *key_text(struct plan *p, struct task *t, const char **text)
{
	struct buf b = { .arena = p->arena, .text = p->key_text, .room = p->key_room };
	struct error *e = add_all(&b, p, t);

	p->key_text = b.text;
	p->key_room = b.room;
	*text = b.text;
	return e;
}

const char *task_key_text(struct plan *p, const struct task *t, struct arena *a)
{
	const char *text = NULL;
	struct error *e = key_text(p, (struct task *)t, &text);

	error_free(e);
	return text ? arena_strdup(a, text) : "";
}
