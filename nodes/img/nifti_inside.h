/* nifti_inside.h - what nifti.c and nifti_make.c share. */
#ifndef SULCUS_NIFTI_INSIDE_H
#define SULCUS_NIFTI_INSIDE_H

#include "img/nifti.h"

struct nifti_type {
	int code, bits;        /* as in a header */
	int type;              /* enum image_type; -1: refused by name */
	const char *name;
};
extern const struct nifti_type nifti_types[];   /* NULL name ended */
/* The magic bytes: 4 of version 1, 8 of version 2. */
const char *nifti_magic(int version, bool pair);

#endif
