/* row_list.h - rows of a table or volumes of a run by their numbers: what table.rows makes and others take. */
#ifndef SULCUS_FMRI_ROW_LIST_H
#define SULCUS_FMRI_ROW_LIST_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct item;
struct shape;

struct row_list {
	long n;             /* at least 1 */
	const int *row;     /* [n] from 0, in the order given; a row may come again */
};

/* it: a table with the column `row`, else `volume` (a sample_mask), else one column; whole numbers from 0 and below total,
 * which is how many `things` ("volumes") the `what` ("image") has. port: "index". */
must_check struct error *row_list_read(struct row_list *out, const struct item *it, const char *port, long total,
                                       const char *what, const char *things, struct arena *a);
/* At check time: reads the port when its bytes or cells are known, else looks at its columns; what is wrong is told at the port.
 * True: *out is known. */
bool row_list_check(struct row_list *out, struct shape *s, const char *port, long total, const char *what, const char *things);
/* A table of one column of this name. */
must_check struct error *row_list_write(const char *path, const struct row_list *rows, const char *column, struct arena *a);

#endif
