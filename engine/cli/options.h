/* options.h - a command's options, from one table: parsing, help and completions.
 *
 * static const struct opt opt[] = {
 *     { "jobs", 'j', OPT_INT, "N", "Tasks at a time.", offsetof(struct run_options, jobs) },
 *     { 0 },
 * };  */
#ifndef SULCUS_OPTIONS_H
#define SULCUS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "config/pipeline.h"

struct arena;
struct columns;

enum opt_kind {
	OPT_FLAG,     /* bool */
	OPT_TEXT,     /* const char * */
	OPT_INT,      /* int, 1 or more */
	OPT_NUMBER,   /* double, 0 or more */
	OPT_BYTES,    /* int64_t, 1 or more: 512 MiB */
	OPT_TEXTS,    /* struct texts; may be given again */
	OPT_SETS,     /* struct sets: name=value; may be given again */
};

struct texts { int n; const char **text; };
struct sets { int n; struct override *item; };

struct opt {
	const char *name;           /* without its two dashes */
	int letter;                 /* its short form, or 0 */
	enum opt_kind kind;
	const char *word;           /* what its value is called in the help; NULL for a flag */
	const char *help;
	size_t offset;              /* of the value in the command's struct */
};

/* Fills *into from argv[1..]; what is no option goes to rest, in order. */
must_check struct error *options_parse(void *into, const struct opt *opt, struct texts *rest, int argc, char **argv,
                                       struct arena *a);
/* Two columns a row: "-j, --jobs N" and its help. */
void options_list(struct columns *out, const struct opt *opt);

#endif
