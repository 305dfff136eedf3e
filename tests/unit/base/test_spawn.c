#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/spawn.h"

/* What a shell command writes to the descriptor `which` (1, 2 or 3), and its wait status. */
static const char *run(const char *command, struct spawn s, int which, int *status)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	char *text = arena_calloc(check_arena(), 1, 4096);
	int fd[2], given[4] = { 0, s.out_fd, s.err_fd, s.extra_fd };
	size_t n = 0;
	ssize_t r;
	pid_t pid;

	CHECK(!pipe2(fd, O_CLOEXEC));
	given[which] = fd[1];
	s.argv = argv;
	s.out_fd = given[1];
	s.err_fd = given[2];
	s.extra_fd = given[3];
	CHECK_OK(spawn_start(&pid, &s));
	close(fd[1]);
	while ((r = read(fd[0], text + n, 4095 - n)) > 0)
		n += (size_t)r;
	close(fd[0]);
	CHECK(waitpid(pid, status, 0) == pid);
	return text;
}

static const struct spawn quiet = { .in_fd = -1, .out_fd = -1, .err_fd = -1, .extra_fd = -1 };

TEST(output_and_status)
{
	int status;
	char text[64];

	CHECK_TEXT(run("echo out; echo err >&2; exit 3", quiet, 1, &status), "out\n");
	CHECK_TEXT(spawn_status_text(status, text), "exit status 3");
	CHECK_TEXT(run("echo out; echo err >&2; kill -9 $$", quiet, 2, &status), "err\n");
	CHECK_TEXT(spawn_status_text(status, text), "killed by signal 9 (Killed)");
	CHECK_TEXT(run("echo extra >&3; cat", quiet, 3, &status), "extra\n");
	CHECK_TEXT(spawn_status_text(status, text), "exit status 0");
}

TEST(folder_and_environment)
{
	struct spawn s = quiet;
	int status;

	setenv("SULCUS_OLD", "old", 1);
	setenv("SULCUS_KEPT", "kept", 1);
	s.folder = "/usr";
	s.env = (const char *const[]){ "SULCUS_OLD=new", "SULCUS_MORE=a=b", NULL };
	CHECK_TEXT(run("pwd; echo $SULCUS_OLD $SULCUS_KEPT $SULCUS_MORE", s, 1, &status), "/usr\nnew kept a=b\n");
}

TEST(signals_are_as_in_a_fresh_program)
{
	sigset_t some, old;
	int status;
	char text[64];

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	sigprocmask(SIG_BLOCK, &some, &old);
	run("kill -USR1 $$; exit 0", quiet, 1, &status);
	CHECK_TEXT(spawn_status_text(status, text), "killed by signal 10 (User defined signal 1)");
	run("kill -PIPE $$; exit 0", quiet, 1, &status);
	CHECK_TEXT(spawn_status_text(status, text), "killed by signal 13 (Broken pipe)");
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
}

TEST(a_group_of_its_own)
{
	struct spawn s = quiet;
	int status;
	const char *show = "ps -o pgid= -p $$ | tr -d ' '";
	char *ps = spawn_find("ps");

	free(ps);
	if (!ps)
		skip();
	CHECK_INT(atoi(run(show, s, 1, &status)), getpgrp());
	s.own_group = 1;
	CHECK(atoi(run(show, s, 1, &status)) != getpgrp());
}

TEST(no_other_descriptor_gets_through)
{
	int fd = open("/dev/null", O_RDONLY), status;   /* without O_CLOEXEC, as a careless library would */
	const char *seen = run("ls /proc/self/fd | tr '\\n' ' '", quiet, 1, &status);

	CHECK_TEXT(seen, "0 1 2 3 ");   /* 3: the folder that ls reads */
	close(fd);
}

/* The child's 0, 1, 2 come from our 2, 0, 1: each is the other's source. */
TEST(descriptors_may_be_permuted)
{
	int keep[3], fd[2], status;
	const char *argv[] = { "sh", "-c", "echo text >&2", NULL };
	struct spawn s = { .argv = argv, .in_fd = 2, .out_fd = 0, .err_fd = 1, .extra_fd = -1 };
	char text[10] = "";
	struct error *e;
	pid_t pid = -1;

	for (int i = 0; i < 3; i++)
		keep[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
	CHECK(!pipe2(fd, O_CLOEXEC));
	dup2(fd[1], 1);
	e = spawn_start(&pid, &s);
	for (int i = 0; i < 3; i++) {
		dup2(keep[i], i);
		close(keep[i]);
	}
	close(fd[1]);
	CHECK_OK(e);
	CHECK_INT(read(fd[0], text, sizeof text - 1), 5);
	CHECK_TEXT(text, "text\n");
	close(fd[0]);
	waitpid(pid, &status, 0);
}

TEST(what_cannot_start_says_why)
{
	struct spawn s = quiet;
	pid_t pid;
	const char *file = path_join(check_arena(), check_folder(), "plain");

	s.argv = (const char *const[]){ "no-such-program-here", NULL };
	CHECK_ERROR(spawn_start(&pid, &s), "cannot start no-such-program-here: No such file");
	CHECK_OK(file_write(file, "x", 1));
	s.argv = (const char *const[]){ file, NULL };
	CHECK_ERROR(spawn_start(&pid, &s), "Permission denied");
	s.argv = (const char *const[]){ "sh", NULL };
	s.folder = "/no/such/folder";
	CHECK_ERROR(spawn_start(&pid, &s), "that is not a folder");
}

TEST(programs_are_found)
{
	char *sh = spawn_find("sh"), *again = spawn_find(sh);

	CHECK(sh && sh[0] == '/');
	CHECK_TEXT(again, sh);
	free(sh);
	free(again);
	CHECK(!spawn_find("no-such-program-here") && !spawn_find("") && !spawn_find("/") && !spawn_find("/tmp"));
	CHECK(!chdir("/usr/bin"));
	sh = spawn_find("./sh");
	CHECK_TEXT(sh, "/usr/bin/./sh");
	free(sh);
}
