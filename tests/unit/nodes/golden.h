/* golden.h - digests of what nodes make, and a small phantom to make it of. */
#ifndef SULCUS_GOLDEN_H
#define SULCUS_GOLDEN_H

#include "harness.h"

/* Fails unless tests/golden/outputs.txt has the line "node version blob digest"; prints the line. */
void golden_expect(const char *node, const struct out *o, const char *blob);
const char *golden_text(void);
/* One run of 40 volumes and its confounds. */
void golden_study(struct out **bold, struct out **confounds);

#endif
