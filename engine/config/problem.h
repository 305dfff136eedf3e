/* problem.h - one problem of a diag, as diag.c collects and diag_print.c prints it. */
#ifndef SULCUS_PROBLEM_H
#define SULCUS_PROBLEM_H

#include <stddef.h>

#include "config/diag.h"

struct problem {
	enum severity severity;
	struct mark at;           /* line 0: nowhere */
	int len;                  /* columns to underline */
	int order;                /* as added: problems at one place stay in this order */
	int file;                 /* rank of its file, by first appearance */
	const char *text;
	const char *hint;         /* or NULL */
};

#endif
