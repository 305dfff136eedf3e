/* gc.h - keeping the store in bounds and whole. */
#ifndef SULCUS_GC_H
#define SULCUS_GC_H

#include <stdio.h>

#include "store/store.h"

struct gc_price { int64_t bytes, n_blob; double seconds; };   /* what goes, and what making it again costs */

/* The bound: SULCUS_CACHE_SIZE, else a quarter of the disk. */
int64_t gc_bound(const struct store *s);
/* "20 GB", "512 MiB", "1.5T", "1000000"; false when it is none of these. */
bool gc_parse_size(const char *text, int64_t *bytes);
/* Evicts blobs, cheapest seconds-to-rebuild per byte first (decoded copies of outside files before all else),
 * until at most `to` bytes are left; never what is pinned or used by a running study. Records stay: a record
 * without bytes is virtual and made again when its bytes are asked for. dry: only counts. */
must_check struct error *gc_run(struct gc_price *out, struct store *s, int64_t to, bool dry);
/* When over the bound: gc to 90 % of it. Called after runs. */
must_check struct error *gc_auto(struct store *s, FILE *say);
/* Drops the bytes of these records that no other record names, unless pinned or used by another study (`keep: never`). */
must_check struct error *gc_drop(struct store *s, const struct digest *key, int n);
/* Pins: a name and the keys it holds (a run's tasks, an export). */
must_check struct error *gc_pin(struct store *s, const char *name, const struct digest *key, int n);
must_check struct error *gc_unpin(struct store *s, const char *name);
/* Reads every blob (and record) and compares digests; bad ones are moved to bad/ and their records dropped. */
struct verify_result { int64_t n_blob, n_record, n_bad, n_missing; };
must_check struct error *store_verify(struct verify_result *out, struct store *s, int n_threads, FILE *say);

#endif
