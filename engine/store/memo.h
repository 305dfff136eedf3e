/* memo.h - what the last run of a pipeline knew: records by key, digests of outside files
 * by stat, and the key each task had. One checksummed binary file a pipeline, read at once; only ever a
 * short cut for the store's own records, and ignored when damaged or older than the last eviction. */
#ifndef SULCUS_MEMO_H
#define SULCUS_MEMO_H

#include <stdbool.h>
#include <sys/stat.h>

#include "store/store.h"

struct memo;

/* name: the pipeline's absolute path, so that a run tells what changed since the last one, --set or edited. */
must_check struct error *memo_open(struct memo **out, struct store *s, const char *name, struct arena *a);
/* Only port digests, blob lists, seconds and bytes are filled in, not key_text, notes or host. */
bool memo_record(struct memo *m, const struct digest *key, struct record *out);
void memo_add_record(struct memo *m, const struct record *r);
/* The digest of a file whose stat is still the same, by git's rule for racy times. */
bool memo_file(struct memo *m, const char *path, const struct stat *st, struct digest *d);
void memo_add_file(struct memo *m, const char *path, const struct stat *st, const struct digest *d);
/* The key that task ("step" or "step@01,2") had in the last run that finished it. */
bool memo_task(struct memo *m, const char *task, struct digest *key);
void memo_add_task(struct memo *m, const char *task, const struct digest *key);
/* What this run did not look at is saved too: it was only a part of the study. */
void memo_keep_unused(struct memo *m);
/* Is there anything to save? Tasks that are not added or asked for again are not saved again. */
bool memo_changed(const struct memo *m);
/* Writes what was added or used since opening, if anything changed. */
must_check struct error *memo_save(struct memo *m);
/* The keys of all that the memos of the pipeline at this absolute path know, whatever its --set list; some twice. */
must_check struct error *memo_keys(struct digest **key, int *n, struct store *s, const char *path, struct arena *a);

#endif
