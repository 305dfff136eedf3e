/* phantom.study - a made-up study without any files.
 *
 * Everything is a function of rng_seed, the subject's name, the run and the place, in integers and exactly rounded
 * arithmetic: no library sine or logarithm, whose last bits differ between machines. */
#include "phantom.study.node.h"

#include <math.h>

#include "base/arena.h"
#include "base/digest.h"
#include "img/facts.h"
#include "img/image.h"
#include "img/labels.h"
#include "img/mask.h"
#include "img/table.h"
#include "num/rng.h"
#include "phantom/course.h"
#include "phantom/fmriprep.h"
#include "phantom/head.h"

static const struct like {
	int n[3], n_vol;
	double mm[3], origin[3], tr_s;   /* origin: world of voxel (0, 0, 0) */
	enum design design;
} likes[] = {
	[PHANTOM_STUDY_SHAPE_SMALL] = { { 24, 29, 24 }, 100, { 8, 8, 8 }, { -96, -132, -78 }, 2, DESIGN_BLOCKS },
	[PHANTOM_STUDY_SHAPE_DEVELOPMENT_FMRI] = { { 50, 59, 50 }, 168, { 4, 4, 4 }, { -96, -132, -78 }, 2,
	                                           DESIGN_BLOCKS },
	[PHANTOM_STUDY_SHAPE_SPM_FACES] = { { 64, 64, 32 }, 390, { 3, 3, 3.75 }, { -94.5, -112.5, -48 }, 2,
	                                    DESIGN_EVENTS },
	[PHANTOM_STUDY_SHAPE_HAXBY] = { { 40, 64, 64 }, 1452, { 3.5, 3.75, 3.75 }, { -68.25, -138, -108 }, 2.5,
	                                DESIGN_HAXBY },
};

static const double noise_sd = 9, noise_memory = 0.4;

struct study {
	const struct like *like;
	struct head head;
	struct courses courses;
	uint64_t noise_seed;
	struct grid grid;
	int n_vol;
};

static int volumes_of(const struct phantom_study_params *p)
{
	return p->has_n_volumes ? p->n_volumes : likes[p->shape].n_vol;
}

/* A run of the spm_faces shape was realigned by itself, so its grid has moved; the others are in one space. */
static struct grid grid_of(const struct phantom_study_params *p)
{
	const struct like *like = &likes[p->shape];
	struct rng r = rng_new((uint64_t)p->run, 3);
	struct grid g = { 0 };

	for (int d = 0; d < 3; d++) {
		double moved = p->shape == PHANTOM_STUDY_SHAPE_SPM_FACES && p->run > 1 ? 3 * (rng_uniform(&r) - 0.5) : 0;

		g.n[d] = like->n[d];
		g.affine[d][d] = like->mm[d];
		g.affine[d][3] = like->origin[d] + moved;
	}
	return g;
}

static uint64_t seed_of(const struct phantom_study_params *p, const char *what, int run, struct arena *a)
{
	const char *text = arena_printf(a, "%s %d %d %s", what, p->rng_seed, run, p->subjects[0]);
	size_t n = 0;
	uint64_t seed = 0;
	struct digest d;

	while (text[n])
		n++;
	d = digest_bytes(text, n);
	for (int i = 0; i < 8; i++)
		seed = seed << 8 | d.b[i];
	return seed;
}

static void study_make(struct study *s, const struct phantom_study_params *p, struct arena *a)
{
	s->like = &likes[p->shape];
	s->n_vol = volumes_of(p);
	s->grid = grid_of(p);
	s->noise_seed = seed_of(p, "noise", p->run, a);
	courses_make(&s->courses, s->like->design, s->n_vol, s->like->tr_s, seed_of(p, "course", p->run, a), a);
}

/* Noise with a memory of one volume. Four random bytes added up are close enough to normal: their kurtosis is 2.7. */
static void noise_next(const struct study *s, int t, float *noise)
{
	const float keep = t > 0 ? (float)noise_memory : 0, fresh_sd = (float)(noise_sd * sqrt(1 - noise_memory * noise_memory));
	const float unit = (t > 0 ? fresh_sd : (float)noise_sd) / 147.8f;
	const uint32_t key[2] = { (uint32_t)s->noise_seed, (uint32_t)(s->noise_seed >> 32) };

	for (int v = 0; v < s->head.n; v += 4) {
		uint32_t word[4], at[4] = { (uint32_t)v, (uint32_t)t, 0, 0 };
		int n = s->head.n - v < 4 ? s->head.n - v : 4;

		rng_philox(at, key, word);
		for (int i = 0; i < n; i++) {
			uint32_t pairs = (word[i] & 0x00ff00ffu) + (word[i] >> 8 & 0x00ff00ffu);
			int sum = (int)((pairs & 0xffff) + (pairs >> 16));

			noise[v + i] = keep * noise[v + i] + unit * (float)(sum - 510);
		}
	}
}

/* Volume t, int16; what is in the head is at least 1, so that 0 means outside. */
static void volume_make(const struct study *s, int t, float *noise, float *sum, int16_t *out)
{
	const struct head *h = &s->head;

	noise_next(s, t, noise);
	for (int v = 0; v < h->n; v++)
		sum[v] = h->base[v] + noise[v];
	for (int c = 0; c < N_COURSE; c++) {
		const float x = (float)s->courses.x[c][t], *coef = h->coef[c];

		for (int v = 0; v < h->n; v++)
			sum[v] += coef[v] * x;
	}
	for (int v = 0; v < h->n; v++) {
		float x = sum[v] + 0.5f;

		out[h->index[v]] = (int16_t)(x < 1 ? 1 : x > 32767 ? 32767 : x);
	}
}

/* The grid of one volume as realignment leaves it: moved by the head's motion (small angles). */
static struct grid moved_grid(const struct study *s, int t)
{
	const struct grid *g = &s->grid;
	double rot[3], move[3][4] = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } };
	struct grid out = *g;

	for (int d = 0; d < 3; d++) {
		move[d][3] = s->courses.x[COURSE_MOTION + d][t];
		rot[d] = s->courses.x[COURSE_MOTION + 3 + d][t];
	}
	for (int d = 0; d < 3; d++) {
		int e = (d + 1) % 3, f = (d + 2) % 3;

		move[f][e] = rot[d];
		move[e][f] = -rot[d];
	}
	affine_multiply(out.affine, move, g->affine);
	return out;
}

static struct error *write_single(const struct study *s, int t, const int16_t *voxel, struct out *volumes,
                                  struct arena *a)
{
	struct grid g = moved_grid(s, t);
	const char *path = out_blob(volumes, arena_printf(a, "%05d/image.nii", t + 1));

	return image_write(path, &g, 1, 0, IMAGE_INT16, voxel);
}

/* All volumes, into one image or a list of images. */
static struct error *write_volumes(const struct study *s, struct out *bold, struct out *volumes, struct arena *a)
{
	float *noise = NEW_N(a, float, s->head.n), *sum = NEW_N(a, float, s->head.n);
	int16_t *voxel = NEW_N(a, int16_t, grid_size(&s->grid));
	struct image_writer *w = NULL;

	if (bold)
		TRY(image_create(&w, out_blob(bold, "image.nii"), &s->grid, s->n_vol, s->like->tr_s, IMAGE_INT16, a));
	for (int t = 0; t < s->n_vol; t++) {
		volume_make(s, t, noise, sum, voxel);
		if (bold)
			TRY(image_put_raw(w, t, voxel));
		if (volumes)
			TRY(write_single(s, t, voxel, volumes, a));
	}
	return bold ? image_finish(w) : NULL;
}

static struct error *write_mask(const struct study *s, struct out *o, struct arena *a)
{
	unsigned char *inside = NEW_N(a, unsigned char, grid_size(&s->grid));

	for (int v = 0; v < s->head.n; v++)
		inside[s->head.index[v]] = 1;
	return image_write_bytes(out_blob(o, "image.nii"), &s->grid, inside);
}

static struct error *write_ventral_temporal(const struct study *s, struct out *o, struct arena *a)
{
	unsigned char *inside = NEW_N(a, unsigned char, grid_size(&s->grid));

	head_ventral_temporal(&s->head, inside);
	return image_write_bytes(out_blob(o, "image.nii"), &s->grid, inside);
}

static struct error *write_atlas(const struct study *s, struct out *o, struct arena *a)
{
	int *label = NEW_N(a, int, grid_size(&s->grid)), value[HEAD_REGIONS];
	const char *name[HEAD_REGIONS];
	int n = head_atlas(&s->head, label, name, value);

	TRY(image_write(out_blob(o, "image.nii"), &s->grid, 1, 0, IMAGE_INT32, label));
	return names_write(out_blob(o, "names.tsv"), n, value, name, a);
}

enum { N_CONFOUND = 2 + N_ACOMP + N_MOTION };
static const char *const confound_names[N_CONFOUND] = {
	"csf", "white_matter", "a_comp_cor_00", "a_comp_cor_01", "a_comp_cor_02", "a_comp_cor_03", "a_comp_cor_04",
	"a_comp_cor_05", "trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z",
};

static struct error *write_confounds(const struct study *s, struct out *o, struct arena *a)
{
	double *x = NEW_N(a, double, (long)s->n_vol * N_CONFOUND);

	for (int t = 0; t < s->n_vol; t++) {
		double *row = x + (long)t * N_CONFOUND;

		row[0] = 1250 + 30 * s->courses.x[COURSE_CSF][t];
		row[1] = 820 + 8 * s->courses.x[COURSE_WHITE][t];
		for (int k = 0; k < N_ACOMP; k++)
			row[2 + k] = s->courses.x[COURSE_ACOMP + k][t] / sqrt(s->n_vol);
		for (int k = 0; k < N_MOTION; k++)
			row[2 + N_ACOMP + k] = s->courses.x[COURSE_MOTION + k][t];
	}
	return table_write_numbers(out_blob(o, "table.tsv"), s->n_vol, N_CONFOUND, confound_names, x, a);
}

static struct error *write_events(const struct study *s, struct out *o, struct arena *a)
{
	static const char *const column[] = { "onset", "duration", "trial_type" };
	const char **cell = NEW_N(a, const char *, 3 * s->courses.n_stimulus + 1);
	struct table t = { .n_row = s->courses.n_stimulus, .n_col = 3, .column = column, .header = true, .cell = cell };

	for (int i = 0; i < t.n_row; i++) {
		const struct stimulus *st = &s->courses.stimulus[i];

		cell[3 * i] = table_number_text(st->onset_s, a);
		cell[3 * i + 1] = table_number_text(st->duration_s, a);
		cell[3 * i + 2] = st->type;
	}
	return table_write(out_blob(o, "table.tsv"), &t, a);
}

static struct error *write_conditions(const struct study *s, struct out *o, struct arena *a)
{
	static const char *const column[] = { "labels", "chunks" };
	const char **cell = NEW_N(a, const char *, 2 * s->n_vol);
	struct table t = { .n_row = s->n_vol, .n_col = 2, .column = column, .header = true, .cell = cell };

	for (int i = 0; i < t.n_row; i++) {
		cell[2 * i] = courses_label(&s->courses, i);
		cell[2 * i + 1] = arena_printf(a, "%d", s->like->design == DESIGN_HAXBY ? i / HAXBY_RUN : 0);
	}
	return table_write(out_blob(o, "table.tsv"), &t, a);
}

struct error *phantom_study_run(struct node_env *env, const struct phantom_study_params *params,
                                const struct phantom_study_inputs *in, const struct phantom_study_outputs *out)
{
	struct study s;

	(void)in;
	study_make(&s, params, env->arena);
	if (out->bold || out->volumes || out->mask || out->atlas || out->mask_vt)
		head_make(&s.head, &s.grid, seed_of(params, "head", 0, env->arena), env->arena);
	if (out->bold || out->volumes)
		TRY(write_volumes(&s, out->bold, out->volumes, env->arena));
	if (out->mask)
		TRY(write_mask(&s, out->mask, env->arena));
	if (out->mask_vt)
		TRY(write_ventral_temporal(&s, out->mask_vt, env->arena));
	if (out->atlas)
		TRY(write_atlas(&s, out->atlas, env->arena));
	if (out->confounds)
		TRY(write_confounds(&s, out->confounds, env->arena));
	if (out->fmriprep)
		TRY(fmriprep_write(&s.courses, out_blob(out->fmriprep, "table.tsv"), env->arena));
	if (out->sidecar)
		TRY(fmriprep_write_sidecar(out_blob(out->sidecar, "file"), env->arena));
	if (out->events)
		TRY(write_events(&s, out->events, env->arena));
	if (out->conditions)
		TRY(write_conditions(&s, out->conditions, env->arena));
	return NULL;
}

struct error *phantom_study_shape(struct shape *s, const struct phantom_study_params *params)
{
	static const char *const event_names[] = { "onset", "duration",
	                                           "trial_type" }, *const label_names[] = { "labels", "chunks" };
	struct grid g = grid_of(params);
	int n = volumes_of(params);
	struct image_facts bold = image_facts_new(&g, n, likes[params->shape].tr_s, "int16");
	struct image_facts mask = image_facts_new(&g, 1, 0, "uint8"), atlas = image_facts_new(&g, 1, 0, "int32");
	struct table_facts confounds = { n, N_CONFOUND, confound_names }, labels = { n, 2, label_names };
	struct table_facts fmriprep = { .n_row = n };
	struct study study;

	study_make(&study, params, s->arena);
	shape_out(s, "bold", image_facts_to(&bold, s->arena));
	shape_out(s, "mask", image_facts_to(&mask, s->arena));
	shape_out(s, "mask_vt", image_facts_to(&mask, s->arena));
	shape_out(s, "atlas", image_facts_to(&atlas, s->arena));
	shape_out(s, "confounds", table_facts_to(&confounds, s->arena));
	fmriprep.n_col = fmriprep_names(&fmriprep.column, n, likes[params->shape].tr_s, s->arena);
	shape_out(s, "fmriprep", table_facts_to(&fmriprep, s->arena));
	shape_out(s, "conditions", table_facts_to(&labels, s->arena));
	shape_out(s, "events", table_facts_to(&(struct table_facts){ study.courses.n_stimulus, 3, event_names },
	                                      s->arena));
	s->memory = grid_size(&g) * (4 * N_COURSE + 40) + (int64_t)n * 8 * (N_COURSE + N_CONFOUND) * 4 + (16 << 20);
	s->seconds = (double)grid_size(&g) * n * 1e-8 + 0.01;
	return NULL;
}
