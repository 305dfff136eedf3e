/* keep.h - `keep: always` pins a step's results, `keep: never` drops their bytes once the run has used them. */
#ifndef SULCUS_KEEP_H
#define SULCUS_KEEP_H

#include "base/error.h"

struct plan;

/* After a whole run. A dropped result keeps its record, and is made again when its bytes are asked for. */
must_check struct error *keep_apply(struct plan *p);

#endif
