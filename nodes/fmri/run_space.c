#include "fmri/run_space.h"

#include "fmri/high_variance.h"
#include "node/shape.h"

/* nilearn's defaults of high_variance_confounds, which is what its maskers use. */
enum { N_CONFOUNDS = 5 };
static const double percentile = 2;

struct error *space_confounds(struct clean_inputs *in, const struct space_args *args, const struct image *im,
                              struct node_env *env)
{
	struct error *e;
	double *x;

	if (!args->high_variance_confounds)
		return NULL;
	e = high_variance_of(im, N_CONFOUNDS, percentile, true, &x, env->n_threads, env->arena);
	if (e)
		return error_wrap(e, "high_variance_confounds takes %d of the whole image, which is not possible (the node "
		                  "confounds.high_variance has a choice)", N_CONFOUNDS);
	in->own = (struct confounds){ im->n_vol, N_CONFOUNDS, x };
	return NULL;
}

void space_check(struct shape *s, const struct space_args *args, const struct grid *g, int n_vol)
{
	fwhm_check(s, &args->smoothing, g, "smoothing");
	if (args->high_variance_confounds && n_vol < N_CONFOUNDS + 2)
		shape_error(s, "high_variance_confounds", "bold has %d volumes, %d confounds of what is detrended need at least %d",
		            n_vol, N_CONFOUNDS, N_CONFOUNDS + 2);
}
