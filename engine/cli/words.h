/* words.h - counts, values and digests as people read them. */
#ifndef SULCUS_WORDS_H
#define SULCUS_WORDS_H

#include "base/digest.h"
#include "base/error.h"

struct arena;
struct step;
struct step_out;
struct task;

enum { SHORT_DIGEST = 12 };

/* "2 tasks", "1 task", "no tasks". */
const char *words_count(struct arena *a, long n, const char *one, const char *many);
/* The first 12 digits of a digest. */
const char *words_digest(struct arena *a, const struct digest *d);
/* The first 12 digits of a digest that is text. */
const char *words_short(struct arena *a, const char *hex);
/* "file:line:col" or "" for nowhere. */
const char *words_place(struct arena *a, struct mark at);
/* "sub (20), fwhm (2)"; "" without axes. An axis whose cells are not known has no number. */
const char *words_axes(struct arena *a, const struct step *s);
/* The kind of an output; "?" where it is not known. */
const char *words_kind(const struct step_out *o);
/* What a task's state means: "in the store", "to run", ... */
const char *words_state(const struct task *t);

#endif
