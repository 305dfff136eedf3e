/* build.h - what the pipeline's readers share while one file (and those it uses) is being read.
 *
 * First all names are declared, then what they are given is resolved, so the order in the file is free. */
#ifndef SULCUS_BUILD_H
#define SULCUS_BUILD_H

#include "config/pipeline.h"

struct builder {
	struct pipeline *p;
	struct diag *d;
	struct arena *a;
	const struct override *set;
	int n_set;
	int n_scope;                   /* files read so far, each use of one counted */
	int depth;                     /* of inputs that stand for inputs */
	int work;                      /* values replaced so far by what is being resolved */
	struct promise *promise;
	int n_promise;
};

/* What an input that is another step's port was said to be; held to it when kinds and axes are known. */
struct promise { const struct doc *at, *kind, *per; const char *name; struct source source; };

enum { MAX_SCOPES = 1000, MAX_WORK = 100000, MAX_DEPTH = 100 };

/* The names of one file, or of one use of it. */
struct scope {
	struct scope *parent;
	const char *prefix;            /* "" at the top, "fc/" below */
	const char *file, *folder, *path;
	const struct doc *doc;
	const struct doc *defaults;
	const struct doc *given;       /* a used pipeline: the step that uses it, in the parent */
	struct predicate *when;        /* of the step that uses it */
	struct map *names;             /* name -> struct name * */
	int n_name;
	const char **name;             /* as declared, for suggestions */
	int n_alias;
	struct name **alias;           /* inputs that are ports of other steps */
	int n_own;
	struct own { struct step *step; const struct doc *doc; } *own;  /* steps declared here, to be wired */
	int n_child;
	struct scope **child;
};

enum name_kind { NAME_PARAM, NAME_STEP, NAME_ALIAS, NAME_INSTANCE };

struct name {
	enum name_kind kind;
	const struct doc *at;          /* its key */
	const struct doc *value;       /* as declared; a param's value */
	const struct doc *declared;    /* an input's map */
	struct scope *scope;           /* where value is to be read; NAME_INSTANCE: the used file, NULL when it is wrong */
	struct step *step;             /* NAME_STEP */
	struct axis *axis;             /* a swept param */
	int n_value;
	const struct doc **each;       /* its values */
	const char **cell;             /* their cell keys */
	bool is_input;
	bool open;                     /* being resolved: met again, it goes in a circle */
};

/* ---- names.c ---- */
bool name_valid(const char *s);
struct name *name_declare(struct builder *b, struct scope *s, const struct doc *key, enum name_kind kind);
struct name *name_find(const struct scope *s, const char *name);
struct axis *axis_get(struct builder *b, const char *name, bool sweep);
/* The axis that a word names; NULL after telling that there is none `for_what`. */
struct axis *axis_find(struct builder *b, const struct doc *word, const char *for_what);
/* Is it a reference (a scalar that starts with $ but not $$)? */
bool is_ref(const struct doc *d);
/* Finds what `$step.port` or `$input` names; false after telling why not. */
bool source_find(struct builder *b, struct scope *s, const struct doc *ref, struct source *out);
/* Splits "$a.b.c" into at most three parts; returns their number. */
int ref_split(struct arena *a, const char *text, const char *part[3]);
/* The reference of an export, which may be written as {item: $step.port, ...}. */
const struct doc *export_item(const struct doc *val);
/* The names of the scope as a NULL-ended list. */
const char *const *names_of(struct builder *b, const struct scope *s);
/* All kinds, NULL ended, for suggestions. */
const char *const *kind_names(struct builder *b);
/* Tells that a reference's first part is not known, with the nearest name. */
void name_unknown(struct builder *b, const struct scope *s, const struct doc *ref, const char *word);

/* ---- params.c ---- */
void params_declare(struct builder *b, struct scope *s);
/* The swept param that a value refers to, or NULL; two different ones are told as an error. */
struct name *sweep_of(struct builder *b, const struct scope *s, const struct doc *value);
/* The value with its $params replaced (value k of the swept one) and $$ undone; NULL after telling what is wrong. */
const struct doc *value_resolve(struct builder *b, const struct scope *s, const struct doc *value, int k);
/* Does the value refer to a step or input anywhere? */
bool value_has_source(const struct scope *s, const struct doc *value);

/* ---- inputs.c ---- */
void inputs_declare(struct builder *b, struct scope *s);
/* Resolves what an input was given, and remembers what it was said to be. */
void alias_wire(struct builder *b, struct name *n);

/* ---- bids.c ---- */
/* The file pattern of a query; the step's axes are what it captures. NULL after telling what is wrong. */
const char *bids_pattern(struct builder *b, const struct step *st, const struct doc *query);
/* `participants: true`: the table of all subjects, or with `per: [sub]` the row of each. After the settings. */
void bids_participants(struct builder *b, struct step *st, const struct doc *query);

/* ---- use.c ---- */
/* The pipeline file that `name` stands for in this scope's `use`, or NULL. */
const struct doc *use_find(const struct scope *s, const char *name);
/* Where the file is that `use` names, relative to what reads it. */
const char *use_path(struct builder *b, const struct scope *s, const struct doc *path);
void use_declare(struct builder *b, struct scope *s, const struct doc *key, const struct doc *step, const struct doc *path);

/* ---- scope.c ---- */
struct scope *scope_new(struct builder *b, struct scope *parent, const char *prefix, const struct doc *doc, const char *path);
/* Declares all names of the file in the scope (and of those it uses). */
void scope_declare(struct builder *b, struct scope *s);
/* Resolves what the steps declared in the scope were given (and those of files it uses). */
void scope_wire(struct builder *b, struct scope *s);

/* ---- step.c, special.c ---- */
struct step *step_new(struct builder *b, struct scope *s, const struct doc *key, const struct node_decl *node);
void step_declare(struct builder *b, struct scope *s, const struct doc *key, const struct doc *step);
void step_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *doc);
void setting_wire(struct builder *b, struct scope *s, struct step *st, int i, const struct doc *given, bool from_defaults);
/* do: command and do: pick have declarations made from what is written. */
const struct node_decl *command_decl(struct builder *b, const struct doc *key, const struct doc *step);
const struct node_decl *pick_decl(void);
void command_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *doc);
void pick_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *doc);

/* ---- words.c: the reserved words of a step ---- */
bool is_reserved(const char *word);
void words_wire(struct builder *b, struct scope *s, struct step *st, const struct doc *doc);
/* ---- when.c ---- */
struct predicate *when_read(struct builder *b, struct scope *s, const struct doc *when);

/* ---- order.c: after all is wired ---- */
void order_steps(struct builder *b);      /* topological; cycles told */
void types_check(struct builder *b);      /* kinds and axes of every step */
const char *kind_words(const char *kind, struct arena *a);   /* "an image", "labels" */

#endif
