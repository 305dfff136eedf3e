/* import.file - a file as it is. */
#include "import.file.node.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static struct error *copy(int from, int to, const char *path)
{
	char bytes[1 << 16];
	ssize_t n;

	while ((n = read(from, bytes, sizeof bytes)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_new(ERR_SYSTEM, "cannot read %s: %s", path, strerror(errno));
		TRY(fd_write(to, bytes, (size_t)n, path));
	}
	return NULL;
}

static struct error *copy_to(int from, const char *path, const char *out)
{
	int to = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct error *e;

	if (to < 0)
		return error_new(ERR_SYSTEM, "cannot write %s: %s", out, strerror(errno));
	e = copy(from, to, path);
	if (close(to) != 0 && !e)
		e = error_new(ERR_SYSTEM, "cannot write %s: %s", out, strerror(errno));
	return e;
}

struct error *import_file_run(struct node_env *env, const struct import_file_params *params,
                              const struct import_file_inputs *in, const struct import_file_outputs *out)
{
	const char *path = item_blob(in->file, "file");
	int from = open(path, O_RDONLY | O_CLOEXEC);
	struct error *e;

	(void)env;
	(void)params;
	if (from < 0)
		return error_new(ERR_USER, "cannot open %s: %s", path, strerror(errno));
	e = copy_to(from, path, out_blob(out->file, "file"));
	close(from);
	return e;
}
