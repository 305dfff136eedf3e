/* expression_code.h - a compiled formula; for the files expression_*.c alone. */
#ifndef SULCUS_EXPRESSION_CODE_H
#define SULCUS_EXPRESSION_CODE_H

#include "img/expression.h"

enum { EXPRESSION_BLOCK = 2048 };   /* voxels: a few blocks of doubles fit the second-level cache */

/* ---- words ---- */
/* x is the first operand and becomes the result, y and z are the others. */
typedef void expression_kernel(long n, double *restrict x, const double *restrict y, const double *restrict z);
struct expression_op {
	const char *name;
	int n_arg;
	expression_kernel *run;
};
enum reduction_how { REDUCE_SUM, REDUCE_MEAN, REDUCE_VAR, REDUCE_STD, REDUCE_MIN, REDUCE_MAX, REDUCE_PERCENTILE };
struct expression_reducer {
	const char *name;
	enum reduction_how how;
	int n_arg;               /* 2: a percentage follows the image */
	double number;           /* the percentage when it does not */
};
/* By name, NULL (false) when there is none; operators by their sign or word, -x for a sign before one operand. */
const struct expression_op *expression_operator(const char *sign);
const struct expression_op *expression_function(const char *name);
const struct expression_reducer *expression_reducer(const char *name);
bool expression_constant(const char *name, double *x);
/* "did you mean 'sqrt'?" or "" */
const char *expression_nearest(const char *name, bool function, struct arena *a);

/* ---- tokens ---- */
enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_NAME, TOKEN_SIGN, TOKEN_BAD };
struct token {
	enum token_kind kind;
	int at, len;
	double number;
	const char *name;        /* of a name, without np. */
	bool numpy;              /* it had np. before it */
	const char *why;         /* TOKEN_BAD: what is wrong */
};
struct token expression_token(const char *formula, int at, struct arena *a);
bool token_is(const struct token *t, const char *formula, const char *text);

/* ---- programs ---- */
enum step_kind {
	STEP_NUMBER,             /* pushes number */
	STEP_IMAGE,              /* pushes a block of image `index` */
	STEP_TOTAL,              /* pushes the number that reduction `index` made */
	STEP_VOLUME,             /* pushes a block of the volume that reduction `index` made */
	STEP_CALL,               /* replaces the operands of op by its result */
};
struct step {
	enum step_kind kind;
	int index;
	double number;
	const struct expression_op *op;
};
struct program {
	int n, depth;            /* steps; most operands at once */
	struct step *step;
};
enum rank { RANK_NUMBER, RANK_VOLUME, RANK_RUN };   /* what a program makes */
/* Of the values of its program, over everything or over time. */
struct reduction {
	enum reduction_how how;
	bool over_time;
	enum rank rank;          /* of what it is taken over */
	int n_vol;               /* likewise */
	double number;           /* the percentage of a percentile */
	bool ddof;               /* a variance divides by n - 1 */
	struct program of;
	int at, len;             /* in the formula */
	double total;            /* the result, */
	double *volume;          /* or [n_voxel] over time */
};
struct expression {
	struct program result;
	int n_vol, n_reduction;
	struct reduction *reduction;   /* each uses only those before it */
	bool *uses, *one_volume;     /* [images]: in the formula; repeated over time */
};

/* Voxels [first, first + n) of volume t, n up to EXPRESSION_BLOCK; returns where in the stack they are (its start). */
const double *expression_block(const struct expression *e, const struct program *p, const struct expression_source *s,
                               int t, long first, long n, double *stack);

#endif
