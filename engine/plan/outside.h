/* outside.h - the files of people that a plan's inputs name, as they were when their digests were taken.
 *
 * A result with the very bytes of such a file need not be stored a second time: readers are given the file itself, for as long
 * as stat() says that it is what it was. */
#ifndef SULCUS_OUTSIDE_H
#define SULCUS_OUTSIDE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"

struct arena;
struct artifact;
struct plan;

struct outside_file {
	const char *path;
	struct digest digest;
	struct stat was;
	bool near;              /* reading it again costs no more than reading the store, and a change would be seen */
};

/* Remembers a file whose digest was taken when it was as `was`; shows: as of store_stat(). */
void outside_add(struct plan *p, const char *path, const struct stat *was, bool shows, const struct digest *d);
/* The file at this path, if its digest was asked for; else NULL. */
const struct outside_file *outside_at(const struct plan *p, const char *path);
/* An error unless the file is as it was; unless all are. */
must_check struct error *outside_check(const struct outside_file *f);
must_check struct error *outside_check_all(int n, const struct outside_file *const *f);

/* Where a result's bytes are: in the store, else in an outside file (*from, else NULL); NULL: nowhere. */
const char *plan_blob(const struct plan *p, const struct digest *d, const struct outside_file **from, struct arena *a);
/* Are all bytes of this artifact somewhere? stored: in the store. */
bool plan_has_bytes(const struct plan *p, const struct artifact *art, bool stored);

#endif
