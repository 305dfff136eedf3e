/* text.h - words: natural order, the nearest name, sizes and times for people. */
#ifndef SULCUS_TEXT_H
#define SULCUS_TEXT_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* "%d volume%s", n, PLURAL(n). */
#define PLURAL(n) ((n) == 1 ? "" : "s")

/* One or more letters and digits of ASCII, whatever the locale: a key, a word of a name. */
bool text_is_word(const char *s);
/* Compares with runs of digits by value ("2" < "10"), ties by bytes. */
int text_natural_cmp(const char *a, const char *b);
/* The candidate (NULL-ended list) nearest to word by edit distance, or NULL when none is near
 * (more than a third of the longer word's letters differ); then one that word begins with, or that begins with word. */
const char *text_nearest(const char *word, const char *const *candidates);
const char *text_bytes(struct arena *a, int64_t bytes);     /* "49.6 MB" (powers of 1000) */
const char *text_seconds(struct arena *a, double seconds);  /* "12 ms", "3.4 s", "2 min 05 s" */

#endif
