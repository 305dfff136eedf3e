/* rundiff.h - two runs compared: their tasks by name, what they exported by file. */
#ifndef SULCUS_RUNDIFF_H
#define SULCUS_RUNDIFF_H

#include <stdbool.h>

#include "base/error.h"

struct looker;
struct store;

/* Each run is its folder or its run.json; what tasks made is looked for in the store. Prints what differs and a summary; all: also what is the same. */
must_check struct error *rundiff(bool *same, const char *const run[2], struct looker *l, struct store *store,
                                 bool all);

#endif
