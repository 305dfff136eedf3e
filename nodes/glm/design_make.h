/* design_make.h - a first-level design from events, confounds and drifts; in a run and at check time alike. */
#ifndef SULCUS_GLM_DESIGN_MAKE_H
#define SULCUS_GLM_DESIGN_MAKE_H

#include <stdbool.h>

#include "base/error.h"
#include "glm/response.h"
#include "img/design.h"

struct arena;
struct item;
struct remarks;
struct table;

/* In the order in which the schema lists them. */
enum design_drift { DESIGN_DRIFT_COSINE, DESIGN_DRIFT_POLYNOMIAL, DESIGN_DRIFT_NONE };

struct design_args {
	int n_vol;                    /* -1: not known */
	double tr_s;
	int n_dropped;                /* volumes before these that are not there: the design is that of all, without their rows */
	double slice_time_ref;        /* when in its TR a volume counts as taken */
	double min_onset_s, block_s;  /* block_s NAN: as the events say */
	struct response_args response;
	enum design_drift drift;
	double high_pass_hz;
	int drift_order;
	bool compat;
};

/* Inputs; NULL where nothing was given. Confounds may be names alone, of a table that is not made yet: columns of 0 stand for
 * them. */
struct design_inputs {
	const struct table *events;
	const struct item *confounds, *response, *sample_mask;
	int n_pending;
	const char *const *pending;   /* [n_pending] names of such confounds */
};

/* Columns: conditions in their order (with the parts of the response), confounds, drifts, the constant. With n_vol -1 only the
 * names: n_row is 0, slow cosines (whose number depends on n_vol) are left out. *where becomes the port or parameter that an
 * error is about. */
must_check struct error *design_make(struct design *out, const char **where, const struct design_args *args,
                                     const struct design_inputs *in, struct remarks *remarks, struct arena *a);
/* What is to be said about its rank. */
void design_tell_rank(const struct design *d, struct remarks *remarks);

#endif
