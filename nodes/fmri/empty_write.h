/* empty_write.h - a result that came to be empty says so (img/empty.h). */
#ifndef SULCUS_EMPTY_WRITE_H
#define SULCUS_EMPTY_WRITE_H

#include "base/error.h"
#include "node/node.h"

/* Notes the words and writes them below those of `from` (an input that may have been empty already, or NULL). step: the node's
 * name. */
must_check struct error *empty_write(struct node_env *env, struct out *o, const struct item *from, const char *step,
                                     const char *fmt, ...) printf_like(5, 6);

#endif
