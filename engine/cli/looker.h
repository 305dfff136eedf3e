/* looker.h - a worker that looks at files and results for people: show and diff.
 *
 * Outside files are first imported, as a run would, into a store of their own that is removed afterwards. */
#ifndef SULCUS_LOOKER_H
#define SULCUS_LOOKER_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct pool;
struct store;
struct subject;

struct looker {
	struct arena *arena;
	struct pool *pool;
	struct store *store;
	const char *folder;         /* of the store */
	double rtol, atol;          /* of comparisons */
};

must_check struct error *looker_open(struct looker *l, struct arena *a);
void looker_close(struct looker *l);
/* The description of a kind's show, lines. */
must_check struct error *looker_show(const char **text, struct looker *l, struct subject *s);

struct difference { bool same; const char *text; };   /* text: one line, with numbers */
/* Compares two; kinds that do not fit each other differ. */
must_check struct error *looker_diff(struct difference *out, struct looker *l, struct subject *x, struct subject *y);

#endif
