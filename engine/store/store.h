/* store.h - results by key, bytes by digest (DESIGN.md 5).
 *
 * root/ac/ab/<62 hex>   a record: JSON, what a task made, at what cost, and its key text
 * root/cas/ab/<62 hex>  a blob, named by its digest
 * root/tmp/             being written; root/bad/ blobs that failed verification
 * root/memo/ pins/      what the last run of a pipeline knew (memo.h); what gc must keep (gc.h)
 * root/runs/ boot/      what running studies use; since when all is on the disk (inuse.c, boot.c)
 * root/leases           carries locks; root/stat.log digests of outside files; root/generation, usage counters
 * Everything appears by rename, so a kill leaves whole files or none. */
#ifndef SULCUS_STORE_H
#define SULCUS_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "base/digest.h"
#include "base/error.h"

struct arena;
struct store;

struct store_blob {
	const char *name;           /* in its artifact */
	struct digest digest;
	int64_t size;
};

struct artifact {
	struct digest digest;       /* of the sorted "name digest\n" lines */
	int n_blob;
	struct store_blob *blob;    /* sorted by name */
};

struct record {
	struct digest key;
	const char *node;
	int version;
	const char *key_text;       /* what the key is the digest of */
	int n_out;
	struct record_out { const char *port; struct artifact artifact; } *out;
	int n_note;
	const char **note;
	double seconds, cpu_s;
	int64_t peak_bytes;
	int64_t made;               /* seconds since 1970 */
	const char *host;
};

/* True when the process that made a file of this age is surely dead, in this pid namespace: there is none of that pid, it is
 * only waited for, or it is younger than the file (pids are used again). */
bool process_is_gone(long pid, double file_age_s);

/* ---- opening ---- */
/* root NULL: SULCUS_CACHE, else $XDG_CACHE_HOME/sulcus, else ~/.cache/sulcus. Creates what is missing.
 * A store that cannot be written opens read-only: hits work, store_writable says why not. */
must_check struct error *store_open(struct store **out, const char *root, struct arena *a);
/* Gives back leases. The last group of results is synced if that is quick, else the kernel does it within seconds. */
void store_close(struct store *s);
const char *store_root(const struct store *s);
must_check struct error *store_writable(const struct store *s);
/* Bytes free on the store's disk for us. */
int64_t store_free_bytes(const struct store *s);

/* ---- records and blobs ---- */
/* True and *out filled (from a) when the key has a record. Broken records are treated as absent. */
bool store_lookup(struct store *s, const struct digest *key, struct record *out, struct arena *a);
/* Publishes a record whose blobs are in the store already. */
must_check struct error *store_publish(struct store *s, const struct record *r);
void artifact_seal(struct artifact *art);   /* sorts the blobs and fills in the digest */
const char *store_blob_path(const struct store *s, const struct digest *d, struct arena *a);
/* The digest that such a path names; false when it is no path of a blob. */
bool store_blob_digest(const char *path, struct digest *d);
bool store_has_blob(const struct store *s, const struct digest *d);
/* A fresh path in tmp/ for something to be written. */
const char *store_tmp(struct store *s, const char *hint, struct arena *a);
/* Moves a finished tmp file into cas (or drops it when the blob exists). Used by workers too. */
must_check struct error *store_adopt(struct store *s, const char *tmp, const struct digest *d);
/* As if these bytes were adopted again, if they are there: no gc that had chosen them takes them. */
void store_touch(struct store *s, const struct digest *d, int64_t size);
must_check struct error *store_put_bytes(struct store *s, const void *bytes, size_t n, struct digest *d);
/* Forgets a record (a blob is missing or bad). */
void store_forget(struct store *s, const struct digest *key);

/* ---- leases: who computes a key now; the kernel drops a dead holder's ---- */
bool store_lease(struct store *s, const struct digest *key);   /* false: another run holds it */
void store_release(struct store *s, const struct digest *key);

/* ---- digests of outside files, remembered by (device, inode, size, mtime, ctime) ---- */
must_check struct error *store_file_digest(struct store *s, const char *path, struct digest *d, int64_t *size, int n_threads);

/* stat(); shows: would a later change of the file surely show in it? By git's rule not while its last one is younger than a tick
 * of the clock. */
int store_stat(const char *path, struct stat *st, bool *shows);
/* Is it the same file, and does nothing say that it was changed? */
bool store_same_state(const struct stat *a, const struct stat *b);
/* Is reading that file again no dearer than reading a copy in the store? It is on the store's disk, or on none that is shared
 * with other machines. */
bool store_is_near(const struct store *s, const char *path, const struct stat *st);

/* ---- memo of a pipeline: what its last run knew, so that a rerun reads one file (store/memo.h) ---- */

#endif
