/* node.h - the contract between the engine and a node.
 *
 * Tables made by schemas/gen.py describe every node and kind with these structs, so the
 * engine can check, bind, hash and run a node it knows nothing about. The slim program
 * has the declarations only; the functions (struct node_calls) are linked into the worker. */
#ifndef SULCUS_NODE_H
#define SULCUS_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct arena;
struct digest;
struct doc;
struct stream;
struct stream_reader;

enum param_type {
	PARAM_BOOL,     /* bool */
	PARAM_INT,      /* int */
	PARAM_NUMBER,   /* double */
	PARAM_TEXT,     /* const char * */
	PARAM_CHOICE,   /* enum, the index in choice */
	PARAM_NUMBERS,  /* const double * and int n_<name>; one bare number is a list of one */
	PARAM_TEXTS,    /* const char *const * and int n_<name>; one bare text is a list of one */
};

struct param_decl {
	const char *name, *unit, *doc;
	const char *nilearn;        /* nilearn's word for it, or NULL */
	enum param_type type;
	size_t offset;              /* of the value in the params struct */
	size_t n_offset;            /* of int n_<name> (lists), or of bool has_<name> (optional) */
	const char *fallback;       /* canonical JSON of the default; NULL: required, or optional */
	bool optional;              /* may be left out without a default; then has_<name> is false, a list is empty */
	double min, max;            /* -INFINITY, INFINITY: no bound; of each item in a list */
	bool above_min;             /* min itself is refused */
	int min_n, max_n;           /* items of a list */
	const char *const *choice;  /* NULL ended */
	const char *name_key;       /* in names of results its text stands after this key (contrast-facesMinusHouses), or NULL */
};

/* A word of a result's name where names follow a standard: key-value, or the suffix, whose key is "suffix". */
struct name_word {
	const char *key, *value;    /* value "": the export's own name */
	const char *given;          /* holds when the step was given this parameter, or a written list of several rows at this
	                             * port, or ("$port") another step's result; NULL: always. The first of a key that holds counts. */
};

struct port_decl {
	const char *name, *kind, *doc;
	const char *nilearn;        /* nilearn's word for it, or NULL */
	size_t offset;              /* of const struct item * (one), struct items (many), struct out * (output) */
	bool optional;              /* input: may be left out */
	bool many;                  /* input: a list, filled by gather or a written list */
	bool literal;               /* input: also takes a written list (JSON in the blob literal.json) */
	bool on_request;            /* output: made only when some step reads it, under a key of its own */
	bool stream;                /* input: read from its first part to its last, once; output: can be made so (node/stream.h) */
	const char *stream_unless;  /* input: not so when this bool is true, or this choice not its default; or NULL */
	const char *kind_of;        /* output: has the kind of what this input was given, or NULL */
	const char *axis;           /* output: a list whose cells are known once it was made, or NULL */
	bool names;                 /* input: what it was given passes its words on to the names of the results */
	const struct name_word *word; /* output: the words of its name, ended by a NULL key; NULL: nothing is said */
};

struct node_decl {
	const char *name, *doc, *see, *nilearn;
	int version;                /* part of the key: bump when results change */
	const struct param_decl *param;
	const struct port_decl *in, *out;
	int n_param, n_in, n_out;
	size_t params_size, inputs_size, outputs_size;
	const char *axis, *over;    /* one task for each text in the list parameter `over`, an axis of this name; or NULL */
	bool shape;                 /* has a shape function */
	bool threads;               /* uses more than one thread when given them */
};

extern const struct node_decl *const node_table[];  /* NULL ended, sorted by name */
const struct node_decl *node_find(const char *name);

/* ---- kinds: what flows through a port ---- */
struct kind_decl {
	const char *name, *doc;
	const char *is;             /* the kind it is a special case of, or NULL: volume is an image */
	const char *blob;           /* name of the main blob in the store: image.nii, series.npy */
	const char *ext;            /* what a foreign program's file of it is called: nii */
	const char *export_ext;     /* extension of an export: nii.gz; NULL: cannot be exported */
	const char *import;         /* node that turns an outside file into an artifact, or NULL: bytes as they are */
	const char *pair[2];        /* extensions of two files that are read together (hdr, img), or NULL */
	const char *beside;         /* extension of files that say more about one (json, plan/beside.c), or NULL */
	const char *beside_root;    /* the file that marks the highest folder where these are looked for */
	const char *suffix;         /* the last word of a standard name, where a port says none; NULL: that of `is` */
	const char *also[2];        /* a second blob that is exported beside the main one, and its extension (names.tsv, tsv) */
};
extern const struct kind_decl *const kind_table[];  /* NULL ended, sorted by name */
const struct kind_decl *kind_find(const char *name);
/* May a value of this kind stand where that kind is wanted? Follows `is`; "any" takes all. */
bool kind_fits(const char *given, const char *wanted);

/* ---- what a running node is given ---- */
struct blob { const char *name, *path; };      /* name in the artifact, and a file to read */
struct item {                                  /* one artifact */
	const char *cell;                      /* its cell's key in a list ("01", "01,2"), else "" */
	const char *kind;
	int n_blob;
	const struct blob *blob;
	struct stream_reader *stream;          /* it is being made meanwhile, and comes part by part; or NULL */
};
struct items { int n; const struct item *item; };
/* The path of a blob by name; NULL if the artifact has none of that name. */
const char *item_blob(const struct item *it, const char *name);
/* The path of the kind's main blob, else of literal.json, else of the only blob. */
const char *item_main(const struct item *it);

struct out;                                    /* an output being made */
/* A fresh path to write the named blob to (for lists: "01/image.nii"). Call once a blob, and not between a mark of the
 * node's arena and its reset, which would take what the output remembers. */
const char *out_blob(struct out *o, const char *name);
/* Tells the digest of a blob that was hashed while it was written (digest_ahead), and how many bytes its file must have;
 * so it is not read again. */
void out_digest(struct out *o, const char *name, const struct digest *d, int64_t size);
/* Offers the file of a blob that the node was given in place of the named one, which would have the very same bytes. True:
 * nothing is to be written. False: it is, as that file is not ours. */
bool out_same(struct out *o, const char *name, const char *path);
/* Where the named blob is to go part by part instead of to a file, as other steps read it meanwhile and nobody wants to
 * keep it; NULL: it is to be a file. For outputs that say `stream` only, instead of out_blob. */
struct stream *out_stream(struct out *o, const char *name);
/* The kind that it has in this step: an import node makes an image, its step says which sort of image. */
const char *out_kind(const struct out *o);

struct node_env {
	struct arena *arena;        /* freed when the node returns */
	int n_threads;              /* results do not depend on it */
	const char *scratch;        /* a private folder, removed afterwards */
	void *run;                  /* the worker's own */
};
/* A remark for the person: shown in the summary and kept in the record. */
void node_note(struct node_env *env, const char *fmt, ...) printf_like(2, 3);

/* ---- shapes: headers in, headers out, before anything is computed ---- */
struct shape;                                  /* node/shape.h */

struct node_calls {
	const char *name;
	struct error *(*run)(struct node_env *, const void *params, const void *in, const void *out);
	struct error *(*shape)(struct shape *, const void *params);   /* or NULL */
};
extern const struct node_calls node_calls[];   /* worker only; ends with a NULL name; order of node_table */

struct kind_calls {
	const char *name;
	/* Facts of an artifact from its header, as a map (docs/engine.md). */
	struct error *(*peek)(struct doc **facts, const struct item *it, struct arena *a);
	/* A description for people: shape, grid, range, names. */
	struct error *(*show)(FILE *f, const struct item *it, struct arena *a);
	/* Compares two: a map {same, max_abs, where, correlation, dice, text}. NULL: by bytes. */
	struct error *(*diff)(struct doc **out, const struct item *x, const struct item *y,
	                      double rtol, double atol, struct arena *a);
	/* Writes the artifact as a file for people. NULL: a copy of the main blob. */
	struct error *(*write)(const char *path, const struct item *it, struct arena *a);
};
extern const struct kind_calls kind_calls[];   /* worker only; ends with a NULL name; a kind without row uses its `is` */

#endif
