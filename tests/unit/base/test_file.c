#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static const char *in(const char *folder, const char *name)
{
	return path_join(check_arena(), folder, name);
}

static const char *text_of(const char *path)
{
	char *text = NULL;
	size_t n;

	CHECK_OK(file_read(&text, &n, path, 1 << 20, check_arena()));
	CHECK_INT(strlen(text), n);
	return text;
}

static int n_names(const char *folder)
{
	char **names;
	int n;

	CHECK_OK(file_list(&names, &n, folder, check_arena()));
	return n;
}

TEST(what_is_written_is_read)
{
	const char *path = in(check_folder(), "a");
	struct stat st;
	mode_t mask = umask(022);

	CHECK_OK(file_write(path, "one", 3));
	CHECK_TEXT(text_of(path), "one");
	CHECK_OK(file_write(path, "", 0));
	CHECK_TEXT(text_of(path), "");
	CHECK(!stat(path, &st));
	CHECK_INT(st.st_mode & 0777, 0644);
	umask(mask);
}

TEST(a_failed_write_leaves_the_old_bytes_and_nothing_beside)
{
	const char *folder = check_folder(), *path = in(folder, "a");
	struct rlimit old, small = { 100, 100 };
	char big[5000] = { 0 };

	CHECK_OK(file_write(path, "old", 3));
	CHECK(!getrlimit(RLIMIT_FSIZE, &old));
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	CHECK(!setrlimit(RLIMIT_FSIZE, &small));
	struct error *e = file_write(path, big, sizeof big);
	CHECK(!setrlimit(RLIMIT_FSIZE, &old));
	CHECK_ERROR(e, "File too large");
	CHECK_TEXT(text_of(path), "old");
	CHECK_INT(n_names(folder), 1);
}

TEST(a_folder_is_not_overwritten)
{
	const char *folder = check_folder();

	CHECK_OK(file_mkdirs(in(folder, "d/e")));
	CHECK_ERROR(file_write(in(folder, "d"), "x", 1), "cannot write");
	CHECK_INT(n_names(folder), 1);
	CHECK_ERROR(file_write(in(folder, "no/such"), "x", 1), "No such file");
}

TEST(reading_refuses)
{
	const char *folder = check_folder(), *path = in(folder, "a");
	char *text;
	size_t n;

	CHECK_OK(file_write(path, "0123456789", 10));
	CHECK_OK(file_read(&text, &n, path, 10, check_arena()));
	CHECK_ERROR(file_read(&text, &n, path, 9, check_arena()), "has 10 bytes, may have at most 9");
	CHECK_ERROR(file_read(&text, &n, folder, 9, check_arena()), "not a regular file");
	CHECK_ERROR(file_read(&text, &n, "/dev/zero", 9, check_arena()), "not a regular file");
	CHECK_ERROR(file_read(&text, &n, in(folder, "b"), 9, check_arena()), "No such file");
	CHECK(!mkfifo(in(folder, "pipe"), 0600));
	CHECK_ERROR(file_read(&text, &n, in(folder, "pipe"), 9, check_arena()), "not a regular file");
}

TEST(files_that_do_not_say_their_size)
{
	char *text;
	size_t n;

	CHECK_OK(file_read(&text, &n, "/proc/self/maps", 1 << 20, check_arena()));
	CHECK(n > 100 && text[n] == 0);
	CHECK_ERROR(file_read(&text, &n, "/proc/self/maps", 100, check_arena()), "larger than 100 bytes");
}

TEST(folders_are_made_on_the_way)
{
	const char *folder = check_folder();

	CHECK_OK(file_mkdirs(in(folder, "a//b/c/")));
	CHECK_OK(file_mkdirs(in(folder, "a/b/c")));
	CHECK(file_exists(in(folder, "a/b/c")));
	CHECK_OK(file_write(in(folder, "f"), "", 0));
	CHECK_ERROR(file_mkdirs(in(folder, "f/g")), "cannot make the folder");
	CHECK_ERROR(file_mkdirs(in(folder, "f")), "exists");
	assert_int_equal(symlink("nowhere", in(folder, "link")), 0);
	CHECK_ERROR(file_mkdirs(in(folder, "link")), "exists");   /* why mkdir failed, not why stat did */
	CHECK_OK(file_mkdirs("/"));
	CHECK_OK(file_mkdirs("."));
}

TEST(names_are_sorted_by_bytes)
{
	const char *folder = check_folder();
	char **names;
	int n;

	CHECK_OK(file_list(&names, &n, folder, check_arena()));
	CHECK_INT(n, 0);
	CHECK_OK(file_write(in(folder, "b"), "", 0));
	CHECK_OK(file_write(in(folder, ".hidden"), "", 0));
	CHECK_OK(file_write(in(folder, "a10"), "", 0));
	CHECK_OK(file_write(in(folder, "a2"), "", 0));
	CHECK_OK(file_list(&names, &n, folder, check_arena()));
	CHECK_INT(n, 4);
	CHECK_TEXT(names[0], ".hidden");
	CHECK_TEXT(names[1], "a10");
	CHECK_TEXT(names[3], "b");
	CHECK_ERROR(file_list(&names, &n, in(folder, "b"), check_arena()), "Not a directory");
}

TEST(a_tree_is_removed_but_not_what_its_links_name)
{
	const char *folder = check_folder(), *tree = in(folder, "tree"), *safe = in(folder, "safe");

	CHECK_OK(file_mkdirs(in(tree, "a/b/c")));
	CHECK_OK(file_mkdirs(safe));
	CHECK_OK(file_write(in(safe, "kept"), "1", 1));
	CHECK_OK(file_write(in(tree, "a/b/x"), "1", 1));
	CHECK(!symlink(safe, in(tree, "a/link")) && !symlink("nowhere", in(tree, "dangling")));
	CHECK(!chmod(in(tree, "a/b/x"), 0400) && !chmod(in(tree, "a/b"), 0500) && !chmod(in(tree, "a/b/c"), 0));
	CHECK_OK(file_remove_tree(tree));
	CHECK(!file_exists(tree) && file_exists(in(safe, "kept")));
	CHECK_OK(file_remove_tree(tree));
	CHECK(!symlink(safe, tree));
	CHECK_OK(file_remove_tree(tree));
	CHECK(file_exists(in(safe, "kept")));
}

TEST(a_hostile_depth_is_an_error_or_gone)
{
	const char *folder = check_folder(), *top = in(folder, "deep");
	char *old = getcwd(NULL, 0);
	int depth = 0;

	CHECK_OK(file_mkdirs(top));
	CHECK(!chdir(top));
	for (; depth < 3000; depth++)
		if (mkdir("d", 0777) || chdir("d"))
			break;
	CHECK(!chdir(old));
	free(old);
	CHECK_OK(file_remove_tree(top));
	CHECK(!file_exists(top));
}

TEST(paths)
{
	struct arena *a = check_arena();

	CHECK_TEXT(path_join(a, "a", "b"), "a/b");
	CHECK_TEXT(path_join(a, "a/", "b"), "a/b");
	CHECK_TEXT(path_join(a, "a", "/b"), "/b");
	CHECK_TEXT(path_join(a, "", "b"), "b");
	CHECK_TEXT(path_join(a, "/", "b"), "/b");
	CHECK_TEXT(path_folder(a, "a"), ".");
	CHECK_TEXT(path_folder(a, "a/b/c"), "a/b");
	CHECK_TEXT(path_folder(a, "a//b"), "a");
	CHECK_TEXT(path_folder(a, "/a"), "/");
	CHECK_TEXT(path_folder(a, "//"), "/");
	CHECK_TEXT(path_base("a/b"), "b");
	CHECK_TEXT(path_base("b"), "b");
	CHECK_TEXT(path_base("b/"), "");
}

TEST(writing_to_a_broken_pipe_is_an_error)
{
	int fd[2];

	signal(SIGPIPE, SIG_IGN);
	CHECK(!pipe2(fd, O_CLOEXEC));
	close(fd[0]);
	CHECK_ERROR(fd_write(fd[1], "x", 1, "the worker"), "cannot write the worker: Broken pipe");
	close(fd[1]);
}

/* More than a pipe holds, to an end that must wait for its reader. */
TEST(writing_waits_for_a_slow_reader)
{
	enum { N = 1 << 20 };
	int fd[2], status;
	char *bytes = arena_calloc(check_arena(), N, 1), part[4096];
	size_t got = 0;

	CHECK(!pipe2(fd, O_CLOEXEC | O_NONBLOCK));
	pid_t pid = fork();
	if (!pid) {
		close(fd[0]);
		_exit(fd_write(fd[1], bytes, N, "pipe") ? 1 : 0);
	}
	close(fd[1]);
	for (;;) {
		ssize_t r = read(fd[0], part, sizeof part);

		if (r > 0)
			got += (size_t)r;
		else if (r == 0 || errno != EAGAIN)
			break;
	}
	close(fd[0]);
	CHECK_INT(got, N);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}
