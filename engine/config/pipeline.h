/* pipeline.h - a pipeline as written and checked: steps, their wires, parameters and axes.
 *
 * Inputs that name files are steps too: their node is the import node of their kind. Steps of a
 * used pipeline stand among the others, with names like "fc/pcc". */
#ifndef SULCUS_PIPELINE_H
#define SULCUS_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct arena;
struct diag;
struct doc;
struct map;
struct node_decl;
struct kind_decl;
struct port_decl;
struct step;

/* An axis and where it came from; two axes of one name are one axis. */
struct axis {
	const char *name;
	bool sweep;                    /* from `each:` in params: multiplies freely */
	bool dynamic;                  /* keys are known only when a step has run */
	int n;                         /* keys, found by plan/expand */
	const char **key;
	int *rank;                     /* position of a key in natural order */
	struct map *index;             /* key -> 1 + position */
};

struct sweep_value { const char *cell, *json; };  /* cell key and canonical value */

struct source {                        /* a port of another step */
	struct step *step;
	int port;                      /* index in step->out */
	const struct doc *at;          /* the reference as written */
	const char *name;              /* its key in a written map, which is the item's cell; else NULL */
};

struct arg {                           /* what an input port was given */
	const struct port_decl *port;
	const struct doc *at;
	int n_source;                  /* 1; more for a written list of a many-port; 0: a literal or nothing */
	struct source *source;
	const char *literal;           /* canonical JSON of a written list, or NULL */
	struct axis *axis;             /* the literal is swept over this axis, or NULL */
	int n_value;
	struct sweep_value *value;
};

struct setting {                       /* a parameter of a step */
	const struct doc *at;          /* as written, NULL: the default */
	const char *json;              /* canonical; NULL: not given; ignored when swept */
	struct axis *axis;             /* swept over this axis, or NULL */
	int n_value;
	struct sweep_value *value;
	bool from_defaults;
};

enum pred_op { PRED_EQ, PRED_NE, PRED_LT, PRED_LE, PRED_GT, PRED_GE, PRED_IN };

struct predicate {                     /* when: {lt: [$qc.record.fd_mean, 0.5 mm]} */
	const struct doc *at;
	bool negate;                   /* not: */
	enum pred_op op;
	struct source left;            /* step NULL: the value is known */
	const char *field;             /* of the record */
	const char *value, *right;     /* JSON scalars; right may be a list for `in` */
	struct axis *axis;             /* a known value is swept over this axis, or NULL: the left one, or */
	bool right_swept;              /* the right one */
	int n_value;
	struct sweep_value *swept;
	struct predicate *next;        /* all must hold */
};

enum missing { MISSING_FAIL, MISSING_DROP, MISSING_AT_LEAST };

struct step_out {
	const char *name;
	const struct port_decl *port;
	const struct kind_decl *kind;
	bool wanted;                   /* an on_request port that some step or export reads */
	struct source fallback;        /* else: given instead when the step's cell is excluded */
	int n_reader;
};

struct need { int64_t memory; double seconds; int threads; };
struct retry { int times; };

struct step {
	const char *name;
	const struct doc *at;          /* its key in steps: or inputs: */
	const struct node_decl *node;
	struct setting *setting;       /* [node->n_param] */
	struct arg *arg;               /* [node->n_in] */
	int n_out;
	struct step_out *out;
	int n_axis;                    /* of its cells, in order of appearance */
	struct axis **axis;
	int n_gather;
	struct axis **gather;
	enum missing missing;
	int at_least;
	bool gather_given, missing_given;  /* the word was written, rightly or not */
	struct predicate *when;
	const struct doc *each;        /* axes that may multiply */
	struct need need;
	struct retry retry;
	enum { KEEP_AUTO, KEEP_ALWAYS, KEEP_NEVER } keep;
	const char *note;
	const char *pattern, *folder;  /* an input: its files; NULL: an ordinary step */
	const struct doc *bids;        /* an input: a query of a BIDS tree */
	const char *row_column;        /* an input of one table, of which each cell of its axis has the row sub-<key> in this column */
	int n_pick;                    /* do: pick - the cell it takes; 0: an ordinary step */
	struct pick { struct axis *axis; const char *key; const struct doc *at; } *pick;
	const char *const *argv;       /* do: command, "$x" items kept; NULL: an ordinary step */
	int mark_order;                /* topological position */
	bool below_when;               /* its cells may be left out by a when, its own or one above */
	void *plan;                    /* plan/expand's own */
};

/* How results are called: <cell>_<name>.<ext> in one folder, or as BIDS says. */
enum layout { LAYOUT_PLAIN, LAYOUT_BIDS };

struct export {
	const char *name;
	const struct doc *at;
	struct source source;
	const struct doc *word;        /* written as a map: words of its name beside `item`; or NULL */
};

struct pipeline {
	const char *file, *path, *folder, *title;  /* file: as given; path: absolute */
	int n_step, n_axis, n_export;
	struct step **step;            /* in topological order after pipeline_read */
	struct axis **axis;
	struct export *export;
	enum layout layout;
	struct map *names;             /* "step" -> struct step * (also "fc/pcc") */
	const struct doc *doc;
};

struct override { const char *name, *value; };  /* --set name=value */

/* Reads, checks and wires a whole file; all problems go to d. NULL when nothing sensible was left.
 * no_data: file patterns are not looked up later, so they may match nothing. */
struct pipeline *pipeline_read(const char *file, const struct override *set, int n_set, struct diag *d, struct arena *a);
/* The index of the node's parameter of this name, -1: it has none. */
int setting_find(const struct step *st, const char *name);
/* The layout of this name; an error for a word that is none. */
must_check struct error *layout_find(enum layout *out, const char *word);

#endif
