#include "harness.h"

#include <math.h>

#include "base/doc.h"
#include "base/file.h"
#include "fmri/columns_check.h"
#include "img/coords.h"
#include "img/facts.h"
#include "img/gz.h"
#include "img/matrix.h"
#include "img/series.h"
#include "img/table.h"
#include "import.coords.node.h"
#include "import.file.node.h"
#include "import.image.node.h"
#include "import.matrix.node.h"
#include "import.series.node.h"
#include "import.table.node.h"

static const struct item *outside(const char *name, const char *text)
{
	const char *path = arena_printf(check_arena(), "%s/%s", check_folder(), name);

	CHECK_OK(file_write(path, text, strlen(text)));
	return h_file("file", "file", path);
}

/* A run of four volumes whose voxels are 100 t + v, gzipped. */
static const struct item *gzipped_run(void)
{
	const char *plain, *path = arena_printf(check_arena(), "%s/x_space-MNI_bold.nii.gz", check_folder());
	struct grid g = h_f4_grid();
	float x[4 * 210];
	char *text;
	size_t n;

	for (int v = 0; v < 4 * 210; v++)
		x[v] = (float)(v / 210 * 1000 + v % 210);
	plain = item_blob(h_image(&g, 4, 2.5, IMAGE_INT16, x), "image.nii");
	CHECK_OK(file_read(&text, &n, plain, 1 << 20, check_arena()));
	CHECK_OK(gz_write(path, text, n));
	return h_file("file", "file", path);
}

TEST(images_keep_chosen_volumes)
{
	static const double list[] = { 3, 1 };
	static const struct { struct import_image_params p; int n, first; } rows[] = {
		{ { 0 }, 4, 0 }, { { .drop = 3 }, 1, 3 }, { { .drop = 1 }, 3, 1 }, { { .volumes = list, .n_volumes = 2 }, 2, 3 },
	};
	const struct item *file = gzipped_run();

	for (int k = 0; k < 4; k++) {
		struct out *o = h_out();
		struct image im;

		CHECK_OK(import_image_run(h_env(1), &rows[k].p, &(struct import_image_inputs){ file },
		                          &(struct import_image_outputs){ o }));
		CHECK_OK(image_of(&im, h_item(o, "bold"), check_arena()));
		CHECK_INT(im.n_vol, rows[k].n);
		CHECK_INT(im.type, IMAGE_INT16);
		CHECK_NEAR(im.tr_s, 2.5, 0);
		CHECK_NEAR(h_voxels(o)[7], rows[k].first * 1000 + 7, 0);
		image_close(&im);
	}
	struct out *o = h_out();

	CHECK_ERROR(import_image_run(h_env(1), &(struct import_image_params){ .drop = 4 },
	                             &(struct import_image_inputs){ file }, &(struct import_image_outputs){ o }),
	            "drop is 4, but the image has only 4 volumes");
}

static const char *image_problems(const struct item *file, struct import_image_params p)
{
	struct shape *s = h_shape();

	h_given(s, "file", NULL, file);
	CHECK_OK(import_image_shape(s, &p));
	return h_problems(s);
}

TEST(images_are_checked_by_their_header)
{
	static const double beyond[] = { 4 }, half[] = { 0.5 }, first[] = { 0 };
	const struct item *file = gzipped_run();

	CHECK_TEXT(image_problems(file, (struct import_image_params){ 0 }), "");
	CHECK(strstr(image_problems(file, (struct import_image_params){ .volumes = beyond, .n_volumes = 1 }),
	             "error volumes: there is no volume 4, they are 0 to 3"));
	CHECK(strstr(image_problems(file, (struct import_image_params){ .volumes = half, .n_volumes = 1 }), "no volume 0.5"));
	CHECK(strstr(image_problems(file, (struct import_image_params){ .volumes = first, .n_volumes = 1, .drop = 1 }),
	             "exclude each other"));
	CHECK(strstr(image_problems(file, (struct import_image_params){ .drop = 9 }), "error drop: drop is 9"));
	struct shape *s = h_shape();

	h_given(s, "file", NULL, outside("x.nii", "no image"));
	CHECK_ERROR(import_image_shape(s, &(struct import_image_params){ 0 }), "no NIfTI file");
}

/* The same run with files that stand beside it. */
static const struct item *with_beside(const struct item *file, int n, const char *const *json)
{
	struct blob *blob = NEW_N(check_arena(), struct blob, n + 1);
	struct item *it = NEW(check_arena(), struct item);

	blob[0] = file->blob[0];
	for (int k = 0; k < n; k++)
		blob[k + 1] = (struct blob){ arena_printf(check_arena(), "beside.%d", k),
		                             item_main(outside(arena_printf(check_arena(), "%d.json", k), json[k])) };
	*it = (struct item){ "", "file", n + 1, blob };
	return it;
}

static double tr_of(const struct item *file, struct import_image_params p)
{
	struct out *o = h_out();
	struct image im;
	double tr_s;

	CHECK_OK(import_image_run(h_env(1), &p, &(struct import_image_inputs){ file },
	                          &(struct import_image_outputs){ o }));
	CHECK_OK(image_of(&im, h_item(o, "bold"), check_arena()));
	tr_s = im.tr_s;
	image_close(&im);
	return tr_s;
}

TEST(a_given_tr_comes_before_a_sidecars_before_the_headers)
{
	static const char *const same[] = { "{\"RepetitionTime\": 2.501}" }, *const silent[] = { "{}" };
	static const char *const far[] = { "{}", "{\"RepetitionTime\": 0.72}", "{\"RepetitionTime\": 9}" };
	static const char *const bad[] = { "{\"RepetitionTime\": 0}" };
	const struct item *file = gzipped_run();
	const struct import_image_params none = { 0 }, given = { .tr_s = 0.72, .has_tr = true };

	CHECK_NEAR(tr_of(file, none), 2.5, 0);
	CHECK_NEAR(tr_of(with_beside(file, 1, silent), none), 2.5, 0);
	CHECK_NEAR(tr_of(with_beside(file, 1, same), none), 2.501, 0);
	CHECK_NEAR(tr_of(with_beside(file, 3, far), given), 0.72, 0);
	CHECK(strstr(h_notes(), "has a TR of 2.5 s in its header; 0.72 s is used"));
	CHECK_ERROR(import_image_run(h_env(1), &none, &(struct import_image_inputs){ with_beside(file, 3, far) },
	                             &(struct import_image_outputs){ h_out() }), "has a TR of 2.5 s in its header: say which with tr");
	CHECK(strstr(image_problems(with_beside(file, 3, far), none), "error tr: RepetitionTime in"));
	CHECK_ERROR(import_image_run(h_env(1), &none, &(struct import_image_inputs){ with_beside(file, 1, bad) },
	                             &(struct import_image_outputs){ h_out() }), "RepetitionTime is 0, must be");
}

static const char *kind_problems(const struct item *file, const char *kind, struct import_image_params p)
{
	struct shape *s = h_shape();

	h_given(s, "file", NULL, file);
	h_kind(s, kind);
	CHECK_OK(import_image_shape(s, &p));
	return h_problems(s);
}

TEST(images_are_what_they_are_read_as)
{
	const struct item *file = gzipped_run();
	const struct item *single = h_file("file", "file", item_blob(h_f4(1, IMAGE_FLOAT32), "image.nii"));
	struct out *o = h_out();

	CHECK_TEXT(kind_problems(file, "bold", (struct import_image_params){ 0 }), "");
	CHECK_TEXT(kind_problems(file, "image", (struct import_image_params){ 0 }), "");
	CHECK_TEXT(kind_problems(file, "volume", (struct import_image_params){ .drop = 3 }), "");
	CHECK(strstr(kind_problems(file, "mask", (struct import_image_params){ 0 }), "4 volumes of 6x7x5"));
	CHECK(strstr(kind_problems(file, "volume", (struct import_image_params){ 0 }), "a volume must be 3-D"));
	CHECK(strstr(kind_problems(file, "bold", (struct import_image_params){ .drop = 3 }), "one volume of 4 is kept"));
	CHECK(strstr(kind_problems(single, "bold", (struct import_image_params){ 0 }), "bold must be 4-D, a run of volumes"));
	o->kind = "bold";
	CHECK_ERROR(import_image_run(h_env(1), &(struct import_image_params){ 0 }, &(struct import_image_inputs){ single },
	                             &(struct import_image_outputs){ o }), "bold must be 4-D");
}

static struct error *table(struct table *t, const struct item *file, struct import_table_params p)
{
	struct out *o = h_out();

	TRY(import_table_run(h_env(1), &p, &(struct import_table_inputs){ file }, &(struct import_table_outputs){ o }));
	return table_of(t, h_item(o, "table"), check_arena());
}

TEST(tables_select_and_name_columns)
{
	static const char *const ca[] = { "c", "a" }, *const b[] = { "b" }, *const xy[] = { "x", "y" }, *const no[] = { "d" };
	const struct item *named = outside("x.csv", "a,b,c\n1,2,\"x, y\"\n4,n/a,z\n");
	const struct item *bare = outside("x.txt", " 1 2 \n 3 4 \n");
	struct table t;

	CHECK_OK(table(&t, named, (struct import_table_params){ 0 }));
	CHECK_INT(t.n_col, 3);
	CHECK_TEXT(table_cell(&t, 0, 2), "x, y");
	CHECK_OK(table(&t, named, (struct import_table_params){ .columns = ca, .n_columns = 2 }));
	CHECK_TEXT(t.column[0], "c");
	CHECK_TEXT(table_cell(&t, 1, 1), "4");
	CHECK_OK(table(&t, named, (struct import_table_params){ .drop = b, .n_drop = 1 }));
	CHECK_INT(t.n_col, 2);
	CHECK_TEXT(t.column[1], "c");
	CHECK_OK(table(&t, bare, (struct import_table_params){ .columns = xy, .n_columns = 2 }));
	CHECK_TEXT(t.column[1], "y");
	CHECK_INT(t.n_row, 2);
	CHECK_OK(table(&t, named, (struct import_table_params){ .has_header = true, .header = false }));
	CHECK_INT(t.n_row, 3);
	CHECK_ERROR(table(&t, named, (struct import_table_params){ .columns = no, .n_columns = 1 }), "no column 'd'");
	CHECK_ERROR(table(&t, bare, (struct import_table_params){ .columns = no, .n_columns = 1 }),
	            "has 2 columns, but columns names 1");
	CHECK_ERROR(table(&t, outside("x.csv", "a,b\n1,2\n3\n"), (struct import_table_params){ 0 }), "has 1 cell");
}

TEST(tables_tell_rows_and_columns)
{
	struct shape *s = h_shape();

	h_given(s, "file", NULL, outside("x.csv", "a,b\n1,2\n3,4\n"));
	CHECK_OK(import_table_shape(s, &(struct import_table_params){ 0 }));
	CHECK_TEXT(h_problems(s), "");
}

TEST(tables_tell_cells_that_are_no_numbers)
{
	struct table_facts f;
	struct table t;

	CHECK_OK(table_read(&t, item_main(outside("x.tsv", "a\tb\tc\n1\tn/a\t3\n4\tx\t5\n")), TABLE_HEADER_AUTO, check_arena()));
	table_facts_of(&f, &t, check_arena());
	struct doc *map = table_facts_to(&f, check_arena());

	CHECK(table_facts_from(&f, map, check_arena()));
	CHECK(!f.text[0] && !f.text[2] && !f.missing[0]);
	CHECK(strstr(f.text[1], "x.tsv:3:3: 'x' in column b is no number"));
	CHECK(strstr(f.missing[1], "x.tsv:2:3: column b has no value here"));
	struct shape *s = h_shape();

	columns_check(s, "confounds", &f, 1, false);
	CHECK(strstr(h_problems(s), "error confounds: "));
	f.text = NULL;
	columns_check(s, "confounds", &f, 1, false);
	columns_check(s, "confounds", &f, 1, true);
	CHECK(strstr(h_problems(s), "has no value here, must be a number"));
}

TEST(series_from_tables_and_arrays)
{
	const char *npy = arena_printf(check_arena(), "%s/x.npy", check_folder());
	const double x[6] = { 1, 2, 3, 4, 5, 6 };
	const struct item *files[2] = { outside("x.tsv", "V1\tV2\n1\t2\n3\tn/a\n"), NULL };
	struct import_series_params p = { .tr_s = 0.72, .has_tr = true };
	struct series s;

	CHECK_OK(npy_write(npy, 3, 2, x));
	files[1] = h_file("file", "file", npy);
	for (int k = 0; k < 2; k++) {
		struct out *o = h_out();

		CHECK_OK(import_series_run(h_env(1), &p, &(struct import_series_inputs){ files[k] },
		                           &(struct import_series_outputs){ o }));
		CHECK_OK(series_read(&s, h_item(o, "series"), check_arena()));
		CHECK_INT(s.n_col, 2);
		CHECK_INT(s.n_row, 2 + k);
		CHECK_NEAR(s.tr_s, 0.72, 0);
		CHECK(k == 1 ? s.x[3] == 4 : isnan(s.x[3]));
		CHECK((s.column != NULL) == (k == 0));
		series_close(&s);
	}
	CHECK_ERROR(import_series_run(h_env(1), &p, &(struct import_series_inputs){ outside("x.tsv", "a\tb\n1\tx\n") },
	                              &(struct import_series_outputs){ h_out() }), "'x' in column b is no number");
}

TEST(matrices_take_names_from_a_table)
{
	struct out *o = h_out();
	struct matrix m;

	CHECK_OK(import_matrix_run(h_env(1), &(struct import_matrix_params){ 0 },
	                           &(struct import_matrix_inputs){ outside("x.csv", ",A,B\nA,1,0.5\nB,0.5,1\n") },
	                           &(struct import_matrix_outputs){ o }));
	CHECK_OK(matrix_read(&m, h_item(o, "matrix"), check_arena()));
	CHECK_INT(m.n_col, 2);
	CHECK_TEXT(m.row[1], "B");
	CHECK_TEXT(m.column[1], "B");
	CHECK_NEAR(m.x[1], 0.5, 0);
	matrix_close(&m);
}

static struct error *coords(struct coords *c, const char *name, const char *text, struct import_coords_params p)
{
	struct out *o = h_out();

	TRY(import_coords_run(h_env(1), &p, &(struct import_coords_inputs){ outside(name, text) },
	                      &(struct import_coords_outputs){ o }));
	return coords_read(c, h_item(o, "coords"), check_arena());
}

TEST(coords_of_all_sorts_of_tables)
{
	static const char *const mni[] = { "MNI X", "MNI Y", "MNI Z", "ROI" };
	struct coords c;

	CHECK_OK(coords(&c, "power.csv", "ROI,X,Y,Z\n1,-25,-98,-12\n2,27,-97,-13\n", (struct import_coords_params){ 0 }));
	CHECK_INT(c.n, 2);
	CHECK_NEAR(c.xyz[1][0], 27, 0);
	CHECK_TEXT(c.name[1], "2");
	CHECK_OK(coords(&c, "dosenbach.csv", "number,x,y,z,name,network\n1,6,64,3,vmPFC,default\n",
	                (struct import_coords_params){ 0 }));
	CHECK_TEXT(c.name[0], "vmPFC");
	CHECK_OK(coords(&c, "seitzman.txt", "x y z radius(mm) netName\n-56.16 -44.76 -24.23 5 unassigned\n",
	                (struct import_coords_params){ 0 }));
	CHECK_NEAR(c.xyz[0][2], -24.23, 0);
	CHECK_OK(coords(&c, "bare.txt", "1 2 3\n4 5 6\n", (struct import_coords_params){ 0 }));
	CHECK_INT(c.n, 2);
	CHECK_OK(coords(&c, "named.csv", "ROI,MNI X,MNI Y,MNI Z\nPCC,0,-52,18\n",
	                (struct import_coords_params){ .columns = mni, .n_columns = 4 }));
	CHECK_TEXT(c.name[0], "PCC");
	CHECK_ERROR(coords(&c, "x.csv", "a,b,c\n1,2,3\n", (struct import_coords_params){ 0 }), "say columns: [x, y, z]");
	CHECK_ERROR(coords(&c, "x.csv", "x,y,z\n1,n/a,3\n", (struct import_coords_params){ 0 }), "a coordinate is missing");
}

TEST(files_are_taken_as_they_are)
{
	const struct item *file = outside("x.bin", "any bytes\r\n");
	struct out *o = h_out();
	char *text;
	size_t n;

	CHECK_OK(import_file_run(h_env(1), &(struct import_file_params){ 0 }, &(struct import_file_inputs){ file },
	                         &(struct import_file_outputs){ o }));
	CHECK_OK(file_read(&text, &n, item_blob(h_item(o, "file"), "file"), 1 << 20, check_arena()));
	CHECK_TEXT(text, "any bytes\r\n");
}
