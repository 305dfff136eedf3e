/* remarks.h - what people should know about a design: warnings at check time, notes of a run. */
#ifndef SULCUS_GLM_REMARKS_H
#define SULCUS_GLM_REMARKS_H

#include "base/error.h"

struct arena;

struct remark { const char *where, *text; };   /* where: port or parameter to warn about at check time; NULL: only a note */
struct remarks { struct arena *arena; int n; struct remark *item; };

void remark(struct remarks *r, const char *where, const char *fmt, ...) printf_like(3, 4);

#endif
