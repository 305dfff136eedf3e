/* ports.h - a node's inputs for fuzz targets: files of bytes as items, and what a check sees of them. */
#ifndef SULCUS_FUZZ_PORTS_H
#define SULCUS_FUZZ_PORTS_H

#include <stddef.h>

#include "node/shape.h"

struct arena;
struct doc;

enum { PORTS_MAX = 4 };

/* Aborts, which a fuzzer notices, unless the promise holds. */
void must(int promise);

/* An item of one blob with these bytes, in a file that lasts until ports_clear(). */
const struct item *port_item(const char *kind, const char *blob, const void *bytes, size_t n, struct arena *a);
/* Text that begins with a bracket is a written table or map (literal.json), other text a table.tsv. */
const struct item *port_text(const char *kind, const char *text, size_t n, struct arena *a);
/* The bytes up to a 0 byte, which is skipped; false: there are none left. */
int port_part(const char **part, size_t *n_part, const char **at, const char *end);
/* Removes the files of items. */
void ports_clear(void);

/* A check without ports; the functions of node/shape.h then see those that were given. */
struct shape *ports_check(struct arena *a);
void ports_give(struct shape *s, const char *port, const struct item *it, struct doc *facts);
int ports_n_problems(const struct shape *s);

#endif
