/* Any header and voxels in two files are an image that can be read to its end, or refused. The first two bytes are the length
 * of the header (little endian), and whether either file is called .gz. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "img/image.h"
#include "img/source.h"

enum { OUT_MAX = 1 << 22, GZ_HEADER = 0x4000, GZ_VOXELS = 0x8000 };   /* bytes of an image that is written out */

static void must(int promise)
{
	if (!promise)
		abort();
}

static void check_image(const struct image_source *s, const char *path, struct arena *a)
{
	struct image im;
	struct error *e = image_open(&im, path, a);

	must(!e && im.n_vol == s->nifti.n_vol && im.type == s->nifti.type);
	must(memcmp(&im.grid, &s->nifti.grid, sizeof im.grid) == 0);
	float *x = arena_alloc(a, (size_t)grid_size(&im.grid), sizeof *x);

	for (int t = 0; t < im.n_vol && t < 4; t++)
		image_volume(&im, t, NONFINITE_KEEP, x);
	image_close(&im);
}

static void check_source(const char *path, const char *out, struct arena *a)
{
	struct image_source s;
	struct error *e = source_open(&s, path, a);

	if (!e && s.nifti.size <= OUT_MAX) {
		e = source_write(out, &s, s.nifti.n_vol, NULL, 2, a);
		if (!e)
			check_image(&s, out, a);
	}
	unlink(out);
	error_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct arena *a = arena_new();
	const char *folder = getenv("TMPDIR");
	const char *stem = arena_printf(a, "%s/fuzz_pair_%d", folder ? folder : "/tmp", (int)getpid());

	if (n >= 2) {
		unsigned word = bytes[0] | (unsigned)bytes[1] << 8;
		size_t n_header = (word & 0x3fff) < n - 2 ? word & 0x3fff : n - 2;
		const char *header = arena_printf(a, "%s.hdr%s", stem, word & GZ_HEADER ? ".gz" : "");
		const char *voxels = arena_printf(a, "%s.img%s", stem, word & GZ_VOXELS ? ".gz" : "");

		must(!file_write(header, bytes + 2, n_header) && !file_write(voxels, bytes + 2 + n_header, n - 2 - n_header));
		check_source(header, arena_printf(a, "%s.nii", stem), a);
		check_source(voxels, arena_printf(a, "%s.nii", stem), a);
		unlink(header);
		unlink(voxels);
	}
	arena_free(a);
	return 0;
}
