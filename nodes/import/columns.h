/* columns.h - which columns of a table from outside are taken, and what they are called. */
#ifndef SULCUS_IMPORT_COLUMNS_H
#define SULCUS_IMPORT_COLUMNS_H

#include "base/error.h"
#include "img/table.h"

struct texts { int n; const char *const *text; };

/* With a header: the columns listed, in that order (none: all). Without: all, called so. Then those in drop are left
 * out. *t becomes what remains, a table without places in the file unless it is unchanged. */
must_check struct error *columns_take(struct table *t, struct texts columns, struct texts drop, struct arena *a);

#endif
