/* subject.h - what `show` and `diff` are asked about: a file, or a result in the store. */
#ifndef SULCUS_SUBJECT_H
#define SULCUS_SUBJECT_H

#include "cli/study.h"
#include "node/node.h"

struct subject {
	const char *name;           /* as given */
	struct item item;           /* its kind, and files to read */
	const struct node_decl *import;   /* an outside file (blob "file") that this node must read first; or NULL */
};

/* "path" or "pipeline.yaml:step@cell.port". A result is looked up with the keys of today's files.
 * *code is not 0 when problems of the pipeline were printed. */
must_check struct error *subject_find(struct subject *out, int *code, const char *word, const struct study_options *o,
                                      struct arena *a);
/* An outside file; its kind is guessed by its extension. */
void subject_file(struct subject *out, const char *path, struct arena *a);
/* The files of an artifact, in the store or (of a plan, p not NULL) outside; false when some are nowhere. */
bool subject_blobs(struct item *out, const struct store *s, const struct plan *p, const struct artifact *art, struct arena *a);

#endif
