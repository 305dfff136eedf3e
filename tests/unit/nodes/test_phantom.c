#include "harness.h"

#include <math.h>
#include <stdlib.h>

#include "connectome.seed_to_voxel.node.h"
#include "img/labels.h"
#include "img/table.h"
#include "phantom.study.node.h"
#include "signals.spheres.node.h"
#include "signals.voxels.node.h"

struct study { struct out *bold, *confounds, *events, *conditions, *mask; };

static struct phantom_study_params params(enum phantom_study_shape shape, const char *const *subject)
{
	return (struct phantom_study_params){ .subjects = subject, .n_subjects = 1, .shape = shape, .run = 1,
	                                      .rng_seed = 1 };
}

static struct study make(struct phantom_study_params p)
{
	struct study s = { h_out(), h_out(), h_out(), h_out(), h_out() };

	CHECK_OK(phantom_study_run(h_env(1), &p, &(struct phantom_study_inputs){ 0 },
	                           &(struct phantom_study_outputs){ s.bold, s.confounds, s.events, s.conditions, s.mask,
	                                                            NULL }));
	return s;
}

static const char *const first[] = { "01" }, *const second[] = { "02" };

TEST(the_head_is_where_the_mask_says)
{
	struct study s = make(params(PHANTOM_STUDY_SHAPE_SMALL, first));
	float *bold = h_voxels(s.bold), *mask = h_voxels(s.mask);
	long inside = 0;

	for (long v = 0; v < 24 * 29 * 24; v++) {
		inside += mask[v] != 0;
		for (int t = 0; t < 100; t++)
			CHECK((bold[t * 24 * 29 * 24 + v] > 0) == (mask[v] != 0));
	}
	CHECK(inside > 2500 && inside < 4500);
}

TEST(the_atlas_has_names_and_lies_in_the_head)
{
	struct phantom_study_params p = params(PHANTOM_STUDY_SHAPE_SMALL, first);
	struct out *atlas = h_out(), *mask = h_out();
	struct labels l;
	float *inside;

	CHECK_OK(phantom_study_run(h_env(1), &p, &(struct phantom_study_inputs){ 0 },
	                           &(struct phantom_study_outputs){ .atlas = atlas, .mask = mask }));
	CHECK_OK(labels_read(&l, h_item(atlas, "labels"), 0, NULL, check_arena()));
	CHECK_INT(l.n, 15);
	CHECK_TEXT(l.name[0], "PCC");
	CHECK_TEXT(l.name[14], "R parietal");
	inside = h_voxels(mask);
	for (long v = 0; v < 24 * 29 * 24; v++)
		CHECK(l.region[v] < 0 || inside[v] != 0);
}

/* As in the data set that haxby is like: mask_vt is part of the head on both sides, about 580 voxels of it. */
TEST(ventral_temporal_cortex_lies_in_the_head)
{
	struct phantom_study_params p = params(PHANTOM_STUDY_SHAPE_HAXBY, first);
	struct out *vt = h_out(), *mask = h_out();
	float *inside, *head;
	long n[2] = { 0, 0 };

	CHECK_OK(phantom_study_run(h_env(1), &p, &(struct phantom_study_inputs){ 0 },
	                           &(struct phantom_study_outputs){ .mask_vt = vt, .mask = mask }));
	inside = h_voxels(vt);
	head = h_voxels(mask);
	for (long v = 0; v < 40 * 64 * 64; v++) {
		CHECK(inside[v] == 0 || head[v] != 0);
		n[v % 40 >= 20] += inside[v] != 0;
	}
	CHECK(labs(n[0] - n[1]) < 20);
	CHECK(n[0] + n[1] > 500 && n[0] + n[1] < 700);
}

/* A table of conditions of two runs: eight blocks of nine volumes in each. */
TEST(a_run_like_haxbys_has_labels_and_chunks)
{
	struct phantom_study_params p = params(PHANTOM_STUDY_SHAPE_HAXBY, first);
	struct out *conditions = h_out();
	struct table t;
	int face = 0, rest = 0;

	p.has_n_volumes = true;
	p.n_volumes = 242;
	CHECK_OK(phantom_study_run(h_env(1), &p, &(struct phantom_study_inputs){ 0 },
	                           &(struct phantom_study_outputs){ .conditions = conditions }));
	CHECK_OK(table_of(&t, h_item(conditions, "table"), check_arena()));
	CHECK_INT(t.n_row, 242);
	CHECK_TEXT(t.column[0], "labels");
	CHECK_TEXT(t.column[1], "chunks");
	for (int i = 0; i < t.n_row; i++) {
		face += strcmp(table_cell(&t, i, 0), "face") == 0;
		rest += strcmp(table_cell(&t, i, 0), "rest") == 0;
		CHECK_TEXT(table_cell(&t, i, 1), i < 121 ? "0" : "1");
	}
	CHECK_INT(face, 18);
	CHECK_INT(rest, 2 * 49);
}

TEST(a_subject_is_the_same_each_time_and_unlike_others)
{
	struct phantom_study_params p = params(PHANTOM_STUDY_SHAPE_SMALL, first), run2 = p, seed2 = p;
	const char *one = h_digest(make(p).bold, "image.nii");

	run2.run = 2;
	seed2.rng_seed = 2;
	CHECK_TEXT(h_digest(make(p).bold, "image.nii"), one);
	CHECK(strcmp(h_digest(make(params(PHANTOM_STUDY_SHAPE_SMALL, second)).bold, "image.nii"), one) != 0);
	CHECK(strcmp(h_digest(make(run2).bold, "image.nii"), one) != 0);
	CHECK(strcmp(h_digest(make(seed2).bold, "image.nii"), one) != 0);
}

TEST(its_tables_have_a_row_for_each_volume)
{
	struct study s = make(params(PHANTOM_STUDY_SHAPE_SMALL, first));
	struct table t;

	CHECK_OK(table_of(&t, h_item(s.confounds, "table"), check_arena()));
	CHECK_INT(t.n_row, 100);
	CHECK_INT(t.n_col, 14);
	CHECK_INT(table_find(&t, "trans_x"), 8);
	CHECK_OK(table_of(&t, h_item(s.conditions, "table"), check_arena()));
	CHECK_INT(t.n_row, 100);
	CHECK_OK(table_of(&t, h_item(s.events, "table"), check_arena()));
	CHECK(t.n_row >= 6);
	CHECK_TEXT(table_cell(&t, 0, 2), "faces");
}

TEST(single_volumes_have_affines_of_their_own)
{
	struct phantom_study_params p = params(PHANTOM_STUDY_SHAPE_SPM_FACES, first);
	struct out *o = h_out();
	struct image a, b;

	p.has_n_volumes = true;
	p.n_volumes = 3;
	CHECK_OK(phantom_study_run(h_env(1), &p, &(struct phantom_study_inputs){ 0 },
	                           &(struct phantom_study_outputs){ .volumes = o }));
	CHECK_INT(o->n_blob, 3);
	CHECK_TEXT(o->blob[1].name, "00002/image.nii");
	CHECK_OK(image_open(&a, o->blob[0].path, check_arena()));
	CHECK_OK(image_open(&b, o->blob[1].path, check_arena()));
	CHECK_INT(a.n_vol, 1);
	CHECK(a.grid.affine[0][3] != b.grid.affine[0][3]);
	image_close(&a);
	image_close(&b);
}

/* The whole first study: a seed in the posterior cingulate finds the default mode's other parts. */
TEST(the_default_mode_network_is_found)
{
	static const double partner[3] = { 46, -68, 32 }, stranger[3] = { -54, -20, 8 };
	struct study s = make(params(PHANTOM_STUDY_SHAPE_SMALL, first));
	struct out *seed = h_out(), *voxels = h_out(), *mask = h_out(), *r = h_out(), *z = h_out();
	struct signals_spheres_params sp = { .radius_mm = (double[]){ 12 }, .n_radius = 1, .detrend = true, .standardize = 1,
		.low_pass_hz = 0.1, .has_low_pass = true, .high_pass_hz = 0.01, .has_high_pass = true, .standardize_confounds = true };
	struct signals_voxels_params vp = { .smoothing_mm = (double[]){ 6 }, .n_smoothing = 1, .detrend = true,
	                                    .standardize = 1,
		.low_pass_hz = 0.1, .has_low_pass = true, .high_pass_hz = 0.01, .has_high_pass = true, .standardize_confounds = true };
	const struct item *bold = h_item(s.bold, "bold"), *confounds = h_item(s.confounds, "table");
	float *map;

	CHECK_OK(signals_spheres_run(h_env(2), &sp, &(struct signals_spheres_inputs){ .bold = bold,
	                                                                              .confounds = confounds,
	         .seeds = h_literal("coords", "[[0, -52, 18]]") }, &(struct signals_spheres_outputs){ seed, h_out() }));
	CHECK_OK(signals_voxels_run(h_env(2), &vp, &(struct signals_voxels_inputs){ .bold = bold,
	                                                                            .confounds = confounds },
	         &(struct signals_voxels_outputs){ voxels, mask }));
	CHECK_OK(connectome_seed_to_voxel_run(h_env(2), &(struct connectome_seed_to_voxel_params){ 0 },
	         &(struct connectome_seed_to_voxel_inputs){ h_item(seed, "series"), h_item(voxels, "series"),
	                                                    h_item(mask, "mask") },
	         &(struct connectome_seed_to_voxel_outputs){ r, z }));
	map = h_voxels(r);
	for (int i = 0; i < 2; i++) {
		const double *w = i ? stranger : partner;
		long at = lround((w[0] + 96) / 8) + 24 * (lround((w[1] + 132) / 8) + 29 * lround((w[2] + 78) / 8));

		CHECK(i ? fabsf(map[at]) < 0.5 : map[at] > 0.6);
	}
	CHECK_TEXT(h_digest(mask, "image.nii"), h_digest(s.mask, "image.nii"));
}
