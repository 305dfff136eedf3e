/* cells.h - tables of cells: which combinations of axis keys exist, joined by key, never by position. */
#ifndef SULCUS_CELLS_H
#define SULCUS_CELLS_H

#include <stdbool.h>

struct arena;
struct axis;
struct diag;
struct pattern_match;
struct task;

struct cells {
	int n_axis;
	struct axis **axis;
	int n;
	int *key;                      /* [n][n_axis] indices into the axes' keys */
	bool unknown;                  /* some axis is known only after a task has run */
	struct task **task;            /* [n] of a step: what makes the ordinary outputs */
	struct task ***want;           /* [n_out] or NULL: tasks of on_request outputs */
	const char **path;             /* [n] of an input: its file */
	const char **item;             /* [n] of a list output: the item; from: the row of the step's own cells */
	int *from;
};

/* Rows of one table by some of its columns. */
struct cell_index;
struct cell_index *cells_index(const struct cells *c, const int *col, int n_col, struct arena *a);
/* The rows whose columns are `key`; n 0 when there is none. */
const int *cells_rows(const struct cell_index *x, const int *key, int *n);

/* The key's index in its axis, added when new. */
int axis_key(struct axis *x, const char *key, struct arena *a);
/* Natural order of an axis' keys, after the last was added. */
void axis_rank(struct axis *x, struct arena *a);
/* Are they the very same rows? */
bool cells_same(const struct cells *x, const struct cells *y);
/* Column of an axis in a table, -1: not there. */
int cells_column(const struct cells *c, const struct axis *x);
/* One row without axes. */
struct cells *cells_unit(struct arena *a);
/* The table of one axis: all its keys, or those listed. */
struct cells *cells_axis(struct axis *x, const char *const *key, int n, struct arena *a);
/* Only these columns, each combination once, in order of first appearance. */
struct cells *cells_project(const struct cells *c, const int *col, int n_col, struct arena *a);
/* "sub-03 run-2" */
const char *cells_row_name(const struct cells *c, int row, struct arena *a);

/* The two joined on their shared axes. *lost_x, *lost_y: a row that has no partner, else -1. NULL: over CELLS_MOST rows. */
enum { CELLS_MOST = 1000000 };
struct cells *cells_join(const struct cells *x, const struct cells *y, int *lost_x, int *lost_y, struct arena *a);

#endif
