/* memo_file.h - a memo as it lies in its file: a head, lists of entries of one size, tables of slots to find
 * them by (open addressing, linear probing, index plus one, 0 is free) and a pool of 0-ended names.
 * Loading is one read and one checksum; nothing is built. All offsets are checked where they are used. */
#ifndef SULCUS_STORE_MEMO_FILE_H
#define SULCUS_STORE_MEMO_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct arena;

#define MEMO_MAX ((size_t)UINT32_MAX)   /* bytes */

struct memo_head {
	char magic[8];
	uint64_t check;             /* of all bytes after it */
	uint64_t bytes;             /* of the file */
	int64_t generation;         /* of the store when the records were read */
	uint32_t n_record, n_out, n_blob, n_task, n_file, n_pool;
	uint32_t n_record_slot, n_task_slot, n_file_slot;   /* powers of two, or 0 */
	uint32_t name;              /* of the memo; like all names a place in the pool */
};

struct memo_rec { double seconds, cpu_s; int64_t peak_bytes, made; uint32_t first_out, n_out; };
struct memo_out { struct digest digest; uint32_t port, first_blob, n_blob, pad; };
struct memo_blob { struct digest digest; int64_t size; uint32_t name, pad; };
struct memo_task { struct digest key; uint32_t name, pad; };
struct memo_file {
	struct digest digest;
	uint64_t dev, ino;
	int64_t size, mtime_ns, ctime_ns, taken_ns;
	uint32_t path, pad;
};

/* The lists lie in this order. */
struct memo_view {
	struct memo_head head;
	const struct digest *key;        /* [n_record] */
	const struct memo_rec *rec;      /* [n_record] */
	const struct memo_out *out;
	const struct memo_blob *blob;
	const struct memo_task *task;
	const struct memo_file *file;
	const uint32_t *record_slot, *task_slot, *file_slot;
	const char *pool;
};

/* False when the bytes (8-byte aligned) are no whole memo. */
bool memo_view_open(struct memo_view *v, const char *bytes, size_t n);
/* The index, or -1. */
int64_t memo_view_record(const struct memo_view *v, const struct digest *key);
int64_t memo_view_task(const struct memo_view *v, const char *name);
int64_t memo_view_file(const struct memo_view *v, const char *path);
const char *memo_view_name(const struct memo_view *v, uint32_t at);   /* "" when out of the pool */

/* ---- writing: fill the lists (PUSH), then memo_build_bytes ---- */
struct memo_build {
	struct arena *arena;
	struct map *names;          /* text -> its place in the pool, plus one */
	uint32_t n_record, n_rec, n_out, n_blob, n_task, n_file;   /* n_rec == n_record */
	struct digest *key;
	struct memo_rec *rec;
	struct memo_out *out;
	struct memo_blob *blob;
	struct memo_task *task;
	struct memo_file *file;
	char *pool;
	uint32_t n_pool, room_pool;
};

void memo_build_start(struct memo_build *b, struct arena *a);
uint32_t memo_build_name(struct memo_build *b, const char *text);
/* The file; NULL when it would be larger than 4 GB. */
const char *memo_build_bytes(struct memo_build *b, int64_t generation, const char *name, size_t *n);

#endif
