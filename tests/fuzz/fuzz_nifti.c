/* Any bytes are an image that can be read to its end, or refused; and what is read can be written as a single file and
 * read as the same. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "img/nifti.h"

static void must(int promise)
{
	if (!promise)
		abort();
}

static void check_grid(const struct nifti *h)
{
	double inverse[3][4];

	for (int d = 0; d < 3; d++)
		must(h->grid.n[d] >= 1);
	must(h->n_vol >= 1 && h->offset >= 0 && h->size > 0 && h->tr_s >= 0);
	must(h->size == grid_size(&h->grid) * image_type_bytes(h->type) * h->n_vol);
	must(grid_inverse(&h->grid, inverse));
}

static void check_rewritten(const struct nifti *h, const uint8_t *bytes)
{
	unsigned char out[NIFTI_HEADER_MAX];
	struct nifti again;
	int n = nifti_rewrite(out, h, bytes, h->n_vol);

	must(!nifti_parse(&again, out, (size_t)n, "again"));
	must(again.offset == n && !again.pair && again.size == h->size && again.swapped == h->swapped);
	must(memcmp(&again.grid, &h->grid, sizeof h->grid) == 0 && again.slope == h->slope && again.inter == h->inter);
}

/* The first and last value are inside the bytes. */
static void check_voxels(const struct nifti *h, const uint8_t *bytes)
{
	struct image im = { .grid = h->grid, .n_vol = h->n_vol, .type = h->type, .swapped = h->swapped, .slope = h->slope,
	                    .inter = h->inter, .raw = bytes + h->offset };
	int last = (int)grid_size(&h->grid) - 1;
	float x;

	image_part(&im, 0, 0, 1, NONFINITE_ZERO, &x);
	image_gather(&im, h->n_vol - 1, NONFINITE_KEEP, 1, &last, &x);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct nifti h;
	struct error *e = nifti_parse(&h, bytes, n, "fuzz");

	if (!e) {
		check_grid(&h);
		check_rewritten(&h, bytes);
		e = nifti_check_size(&h, (int64_t)n, "fuzz");
		if (!e)
			check_voxels(&h, bytes);
	}
	error_free(e);
	return 0;
}
