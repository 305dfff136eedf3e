/* words.h - counts, values and digests as people read them. */
#ifndef SULCUS_WORDS_H
#define SULCUS_WORDS_H

#include "base/digest.h"
#include "base/error.h"

struct arena;
struct param_decl;
struct step;
struct step_out;
struct task;

enum { SHORT_DIGEST = 12 };

/* "2 tasks", "1 task", "no tasks". */
const char *words_count(struct arena *a, long n, const char *one, const char *many);
/* A canonical value in the parameter's unit: "6 mm", "0.01 Hz", "[0, -52, 18] mm", "mean"; NULL: "not given". */
const char *words_value(struct arena *a, const struct param_decl *p, const char *json);
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
