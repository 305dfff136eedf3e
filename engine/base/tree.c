/* The parts of file.h about whole folders: listing and removing. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct error *file_list(char ***names, int *n, const char *folder, struct arena *a)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int err;

	if (!dir)
		return error_new(errno == EMFILE || errno == ENFILE ? ERR_SYSTEM : ERR_USER, "cannot list %s: %s", folder,
		                 strerror(errno));
	*names = NULL;
	*n = 0;
	while (errno = 0, entry = readdir(dir))
		if (!is_dots(entry->d_name))
			PUSH(a, *names, *n, arena_strdup(a, entry->d_name));
	err = errno;
	closedir(dir);
	if (err)
		return error_new(ERR_SYSTEM, "cannot list %s: %s", folder, strerror(err));
	if (*n)
		qsort(*names, (size_t)*n, sizeof **names, by_bytes);
	return NULL;
}

/* Opens a folder to empty it. Its owner may have taken away the rights that this needs; they are put back. */
static DIR *open_to_empty(int at, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, fd = openat(at, name, flags);
	struct stat st;
	DIR *dir;

	if (fd < 0 && errno == EACCES && !fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode)) {
		fchmodat(at, name, 0700, 0);
		fd = openat(at, name, flags);
	}
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && (st.st_mode & 0700) != 0700)
		fchmod(fd, (st.st_mode & 07777) | 0700);
	dir = fdopendir(fd);
	if (!dir)
		close(fd);
	return dir;
}

/* Removes name below the folder `at`; returns 0 or errno. What is gone already is as good as removed. Each level
 * holds one descriptor, so a hostile depth ends in EMFILE and not in a stack overflow. */
static int remove_below(int at, const char *name)
{
	struct dirent *entry;
	DIR *dir;
	int err = 0;

	if (!unlinkat(at, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return errno;
	dir = open_to_empty(at, name);
	if (!dir)
		return errno == ENOENT ? 0 : errno;
	while (!err && (errno = 0, entry = readdir(dir)))
		if (!is_dots(entry->d_name))
			err = remove_below(dirfd(dir), entry->d_name);
	if (!err)
		err = errno;
	closedir(dir);
	if (!err && unlinkat(at, name, AT_REMOVEDIR) && errno != ENOENT)
		err = errno;
	return err;
}

struct error *file_remove_tree(const char *path)
{
	int err = remove_below(AT_FDCWD, path);

	return err ? error_new(ERR_SYSTEM, "cannot remove %s: %s", path, strerror(err)) : NULL;
}
