/* Headers to bytes: fresh ones, and those that were read. */
#include <limits.h>
#include <nifti1.h>
#include <nifti2_io.h>
#include <string.h>

#include "img/nifti_inside.h"

typedef nifti_2_header wide;

static const struct nifti_type *type_of(enum image_type type)
{
	const struct nifti_type *t = nifti_types;

	while (t->type != (int)type)
		t++;
	return t;
}

static void fill_wide(wide *w, const struct grid *g, int n_vol, double tr_s, enum image_type type)
{
	double mm[3];
	const struct nifti_type *stored = type_of(type);

	*w = (wide){ .sizeof_hdr = 540, .datatype = (int16_t)stored->code, .bitpix = (int16_t)stored->bits, .vox_offset = 544,
	             .scl_slope = 1, .sform_code = NIFTI_XFORM_ALIGNED_ANAT,
	             .xyzt_units = NIFTI_UNITS_MM | NIFTI_UNITS_SEC };
	memcpy(w->magic, nifti_magic(2, false), 8);
	grid_voxel_mm(g, mm);
	w->dim[0] = n_vol > 1 ? 4 : 3;
	w->pixdim[0] = 1;
	for (int d = 1; d < 8; d++) {
		w->dim[d] = d <= 3 ? g->n[d - 1] : d == 4 ? n_vol : 1;
		w->pixdim[d] = d <= 3 ? mm[d - 1] : d == 4 && n_vol > 1 ? tr_s : 0;
	}
	for (int c = 0; c < 4; c++) {
		w->srow_x[c] = g->affine[0][c];
		w->srow_y[c] = g->affine[1][c];
		w->srow_z[c] = g->affine[2][c];
	}
}

static void narrow(nifti_1_header *h, const wide *w)
{
	*h = (nifti_1_header){ .sizeof_hdr = 348, .regular = 'r', .datatype = w->datatype, .bitpix = w->bitpix,
	                       .vox_offset = 352, .scl_slope = (float)w->scl_slope, .sform_code = (short)w->sform_code,
	                       .xyzt_units = (char)w->xyzt_units, .magic = "n+1" };
	for (int d = 0; d < 8; d++) {
		h->dim[d] = (short)w->dim[d];
		h->pixdim[d] = (float)w->pixdim[d];
	}
	for (int c = 0; c < 4; c++) {
		h->srow_x[c] = (float)w->srow_x[c];
		h->srow_y[c] = (float)w->srow_y[c];
		h->srow_z[c] = (float)w->srow_z[c];
	}
}

int nifti_make(unsigned char out[NIFTI_HEADER_MAX], const struct grid *g, int n_vol, double tr_s, enum image_type type)
{
	nifti_1_header h;
	wide w;
	bool large = n_vol > INT16_MAX;

	for (int d = 0; d < 3; d++)
		large |= g->n[d] > INT16_MAX;
	memset(out, 0, NIFTI_HEADER_MAX);
	fill_wide(&w, g, n_vol, tr_s, type);
	if (large) {
		memcpy(out, &w, sizeof w);
		return 544;
	}
	narrow(&h, &w);
	memcpy(out, &h, sizeof h);
	return 352;
}

static void rewrite_1(unsigned char *out, const struct nifti *h, const void *bytes, int n_vol)
{
	nifti_1_header n1;

	memcpy(&n1, bytes, sizeof n1);
	if (h->swapped)
		nifti_swap_as_nifti1(&n1);
	memcpy(n1.magic, "n+1", 4);
	n1.vox_offset = 352;
	if (n_vol != h->n_vol)
		n1.dim[4] = (short)n_vol;
	if (h->set_tr) {
		n1.pixdim[4] = (float)h->tr_s;
		n1.xyzt_units = (char)((n1.xyzt_units & 0x07) | NIFTI_UNITS_SEC);
	}
	if (h->swapped)
		nifti_swap_as_nifti1(&n1);
	memcpy(out, &n1, sizeof n1);
}

static void rewrite_2(unsigned char *out, const struct nifti *h, const void *bytes, int n_vol)
{
	wide w;

	memcpy(&w, bytes, sizeof w);
	if (h->swapped)
		nifti_swap_as_nifti2(&w);
	memcpy(w.magic, nifti_magic(2, false), 8);
	w.vox_offset = 544;
	if (n_vol != h->n_vol)
		w.dim[4] = n_vol;
	if (h->set_tr) {
		w.pixdim[4] = h->tr_s;
		w.xyzt_units = (w.xyzt_units & 0x07) | NIFTI_UNITS_SEC;
	}
	if (h->swapped)
		nifti_swap_as_nifti2(&w);
	memcpy(out, &w, sizeof w);
}

int nifti_rewrite(unsigned char out[NIFTI_HEADER_MAX], const struct nifti *h, const void *bytes, int n_vol)
{
	memset(out, 0, NIFTI_HEADER_MAX);
	(h->version == 1 ? rewrite_1 : rewrite_2)(out, h, bytes, n_vol);
	return h->version == 1 ? 352 : 544;
}
