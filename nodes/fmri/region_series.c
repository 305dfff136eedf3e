#include "fmri/region_series.h"

#include "base/arena.h"
#include "fmri/clean_args.h"
#include "img/series.h"
#include "node/node.h"

struct error *region_series_write(struct cleaning *c, struct node_env *env, int n_col, double *x, const char *const *name,
                                  double tr_s, struct out *signals, struct out *record)
{
	struct series s = { .n_col = n_col, .tr_s = tr_s, .column = name };
	float *rounded;
	long n;

	TRY(cleaning_double(c, env, n_col, x, "regions", record));
	cleaning_volumes(c, &s, env->arena);
	n = (long)s.n_row * n_col;
	s.x = rounded = arena_alloc(env->arena, (size_t)n, sizeof *rounded);
	for (long i = 0; i < n; i++)
		rounded[i] = (float)x[i];
	return series_write(out_blob(signals, "series.npy"), out_blob(signals, "series.json"), &s, env->arena);
}
