/* mapped.h - a file's bytes where they lie. */
#ifndef SULCUS_MAPPED_H
#define SULCUS_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Maps a regular file; an empty one is an error. The file must not shrink while it is mapped. */
must_check struct error *mapped_open(void **bytes, size_t *n, const char *path);
/* Brings all bytes in, ahead of another thread that reads them; a kernel may not know how. */
void mapped_ahead(void *bytes, size_t n);
/* From now on the bytes may be changed in memory; the file stays as it is. */
must_check struct error *mapped_own(void *bytes, size_t n);
/* Gives back the memory of n bytes from `from` on, whole pages of them; they are read again from the file when asked for.
 * Not after mapped_own(), which would lose changes. */
void mapped_forget(const void *from, size_t n);
/* Promises the room of the first n bytes of a new file; false where the disk cannot, as writing them in memory could then end the
 * process. */
bool mapped_room(int fd, size_t n);
/* Writes n bytes, whose room is promised, in memory; false when it cannot be had. */
bool mapped_put(int fd, const void *bytes, size_t n, int64_t at);
/* The first n bytes of a new file, to be written in memory; NULL where their room cannot be promised. */
void *mapped_new(int fd, size_t n);
void mapped_close(void *bytes, size_t n);   /* NULL is allowed */

#endif
