#include "cli/looker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/subject.h"
#include "run/pool.h"
#include "run/sched.h"
#include "run/wire.h"
#include "store/store.h"

struct error *looker_open(struct looker *l, struct arena *a)
{
	const char *top = getenv("TMPDIR");
	char *folder = arena_printf(a, "%s/sulcus-XXXXXX", top && *top ? top : "/tmp");

	*l = (struct looker){ .arena = a };
	if (!mkdtemp(folder))
		return error_new(ERR_SYSTEM, "cannot make a folder in %s: %s", path_folder(a, folder), strerror(errno));
	l->folder = folder;
	TRY(store_open(&l->store, folder, a));
	l->pool = pool_new(l->store, 1, a);
	return NULL;
}

void looker_close(struct looker *l)
{
	if (l->pool)
		pool_free(l->pool);
	if (l->store)
		store_close(l->store);
	if (l->folder)
		error_free(file_remove_tree(l->folder));
}

/* ---- importing ---- */
static const char *default_params(const struct node_decl *d, struct arena *a)
{
	struct buf b = { .arena = a };

	for (int i = 0; i < d->n_param; i++)
		if (d->param[i].fallback) {
			buf_add(&b, b.n ? "," : "{");
			json_text(&b, d->param[i].name);
			buf_printf(&b, ":%s", d->param[i].fallback);
		}
	buf_add(&b, b.n ? "}" : "{}");
	return b.text;
}

static struct error *import(struct looker *l, struct subject *s)
{
	const struct node_decl *d = s->import;
	struct wire_item item = { .item = { .cell = "", .kind = "file", .n_blob = 1, .blob = s->item.blob } };
	struct wire_port in = { .port = "file", .n = 1, .item = &item };
	struct wire_port out = { .port = d->out[0].name, .kind = s->item.kind };
	struct request r = { .what = WIRE_RUN, .name = s->name, .node = d->name, .version = d->version,
	                     .params = default_params(d, l->arena), .n_in = 1, .in = &in, .n_out = 1, .out = &out,
	                     .threads = machine_jobs() };
	struct reply *reply;

	TRY(pool_call(&reply, l->pool, &r, l->arena));
	if (reply->n_out != 1)
		return error_new(ERR_WORKER, "%s made %d results of %s, must make 1", d->name, reply->n_out, s->name);
	if (!subject_blobs(&s->item, l->store, NULL, &reply->out[0].artifact, l->arena))
		return error_new(ERR_WORKER, "what %s made of %s is not there", d->name, s->name);
	s->import = NULL;
	return NULL;
}

/* ---- looking ---- */
struct error *looker_show(const char **text, struct looker *l, struct subject *s)
{
	struct wire_item item;
	struct wire_port in = { .port = "x", .n = 1, .item = &item };
	struct request r = { .what = WIRE_SHOW, .name = s->name, .n_in = 1, .in = &in, .threads = machine_jobs() };
	struct reply *reply;

	if (s->import)
		TRY(import(l, s));
	item = (struct wire_item){ .item = s->item };
	TRY(pool_call(&reply, l->pool, &r, l->arena));
	*text = reply->text ? reply->text : "";
	return NULL;
}

/* The kind's own sentence; where it has none, its largest difference. */
static const char *sentence(const struct doc *d, struct arena *a)
{
	const char *text = doc_text(d, "text", "");

	return *text ? text : arena_printf(a, "at most by %s", doc_text(d, "max_abs", "an unknown number"));
}

struct error *looker_diff(struct difference *out, struct looker *l, struct subject *x, struct subject *y)
{
	struct wire_item item[2];
	struct wire_port in[2] = { { .port = "x", .n = 1, .item = &item[0] }, { .port = "y", .n = 1, .item = &item[1] } };
	struct request r = { .what = WIRE_DIFF, .name = x->name, .n_in = 2, .in = in, .threads = machine_jobs(),
	                     .rtol = l->rtol, .atol = l->atol };
	struct reply *reply;

	if (!kind_fits(x->item.kind, y->item.kind) && !kind_fits(y->item.kind, x->item.kind)) {
		const char *text = arena_printf(l->arena, "one is a %s, the other a %s", x->item.kind, y->item.kind);

		*out = (struct difference){ false, text };
		return NULL;
	}
	if (x->import)
		TRY(import(l, x));
	if (y->import)
		TRY(import(l, y));
	item[0] = (struct wire_item){ .item = x->item };
	item[1] = (struct wire_item){ .item = y->item };
	TRY(pool_call(&reply, l->pool, &r, l->arena));
	if (!reply->doc)
		return error_new(ERR_WORKER, "the worker did not compare %s", x->name);
	*out = (struct difference){ strcmp(doc_text(reply->doc, "same", "false"), "true") == 0, sentence(reply->doc, l->arena) };
	return NULL;
}
