/* response.h - what an event does to the signal: one or several kernels over fine times (num/design_frames.h). */
#ifndef SULCUS_GLM_RESPONSE_H
#define SULCUS_GLM_RESPONSE_H

#include <stdbool.h>

#include "base/error.h"

struct arena;
struct frames;
struct item;

/* In the order in which the schema lists them. */
enum response_model {
	RESPONSE_SPM, RESPONSE_SPM_DERIVATIVE, RESPONSE_SPM_DISPERSION,
	RESPONSE_GLOVER, RESPONSE_GLOVER_DERIVATIVE, RESPONSE_GLOVER_DISPERSION,
	RESPONSE_FIR, RESPONSE_NONE,
};

struct response_args {
	enum response_model model;
	int n_delay;
	const double *delay;          /* [n_delay] of FIR, in volumes */
	int oversampling;
	double step_s;                /* of a response given as one column; NAN: not said */
	bool unit_area;               /* a given response is divided by its sum */
};

struct kernel {
	const char *suffix;           /* of its columns: "", "_derivative", "_delay_2" */
	int n;
	const double *total;          /* [n] running totals; NULL when nothing but the suffix is known */
};

struct response {
	int n;
	const struct kernel *kernel;  /* [n] */
	int ahead;                    /* fine times that values are taken later than the volumes (num/design_columns.h) */
	bool orthogonal;              /* the columns of a condition are made orthogonal in their order */
};

/* f NULL: names alone. table: one column, or time in s and value; NULL: args->model. *where becomes the port or parameter that
 * an error is about. */
must_check struct error *response_make(struct response *out, const char **where, const struct response_args *args,
                                       const struct item *table, const struct frames *f, struct arena *a);

#endif
