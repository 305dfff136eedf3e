/* mapped.h - a file's bytes where they lie. */
#ifndef SULCUS_MAPPED_H
#define SULCUS_MAPPED_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Maps a regular file; an empty one is an error. The file must not shrink while it is mapped. */
must_check struct error *mapped_open(void **bytes, size_t *n, const char *path);
/* The first bytes of a regular file, as many as there are and room for, and how many it has: of many files these alone are asked
 * for, and maps cost more. */
must_check struct error *mapped_peek(void *bytes, size_t room, size_t *got, int64_t *size, const char *path);
/* Brings all bytes in, ahead of another thread that reads them; a kernel may not know how. */
void mapped_ahead(void *bytes, size_t n);
/* From now on the bytes may be changed in memory; the file stays as it is. */
must_check struct error *mapped_own(void *bytes, size_t n);
/* Gives back the memory of n bytes from `from` on, whole pages of them; they are read again from the file when asked for.
 * Not after mapped_own(), which would lose changes. */
void mapped_forget(const void *from, size_t n);
/* The first n bytes of a new file, to be written in memory; NULL where the disk cannot promise their room, as a full one would
 * then end the process. */
void *mapped_new(int fd, size_t n);
void mapped_close(void *bytes, size_t n);   /* NULL is allowed */

#endif
