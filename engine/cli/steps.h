/* steps.h - the steps of a pipeline as a table: node, axes, ports, parameters and where each came from. */
#ifndef SULCUS_STEPS_H
#define SULCUS_STEPS_H

#include <stdio.h>

struct arena;
struct pipeline;

void steps_print(FILE *f, const struct pipeline *p, struct arena *a);

#endif
