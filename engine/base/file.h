/* file.h - files and folders: read whole, write then rename, walk. */
#ifndef SULCUS_FILE_H
#define SULCUS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct arena;

/* The whole file, 0-ended; an error when it is larger than max bytes or not a regular file. */
must_check struct error *file_read(char **text, size_t *n, const char *path, size_t max, struct arena *a);
/* Writes beside path and renames; path then has the old or the new bytes, never a part. Not synced to disk. */
must_check struct error *file_write(const char *path, const void *bytes, size_t n);
/* The same by way of a new file tmp, whose name tells who left it behind after a kill. */
must_check struct error *file_write_by(const char *tmp, const char *path, const void *bytes, size_t n);
must_check struct error *file_mkdirs(const char *path);
/* Removes a folder and all below it, symbolic links themselves only. */
must_check struct error *file_remove_tree(const char *path);
bool file_exists(const char *path);
/* The names in a folder, sorted by bytes, without . and .. */
must_check struct error *file_list(char ***names, int *n, const char *folder, struct arena *a);
const char *path_join(struct arena *a, const char *folder, const char *name);  /* name alone when it is absolute */
const char *path_folder(struct arena *a, const char *path);                    /* "." when there is no slash */
const char *path_base(const char *path);                                       /* after the last slash */
/* Writes all n bytes to fd, or says why not. */
must_check struct error *fd_write(int fd, const void *bytes, size_t n, const char *name);
/* Reads n bytes from `at` on, or says why not; got: how many there were, NULL: fewer are an error. */
must_check struct error *fd_read_at(int fd, void *bytes, size_t n, int64_t at, size_t *got, const char *name);
/* Is it on a network disk, or another that several machines may use? Also when that cannot be found out. */
bool fd_is_shared(int fd);

#endif
