/* pattern.h - input file patterns: sub-{sub}_run-{run}_bold.nii.gz
 *
 * {name} captures letters and digits; * matches any characters but a slash; ** as a whole
 * folder name matches any number of folders. A name twice must capture the same text. */
#ifndef SULCUS_PATTERN_H
#define SULCUS_PATTERN_H

#include "base/error.h"

struct arena;

struct pattern_match {
	const char *path;           /* folder of the pipeline joined with what matched */
	const char *const *capture; /* [n_name], in the order of names */
};

/* The capture names in the pattern, each once, in order of first use; an error for bad braces. */
must_check struct error *pattern_names(const char *const **names, int *n, const char *pattern, struct arena *a);
/* Every file that matches below folder (unless the pattern is absolute), sorted by captures in natural order.
 * *near gets, when nothing matches, words on how far the pattern led ("study/ exists, no folder like sub-*");
 * and words on names that were left out because a capture takes letters and digits only. Else NULL. */
must_check struct error *pattern_glob(struct pattern_match **match, int *n, const char **near,
                                      const char *pattern, const char *folder, struct arena *a);

#endif
