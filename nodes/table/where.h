/* where.h - which rows of a table are meant: the ports `where` and `not` of table.rows and table.select. */
#ifndef SULCUS_TABLE_WHERE_H
#define SULCUS_TABLE_WHERE_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct item;
struct row_list;
struct shape;
struct table;

/* The rows of t that `where` (NULL: all) has and `not` (NULL: none) has not, ascending; an error when there are none. A
 * written map has, for each column, one value or a list of them, or a map of lt, le, gt, ge and not; all columns must hold. A
 * list of maps, or a table with a row for each: at least one must hold. *note: values that no row has, in words, or NULL. */
must_check struct error *where_rows(struct row_list *out, const char **note, const struct table *t, const struct item *where,
                                    const struct item *not, struct arena *a);
/* At check time, on the ports table, where and not. False: not known, or wrong and told. */
bool where_check(struct row_list *out, struct shape *s);

#endif
