/* study.h - a pipeline file read, expanded and settled: what most commands start with. */
#ifndef SULCUS_STUDY_H
#define SULCUS_STUDY_H

#include "cli/options.h"
#include "plan/plan.h"

struct diag;
struct memo;

struct study_options {
	struct sets set;
	const char *cache;          /* the store's folder; NULL: the usual one */
	const char *data;           /* where fetched data are; NULL: the usual places */
	bool no_data;
};

/* The rows of these options in the options table of a command, whose struct T has a struct study_options M. */
#define STUDY_SET(T, M) \
	{ "set", 0, OPT_SETS, "NAME=VALUE", "Another value for a parameter or an input; may be given again.", \
	  offsetof(struct T, M.set) }
#define STUDY_CACHE(T, M) \
	{ "cache", 0, OPT_TEXT, "DIR", "The store; else $SULCUS_CACHE, else ~/.cache/sulcus.", offsetof(struct T, M.cache) }
#define STUDY_DATA(T, M) \
	{ "data", 0, OPT_TEXT, "DIR", "Where fetched data are; else $SULCUS_DATA.", offsetof(struct T, M.data) }
/* M: a const char *. */
#define STUDY_LAYOUT(T, M) \
	{ "layout", 0, OPT_TEXT, "NAME", "How results are called: plain, or bids; else as the file says.", offsetof(struct T, M) }

struct study {
	const char *file;
	struct arena *arena;
	struct diag *diag;          /* problems so far */
	struct store *store;
	struct memo *memo;          /* NULL when the pipeline could not be read */
	struct pipeline *pipeline;  /* NULL when nothing sensible was left of it */
	struct plan *plan;          /* NULL when the text has errors */
};

/* Tells --data to all that look for fetched data. */
must_check struct error *study_data(const struct study_options *o);
/* Reads and expands; everything wrong with the file is in s->diag, an error here is about the machine. */
must_check struct error *study_open(struct study *s, const char *file, const struct study_options *o, struct arena *a);
/* Keys and look-ups, when the file has no errors so far. */
must_check struct error *study_settle(struct study *s);
/* Prints the problems; 0, or 2 when there are errors. */
int study_problems(const struct study *s);
/* For commands that need a whole plan: opens, settles, prints problems. *code is 0 when there is a plan. */
must_check struct error *study_load(struct study *s, int *code, const char *file, const struct study_options *o,
                                    struct arena *a);
void study_close(struct study *s);

/* The task called "step" or "step@01,2"; a step with several cells has no task of its plain name. */
struct task *study_task(const struct study *s, const char *name);
/* The step of this name, or NULL. */
struct step *study_step(const struct study *s, const char *name);
/* The error for a name that study_task does not know: says what there is instead. */
struct error *study_no_task(const struct study *s, const char *name);

#endif
