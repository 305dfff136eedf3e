/* worker.h - the inside of sulcus-worker: one request at a time, each in an arena of its own. */
#ifndef SULCUS_WORKER_H
#define SULCUS_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "node/node.h"
#include "run/wire.h"

struct arena;
struct doc;
struct store;

struct worker {
	struct store *store;        /* NULL: nothing can be run, only looked at */
	const char *scratch;        /* an empty folder, emptied after each request */
	const char *self;           /* the path of this program */
	struct meter *meter;
};

/* One request being served. */
struct job {
	struct worker *worker;
	const struct request *request;
	struct reply *reply;
	struct arena *arena;
	int n_threads;              /* that the node may come to use, at least those of the request */
};

/* Serves requests from in_fd until its end. */
must_check struct error *worker_serve(struct worker *w, int in_fd, int out_fd);

/* ---- what a request asks for: one function each ---- */
must_check struct error *serve_run(struct job *j);
must_check struct error *serve_shape(struct job *j);
must_check struct error *serve_peek(struct job *j);
must_check struct error *serve_show(struct job *j);
must_check struct error *serve_diff(struct job *j);
must_check struct error *serve_write(struct job *j);
must_check struct error *serve_command(struct job *j);
must_check struct error *serve_pass(struct job *j);

/* ---- inputs ---- */
/* A written list becomes a file, so that nodes read it like any other. */
must_check struct error *job_literals(struct job *j);
const struct wire_port *job_port(const struct job *j, const char *name);

/* ---- running one node (serve_run, and imports of what a command wrote) ---- */
struct out_blob {
	struct blob blob;
	bool told;                  /* the node hashed it: its digest, and its size in bytes */
	bool same;                  /* nothing is written: its bytes are those of an input, with this digest and size */
	struct digest digest;
	int64_t size;
};
struct out {
	struct job *job;
	const char *port, *kind;
	int n;
	struct out_blob *blob;
	struct stream *stream;      /* what the node puts goes to readers in the same pass; NULL: into files */
	const char *streamed;       /* the blob that went there, or NULL */
};
/* Hashes what was written and moves it into the store, as one more output of the reply. */
must_check struct error *out_finish(struct out *o, bool may_be_empty);
/* The functions of a node, by its place in node_table; NULL if there is none. */
const struct node_calls *calls_find(const struct node_decl *n);
/* A run in three steps, of which the second is the node's own and may be on another thread. */
struct running { const struct node_decl *node; int n_out; struct out *out; };
must_check struct error *run_begin(struct running *out, struct job *j);
must_check struct error *run_call(struct running *r, struct job *j);
must_check struct error *run_finish(struct running *r);
/* Runs n with inputs and outputs found by the names of its ports. */
must_check struct error *node_call(struct job *j, const struct node_decl *n, const struct doc *given, int n_in,
                                   const struct wire_port *in, struct out *out, int n_out);
/* A node's defaults, as if given. */
must_check struct error *node_defaults(struct doc **out, const struct node_decl *n, struct arena *a);

/* ---- kinds ---- */
enum kind_call { KIND_PEEK, KIND_SHOW, KIND_DIFF, KIND_WRITE };
/* The row of the nearest kind up the `is` chain that has this function, or NULL. */
const struct kind_calls *kind_calls_find(const char *kind, enum kind_call what);
must_check struct error *item_write(const char *path, const struct item *it, struct arena *a);

/* ---- costs of one request ---- */
struct meter *meter_new(struct arena *a);
void meter_start(struct meter *m, int64_t memory_limit);
void meter_stop(struct meter *m, struct reply *r);

#endif
