/* yaml.h - YAML 1.2 core, strictly, into a tree with marks; the only user of libyaml.
 *
 * Refused with a hint: duplicate keys, tabs in indentation, `<<`, tags, several documents,
 * NUL and invalid UTF-8, over 4 MiB of text, over 64 levels, aliases that expand to more than 100,000 values.
 * Flow style's traps (an unquoted value with a comma, bracket or brace in it, which makes a key
 * without a value) are recognised and told. Anchors and aliases share one subtree. */
#ifndef SULCUS_YAML_H
#define SULCUS_YAML_H

#include "base/error.h"

struct arena;
struct diag;
struct doc;

/* *out is NULL when the text has a problem that leaves no tree; problems go to d. */
void yaml_read(struct doc **out, const char *text, size_t n, const char *file, struct diag *d, struct arena *a);
/* The same from a file; its text is remembered in d for quoting. */
void yaml_read_file(struct doc **out, const char *path, struct diag *d, struct arena *a);

#endif
