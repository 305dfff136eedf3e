/* inside.h - what the files of the store share among themselves; nobody else includes it.
 *
 * Several processes use a store at once and nothing is locked but for moments: everything
 * appears by rename, and one file (root/leases) carries byte-range locks that the kernel
 * drops with their holder. Byte ranges: a lease is the byte at the first 62 bits of its key;
 * above them are the gate (LOCK_GATE) and the counters. */
#ifndef SULCUS_STORE_INSIDE_H
#define SULCUS_STORE_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "store/store.h"

struct buf;
struct stat_log;

enum { STORE_PATH = 72 };   /* room for "cas/ab/<62 hex>" */
enum { RECORD_MAX = 256 << 20 };
#define LOCK_GATE ((off_t)1 << 62)          /* shared: naming what is in use; exclusive: moving victims out */
#define LOCK_GC (LOCK_GATE + 1)             /* one gc at a time */
#define LOCK_COUNTER (LOCK_GATE + 2)        /* generation and usage */
#define LOCK_LOG (LOCK_GATE + 3)            /* appending to stat.log */

struct group;   /* boot.c: the grouped syncs */

struct store {
	const char *root;           /* absolute */
	int fd;                     /* the root, for openat; every path below is relative to it */
	int lock_fd;                /* root/leases; -1 when read-only */
	int why_not;                /* errno of why it cannot be written, or 0 */
	char boot[40], host[72];    /* this machine, since it started */
	char tag[80];               /* this process: "<boot 8>.<pid namespace>.<pid>" */
	atomic_uint n_tmp;
	atomic_llong added;         /* bytes adopted and not yet in the usage counter */
	struct group *group;
	pthread_mutex_t scratch_lock;
	struct arena *scratch;      /* of store_publish: mapping memory for each record costs as much as its rename */
	pthread_mutex_t lock;       /* guards all below, and the gate within this process */
	struct digest *held;        /* leases of this process */
	int n_held, room_held;
	int run_fd;                 /* root/runs/<tag>, -1 until something is used */
	off_t run_end;
	char run_name[112];
	struct stat_log *log;       /* NULL until asked */
};

/* ---- paths and errors (store.c) ---- */
void store_rel(char out[STORE_PATH], const char *top, const struct digest *d);   /* top: "ac" or "cas" */
/* An ERR_SYSTEM that says what was being done, to which path, why it failed and what to do. */
struct error *store_fail(const struct store *s, int err, const char *doing, const char *rel);
/* The whole file, 0-ended; false when it is absent, larger than max, or cannot be read. */
bool store_read_at(const struct store *s, const char *rel, size_t max, char **text, size_t *n, struct arena *a);
/* Writes rel through tmp/ and a rename; sync: also to the disk before the rename. */
must_check struct error *store_write_at(struct store *s, const char *rel, const void *bytes, size_t n, bool sync);
/* Makes the folder of `to` when it is missing. */
must_check struct error *store_rename(struct store *s, const char *from, const char *to);
bool store_digest_name(struct digest *d, const char *ab, const char *rest);
/* A name as a file name: letters, digits, '.', '_' and '-' stay, others become %XX. False when too long or empty. */
bool store_escape(char *out, size_t room, const char *name);

/* Calls fn for each name in root/top/xx/, and for what else is in root/top; d is NULL when it is none of the store's. */
typedef struct error *store_walk_fn(void *ctx, const char *rel, const struct digest *d);
must_check struct error *store_walk(const struct store *s, const char *top, store_walk_fn *fn, void *ctx);
/* The names in root/folder, sorted; none when there is no such folder. */
must_check struct error *store_names(const struct store *s, const char *folder, char ***names, int *n, struct arena *a);
int64_t store_now_ns(void);
int64_t stat_ns(const struct timespec *t);

/* ---- records (record.c) ---- */
void record_write(struct buf *b, const struct record *r);
/* Strict; the artifacts' digests must be those of their blobs, and the key that of its text. */
must_check struct error *record_parse(struct record *out, const char *text, size_t n, const char *name, struct arena *a);

/* True when the record at rel reads well and is the one of this key. */
bool record_is_whole(const struct store *s, const char *rel, const struct digest *key);

/* ---- locks, leases (lease.c) ---- */
/* Locks (F_RDLCK, F_WRLCK) or unlocks (F_UNLCK) one byte; true on success, and when there is nothing to lock. */
bool store_lock_byte(const struct store *s, off_t at, int type, bool wait);

/* ---- what running studies use (inuse.c) ---- */
/* Says that this process runs, and may read the bytes of these keys from now on (n may be 0). */
void store_use(struct store *s, const struct digest *key, size_t n);
void store_use_end(struct store *s);
struct in_use {
	struct arena *arena;
	struct map *seen;           /* file name -> how far it was read */
	int64_t oldest_ns;          /* start of the oldest living run; INT64_MAX when none runs */
	struct digest *key;         /* all keys named so far */
	int n_key;
};
void in_use_start(struct in_use *u, struct arena *a);
/* Reads what was added to the files of living runs since the last call; own: also this process's. Removes the files of
 * dead runs. To be called under the exclusive gate. */
must_check struct error *in_use_read(struct in_use *u, struct store *s, bool own);

/* ---- power cuts (boot.c, recover.c) ---- */
void boot_identify(struct store *s);
must_check struct error *boot_mark(struct store *s);        /* before the first change of this process */
must_check struct error *boot_published(struct store *s);   /* something waits for the next grouped sync */
must_check struct error *boot_recover(struct store *s);
void boot_close(struct store *s);

/* ---- counters: root/generation, root/usage (counter.c) ---- */
int64_t counter_get(const struct store *s, const char *name);   /* -1 when there is none */
void counter_set(struct store *s, const char *name, int64_t value);
/* sync: also to the disk, and made when missing; else a missing one stays missing. */
void counter_add(struct store *s, const char *name, int64_t more, bool sync);
void usage_flush(struct store *s);

/* ---- checking bytes (check.c) ---- */
struct suspect { struct digest digest; int64_t size; bool bad, gone; int io_errno; };
/* Hashes all, over n_threads, and sets bad, gone and io_errno. */
void store_check_blobs(const struct store *s, struct suspect *list, int n, int n_threads);
/* Moves the bad ones to bad/ and removes the records that name them. */
must_check struct error *store_drop_bad(struct store *s, const struct suspect *list, int n, FILE *say);

/* ---- outside files (stat_log.c) ---- */
void stat_log_close(struct store *s);
/* When the entry for exactly this state of a file was taken, or 0 when there is none. */
int64_t stat_log_time(struct store *s, const struct stat *st);
/* Git's rule: a digest taken at taken_ns holds only if the file had not changed within a tick of the clock before. */
bool stat_trusted(const struct stat *st, int64_t taken_ns);

#endif
