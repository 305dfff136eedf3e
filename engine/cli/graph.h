/* graph.h - boxes and arrows of a pipeline, to be written as DOT or drawn. */
#ifndef SULCUS_GRAPH_H
#define SULCUS_GRAPH_H

#include <stdio.h>

#include "base/error.h"

struct arena;
struct pipeline;
struct plan;

enum box_class { BOX_INPUT, BOX_STEP, BOX_EXPORT };

struct box {
	enum box_class what;
	const char *name, *detail, *axes;   /* one line each; "" for none */
};

struct arrow { int from, to; const char *label; };   /* indices of boxes, from < to */

struct graph {
	struct arena *arena;
	const char *title;
	int n_box, n_arrow;
	struct box *box;                    /* in topological order */
	struct arrow *arrow;                /* each pair of boxes once */
};

/* A box a step. */
struct graph *graph_of_steps(const struct pipeline *p, struct arena *a);
/* A box a task. */
struct graph *graph_of_tasks(const struct plan *p, struct arena *a);

void graph_write_dot(const struct graph *g, FILE *f);
/* Our own drawing, for machines without `dot`. */
void graph_write_svg(const struct graph *g, FILE *f);

#endif
