/* wire.h - what sulcus and its workers say to each other: a length and that much JSON.
 *
 * Every message starts with four bytes, its length in little endian, and is at most 64 MiB long. */
#ifndef SULCUS_WIRE_H
#define SULCUS_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "node/node.h"
#include "store/store.h"

struct arena;
struct doc;

enum { WIRE_MAX = 64 << 20 };
/* The first message of a worker, before any reply: that it is one, and speaks this language. */
#define WIRE_GREETING "{\"sulcus-worker\": 1}"

/* ---- framing ---- */
/* Starts a message in an empty buf; the text follows. */
void wire_begin(struct buf *b);
/* Fills in the length and writes it all. */
must_check struct error *wire_send(int fd, struct buf *b);

/* Bytes that arrived and were not used yet; start with zeros. */
struct wire_in { char *bytes; size_t n, room, used; };
/* Reads once; *end at the end of the file. On a descriptor that would block, nothing happens. */
must_check struct error *wire_fill(struct wire_in *in, int fd, bool *end);
/* A whole message, whose text stays valid until the next wire_fill, or false. */
must_check struct error *wire_next(struct wire_in *in, bool *whole, const char **text, size_t *n);
void wire_in_free(struct wire_in *in);

/* ---- requests ---- */
enum wire_do { WIRE_RUN, WIRE_SHAPE, WIRE_PEEK, WIRE_SHOW, WIRE_DIFF, WIRE_WRITE, WIRE_COMMAND, WIRE_PASS, WIRE_N };

struct wire_item {
	struct item item;           /* n_blob 0: not made yet */
	const struct doc *facts;    /* or NULL */
	const char *literal;        /* JSON of a written list, or NULL */
	const struct digest *same;  /* of its blob `file`, which may stand for a result of the same bytes; or NULL */
	bool passing;               /* in a pass: what its first member makes */
};

struct wire_port {
	const char *port, *kind;    /* kind: of outputs */
	int n;
	struct wire_item *item;
};

struct request {
	enum wire_do what;
	const char *name;           /* of the task, for people */
	const char *node;
	int version;
	const char *params;         /* canonical JSON, when sent */
	const struct doc *given;    /* the same, when received */
	int n_in, n_out;
	struct wire_port *in, *out;
	const char *path;           /* write: the file to be */
	int threads, most;          /* promised; that it may come to use as others end (base/spare.h), 0: the promised ones */
	int64_t memory;             /* limit in bytes, 0: none */
	double rtol, atol;          /* diff */
	int n_member;               /* pass: runs at the same time; the first makes what the others read as it comes, and nobody */
	struct request **member;    /* keeps it */
};

void request_write(struct buf *b, const struct request *r);
/* The result points into the text's tree, which lives in a. */
must_check struct error *request_read(struct request **out, const char *text, size_t n, struct arena *a);

/* ---- replies ---- */
struct wire_problem { bool warning; const char *where, *text; };
struct wire_facts { const char *port; const struct doc *facts; };

struct reply {
	struct error *error;        /* NULL: it went well. The reader's to free */
	int n_out;
	struct record_out *out;
	int n_note;
	const char **note;
	int n_facts;
	struct wire_facts *facts;
	int n_problem;
	struct wire_problem *problem;
	const char *text;           /* show */
	const struct doc *doc;      /* diff */
	double seconds, cpu;        /* that answering took */
	double predicted_s;         /* shape: that the task will take on one core, 0: unknown */
	int64_t peak, memory, bytes;
	int64_t passing;            /* shape: what of memory is not there when the image passes by */
	int n_member;               /* pass: one for each run, with an error of its own */
	struct reply **member;      /* as received; their errors are the reader's to free */
	const char *members;        /* as sent: their JSON */
};

void reply_write(struct buf *b, const struct reply *r);
must_check struct error *reply_read(struct reply **out, const char *text, size_t n, struct arena *a);

#endif
