/* nifti.h - NIfTI-1 and NIfTI-2 headers, both byte orders, from and to bytes; nifti*.c are the only users of nifticlib.
 *
 * Headers are hostile: everything is checked before it is used, nothing is read through the library. */
#ifndef SULCUS_NIFTI_H
#define SULCUS_NIFTI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "img/grid.h"
#include "img/image.h"

enum { NIFTI_HEADER_MAX = 544 };   /* bytes up to the voxels, without extensions: 352 or 544 */

struct nifti {
	int version;             /* 1 or 2 */
	bool swapped, pair;      /* in the other byte order; voxels are in an .img beside */
	struct grid grid;
	int n_vol;               /* product of the axes after the third */
	double tr_s;             /* 0: unknown */
	bool set_tr;             /* tr_s is not what the header says: nifti_rewrite puts it in */
	enum image_type type;
	double slope, inter;     /* 1, 0 when there is no scaling */
	int64_t offset;          /* of the voxels in their file */
	int64_t size;            /* bytes of the voxels */
};

/* The header in the first n bytes of a file (NIFTI_HEADER_MAX are always enough). */
must_check struct error *nifti_parse(struct nifti *out, const void *bytes, size_t n, const char *name);
/* An error unless a file of file_size bytes holds all voxels. */
must_check struct error *nifti_check_size(const struct nifti *h, int64_t file_size, const char *name);
/* A fresh header (native byte order, sform code 2, mm and s); returns its length, which is where voxels begin. */
int nifti_make(unsigned char out[NIFTI_HEADER_MAX], const struct grid *g, int n_vol, double tr_s,
               enum image_type type);
/* The bytes of a read header as a single file's: same byte order, no extensions, n_vol volumes (as many as the version
 * can say). Returns its length. */
int nifti_rewrite(unsigned char out[NIFTI_HEADER_MAX], const struct nifti *h, const void *bytes, int n_vol);

#endif
