/* table_at.h - a table at check time: whole when its bytes or cells are known, else its columns. */
#ifndef SULCUS_FMRI_TABLE_AT_H
#define SULCUS_FMRI_TABLE_AT_H

#include <stdbool.h>

struct shape;
struct table;

/* What is known of item k at a port; *whole: with its cells. may_be_empty: it may have no rows. False: nothing is known, or it
 * is wrong and told. */
bool table_at(struct table *out, bool *whole, struct shape *s, const char *port, int k, bool may_be_empty);

#endif
