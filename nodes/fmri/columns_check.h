/* columns_check.h - columns of numbers, at check time. */
#ifndef SULCUS_FMRI_COLUMNS_CHECK_H
#define SULCUS_FMRI_COLUMNS_CHECK_H

#include <stdbool.h>

struct shape;
struct table_facts;

/* Reports a column of the table at a port that has text (or, where every value is due, none) in a cell. */
void columns_check(struct shape *s, const char *port, const struct table_facts *f, int col, bool all_due);

#endif
