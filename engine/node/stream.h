/* stream.h - a blob on its way from the node that makes it to nodes that read it meanwhile; it never is a file.
 *
 * It is a head and then parts of equal size. The maker puts parts about in order, from as many threads as it likes; every
 * reader takes the head and then the parts one by one. A window of parts is held: a put too far ahead of the slowest
 * reader waits until half of the window is read, so the memory does not grow with the blob. A reader that comes upon what it
 * cannot do so fails with ERR_WHOLE, and runs again when the blob is stored. */
#ifndef SULCUS_STREAM_H
#define SULCUS_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct stream;
struct stream_reader;

struct stream_head {
	const void *bytes;          /* [n] */
	size_t n, part;             /* bytes of the head, of each part */
	int n_part;
};

/* name: what it is, for messages. window: parts that are held at least, as many as threads put. */
struct stream *stream_new(const char *name, int n_reader, int window);
const char *stream_name(const struct stream *s);
struct stream_reader *stream_reader(struct stream *s, int k);
void stream_free(struct stream *s);

/* ---- threads: who waits in here leaves its processor to others (base/spare.h) ---- */
/* Where there is one processor in all, before anything starts: of those between enter and exit one works at a time. */
void stream_solo(struct stream *s);
void stream_enter(struct stream *s);
void stream_exit(struct stream *s);

/* ---- the maker's side ---- */
/* Once, before anything is put. */
must_check struct error *stream_begin(struct stream *s, const struct stream_head *h);
/* A copy of part k, which waits until the readers are near. Each part once. */
must_check struct error *stream_put(struct stream *s, int k, const void *bytes);
/* Nothing more comes: who waits for what was not put gets an error. */
void stream_end(struct stream *s);

/* ---- a reader's side, which one thread at a time uses ---- */
const char *stream_reader_name(const struct stream_reader *r);
/* Waits for the head. */
must_check struct error *stream_take_head(struct stream_reader *r, struct stream_head *h);
/* Waits for part k, which stays until a later one is asked for; no earlier one may be. */
must_check struct error *stream_take(struct stream_reader *r, int k, const void **bytes);
/* It takes nothing more, and nobody waits for it. May be called twice. */
void stream_leave(struct stream_reader *r);

#endif
