/* shape.h - what a node's shape function sees: facts of its inputs, and where it puts
 * the facts of its outputs, the problems it finds and the memory it will need.
 *
 * Facts are maps made by a kind's peek, e.g. for images {dim: [50, 59, 50, 168], affine:
 * [[...], [...], [...]], tr: 2}, for tables {rows: 168, columns: [...]}. */
#ifndef SULCUS_SHAPE_H
#define SULCUS_SHAPE_H

#include <stdint.h>

#include "base/error.h"
#include "node/node.h"

struct doc;

struct shape {
	struct arena *arena;
	int64_t memory;             /* to fill in: bytes the task will use at most; 0: unknown */
	int64_t passing;            /* to fill in: those of them that are of what its port `stream` makes or reads, when they count:
	                             * in a pass they are never there */
	double seconds;             /* to fill in: a rough guess on one core; 0: unknown */
	void *run;                  /* the worker's own */
};

/* Facts of an input (of the first item of a list); NULL when not given or not known yet. */
const struct doc *shape_in(const struct shape *s, const char *port);
/* Facts of item k of a list; the number of items. */
const struct doc *shape_in_n(const struct shape *s, const char *port, int k);
int shape_n(const struct shape *s, const char *port);
/* The cell's key of item k of a list; "" in a written list. */
const char *shape_cell(const struct shape *s, const char *port, int k);
/* The input itself when its bytes exist already (an outside file, a stored result), else NULL. */
const struct item *shape_item(const struct shape *s, const char *port);
/* The same of item k of a list. */
const struct item *shape_item_n(const struct shape *s, const char *port, int k);
/* The kind that an output has in this step (out_kind of a run). */
const char *shape_kind(const struct shape *s, const char *port);
/* Facts of an output; a node that sets none leaves them unknown. */
void shape_out(struct shape *s, const char *port, struct doc *facts);
/* A problem with the port or parameter called where ("" : the step; "formula:7:3": 3 characters of that text, from its
 * 7th counted from 0; "f[2]:7:3": of item 2 of that list). Warnings do not stop a run. */
void shape_error(struct shape *s, const char *where, const char *fmt, ...) printf_like(3, 4);
void shape_warning(struct shape *s, const char *where, const char *fmt, ...) printf_like(3, 4);

#endif
