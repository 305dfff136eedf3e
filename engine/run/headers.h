/* headers.h - looking at headers before anything is computed: grids, lengths, names, repetition times. */
#ifndef SULCUS_HEADERS_H
#define SULCUS_HEADERS_H

#include <stdbool.h>

#include "base/error.h"

struct diag;
struct plan;
struct pool;

/* Asks the shape of tasks in topological order, several workers at a time, and passes the facts on. Problems
 * go to d at the place of the port or parameter they are about; equal ones of many cells are told once.
 * Predicted memory and seconds go into the tasks. all: every task, else only those not in the store. keep_going: what
 * is wrong in one cell because of what a step before it made is its own failure when it runs, here only a warning;
 * before that step had run nobody could have told, and the same command must do the same again. */
struct headers_options { bool all, keep_going; };
must_check struct error *headers_check(struct plan *p, struct pool *pool, const struct headers_options *o, struct diag *d);

#endif
