/* empty.h - how something came to be empty: a mask without voxels, an image without regions. Who finds nothing writes a mask
 * or labels of zeros all the same, and beside them, in the blob empty.txt, why: a line for each step on the way (fmri/empty_write.h). */
#ifndef SULCUS_EMPTY_H
#define SULCUS_EMPTY_H

#include "base/error.h"
#include "node/node.h"

struct arena;

#define EMPTY_BLOB "empty.txt"

/* The lines of an item; NULL: it has none. */
char *empty_lines(const struct item *it, struct arena *a);
/* The lines as one text, "step: words; step: words"; NULL: nothing is said. */
const char *empty_of(const struct item *it, struct arena *a);

#endif
