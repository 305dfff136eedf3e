/* source.h - images from outside: NIfTI files of either version, single or in two parts, perhaps gzipped. */
#ifndef SULCUS_SOURCE_H
#define SULCUS_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "img/nifti.h"

struct arena;
struct image_facts;

struct image_source {
	const char *header_path, *voxel_path;      /* the same for a single file */
	unsigned char header[NIFTI_HEADER_MAX];    /* as it stands in the file */
	struct nifti nifti;
	int64_t voxel_file_size;
	bool gz;                                   /* the file with the voxels */
	int64_t beyond;                            /* bytes behind the voxels, once source_write has run */
	int64_t hashed;                            /* bytes of what source_write made when it hashed them, else 0 */
	struct digest digest;                      /* of these */
	const char *space;                         /* from space-NAME in the file's name, else "" */
};

/* Reads the header and checks that the voxels can all be there; inflates nothing unless the sizes look wrong.
 * path: an .nii, or either of .hdr and .img, each also with .gz. */
must_check struct error *source_open(struct image_source *out, const char *path, struct arena *a);
/* Writes an uncompressed single file of the volumes listed (volume NULL: all, in order), checking every byte. */
must_check struct error *source_write(const char *to, struct image_source *s, int n_keep, const int *volume,
                                      int n_threads, struct arena *a);
/* Would source_write make the very bytes of the file? */
bool source_as_written(const struct image_source *s, int n_keep, const int *volume);
/* Facts of what source_write makes of n_keep volumes. */
void source_facts(struct image_facts *out, const struct image_source *s, int n_keep);
/* Bytes of memory that source_write takes. */
int64_t source_memory(const struct image_source *s);

#endif
