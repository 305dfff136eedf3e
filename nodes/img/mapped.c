#include "img/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"

static struct error *open_regular(int *fd, size_t *n, const char *path)
{
	struct error *e = NULL;
	struct stat st;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);   /* a pipe without a writer must not hold us up */
	if (*fd < 0)
		return error_new(errno == ENOENT ? ERR_USER : ERR_SYSTEM, "cannot open %s: %s", path, strerror(errno));
	if (fstat(*fd, &st) != 0)
		e = error_new(ERR_SYSTEM, "cannot read %s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		e = error_new(ERR_DATA, "%s is not a regular file", path);
	else if (st.st_size == 0)
		e = error_new(ERR_DATA, "%s is empty", path);
	if (e)
		close(*fd);
	else
		*n = (size_t)st.st_size;
	return e;
}

static struct error *map_fd(void **bytes, size_t *n, int fd, const char *path)
{
	*bytes = mmap(NULL, *n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (*bytes == MAP_FAILED) {
		*bytes = NULL;
		return error_new(ERR_SYSTEM, "cannot map %s: %s", path, strerror(errno));
	}
	return NULL;
}

struct error *mapped_open(void **bytes, size_t *n, const char *path)
{
	struct error *e;
	int fd;

	*bytes = NULL;
	*n = 0;
	TRY(open_regular(&fd, n, path));
	e = map_fd(bytes, n, fd, path);
	close(fd);
	return e;
}

struct error *mapped_peek(void *bytes, size_t room, size_t *got, int64_t *size, const char *path)
{
	struct error *e;
	size_t n = 0;
	int fd;

	TRY(open_regular(&fd, &n, path));
	e = fd_read_at(fd, bytes, room, 0, got, path);
	close(fd);
	*size = (int64_t)n;
	return e;
}

void mapped_ahead(void *bytes, size_t n)
{
	(void)!madvise(bytes, n, MADV_POPULATE_READ);
}

struct error *mapped_own(void *bytes, size_t n)
{
	if (bytes && mprotect(bytes, n, PROT_READ | PROT_WRITE) != 0)
		return error_new(ERR_SYSTEM, "cannot change a mapped file in memory: %s", strerror(errno));
	return NULL;
}

void mapped_forget(const void *from, size_t n)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)from / page * page, end = ((uintptr_t)from + n) / page * page;

	if (end > first)
		madvise((void *)first, end - first, MADV_DONTNEED);   /* a failure costs memory only */
}

/* Of these a promise is known to hold when the bytes are written; others copy on each write, or only say yes. */
static bool keeps_room(int fd)
{
	struct statfs f;

	return fstatfs(fd, &f) == 0 && (f.f_type == EXT4_SUPER_MAGIC || f.f_type == XFS_SUPER_MAGIC || f.f_type == TMPFS_MAGIC);
}

void *mapped_new(int fd, size_t n)
{
	void *map;

	if (!keeps_room(fd) || fallocate(fd, 0, 0, (off_t)n) != 0)
		return NULL;
	map = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return map == MAP_FAILED ? NULL : map;
}

void mapped_close(void *bytes, size_t n)
{
	if (bytes)
		munmap(bytes, n);
}
