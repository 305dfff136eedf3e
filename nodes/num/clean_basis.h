/* clean_basis.h - orthonormal directions that clean.h takes out of the kept volumes; for clean_*.c alone. */
#ifndef SULCUS_CLEAN_BASIS_H
#define SULCUS_CLEAN_BASIS_H

#include <stddef.h>

#include "num/clean.h"

/* Fourier frequencies outside the band, for the projection; rows and trend are known. */
void clean_set_band(struct clean *c, struct arena *a);
/* All but the confounds is known. */
void clean_set_confounds(struct clean *c, int n_conf, const double *conf, struct arena *a);
/* Takes the directions out of x [n_vol][FILTER_LANES]; work: clean_basis_work() doubles. */
void clean_basis_subtract(const struct clean_basis *q, int n_vol, double *x, double *work);
size_t clean_basis_work(const struct clean_basis *q, int n_vol);

#endif
