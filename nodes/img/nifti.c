#include "img/nifti.h"

#include <limits.h>
#include <math.h>
#include <nifti1.h>
#include <nifti2_io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "img/nifti_inside.h"
#include "img/quatern.h"

/* Headers of both versions are widened to version 2's struct, in native byte order; every rule is written once. */
typedef nifti_2_header wide;

const struct nifti_type nifti_types[] = {
	{ NIFTI_TYPE_UINT8, 8, IMAGE_UINT8, "uint8" }, { NIFTI_TYPE_INT8, 8, IMAGE_INT8, "int8" },
	{ NIFTI_TYPE_INT16, 16, IMAGE_INT16, "int16" }, { NIFTI_TYPE_UINT16, 16, IMAGE_UINT16, "uint16" },
	{ NIFTI_TYPE_INT32, 32, IMAGE_INT32, "int32" }, { NIFTI_TYPE_UINT32, 32, IMAGE_UINT32, "uint32" },
	{ NIFTI_TYPE_INT64, 64, IMAGE_INT64, "int64" }, { NIFTI_TYPE_UINT64, 64, IMAGE_UINT64, "uint64" },
	{ NIFTI_TYPE_FLOAT32, 32, IMAGE_FLOAT32, "float32" }, { NIFTI_TYPE_FLOAT64, 64, IMAGE_FLOAT64, "float64" },
	{ DT_BINARY, 1, -1, "binary (1 bit)" }, { NIFTI_TYPE_FLOAT128, 128, -1, "float128" },
	{ NIFTI_TYPE_COMPLEX64, 64, -1, "complex64" }, { NIFTI_TYPE_COMPLEX128, 128, -1, "complex128" },
	{ NIFTI_TYPE_COMPLEX256, 256, -1, "complex256" }, { NIFTI_TYPE_RGB24, 24, -1, "RGB" },
	{ NIFTI_TYPE_RGBA32, 32, -1, "RGBA" }, { DT_UNKNOWN, 0, -1, NULL },
};

/* ---- bytes to the wide header ---- */
/* The shortest decimal that is this float: 0.72, not 0.72000002861. */
static double decimal_of(float x)
{
	char text[32];

	for (int digits = 6; digits <= 9; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, (double)x);
		if (strtof(text, NULL) == x)
			break;
	}
	return strtod(text, NULL);
}

static void widen(wide *w, const nifti_1_header *h)
{
	*w = (wide){ .sizeof_hdr = h->sizeof_hdr, .datatype = h->datatype, .bitpix = h->bitpix,
	             .scl_slope = h->scl_slope, .scl_inter = h->scl_inter, .qform_code = h->qform_code,
	             .sform_code = h->sform_code, .quatern_b = h->quatern_b, .quatern_c = h->quatern_c,
	             .quatern_d = h->quatern_d, .qoffset_x = h->qoffset_x, .qoffset_y = h->qoffset_y,
	             .qoffset_z = h->qoffset_z, .xyzt_units = h->xyzt_units };
	memcpy(w->magic, h->magic, 4);
	for (int d = 0; d < 8; d++) {
		w->dim[d] = h->dim[d];
		w->pixdim[d] = h->pixdim[d];
	}
	w->pixdim[4] = decimal_of(h->pixdim[4]);
	for (int c = 0; c < 4; c++) {
		w->srow_x[c] = h->srow_x[c];
		w->srow_y[c] = h->srow_y[c];
		w->srow_z[c] = h->srow_z[c];
	}
	/* -1 for what no file offset can be; checked with the others below. */
	w->vox_offset = h->vox_offset >= 0 && h->vox_offset < 0x1p62f ? (int64_t)h->vox_offset : -1;
}

/* 1 or 2 by the size of the header in either byte order, 0 for anything else. */
static int version_of(const void *bytes, bool *swapped)
{
	int32_t size;

	memcpy(&size, bytes, sizeof size);
	*swapped = size != 348 && size != 540;
	if (*swapped)
		size = (int32_t)__builtin_bswap32((uint32_t)size);
	return size == 348 ? 1 : size == 540 ? 2 : 0;
}

const char *nifti_magic(int version, bool pair)
{
	static const char *const magic[2][2] = { { "n+1", "ni1" }, { "n+2\0\r\n\032\n", "ni2\0\r\n\032\n" } };

	return magic[version - 1][pair];
}

static struct error *read_magic(struct nifti *out, const wide *w, const char *name)
{
	size_t n = out->version == 1 ? 4 : 8;

	for (int pair = 0; pair < 2; pair++)
		if (memcmp(w->magic, nifti_magic(out->version, pair), n) == 0) {
			out->pair = pair;
			return NULL;
		}
	if (out->version == 1 && w->magic[0] != 'n')
		return error_new(ERR_DATA, "%s is an Analyze 7.5 header, must be NIfTI (its orientation is not known); "
		                 "convert it first", name);
	return error_new(ERR_DATA, "%s is no NIfTI file: its magic bytes are wrong", name);
}

static struct error *read_wide(wide *w, struct nifti *out, const void *bytes, size_t n, const char *name)
{
	if (n < 4)
		return error_new(ERR_DATA, "%s is no NIfTI file: it has only %zu bytes", name, n);
	out->version = version_of(bytes, &out->swapped);
	if (!out->version)
		return error_new(ERR_DATA, "%s is no NIfTI file: it does not begin with a header's size (348 or 540)", name);
	size_t need = out->version == 1 ? sizeof(nifti_1_header) : sizeof(wide);

	if (n < need)
		return error_new(ERR_DATA, "%s is truncated: %zu bytes of header, must be %zu", name, n, need);
	if (out->version == 1) {
		nifti_1_header h;

		memcpy(&h, bytes, sizeof h);
		if (out->swapped)
			nifti_swap_as_nifti1(&h);
		widen(w, &h);
	} else {
		memcpy(w, bytes, sizeof *w);
		if (out->swapped)
			nifti_swap_as_nifti2(w);
	}
	return read_magic(out, w, name);
}

/* ---- the wide header to what the rest of the program knows ---- */
static struct error *read_dims(struct nifti *out, const wide *w, const char *name)
{
	int64_t voxels = 1, n_dim = w->dim[0];

	if (n_dim < 1 || n_dim > 7)
		return error_new(ERR_DATA, "%s: dim[0] is %lld, must be 1 to 7", name, (long long)n_dim);
	for (int d = 1; d <= n_dim; d++) {
		if (w->dim[d] < 1 || w->dim[d] > INT_MAX)
			return error_new(ERR_DATA, "%s: dim[%d] is %lld, must be 1 to %d", name, d, (long long)w->dim[d], INT_MAX);
		if (d > 4 && w->dim[d] > 1)
			return error_new(ERR_DATA, "%s has a fifth axis (dim[%d] is %lld), must be a 3-D or 4-D image", name, d,
			                 (long long)w->dim[d]);
	}
	for (int d = 0; d < 3; d++) {
		out->grid.n[d] = d < n_dim ? (int)w->dim[d + 1] : 1;
		voxels *= out->grid.n[d];
		if (voxels > INT_MAX)
			return error_new(ERR_DATA, "%s: a volume of %lldx%lldx%lld voxels is too large, must be at most %d", name,
			                 (long long)w->dim[1], (long long)w->dim[2], (long long)w->dim[3], INT_MAX);
	}
	out->n_vol = n_dim >= 4 ? (int)w->dim[4] : 1;
	return NULL;
}

static struct error *read_type(struct nifti *out, const wide *w, const char *name)
{
	for (const struct nifti_type *t = nifti_types; t->name; t++) {
		if (t->code != w->datatype)
			continue;
		if (t->type < 0)
			return error_new(ERR_DATA, "%s has %s voxels, must be integers, float32 or float64", name, t->name);
		if (t->bits != w->bitpix)
			return error_new(ERR_DATA, "%s: bitpix is %d, must be %d for %s", name, w->bitpix, t->bits, t->name);
		out->type = (enum image_type)t->type;
		return NULL;
	}
	return error_new(ERR_DATA, "%s has voxels of an unknown type (datatype %d)", name, w->datatype);
}

static struct error *read_place(struct nifti *out, const wide *w, const char *name)
{
	int64_t first = out->pair ? 0 : out->version == 1 ? 352 : 544;
	int64_t volume = grid_size(&out->grid) * image_type_bytes(out->type);   /* less than 2^34 */

	out->offset = !out->pair && w->vox_offset == 0 ? first : w->vox_offset;   /* some writers leave it 0 */
	if (out->offset < first || out->offset > INT64_MAX / 4)
		return error_new(ERR_DATA, "%s: vox_offset is %lld, must be at least %lld", name, (long long)out->offset,
		                 (long long)first);
	if (volume > INT64_MAX / 4 / out->n_vol)
		return error_new(ERR_DATA, "%s: %d volumes of %lld bytes are too large", name, out->n_vol, (long long)volume);
	out->size = volume * out->n_vol;
	return NULL;
}

/* Slope 0, NaN or infinite: no scaling, whatever the intercept says. */
static struct error *read_scaling(struct nifti *out, const wide *w, const char *name)
{
	out->slope = 1;
	out->inter = 0;
	if (w->scl_slope == 0 || !isfinite(w->scl_slope))
		return NULL;
	if (!isfinite(w->scl_inter))
		return error_new(ERR_DATA, "%s: scl_inter is %g, must be finite", name, w->scl_inter);
	out->slope = w->scl_slope;
	out->inter = w->scl_inter;
	return NULL;
}

static void read_tr(struct nifti *out, const wide *w)
{
	double unit_s;

	switch (XYZT_TO_TIME(w->xyzt_units)) {
	case NIFTI_UNITS_UNKNOWN: case NIFTI_UNITS_SEC: unit_s = 1; break;
	case NIFTI_UNITS_MSEC: unit_s = 1e-3; break;
	case NIFTI_UNITS_USEC: unit_s = 1e-6; break;
	default: unit_s = 0;   /* the fourth axis is a frequency or the like */
	}
	/* Divided rather than multiplied, so that 2000 ms is 2 s and 720 ms the double nearest 0.72. */
	double tr_s = unit_s > 0 ? w->pixdim[4] / rint(1 / unit_s) : 0;

	out->tr_s = w->dim[0] >= 4 && isfinite(tr_s) && tr_s > 0 ? tr_s : 0;
}

static struct error *affine_of_qform(double affine[3][4], const wide *w, const double mm[3], int version,
                                     const char *name)
{
	struct quatern q = { .b = w->quatern_b, .c = w->quatern_c, .d = w->quatern_d, .mm = { mm[0], mm[1], mm[2] },
	                     .offset = { w->qoffset_x, w->qoffset_y, w->qoffset_z }, .qfac = w->pixdim[0] };

	if (quatern_affine(affine, &q, version == 1 ? 0x1p-23 : 0x1p-52))
		return NULL;
	return error_new(ERR_DATA, "%s: the quaternion (%g, %g, %g) of the qform %s", name, q.b, q.c, q.d,
	                 isfinite(q.b + q.c + q.d) ? "is longer than 1" : "must be finite");
}

/* Without sform and qform: voxels along the axes, x to the left, the middle at the origin. */
static void affine_of_sizes(struct grid *g, const double mm[3])
{
	for (int d = 0; d < 3; d++) {
		double step = d == 0 ? -mm[d] : mm[d];

		g->affine[d][d] = step;
		g->affine[d][3] = -(step * (g->n[d] - 1) / 2);
	}
}

static struct error *check_finite(const double affine[3][4], const char *from, const char *name)
{
	for (int r = 0; r < 3; r++)
		for (int c = 0; c < 4; c++)
			if (!isfinite(affine[r][c]))
				return error_new(ERR_DATA, "%s: row %d, column %d of the affine of its %s is %g, must be finite", name, r + 1,
				                 c + 1, from, affine[r][c]);
	return NULL;
}

static struct error *read_affine(struct nifti *out, const wide *w, const char *name)
{
	double mm[3], inverse[3][4];
	const char *from = "sform";

	for (int d = 0; d < 3; d++)
		mm[d] = w->pixdim[d + 1] == 0 ? 1 : fabs(w->pixdim[d + 1]);
	memset(out->grid.affine, 0, sizeof out->grid.affine);
	if (w->sform_code != 0) {
		for (int c = 0; c < 4; c++) {
			out->grid.affine[0][c] = w->srow_x[c];
			out->grid.affine[1][c] = w->srow_y[c];
			out->grid.affine[2][c] = w->srow_z[c];
		}
	} else if (w->qform_code != 0) {
		from = "qform";
		TRY(affine_of_qform(out->grid.affine, w, mm, out->version, name));
	} else {
		from = "pixdim";
		affine_of_sizes(&out->grid, mm);
	}
	TRY(check_finite(out->grid.affine, from, name));
	if (!affine_inverse(out->grid.affine, inverse))
		return error_new(ERR_DATA, "%s: the affine of its %s has no inverse: voxels must have a size along three axes",
		                 name, from);
	return NULL;
}

struct error *nifti_parse(struct nifti *out, const void *bytes, size_t n, const char *name)
{
	wide w;

	*out = (struct nifti){ 0 };
	TRY(read_wide(&w, out, bytes, n, name));
	TRY(read_dims(out, &w, name));
	TRY(read_type(out, &w, name));
	TRY(read_place(out, &w, name));
	TRY(read_scaling(out, &w, name));
	TRY(read_affine(out, &w, name));
	read_tr(out, &w);
	return NULL;
}

/* 1234567 as "1,234,567" */
static const char *grouped(char out[32], int64_t x)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%lld", (long long)x), to = 0;

	for (int k = 0; k < n; k++) {
		if (k > 0 && (n - k) % 3 == 0)
			out[to++] = ',';
		out[to++] = digits[k];
	}
	out[to] = '\0';
	return out;
}

struct error *nifti_check_size(const struct nifti *h, int64_t file_size, const char *name)
{
	int64_t have = file_size > h->offset ? file_size - h->offset : 0;
	char is[32], must[32];

	if (have >= h->size)
		return NULL;
	return error_new(ERR_DATA, "%s is truncated: %s bytes of voxels, must be %s", name, grouped(is, have),
	                 grouped(must, h->size));
}
