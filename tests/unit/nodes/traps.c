#include "traps.h"

#include <math.h>

#include "base/file.h"
#include "img/gz.h"
#include "import.image.node.h"

/* A grid without any symmetry, whose numbers floats hold exactly. */
static const struct grid head = { { 13, 15, 12 }, { { 3, 0, 0, -17.5 }, { 0, 2.5, 0, -20 }, { 0, 0, 3.5, -15.25 } } };
static const int order[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

/* A head with a nose, a bright left ear and a course that differs from place to place. */
int trap_value(int i, int j, int k, int t)
{
	double r = pow((i - 6.2) / 4.3, 2) + pow((j - 7.1) / 5.2, 2) + pow((k - 5.4) / 3.6, 2);
	bool nose = i == 6 && j >= 11 && j <= 12 && k == 5, ear = i >= 2 && i <= 3 && j == 6 && k == 6;

	if (r >= 1 && !nose && !ear)
		return 0;
	return 40 + 2 * i + (ear ? 15 : 0) + (7 * i + 13 * j + 29 * k + 3 * t * (i + 2 * j)) % 17;
}

/* Stored axis d runs along axis order[d] of the head, backwards where flipped. */
static int axis_of(int way, int d)
{
	return order[way / 8][d];
}

static bool flipped(int way, int d)
{
	return way >> d & 1;
}

struct grid trap_grid(int way)
{
	struct grid g = { { 0 }, { { 0 } } };

	for (int r = 0; r < 3; r++)
		g.affine[r][3] = head.affine[r][3];
	for (int d = 0; d < 3; d++) {
		int h = axis_of(way, d);

		g.n[d] = head.n[h];
		for (int r = 0; r < 3; r++) {
			g.affine[r][d] = flipped(way, d) ? -head.affine[r][h] : head.affine[r][h];
			g.affine[r][3] += flipped(way, d) ? head.affine[r][h] * (head.n[h] - 1) : 0;
		}
	}
	return g;
}

long trap_index(int way, int i, int j, int k)
{
	const int voxel[3] = { i, j, k };
	struct grid g = trap_grid(way);
	int at[3];

	for (int d = 0; d < 3; d++) {
		int v = voxel[axis_of(way, d)];

		at[d] = flipped(way, d) ? g.n[d] - 1 - v : v;
	}
	return grid_index(&g, at[0], at[1], at[2]);
}

/* ---- bytes ---- */
static void put(unsigned char *at, uint64_t x, int bytes, bool big)
{
	for (int k = 0; k < bytes; k++)
		at[big ? bytes - 1 - k : k] = (unsigned char)(x >> 8 * k);
}

/* A real field: float in version 1, double in version 2. */
static void put_real(unsigned char *at, double x, const struct trap *t)
{
	float narrow = (float)x;
	uint32_t u4;
	uint64_t u8;

	memcpy(&u4, &narrow, 4);
	memcpy(&u8, &x, 8);
	put(at, t->version == 1 ? u4 : u8, t->version == 1 ? 4 : 8, t->big_endian);
}

static const struct { int code, bits; } types[] = {
	[IMAGE_UINT8] = { 2, 8 }, [IMAGE_INT8] = { 256, 8 }, [IMAGE_INT16] = { 4, 16 }, [IMAGE_UINT16] = { 512, 16 },
	[IMAGE_INT32] = { 8, 32 }, [IMAGE_UINT32] = { 768, 32 }, [IMAGE_INT64] = { 1024, 64 }, [IMAGE_UINT64] = { 1280, 64 },
	[IMAGE_FLOAT32] = { 16, 32 }, [IMAGE_FLOAT64] = { 64, 64 },
};

static void put_voxel(unsigned char *at, int x, const struct trap *t)
{
	float f = (float)x;
	double d = x;
	uint64_t u = (uint64_t)x;
	uint32_t u4;

	if (t->type == IMAGE_FLOAT32) {
		memcpy(&u4, &f, 4);
		u = u4;
	} else if (t->type == IMAGE_FLOAT64) {
		memcpy(&u, &d, 8);
	}
	put(at, u, types[t->type].bits / 8, t->big_endian);
}

/* Where the fields are in versions 1 and 2, and how wide the integers are. */
struct layout { int size, magic, dim, dim_bytes, type, pixdim, offset, scale, form, form_bytes, quatern, srow, units; };
static const struct layout layouts[2] = {
	{ 348, 344, 40, 2, 70, 76, 108, 112, 252, 2, 256, 280, 123 },
	{ 540, 4, 16, 8, 12, 104, 168, 176, 344, 4, 352, 400, 500 },
};

/* Unit quaternion of the axes' directions; the third column is turned round when they are left-handed. */
static double quaternion(const struct grid *g, double q[3])
{
	double r[3][3], mm[3], det, a;

	grid_voxel_mm(g, mm);
	for (int row = 0; row < 3; row++)
		for (int c = 0; c < 3; c++)
			r[row][c] = g->affine[row][c] / mm[c];
	det = r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1]) - r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0])
	      + r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0]);
	for (int row = 0; row < 3; row++)
		r[row][2] *= det;
	a = sqrt(fmax(0, 1 + r[0][0] + r[1][1] + r[2][2])) / 2;
	for (int d = 0; d < 3; d++) {
		int e = (d + 1) % 3, f = (d + 2) % 3;

		q[d] = sqrt(fmax(0, 1 + r[d][d] - r[e][e] - r[f][f])) / 2;
		if (a > 1e-6)
			q[d] = copysign(q[d], r[f][e] - r[e][f]);
	}
	/* Half a turn: signs relative to the first that is not 0. */
	if (a <= 1e-6 && q[0] > 1e-6) {
		q[1] = copysign(q[1], r[0][1]);
		q[2] = copysign(q[2], r[0][2]);
	} else if (a <= 1e-6) {
		q[2] = copysign(q[2], r[1][2]);
	}
	return det;
}

static void put_forms(unsigned char *h, const struct trap *t, const struct layout *l, const struct grid *g)
{
	int real = t->version == 1 ? 4 : 8;
	double q[3], qfac = quaternion(g, q);
	bool sform = t->form == TRAP_SFORM || t->form == TRAP_BOTH, qform = t->form == TRAP_QFORM || t->form == TRAP_BOTH;

	if (t->form == TRAP_BOTH)   /* turned about x and elsewhere */
		q[0] = sqrt(0.5), q[1] = q[2] = 0;
	put(h + l->form, qform, l->form_bytes, t->big_endian);
	put(h + l->form + l->form_bytes, sform ? 4 : 0, l->form_bytes, t->big_endian);
	put_real(h + l->pixdim, qfac, t);
	for (int d = 0; d < 3; d++) {
		put_real(h + l->quatern + d * real, qform ? q[d] : 0, t);
		put_real(h + l->quatern + (3 + d) * real, qform ? g->affine[d][3] + (t->form == TRAP_BOTH ? 11 : 0) : 0, t);
		for (int c = 0; c < 4; c++)
			put_real(h + l->srow + (4 * d + c) * real, sform ? g->affine[d][c] : 0, t);
	}
}

static void put_header(unsigned char *h, const struct trap *t, int offset)
{
	const struct layout *l = &layouts[t->version - 1];
	int real = t->version == 1 ? 4 : 8;
	struct grid g = trap_grid(t->way);
	double mm[3];

	grid_voxel_mm(&g, mm);
	put(h, (uint64_t)l->size, 4, t->big_endian);
	memcpy(h + l->magic, t->version == 1 ? (t->pair ? "ni1" : "n+1") : t->pair ? "ni2\0\r\n\032\n" : "n+2\0\r\n\032\n",
	       t->version == 1 ? 4 : 8);
	put(h + l->dim, 4, l->dim_bytes, t->big_endian);
	for (int d = 1; d < 8; d++) {
		put(h + l->dim + d * l->dim_bytes, (uint64_t)(d <= 3 ? g.n[d - 1] : d == 4 ? TRAP_VOLUMES : 1), l->dim_bytes,
		    t->big_endian);
		put_real(h + l->pixdim + d * real, d <= 3 ? mm[d - 1] : d == 4 ? 2 : 0, t);
	}
	put(h + l->type, (uint64_t)types[t->type].code, 2, t->big_endian);
	put(h + l->type + 2, (uint64_t)types[t->type].bits, 2, t->big_endian);
	if (t->version == 1)
		put_real(h + l->offset, offset, t);
	else
		put(h + l->offset, (uint64_t)offset, 8, t->big_endian);
	put_real(h + l->scale, t->slope, t);
	put_real(h + l->scale + real, t->inter, t);
	put(h + l->units, 2 | 8, t->version == 1 ? 1 : 4, t->big_endian);
	put_forms(h, t, l, &g);
}

static void put_voxels(unsigned char *at, const struct trap *t)
{
	int bytes = types[t->type].bits / 8;
	long size = grid_size(&head);

	for (int v = 0; v < TRAP_VOLUMES; v++)
		for (int k = 0; k < head.n[2]; k++)
			for (int j = 0; j < head.n[1]; j++)
				for (int i = 0; i < head.n[0]; i++)
					put_voxel(at + (v * size + trap_index(t->way, i, j, k)) * bytes, trap_value(i, j, k, v), t);
}

static const char *save(const struct trap *t, const char *folder, const char *name, const unsigned char *bytes, size_t n)
{
	const char *path = arena_printf(check_arena(), "%s/%s%s", folder, name, t->gz ? ".gz" : "");

	CHECK_OK(t->gz ? gz_write(path, bytes, n) : file_write(path, bytes, n));
	return path;
}

const char *trap_file(const struct trap *t)
{
	size_t head_size = t->version == 1 ? 352 : 544, offset = t->pair ? 0 : head_size;
	size_t voxels = (size_t)grid_size(&head) * TRAP_VOLUMES * (size_t)types[t->type].bits / 8;
	unsigned char *all = NEW_N(check_arena(), unsigned char, head_size + voxels);
	const char *folder = h_out()->folder;

	put_header(all, t, (int)offset);
	put_voxels(all + head_size, t);
	if (!t->pair)
		return save(t, folder, "x.nii", all, head_size + voxels);
	save(t, folder, "x.img", all + head_size, voxels);
	return save(t, folder, "x.hdr", all, head_size);
}

const struct item *trap_import(const struct trap *t)
{
	struct out *o = h_out();

	CHECK_OK(import_image_run(h_env(1), &(struct import_image_params){ 0 },
	                          &(struct import_image_inputs){ h_file("file", "file", trap_file(t)) },
	                          &(struct import_image_outputs){ o }));
	return h_item(o, "bold");
}
