#include "run/worker.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

static struct error *(*const serve[WIRE_N])(struct job *) = {
	[WIRE_RUN] = serve_run, [WIRE_SHAPE] = serve_shape, [WIRE_PEEK] = serve_peek, [WIRE_SHOW] = serve_show,
	[WIRE_DIFF] = serve_diff, [WIRE_WRITE] = serve_write, [WIRE_COMMAND] = serve_command, [WIRE_PASS] = serve_pass,
};

const struct wire_port *job_port(const struct job *j, const char *name)
{
	for (int i = 0; i < j->request->n_in; i++)
		if (strcmp(j->request->in[i].port, name) == 0)
			return &j->request->in[i];
	return NULL;
}

struct error *job_literals(struct job *j)
{
	for (int i = 0; i < j->request->n_in; i++) {
		for (int k = 0; k < j->request->in[i].n; k++) {
			struct wire_item *it = &j->request->in[i].item[k];
			struct blob *blob = NEW(j->arena, struct blob);

			if (!it->literal)
				continue;
			blob->name = "literal.json";
			blob->path = arena_printf(j->arena, "%s/literal-%d-%d.json", j->worker->scratch, i, k);
			TRY(file_write(blob->path, it->literal, strlen(it->literal)));
			it->item.blob = blob;
			it->item.n_blob = 1;
		}
	}
	return NULL;
}

/* Most nodes leave nothing in it, so it is looked at before anything is removed, and stays open (d). */
static void empty_scratch(const char *folder, DIR *d)
{
	struct dirent *e;

	if (d)
		rewinddir(d);
	while (d && (e = readdir(d))) {
		char *path;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (asprintf(&path, "%s/%s", folder, e->d_name) < 0)
			abort();
		if (unlink(path) < 0)
			error_free(file_remove_tree(path));
		free(path);
	}
}

static struct error *answer(struct worker *w, const char *text, size_t n, struct reply *reply, struct arena *a)
{
	struct job j = { .worker = w, .reply = reply, .arena = a };
	struct request *r;
	struct error *e;

	TRY(request_read(&r, text, n, a));
	j.request = r;
	j.n_threads = r->threads;
	meter_start(w->meter, r->memory);
	e = job_literals(&j);
	if (!e)
		e = serve[r->what](&j);
	fflush(stdout);
	meter_stop(w->meter, reply);
	return e;
}

static struct error *serve_one(struct worker *w, const char *text, size_t n, DIR *scratch, int out_fd, struct arena *a)
{
	struct reply reply = { 0 };
	struct buf b = { .arena = a };

	reply.error = answer(w, text, n, &reply, a);
	if (w->scratch)
		empty_scratch(w->scratch, scratch);
	wire_begin(&b);
	reply_write(&b, &reply);
	error_free(reply.error);
	return wire_send(out_fd, &b);
}

/* One arena is emptied after each request: mapping memory anew costs a small task more than its work. */
struct error *worker_serve(struct worker *w, int in_fd, int out_fd)
{
	DIR *scratch = w->scratch ? opendir(w->scratch) : NULL;
	struct arena *a = arena_new();
	const struct arena_mark empty = arena_mark(a);
	struct wire_in in = { 0 };
	struct error *e = NULL;
	bool end = false, whole;
	const char *text;
	size_t n;

	while (!e && !end) {
		e = wire_fill(&in, in_fd, &end);
		while (!e && !(e = wire_next(&in, &whole, &text, &n)) && whole) {
			e = serve_one(w, text, n, scratch, out_fd, a);
			arena_reset(a, empty);
		}
	}
	wire_in_free(&in);
	arena_free(a);
	if (scratch)
		closedir(scratch);
	return e;
}
