/* scan.h - all that is in a store at one moment, for gc, pins and the cache command. */
#ifndef SULCUS_STORE_SCAN_H
#define SULCUS_STORE_SCAN_H

#include "store/store.h"

struct map;

struct scan_blob {
	struct digest digest;
	int64_t size;
	int64_t changed_ns;         /* when it came, or was brought again */
	double seconds;             /* of the dearest record that makes it; 0 when none does */
	bool named;                 /* by a record */
	bool import_only;           /* all that name it decode outside files */
	bool kept;                  /* pinned, or used by a running study */
};

struct scan_record {
	struct digest key;
	const char *node;
	double seconds;
	int64_t made;               /* seconds since 1970 */
	int64_t bytes;              /* of its blobs that are here */
	int n_blob, *blob;          /* those that are here, as indices into scan.blob */
	int n_missing;
	bool pinned;
};

struct scan {
	struct arena *arena;
	int n_blob, n_record, n_pin;
	struct scan_blob *blob;
	struct scan_record *record;
	struct scan_pin { const char *name; int n_key; struct digest *key; } *pin;
	struct map *by_key;         /* 32 bytes of key -> struct scan_record */
	int64_t bytes;              /* of all blobs */
	int n_unknown, n_broken;    /* files that are none of the store's; records that cannot be read */
	const char **unknown, **broken;   /* their paths below the root */
};

must_check struct error *scan_store(struct scan *out, struct store *s, struct arena *a);
/* Marks the record's blobs as kept; an absent key has none. */
void scan_keep(struct scan *c, const struct digest *key);

#endif
