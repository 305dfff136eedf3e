/* empty.h - how something came to be empty: a mask without voxels, an image without regions. Who finds nothing writes a mask
 * or labels of zeros all the same, and beside them, in the blob empty.txt, why: a line for each step on the way. */
#ifndef SULCUS_EMPTY_H
#define SULCUS_EMPTY_H

#include "base/error.h"
#include "node/node.h"

struct arena;

/* Notes the words and writes them below those of `from` (an input that may have been empty already, or NULL). step: the node's
 * name. */
must_check struct error *empty_write(struct node_env *env, struct out *o, const struct item *from, const char *step,
                                     const char *fmt, ...) printf_like(5, 6);
/* The lines as one text, "step: words; step: words"; NULL: nothing is said. */
const char *empty_of(const struct item *it, struct arena *a);

#endif
