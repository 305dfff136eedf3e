/* shape_problem.h - errors as problems at check time. */
#ifndef SULCUS_FMRI_SHAPE_PROBLEM_H
#define SULCUS_FMRI_SHAPE_PROBLEM_H

#include <stdbool.h>

#include "base/error.h"

struct shape;

/* Reports and frees an error as a problem of the port or parameter called where; true when there was one. */
bool shape_problem(struct shape *s, const char *where, struct error *e);

#endif
