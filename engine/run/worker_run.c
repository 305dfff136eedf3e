/* Running a node: the structs it is called with are filled by its declaration's offsets. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/json.h"
#include "base/spare.h"
#include "config/value.h"
#include "run/worker.h"
#include "store/store.h"

static struct out_blob *find_blob(const struct out *o, const char *name)
{
	for (int i = 0; i < o->n; i++)
		if (strcmp(o->blob[i].blob.name, name) == 0)
			return &o->blob[i];
	return NULL;
}

const char *out_blob(struct out *o, const char *name)
{
	struct arena *a = o->job->arena;
	const struct out_blob *there = find_blob(o, name);

	if (there)
		return there->blob.path;
	struct blob b = { arena_strdup(a, name), store_tmp(o->job->worker->store, o->port, a) };

	PUSH(a, o->blob, o->n, ((struct out_blob){ .blob = b }));
	return b.path;
}

void out_digest(struct out *o, const char *name, const struct digest *d, int64_t size)
{
	struct out_blob *b = find_blob(o, name);

	if (!b)
		return;
	b->told = true;
	b->digest = *d;
	b->size = size;
}

/* The digest that is known of a file among the inputs: as a result's, or as one that may stand for results. */
static bool known_digest(struct digest *out, const struct request *r, const char *path, const struct store *s,
                         struct arena *a)
{
	for (int i = 0; i < r->n_in; i++)
		for (int k = 0; k < r->in[i].n; k++) {
			const struct wire_item *it = &r->in[i].item[k];

			for (int j = 0; j < it->item.n_blob; j++) {
				if (strcmp(it->item.blob[j].path, path) != 0)
					continue;
				if (it->same && strcmp(it->item.blob[j].name, "file") == 0) {
					*out = *it->same;
					return true;
				}
				return store_blob_digest(path, out) && strcmp(store_blob_path(s, out, a), path) == 0;
			}
		}
	return false;
}

bool out_same(struct out *o, const char *name, const char *path)
{
	struct out_blob *b;
	struct digest d;
	struct stat st;

	if (!known_digest(&d, o->job->request, path, o->job->worker->store, o->job->arena) || stat(path, &st) != 0)
		return false;
	out_blob(o, name);
	b = find_blob(o, name);
	b->same = true;
	b->digest = d;
	b->size = st.st_size;
	return true;
}

struct stream *out_stream(struct out *o, const char *name)
{
	if (o->stream)
		o->streamed = arena_strdup(o->job->arena, name);
	return o->stream;
}

const char *out_kind(const struct out *o)
{
	return o->kind;
}

void node_note(struct node_env *env, const char *fmt, ...)
{
	struct job *j = env->run;
	va_list ap;

	va_start(ap, fmt);
	const char *text = arena_vprintf(j->arena, fmt, ap);
	va_end(ap);
	PUSH(j->arena, j->reply->note, j->reply->n_note, text);
}

/* What a node told is believed when the file has as many bytes. */
static struct error *digest_of(struct store_blob *done, const struct out_blob *b, int n_threads)
{
	struct stat st;

	if (!b->told)
		return digest_file(&done->digest, &done->size, b->blob.path, n_threads);
	if (stat(b->blob.path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != b->size)
		return error_new(ERR_SYSTEM, "%s does not have the %lld bytes that were hashed", b->blob.path, (long long)b->size);
	done->digest = b->digest;
	done->size = b->size;
	return NULL;
}

static struct error *finish_blob(struct store_blob *done, const struct out *o, const struct out_blob *b)
{
	struct error *e;

	if (b->same) {
		*done = (struct store_blob){ b->blob.name, b->digest, b->size };
		store_touch(o->job->worker->store, &b->digest, b->size);
		return NULL;
	}
	e = digest_of(done, b, o->job->request->threads);
	done->name = b->blob.name;
	if (e)
		return error_wrap(e, "output '%s' was not written whole (%s); this is a bug in the node", o->port, b->blob.name);
	o->job->reply->bytes += done->size;
	return store_adopt(o->job->worker->store, b->blob.path, &done->digest);
}

struct error *out_finish(struct out *o, bool may_be_empty)
{
	struct reply *r = o->job->reply;
	struct record_out done = { .port = o->port };

	if (!o->n && !may_be_empty)
		return error_new(ERR_WORKER, "the node ended well but did not write its output '%s'; this is a bug in the node",
		                 o->port);
	done.artifact.n_blob = o->n;
	done.artifact.blob = NEW_N(o->job->arena, struct store_blob, o->n);
	for (int i = 0; i < o->n; i++)
		TRY(finish_blob(&done.artifact.blob[i], o, &o->blob[i]));
	PUSH(o->job->arena, r->out, r->n_out, done);
	return NULL;
}

const struct node_calls *calls_find(const struct node_decl *n)
{
	for (int i = 0; node_table[i]; i++)
		if (node_table[i] == n)
			return &node_calls[i];
	return NULL;
}

static const struct wire_port *find_port(const char *name, int n, const struct wire_port *port)
{
	for (int i = 0; i < n; i++)
		if (strcmp(port[i].port, name) == 0)
			return &port[i];
	return NULL;
}

static struct error *bind_input(void *inputs, const struct port_decl *p, const struct wire_port *given, struct arena *a)
{
	void *at = (char *)inputs + p->offset;
	int n = given ? given->n : 0;
	struct item *item = NEW_N(a, struct item, n);

	for (int i = 0; i < n; i++)
		item[i] = given->item[i].item;
	if (p->many)
		*(struct items *)at = (struct items){ n, item };
	else if (n == 1)
		*(const struct item **)at = item;
	else if (n > 1)
		return error_new(ERR_WORKER, "input '%s' takes one artifact, was given %d", p->name, n);
	if (!n && !p->optional && !p->many)
		return error_new(ERR_WORKER, "input '%s' was given nothing", p->name);
	return NULL;
}

struct error *node_call(struct job *j, const struct node_decl *n, const struct doc *given, int n_in,
                        const struct wire_port *in, struct out *out, int n_out)
{
	struct arena *a = j->arena;
	void *params = arena_calloc(a, 1, n->params_size), *inputs = arena_calloc(a, 1, n->inputs_size);
	void *outputs = arena_calloc(a, 1, n->outputs_size);
	struct node_env env = { a, j->n_threads, j->worker->scratch, j };
	struct doc *none = doc_new_map(a);

	TRY(bind_params(params, n, given ? given : none, a));
	for (int i = 0; i < n->n_in; i++)
		TRY(bind_input(inputs, &n->in[i], find_port(n->in[i].name, n_in, in), a));
	for (int i = 0; i < n->n_out; i++)
		for (int k = 0; k < n_out; k++)
			if (strcmp(n->out[i].name, out[k].port) == 0)
				*(struct out **)((char *)outputs + n->out[i].offset) = &out[k];
	return calls_find(n)->run(&env, params, inputs, outputs);
}

struct error *node_defaults(struct doc **out, const struct node_decl *n, struct arena *a)
{
	struct buf b = { .arena = a };

	buf_add(&b, "{");
	for (int i = 0; i < n->n_param; i++) {
		if (!n->param[i].fallback)
			continue;
		buf_add(&b, b.n > 1 ? "," : "");
		json_text(&b, n->param[i].name);
		buf_add(&b, ":");
		buf_add(&b, n->param[i].fallback);
	}
	buf_add(&b, "}");
	return json_read(out, b.text, b.n, "defaults", a);
}

static const struct port_decl *output_decl(const struct node_decl *n, const char *name)
{
	for (int i = 0; i < n->n_out; i++)
		if (strcmp(n->out[i].name, name) == 0)
			return &n->out[i];
	return NULL;
}

static struct error *find_node(const struct node_decl **out, const struct request *r)
{
	*out = node_find(r->node);
	if (!*out || !calls_find(*out)->run)
		return error_new(ERR_WORKER, "sulcus-worker has no node '%s'; it is not of the same version as sulcus", r->node);
	if ((*out)->version != r->version)
		return error_new(ERR_WORKER, "sulcus-worker has version %d of node '%s', sulcus has %d", (*out)->version, r->node,
		                 r->version);
	return NULL;
}

struct error *run_begin(struct running *out, struct job *j)
{
	const struct request *r = j->request;

	if (!j->worker->store)
		return error_new(ERR_WORKER, "this worker was started without a store");
	TRY(find_node(&out->node, r));
	out->n_out = r->n_out;
	out->out = NEW_N(j->arena, struct out, r->n_out);
	for (int i = 0; i < r->n_out; i++) {
		out->out[i] = (struct out){ .job = j, .port = r->out[i].port, .kind = r->out[i].kind };
		if (!output_decl(out->node, r->out[i].port))
			return error_new(ERR_WORKER, "node '%s' has no output '%s'", out->node->name, r->out[i].port);
	}
	return NULL;
}

struct error *run_call(struct running *r, struct job *j)
{
	return node_call(j, r->node, j->request->given, j->request->n_in, j->request->in, r->out, r->n_out);
}

struct error *run_finish(struct running *r)
{
	for (int i = 0; i < r->n_out; i++)
		if (!r->out[i].stream)
			TRY(out_finish(&r->out[i], output_decl(r->node, r->out[i].port)->axis != NULL));
	return NULL;
}

struct error *serve_run(struct job *j)
{
	struct running r = { 0 };

	j->n_threads = spare_begin(j->request->threads, j->request->most);
	TRY(run_begin(&r, j));
	TRY(run_call(&r, j));
	return run_finish(&r);
}
