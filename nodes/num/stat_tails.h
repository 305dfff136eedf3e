/* stat_tails.h - tails of the distributions of t, F and the normal one, in log space; the only user of Rmath.
 *
 * A p-value below 1e-308 is 0 as a double, its logarithm is not: z is right far beyond |z| = 37. */
#ifndef SULCUS_STAT_TAILS_H
#define SULCUS_STAT_TAILS_H

#include <stdbool.h>

/* log P(T > t), log P(T < t); dof above 1e10 counts as 1e10. NaN for NaN. */
double stat_log_t_above(double t, double dof);
double stat_log_t_below(double t, double dof);
/* log P(F > f), log P(F < f) */
double stat_log_f_above(double f, double dof1, double dof2);
double stat_log_f_below(double f, double dof1, double dof2);
/* log P(Z > z) */
double stat_log_z_above(double z);
/* The z with log P(Z > z) = log_p, relative 1e-13 for all log_p in (-inf, 0). */
double stat_z_of_log(double log_p);
/* The t with P(T > t) = p. */
double stat_t_of(double p, double dof);

/* z of a statistic with the same tail: from the upper tail for what is above the median, from the lower tail otherwise,
 * so that both sides keep all digits. clip: compat, |z| at most STAT_Z_CLIP, as nilearn clips p at 1e-300. */
#define STAT_Z_CLIP 37.0470962993612
double stat_z_of_t(double t, double dof, bool clip);
double stat_z_of_f(double f, double dof1, double dof2, bool clip);

#endif
