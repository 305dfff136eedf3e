/* quatern.h - the qform of a NIfTI header to an affine. */
#ifndef SULCUS_QUATERN_H
#define SULCUS_QUATERN_H

#include <stdbool.h>

struct quatern {
	double b, c, d;      /* the unit quaternion's vector part; its scalar part is what is missing to 1 */
	double offset[3];    /* world coordinates of voxel (0, 0, 0), mm */
	double mm[3];        /* edges of a voxel */
	double qfac;         /* -1 flips the third axis, all else is 1 */
};

/* False when (b, c, d) is longer than 1 by more than three times eps, the precision it was stored with. */
bool quatern_affine(double affine[3][4], const struct quatern *q, double eps);

#endif
