/* wire_doc.h - fields of a message's tree, each checked. */
#ifndef SULCUS_WIRE_DOC_H
#define SULCUS_WIRE_DOC_H

#include <stdint.h>

#include "base/doc.h"
#include "base/error.h"

/* A field that is a number, or 0 when it is not there. */
must_check struct error *wire_number(double *out, const struct doc *map, const char *key);
must_check struct error *wire_integer(int64_t *out, const struct doc *map, const char *key);
/* A field that must be a map or a list; *out NULL when it is not there. */
must_check struct error *wire_part(const struct doc **out, const struct doc *map, const char *key, enum doc_kind kind);
/* The text of a list's item. */
must_check struct error *wire_word(const char **out, const struct doc *list, int i);

#endif
