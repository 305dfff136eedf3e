/* glm_arrays.h - the arrays of a fitted model in the order in which glm.bin has them; for glm_*.c of this folder alone. */
#ifndef SULCUS_GLM_ARRAYS_H
#define SULCUS_GLM_ARRAYS_H

#include <stdint.h>

#include "img/glm.h"

struct glm_array {
	const char *name;
	int run;               /* -1: of the model */
	const char *type;      /* "float64", "float32", "int32", "uint8" */
	int64_t n_row, n_col;
	void *field;           /* the pointer in struct glm or glm_run that points to it: copied to and fro as bytes */
	int64_t at, size;      /* where it is in the file, a multiple of 8; bytes */
};

/* From the counts in g, whether the pointers are set or not; subsets[n_run]: row_in and part are there. Returns how many; -1 when
 * the sizes are beyond measure. */
int glm_arrays(struct glm_array **out, struct glm *g, const bool *subsets, struct arena *a);
/* Of the whole file. */
int64_t glm_arrays_size(int n, const struct glm_array *x);

#endif
