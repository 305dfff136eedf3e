/* image.h - stored images: voxels on a grid, over time.
 *
 * A stored image is an uncompressed NIfTI file, mapped and never copied whole: a volume is converted to float when
 * it is asked for. All readers may be called from many threads at once. */
#ifndef SULCUS_IMAGE_H
#define SULCUS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "img/grid.h"

struct arena;
struct item;
struct out;
struct stream;
struct stream_reader;

/* Types of stored voxels; complex, RGB, binary and float128 files are refused by name. */
enum image_type {
	IMAGE_UINT8, IMAGE_INT8, IMAGE_INT16, IMAGE_UINT16, IMAGE_INT32, IMAGE_UINT32, IMAGE_INT64, IMAGE_UINT64,
	IMAGE_FLOAT32, IMAGE_FLOAT64,
};
const char *image_type_name(enum image_type type);   /* "int16" */
int image_type_bytes(enum image_type type);

/* What becomes of NaN and infinities. */
enum nonfinite { NONFINITE_KEEP, NONFINITE_ZERO };

struct image {
	struct grid grid;
	int n_vol;              /* at least 1 */
	double tr_s;            /* 0: unknown */
	enum image_type type;
	bool swapped;           /* stored in the other byte order */
	double slope, inter;    /* value = raw * slope + inter; 1 and 0 when the file has no scaling */
	const unsigned char *raw;  /* [n_vol][grid_size] of type, inside the map; of a passing image the volume of image_step */
	const char *path;
	void *map;
	size_t map_size;
	struct stream_reader *stream;  /* the image passes by while it is made; NULL: it is stored */
};

/* ---- reading ---- */
/* Maps an uncompressed .nii. Without image_close (an early return) only address space stays taken. */
must_check struct error *image_open(struct image *out, const char *path, struct arena *a);
/* The image.nii of an artifact; of a passing one (only for ports that say `stream`) volumes may be read as image_step says. */
must_check struct error *image_of(struct image *out, const struct item *it, struct arena *a);
void image_close(struct image *im);   /* also of a zeroed struct, or twice */

/* Before volume t is read, where the image may be a passing one, with each t later than the last: waits for it. Readers
 * see this one volume then. Nothing to do for a stored image. */
must_check struct error *image_step(struct image *im, int t);

/* Volume t as [grid_size], scaled in double and rounded to float. */
void image_volume(const struct image *im, int t, enum nonfinite policy, float *out);
void image_volume_double(const struct image *im, int t, enum nonfinite policy, double *out);
/* n voxels from first on, in the order of the file. */
void image_part(const struct image *im, int t, long first, long n, enum nonfinite policy, float *out);
void image_part_double(const struct image *im, int t, long first, long n, enum nonfinite policy, double *out);
/* The voxels at n indices of volume t (mask.h): out[v] = volume[index[v]]. */
void image_gather(const struct image *im, int t, enum nonfinite policy, long n, const int *index, float *out);
void image_gather_double(const struct image *im, int t, enum nonfinite policy, long n, const int *index, double *out);
/* Volume t where it lies, without a copy; NULL unless it is stored as floats as they are. */
const float *image_floats(const struct image *im, int t);
/* Volume t will not be read for a while: its pages no longer count as this process's memory. */
void image_forget(const struct image *im, int t);
/* An error unless im is one volume / at least two. what: "the mask". */
must_check struct error *image_need_3d(const struct image *im, const char *what);
must_check struct error *image_need_4d(const struct image *im, const char *what);

/* ---- writing: NIfTI-1, or NIfTI-2 when an axis is longer than 32767; native byte order, sform only ---- */
struct image_writer;
/* Makes the file at its full size. Volumes may then be put in any order, from many threads. */
must_check struct error *image_create(struct image_writer **out, const char *path, const struct grid *g, int n_vol,
                                      double tr_s, enum image_type type, struct arena *a);
/* The same without a file: the volumes, which are then to be put about in order, go to who reads them meanwhile. */
must_check struct error *image_create_passing(struct image_writer **out, struct stream *to, const struct grid *g, int n_vol,
                                              double tr_s, enum image_type type, struct arena *a);
/* Asks for the file's digest, which image_finish tells: what is put is hashed while it is at hand. Files of few or small
 * volumes are not worth it: nothing is told. */
typedef void image_hashed(void *ctx, const struct digest *d, int64_t size);
void image_hash(struct image_writer *w, image_hashed *tell, void *ctx, struct arena *a);
/* The image.nii of an output: a file that is hashed while it is written, or passing where others read it meanwhile. */
must_check struct error *image_create_out(struct image_writer **out, struct out *to, const struct grid *g, int n_vol,
                                          double tr_s, enum image_type type, struct arena *a);
/* Volume t from floats [grid_size]; integer types are rounded half to even and clamped, NaN is 0. */
must_check struct error *image_put(struct image_writer *w, int t, const float *voxel);
/* Volume t from values of the image's own type. */
must_check struct error *image_put_raw(struct image_writer *w, int t, const void *voxel);
/* Volume t, which was put into a file: as its values are stored, and once more in its place. */
must_check struct error *image_get_raw(const struct image_writer *w, int t, void *voxel);
must_check struct error *image_replace_raw(const struct image_writer *w, int t, const void *voxel);
/* Would an image of the same voxels that is written have the very bytes of im's file? */
bool image_as_made(const struct image *im);
const char *image_writer_path(const struct image_writer *w);
/* An error unless all volumes were put. */
must_check struct error *image_finish(struct image_writer *w);

/* The whole image at once, voxel [n_vol][grid_size] of the type. */
must_check struct error *image_write(const char *path, const struct grid *g, int n_vol, double tr_s,
                                     enum image_type type, const void *voxel);
/* One volume of floats; one of bytes (a mask). */
must_check struct error *image_write_floats(const char *path, const struct grid *g, const float *voxel);
must_check struct error *image_write_bytes(const char *path, const struct grid *g, const unsigned char *voxel);

#endif
