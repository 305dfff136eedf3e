/* value.h - what a person wrote, to a parameter's canonical value.
 *
 * Canonical values are JSON in the parameter's own unit: 6 mm and 0.6 cm are both 6. They
 * enter keys, so a form never changes once released. */
#ifndef SULCUS_VALUE_H
#define SULCUS_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct arena;
struct buf;
struct diag;
struct doc;
struct node_decl;
struct param_decl;

/* The canonical JSON of a written value for parameter p, or NULL after telling d what is wrong
 * (type, unit of another dimension, range, choice with the nearest, yes/no for a bool, number of items). */
const char *value_canonical(const struct param_decl *p, const struct doc *written, struct diag *d, struct arena *a);
/* Any written value without a declaration, as JSON: plain numbers stay numbers (units are kept as text),
 * true and false bools, the rest texts; maps and lists in the written order. For literals and predicates. */
void value_plain(struct buf *out, const struct doc *written);
/* "6 mm" -> 6 in the unit wanted ("mm"); false and *why filled on another dimension or no number.
 * Units: mm cm m um, s ms min h, Hz kHz mHz, B KB MB GB KiB MiB GiB TiB, mm3 ml, %, and none. */
bool value_quantity(double *x, const char *text, const char *unit, const char **why, struct arena *a);
/* True when text is a YAML 1.2 core number (int or float). */
bool value_is_number(const char *text, double *x);

/* A canonical value in the parameter's unit: "6 mm", "0.01 Hz", "[0, -52, 18] mm", "mean"; NULL: "not given". */
const char *value_words(struct arena *a, const struct param_decl *p, const char *json);

/* Fills a params struct from a map of canonical JSON values (all parameters present, optional ones may be absent). */
must_check struct error *bind_params(void *params, const struct node_decl *node, const struct doc *canonical, struct arena *a);

#endif
