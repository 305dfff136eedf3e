/* keep.h - `keep: always` pins a step's results, `keep: never` drops their bytes once the run has used them. */
#ifndef SULCUS_KEEP_H
#define SULCUS_KEEP_H

#include <stdbool.h>

#include "base/error.h"

struct plan;
struct step;

/* What is to be kept and whose bytes are gone, or never were, is made again. */
void keep_want_bytes(struct plan *p);
/* After a whole run. A dropped result keeps its record, and is made again when its bytes are asked for. */
must_check struct error *keep_apply(struct plan *p);
/* Is some result of the step exported? */
bool step_exported(const struct plan *p, const struct step *st);

#endif
