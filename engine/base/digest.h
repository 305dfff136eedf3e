/* digest.h - BLAKE2b-256; the only user of libsodium.
 *
 * A blob's digest is BLAKE2b-256 over its length (8 bytes, little endian) and the
 * BLAKE2b-256 digests of its 64 KiB leaves, so that leaves can be hashed side by side and on all threads.
 * No bytes have no leaves; the last leaf may be short. */
#ifndef SULCUS_DIGEST_H
#define SULCUS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct arena;

enum { DIGEST_SIZE = 32, DIGEST_HEX = 65, DIGEST_LEAF = 64 << 10 };

struct digest { unsigned char b[DIGEST_SIZE]; };

/* Plain BLAKE2b-256 of bytes: keys, short texts. */
struct digest digest_bytes(const void *p, size_t n);
/* The digest of a blob in memory, its leaves over n_threads threads. */
struct digest digest_blob(const void *p, size_t n, int n_threads);
/* The digests of the leaves of n bytes, whole ones but for the last; and that of a blob of size bytes from its leaves'. */
void digest_leaves(struct digest *leaf, const void *p, size_t n);
struct digest digest_of_leaves(int64_t size, const struct digest *leaf, int64_t n_leaf);
/* A blob in memory that is hashed while it is being made, by whoever has time. */
struct digest_ahead;
struct digest_ahead *digest_ahead_new(const void *p, size_t n);
/* Its first upto bytes will not change any more. */
void digest_ahead_ready(struct digest_ahead *a, size_t upto);
/* Hashes leaves until all are taken, waiting for what is not ready; any number of threads may be in here. */
void digest_ahead_work(struct digest_ahead *a);
/* It will not be made after all: nobody waits any longer. */
void digest_ahead_stop(struct digest_ahead *a);
/* Frees it, when no thread works on it any more; the digest if it was not stopped and all leaves were hashed. */
struct digest digest_ahead_end(struct digest_ahead *a);
/* A blob of size bytes that passes by, piece after piece. */
struct digest_flow;
struct digest_flow *digest_flow_new(int64_t size);
void digest_flow_add(struct digest_flow *f, const void *p, size_t n);
/* Frees it; the digest if size bytes were added. */
struct digest digest_flow_end(struct digest_flow *f);
/* A file of size bytes whose parts are written in any order, from many threads. Lives as long as a. */
struct digest_parts;
struct digest_parts *digest_parts_new(int64_t size, struct arena *a);
/* Bytes at, at + 1, .. were written; they are hashed as far as they are whole leaves. */
void digest_parts_put(struct digest_parts *p, int64_t at, const void *bytes, size_t n);
/* They were written once more, which is looked at in the end; from many threads, but none that puts the same bytes now. */
void digest_parts_changed(struct digest_parts *p, int64_t at, size_t n);
/* The digest of the whole file, of which the rest is read. name: for messages. */
must_check struct error *digest_parts_end(struct digest *out, struct digest_parts *p, int fd, const char *name);
/* The digest of a file's bytes as a blob, and its size. */
must_check struct error *digest_file(struct digest *out, int64_t *size, const char *path, int n_threads);

void digest_hex(char out[DIGEST_HEX], const struct digest *d);
bool digest_parse(struct digest *out, const char *hex);  /* false unless 64 lower-case hex digits */
bool digest_equal(const struct digest *a, const struct digest *b);

#endif
