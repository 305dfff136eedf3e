#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/arena.h"

/* What the user can put right by naming another file or changing rights, against what trying again may cure. */
static enum error_code code_of(int err)
{
	static const int users[] = { ENOENT, EACCES, EPERM, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG, EROFS, EEXIST };

	for (size_t i = 0; i < sizeof users / sizeof users[0]; i++)
		if (err == users[i])
			return ERR_USER;
	return ERR_SYSTEM;
}

static struct error *failed(const char *verb, const char *path)
{
	int err = errno;

	return error_new(code_of(err), "cannot %s %s: %s", verb, path, strerror(err));
}

static ssize_t read_some(int fd, char *p, size_t n)
{
	ssize_t r;

	do
		r = read(fd, p, n);
	while (r < 0 && errno == EINTR);
	return r;
}

/* Reads to the end, which may lie elsewhere than the size in *n says: files grow, and /proc has no sizes. */
static struct error *read_all(int fd, char **text, size_t *n, const char *path, size_t max, struct arena *a)
{
	size_t room = *n + 2;   /* one to see the end by, one for the 0 */
	char *p = arena_alloc(a, room, 1);
	ssize_t r;

	for (*n = 0; (r = read_some(fd, p + *n, room - 1 - *n)) > 0;) {
		*n += (size_t)r;
		if (*n > max)
			return error_new(ERR_DATA, "%s is larger than %zu bytes", path, max);
		if (*n == room - 1) {
			char *bigger = arena_alloc(a, room = 2 * room + 4096, 1);

			p = memcpy(bigger, p, *n);
		}
	}
	if (r < 0)
		return failed("read", path);
	p[*n] = 0;
	*text = p;
	return NULL;
}

struct error *file_read(char **text, size_t *n, const char *path, size_t max, struct arena *a)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);   /* O_NONBLOCK: a named pipe must not hang us */
	struct stat st;
	struct error *e;

	if (fd < 0)
		return failed("open", path);
	if (fstat(fd, &st)) {
		e = failed("read", path);
	} else if (!S_ISREG(st.st_mode)) {
		e = error_new(ERR_USER, "%s is not a regular file", path);
	} else if ((uint64_t)st.st_size > max) {
		e = error_new(ERR_DATA, "%s has %lld bytes, may have at most %zu", path, (long long)st.st_size, max);
	} else {
		*n = (size_t)st.st_size;
		e = read_all(fd, text, n, path, max, a);
	}
	close(fd);
	return e;
}

struct error *fd_read_at(int fd, void *bytes, size_t n, int64_t at, size_t *got, const char *name)
{
	size_t have = 0;
	ssize_t some = 1;

	while (have < n && some) {
		some = pread(fd, (char *)bytes + have, n - have, at + (int64_t)have);
		if (some < 0 && errno != EINTR)
			return failed("read", name);
		have += some > 0 ? (size_t)some : 0;
	}
	if (got)
		*got = have;
	else if (have < n)
		return error_new(ERR_SYSTEM, "cannot read %s: it was cut off", name);
	return NULL;
}

struct error *fd_write(int fd, const void *bytes, size_t n, const char *name)
{
	const char *p = bytes;

	while (n) {
		ssize_t w = write(fd, p, n);

		if (w >= 0) {
			p += w;
			n -= (size_t)w;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			return failed("write", name);
		}
	}
	return NULL;
}

/* Not synced: a kill leaves the old or the new bytes, and who must survive a power cut (the store) groups its syncs.
 * The new file gets the rights of an ordinary one (mkstemp's would be 0600). */
struct error *file_write_by(const char *tmp, const char *path, const void *bytes, size_t n)
{
	int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	struct error *e;

	if (fd < 0)
		return failed("write", path);
	e = fd_write(fd, bytes, n, path);
	if (close(fd) && !e)
		e = failed("write", path);
	if (!e && rename(tmp, path))
		e = failed("write", path);
	if (e)
		unlink(tmp);
	return e;
}

struct error *file_write(const char *path, const void *bytes, size_t n)
{
	uint64_t r = 0;
	char *tmp = NULL;
	struct error *e;

	if (getrandom(&r, sizeof r, 0) != sizeof r)
		return failed("make a name beside", path);
	if (asprintf(&tmp, "%s.%016llx.tmp", path, (unsigned long long)r) < 0)
		abort();
	e = file_write_by(tmp, path, bytes, n);
	free(tmp);
	return e;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

struct error *file_mkdirs(const char *path)
{
	char *part = strdup(path);
	struct error *e = NULL;

	if (!part)
		abort();
	for (char *p = part; *p && !e; ) {
		char *end = p + strspn(p, "/");

		end += strcspn(end, "/");
		char kept = *end;

		*end = 0;
		int why = mkdir(part, 0777) ? errno : 0;

		if (why && !is_folder(part)) {   /* a missing parent was met before its children */
			errno = why;                 /* not that of the look */
			e = failed("make the folder", part);
		}
		*end = kept;
		p = end;
	}
	free(part);
	return e;
}

bool file_exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

const char *path_join(struct arena *a, const char *folder, const char *name)
{
	size_t n = strlen(folder);

	if (name[0] == '/' || !n)
		return arena_strdup(a, name);
	return arena_printf(a, folder[n - 1] == '/' ? "%s%s" : "%s/%s", folder, name);
}

const char *path_folder(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	while (slash > path && slash[-1] == '/')
		slash--;
	return slash == path ? "/" : arena_strndup(a, path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool fd_is_shared(int fd)
{
	static const long shared[] = { NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, FUSE_SUPER_MAGIC,
		AFS_SUPER_MAGIC, CEPH_SUPER_MAGIC, V9FS_MAGIC, CODA_SUPER_MAGIC, 0x0bd00bd0 /* Lustre */, 0x47504653 /* GPFS */,
		0x19830326 /* BeeGFS */ };
	struct statfs f;

	if (fstatfs(fd, &f))
		return true;
	for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
		if ((unsigned)f.f_type == (unsigned)shared[i])
			return true;
	return false;
}
