/* connectome.seed_to_voxel - one signal's correlation with every voxel's, as maps of r and of Fisher's z. */
#include "connectome.seed_to_voxel.node.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fmri/mask_facts.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/mask.h"
#include "img/series.h"
#include "num/stat.h"

/* A column by name, else by number. */
static struct error *choose(int *col, const char *word, int n_col, const char *const *name)
{
	char *end = NULL;
	long number;

	*col = 0;
	if (!word && n_col == 1)
		return NULL;
	if (!word)
		return error_new(ERR_USER,
		                 "the seed series has %d columns: say which with `column`, by name or number from 0", n_col);
	for (int c = 0; name && c < n_col; c++)
		if (strcmp(name[c], word) == 0) {
			*col = c;
			return NULL;
		}
	number = isdigit((unsigned char)word[0]) ? strtol(word, &end, 10) : -1;
	if (!end || *end != '\0' || number < 0 || number >= n_col)
		return error_new(ERR_USER, "column is '%s', but the seed series has %d columns (0 to %d%s%s%s)", word,
		                 n_col, n_col - 1, name ? ", the first is '" : "", name ? name[0] : "", name ? "'" : "");
	*col = (int)number;
	return NULL;
}

static struct error *check_match(int seed_rows, int voxel_rows, int n_col, int n_mask)
{
	if (seed_rows != voxel_rows)
		return error_new(ERR_DATA, "seed has %d times, voxels have %d: they must be as many", seed_rows, voxel_rows);
	if (n_col >= 0 && n_mask >= 0 && n_col != n_mask)
		return error_new(ERR_DATA, "voxels has %d columns, the mask %d voxels: they must be as many", n_col, n_mask);
	return NULL;
}

static void note_odd(struct node_env *env, long n_nan, long n_one)
{
	if (n_nan > 0)
		node_note(env, "%ld voxels have a constant signal or a missing value and no correlation (NaN)", n_nan);
	if (n_one > 0)
		node_note(env,
		          "in %ld voxels the correlation is 1 or -1, z is infinite; it is written as the largest finite number", n_one);
}

static void correlate(struct node_env *env, const struct connectome_seed_to_voxel_params *params,
                      const struct series *seed,
                      int col, const struct series *voxels, float *r, float *z)
{
	enum stat_norm norm = params->compat == CONNECTOME_SEED_TO_VOXEL_COMPAT_NILEARN ? STAT_DOT_N : STAT_PEARSON;
	double *x = NEW_N(env->arena, double, seed->n_row);
	long n_nan, n_one;

	for (int t = 0; t < seed->n_row; t++)
		x[t] = seed->x[(long)t * seed->n_col + col];
	n_nan = stat_correlate(norm, voxels->n_row, voxels->n_col, x, voxels->x, r, env->n_threads);
	n_one = stat_fisher_z(voxels->n_col, r, z);
	for (int v = 0; v < voxels->n_col; v++)
		if (isinf(z[v]))
			z[v] = copysignf(FLT_MAX, z[v]);
	note_odd(env, n_nan, n_one);
}

struct error *connectome_seed_to_voxel_run(struct node_env *env, const struct connectome_seed_to_voxel_params *params,
                                           const struct connectome_seed_to_voxel_inputs *in,
                                           const struct connectome_seed_to_voxel_outputs *out)
{
	struct series seed, voxels;
	struct mask mask;
	float *r, *z;
	int col;

	TRY(series_read(&seed, in->seed, env->arena));
	TRY(series_read(&voxels, in->voxels, env->arena));
	TRY(mask_read(&mask, in->mask, NULL, NULL, env->arena));
	TRY(check_match(seed.n_row, voxels.n_row, voxels.n_col, mask.n));
	TRY(choose(&col, params->has_column ? params->column : NULL, seed.n_col, seed.column));
	r = NEW_N(env->arena, float, mask.n);
	z = NEW_N(env->arena, float, mask.n);
	correlate(env, params, &seed, col, &voxels, r, z);
	series_close(&seed);
	series_close(&voxels);
	TRY(mask_write_row(out_blob(out->r, "image.nii"), &mask, r, env->arena));
	return mask_write_row(out_blob(out->z, "image.nii"), &mask, z, env->arena);
}

static struct error *check_facts(struct shape *s, const struct connectome_seed_to_voxel_params *params)
{
	struct series_facts seed, voxels;
	bool has_seed = series_facts_from(&seed, shape_in(s, "seed"), s->arena);
	bool has_voxels = series_facts_from(&voxels, shape_in(s, "voxels"), s->arena);
	int n_vox = mask_facts_check(s, "mask", NULL, NULL), col;

	if (has_voxels)
		s->memory = 4 * (int64_t)voxels.n_row * (voxels.n_col > 0 ? voxels.n_col : 0);
	if (has_seed && has_voxels)
		TRY(check_match(seed.n_row, voxels.n_row, voxels.n_col, n_vox));
	if (has_seed && seed.n_col > 0)
		return choose(&col, params->has_column ? params->column : NULL, seed.n_col, seed.column);
	return NULL;
}

struct error *connectome_seed_to_voxel_shape(struct shape *s, const struct connectome_seed_to_voxel_params *params)
{
	struct image_facts mask, map;
	struct error *e = check_facts(s, params);

	if (e)
		shape_error(s, "", "%s", e->text);
	error_free(e);
	if (!image_facts_from(&mask, shape_in(s, "mask"), s->arena))
		return NULL;
	map = image_facts_new(&mask.grid, 1, 0, "float32");
	map.space = mask.space;
	shape_out(s, "r", image_facts_to(&map, s->arena));
	shape_out(s, "z", image_facts_to(&map, s->arena));
	s->memory += 40 * grid_size(&mask.grid) + (8 << 20);
	return NULL;
}
