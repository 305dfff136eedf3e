/* par.h - a loop whose turns run on several threads.
 *
 * Which thread takes which turn is left to chance, so a turn writes only what
 * belongs to it; then the result has the same bits for any number of threads. */
#ifndef SULCUS_PAR_H
#define SULCUS_PAR_H

enum { PAR_MAX_THREADS = 256 };

/* One turn. worker, 0 up to par_workers() - 1, tells which scratch area is this thread's own. */
typedef void par_fn(void *ctx, long item, int worker);

/* How many workers par_for() uses at most, thus how many scratch areas are needed; at least 1. */
int par_workers(int n_threads, long n_items);
/* Calls fn for every item from 0 to n_items - 1. With one thread, or when the system gives no more, in the
 * caller's. */
void par_for(int n_threads, long n_items, par_fn *fn, void *ctx);

#endif
