#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "img/npy.h"

struct notes { struct buf text; };

static struct node_env *current;
static int counter;

static const char *fresh(void)
{
	return arena_printf(check_arena(), "%s/%d", check_folder(), counter++);
}

struct out *h_out(void)
{
	struct out *o = NEW(check_arena(), struct out);

	o->folder = fresh();
	mkdir(o->folder, 0700);
	return o;
}

const char *out_blob(struct out *o, const char *name)
{
	char *path = arena_printf(check_arena(), "%s/%d", o->folder, o->n_blob);

	CHECK(o->n_blob < 16);
	o->blob[o->n_blob++] = (struct blob){ arena_strdup(check_arena(), name), path };
	return path;
}

struct stream *out_stream(struct out *o, const char *name)
{
	(void)name;
	return o->stream;
}

/* Offers are declined, so that what is then written can be compared with them. */
bool out_same(struct out *o, const char *name, const char *path)
{
	o->offered = (struct blob){ arena_strdup(check_arena(), name), arena_strdup(check_arena(), path) };
	return false;
}

/* What a node says of its file is believed by the worker, so it must be so. */
void out_digest(struct out *o, const char *name, const struct digest *d, int64_t size)
{
	struct digest there;
	int64_t there_size;

	for (int k = 0; k < o->n_blob; k++)
		if (strcmp(o->blob[k].name, name) == 0) {
			CHECK_OK(digest_file(&there, &there_size, o->blob[k].path, 1));
			CHECK(digest_equal(&there, d));
			CHECK_INT(there_size, size);
			return;
		}
	fail_msg("a digest of %s, a blob that was not asked for", name);
}

struct node_env *h_env(int threads)
{
	struct notes *n = NEW(check_arena(), struct notes);

	n->text.arena = check_arena();
	buf_add(&n->text, "");
	current = NEW(check_arena(), struct node_env);
	*current = (struct node_env){ check_arena(), threads, check_folder(), n };
	return current;
}

void node_note(struct node_env *env, const char *fmt, ...)
{
	struct notes *n = env->run;
	va_list ap;

	va_start(ap, fmt);
	buf_add(&n->text, arena_vprintf(check_arena(), fmt, ap));
	buf_add(&n->text, "\n");
	va_end(ap);
}

const char *h_notes(void)
{
	return ((struct notes *)current->run)->text.text;
}

const char *out_kind(const struct out *o)
{
	return o->kind ? o->kind : "";
}

static void check_offered(const struct item *it, const struct blob *offered)
{
	struct digest written, is;
	int64_t size;

	CHECK_OK(digest_file(&written, &size, item_blob(it, offered->name), 1));
	CHECK_OK(digest_file(&is, &size, offered->path, 1));
	CHECK(digest_equal(&written, &is));
}

const struct item *h_item(const struct out *o, const char *kind)
{
	struct item *it = NEW(check_arena(), struct item);

	*it = (struct item){ "", kind, o->n_blob, o->blob };
	if (o->offered.name)
		check_offered(it, &o->offered);
	return it;
}

const struct item *h_file(const char *kind, const char *blob, const char *path)
{
	struct blob *b = NEW(check_arena(), struct blob);
	struct item *it = NEW(check_arena(), struct item);

	*b = (struct blob){ blob, path };
	*it = (struct item){ "", kind, 1, b };
	return it;
}

static const struct item *text_item(const char *kind, const char *blob, const char *text)
{
	const char *path = fresh();

	CHECK_OK(file_write(path, text, strlen(text)));
	return h_file(kind, blob, path);
}

const struct item *h_literal(const char *kind, const char *json)
{
	return text_item(kind, "literal.json", json);
}

const struct item *h_table(const char *text)
{
	return text_item("table", "table.tsv", text);
}

const struct item *h_image(const struct grid *g, int n_vol, double tr_s, enum image_type type, const float *voxel)
{
	const char *path = fresh();
	struct image_writer *w;

	CHECK_OK(image_create(&w, path, g, n_vol, tr_s, type, check_arena()));
	for (int t = 0; t < n_vol; t++)
		CHECK_OK(image_put(w, t, voxel + t * grid_size(g)));
	CHECK_OK(image_finish(w));
	return h_file("bold", "image.nii", path);
}

const char *h_digest(const struct out *o, const char *blob)
{
	char *hex = arena_alloc(check_arena(), DIGEST_HEX, 1);
	struct digest d;
	int64_t size;

	CHECK_OK(digest_file(&d, &size, item_blob(h_item(o, ""), blob), 1));
	digest_hex(hex, &d);
	return hex;
}

float *h_voxels(const struct out *o)
{
	struct image im;
	float *x;

	CHECK_OK(image_of(&im, h_item(o, "image"), check_arena()));
	x = NEW_N(check_arena(), float, im.n_vol * grid_size(&im.grid));
	for (int t = 0; t < im.n_vol; t++)
		image_volume(&im, t, NONFINITE_KEEP, x + t * grid_size(&im.grid));
	image_close(&im);
	return x;
}

const float *h_series(const struct out *o, int *n_row, int *n_col)
{
	struct npy x;

	CHECK_OK(npy_read(&x, item_blob(h_item(o, "series"), "series.npy"), NPY_FLOAT32, check_arena()));
	*n_row = x.n_row;
	*n_col = x.n_col;
	return x.f32;
}

/* ---- shapes ---- */

struct given { const char *port; const struct doc *facts; const struct item *item; };
struct shape_run { struct given given[64]; int n; const char *kind; struct buf problems; };

struct shape *h_shape(void)
{
	struct shape *s = NEW(check_arena(), struct shape);
	struct shape_run *r = NEW(check_arena(), struct shape_run);

	r->problems.arena = check_arena();
	buf_add(&r->problems, "");
	s->arena = check_arena();
	s->run = r;
	return s;
}

void h_given(struct shape *s, const char *port, struct doc *facts, const struct item *it)
{
	struct shape_run *r = s->run;

	r->given[r->n++] = (struct given){ port, facts, it };
}

void h_kind(struct shape *s, const char *kind)
{
	((struct shape_run *)s->run)->kind = kind;
}

const char *h_problems(const struct shape *s)
{
	return ((struct shape_run *)s->run)->problems.text;
}

int shape_n(const struct shape *s, const char *port)
{
	const struct shape_run *r = s->run;
	int n = 0;

	for (int i = 0; i < r->n; i++)
		n += strcmp(r->given[i].port, port) == 0;
	return n;
}

static const struct given *find(const struct shape *s, const char *port, int k)
{
	const struct shape_run *r = s->run;

	for (int i = 0; i < r->n; i++)
		if (strcmp(r->given[i].port, port) == 0 && k-- == 0)
			return &r->given[i];
	return NULL;
}

const struct doc *shape_in_n(const struct shape *s, const char *port, int k)
{
	const struct given *g = find(s, port, k);

	return g ? g->facts : NULL;
}

const struct doc *shape_in(const struct shape *s, const char *port)
{
	return shape_in_n(s, port, 0);
}

const char *shape_cell(const struct shape *s, const char *port, int k)
{
	const struct given *g = find(s, port, k);

	return g && g->item ? g->item->cell : "";
}

const struct item *shape_item(const struct shape *s, const char *port)
{
	return shape_item_n(s, port, 0);
}

/* An item without blobs is one whose cell alone is known. */
const struct item *shape_item_n(const struct shape *s, const char *port, int k)
{
	const struct given *g = find(s, port, k);

	return g && g->item && g->item->n_blob ? g->item : NULL;
}

const char *shape_kind(const struct shape *s, const char *port)
{
	const struct shape_run *r = s->run;

	(void)port;
	return r->kind ? r->kind : "";
}

void shape_out(struct shape *s, const char *port, struct doc *facts)
{
	h_given(s, arena_printf(check_arena(), "out.%s", port), facts, NULL);
}

static void problem(struct shape *s, const char *what, const char *where, const char *fmt, va_list ap)
{
	struct shape_run *r = s->run;

	buf_printf(&r->problems, "%s %s: %s\n", what, where, arena_vprintf(check_arena(), fmt, ap));
}

void shape_error(struct shape *s, const char *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	problem(s, "error", where, fmt, ap);
	va_end(ap);
}

void shape_warning(struct shape *s, const char *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	problem(s, "warning", where, fmt, ap);
	va_end(ap);
}

/* ---- numerics' test image ---- */

struct grid h_f4_grid(void)
{
	return (struct grid){ { 6, 7, 5 }, { { 2, 0, 0, -10 }, { 0, 3, 0, 5 }, { 0, 0, 4, 2 } } };
}

const struct item *h_f4(int n_vol, enum image_type type)
{
	struct grid g = h_f4_grid();
	float *x = NEW_N(check_arena(), float, n_vol * grid_size(&g));

	for (int t = 0; t < n_vol; t++)
		for (int k = 0; k < 5; k++)
			for (int j = 0; j < 7; j++)
				for (int i = 0; i < 6; i++) {
					double v = (7 * i + 13 * j + 29 * k + 5 * t) % 17 + 0.25 * ((i * j + k + t * t) % 5);

					x[t * grid_size(&g) + grid_index(&g, i, j, k)] = (float)(type == IMAGE_INT16 ? trunc(v) : v);
				}
	return h_image(&g, n_vol, 2, type, x);
}
