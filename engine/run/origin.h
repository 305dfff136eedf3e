/* origin.h - errors speak of the files that people know, not of blobs in the store. */
#ifndef SULCUS_ORIGIN_H
#define SULCUS_ORIGIN_H

#include "base/error.h"

struct plan;
struct task;

/* The error with the paths of the task's input blobs told as the outside file, or the step and port, they came from. Takes e over. */
struct error *error_origin(struct plan *p, const struct task *t, struct error *e);
/* The same for a text. */
const char *origin_text(struct plan *p, const struct task *t, const char *text);

#endif
