/* ttest.h - Student's t, Welch's t and the F of one-way analysis of variance, of groups of volumes at a voxel.
 *
 * With n_g volumes, mean m_g and squares about it q_g of group g, v_g = q_g / (n_g - 1):
 *   one group     t = (m - value) / sqrt(v / n)                                 n - 1 degrees of freedom
 *   equal         t = (m_0 - m_1) / sqrt((q_0 + q_1) / dof (1/n_0 + 1/n_1))     dof = n_0 + n_1 - 2
 *   Welch 1947    t = (m_0 - m_1) / sqrt(v_0/n_0 + v_1/n_1)                     Satterthwaite's degrees of freedom
 *   F             (sum_g n_g (m_g - m)^2 / (G - 1)) / (sum_g q_g / (N - G))     G - 1 and N - G
 * as scipy.stats' ttest_1samp, ttest_ind and f_oneway. Nothing varies: NaN where means are equal too, else infinite. */
#ifndef SULCUS_TTEST_H
#define SULCUS_TTEST_H

struct moments;

/* Which t are as unlikely: of both signs, greater ones, lesser ones. */
enum ttest_side { TTEST_BOTH, TTEST_GREATER, TTEST_LESS };

struct ttest { double t, dof; };

struct ttest ttest_one(const struct moments *m, int v, double value);
struct ttest ttest_equal(const struct moments *m, int v);
struct ttest ttest_welch(const struct moments *m, int v);
/* The natural logarithm of its p; NaN for a t that is NaN. */
double ttest_log_p(struct ttest t, enum ttest_side side);

struct ftest { double f, dof1, dof2; };

struct ftest ftest_oneway(const struct moments *m, int v);
double ftest_log_p(struct ftest f);

#endif
