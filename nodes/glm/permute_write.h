/* permute_write.h - the outputs of glm.permutation: maps of t and of p, clusters, the distribution, the record. */
#ifndef SULCUS_GLM_PERMUTE_WRITE_H
#define SULCUS_GLM_PERMUTE_WRITE_H

#include "glm/permute_model.h"
#include "glm/permute_null.h"

struct glm_permutation_outputs;

struct permute_results {
	struct node_env *env;
	const struct glm_permutation_params *params;
	struct permute_model *model;
	const struct permute_wanted *wanted;
	struct permute_null null;
};

/* p, log10p and t. */
must_check struct error *permute_write_maps(const struct permute_results *r, const struct glm_permutation_outputs *out);
must_check struct error *permute_write_record(const struct permute_results *r, struct out *record);
/* Those of size_log10p, mass_log10p and clusters that are not NULL. */
must_check struct error *permute_write_clusters(const struct permute_results *r, const struct glm_permutation_outputs *out);
must_check struct error *permute_write_tfce(const struct permute_results *r, const struct glm_permutation_outputs *out);
must_check struct error *permute_write_distribution(const struct permute_results *r, struct out *distribution);
/* The corrected p of an observed value. */
double permute_p(const struct permute_results *r, const double *sorted, double x);

#endif
