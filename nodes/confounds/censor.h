/* censor.h - which volumes of a run are fit to be used.
 *
 *   Power et al. 2014, Methods to detect, characterize, and remove motion artifact in resting state fMRI (stretches) */
#ifndef SULCUS_CONFOUNDS_CENSOR_H
#define SULCUS_CONFOUNDS_CENSOR_H

enum why {   /* bits */
	WHY_NON_STEADY = 1,
	WHY_FD = 2,
	WHY_DVARS = 4,
	WHY_SEGMENT = 8,    /* between outliers of motion */
	WHY_SHORT = 16,     /* between anything censored */
};

struct censoring {
	int n_vol;
	unsigned char *why;   /* [n_vol], 0: kept */
};

/* Marks what is above the threshold; NaN is not. */
void censor_above(struct censoring *c, const double *x, double threshold, enum why why);
/* Marks each stretch without any of the bits that has fewer volumes than min, when any volume has one. */
void censor_stretches(struct censoring *c, int bits, int min, enum why why);
/* Volumes with any of the bits; what is left goes to keep [n_vol] (ascending), and how many. */
int censor_count(const struct censoring *c, int bits);
int censor_keep(const struct censoring *c, int *keep);

#endif
