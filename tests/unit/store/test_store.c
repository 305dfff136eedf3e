#include "make.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <utime.h>

#include "base/spawn.h"

TEST(a_record_comes_back_whole)
{
	struct store *s = open_at(check_folder());
	struct record r = make(s, "image.smooth", "sulcus key 1\nnode image.smooth 1\n", 1.25, 'x', 1000), back;
	const char *notes[] = { "a \"quoted\" note\n", "zweite Zeile \xc3\xa4" };

	r.note = notes;
	r.n_note = 2;
	CHECK(!store_lookup(s, &r.key, &back, check_arena()));
	CHECK_OK(store_publish(s, &r));
	CHECK(store_lookup(s, &r.key, &back, check_arena()));
	CHECK(digest_equal(&back.key, &r.key));
	CHECK_TEXT(back.node, "image.smooth");
	CHECK_TEXT(back.key_text, r.key_text);
	CHECK_TEXT(back.host, "here");
	CHECK_INT(back.n_note, 2);
	CHECK_TEXT(back.note[1], notes[1]);
	CHECK_NEAR(back.seconds, 1.25, 0);
	CHECK_INT(back.made, 1700000000);
	CHECK_INT(back.n_out, 1);
	CHECK_TEXT(back.out[0].port, "image");
	CHECK(digest_equal(&back.out[0].artifact.digest, &r.out[0].artifact.digest));
	CHECK_TEXT(back.out[0].artifact.blob[0].name, "image.nii");
	CHECK_INT(back.out[0].artifact.blob[0].size, 1000);
	store_forget(s, &r.key);
	CHECK(!store_lookup(s, &r.key, &back, check_arena()));
	store_close(s);
}

TEST(an_artifact_is_the_same_in_any_order)
{
	struct store_blob one[] = { { "b", key_of("1"), 1 }, { "a", key_of("2"), 2 } }, two[] = { one[1], one[0] };
	struct artifact p = { .n_blob = 2, .blob = one }, q = { .n_blob = 2, .blob = two };

	artifact_seal(&p);
	artifact_seal(&q);
	CHECK(digest_equal(&p.digest, &q.digest));
	CHECK_TEXT(p.blob[0].name, "a");
}

TEST(a_torn_or_foreign_record_is_absent)
{
	struct store *s = open_at(check_folder());
	struct record r = publish(s, "n", "text one", 1, 'x', 10), other = publish(s, "n", "text two", 1, 'y', 10), back;
	const char *path = record_path(s, &r.key);
	char *text;
	size_t n;

	CHECK_OK(file_read(&text, &n, path, 1 << 20, check_arena()));
	for (size_t k = 0; k < n; k++) {   /* the last byte is a newline that does not matter */
		set_bytes(path, text, k);
		CHECK(!store_lookup(s, &r.key, &back, check_arena()) || k == n - 1);
	}
	for (size_t k = 0; k < n; k++) {   /* one bit flipped: absent, or what the record claims of results is unchanged */
		text[k] = (char)(text[k] ^ 1);
		set_bytes(path, text, n);
		if (store_lookup(s, &r.key, &back, check_arena()))
			CHECK(digest_equal(&back.out[0].artifact.digest, &r.out[0].artifact.digest) || back.n_out == 0);
		text[k] = (char)(text[k] ^ 1);
	}
	CHECK_OK(file_read(&text, &n, record_path(s, &other.key), 1 << 20, check_arena()));
	set_bytes(path, text, n);
	CHECK(!store_lookup(s, &r.key, &back, check_arena()));
	store_close(s);
}

TEST(a_blob_of_another_size_is_replaced)
{
	struct store *s = open_at(check_folder());
	struct digest d = put(s, "twelve bytes", 12);
	const char *path = store_blob_path(s, &d, check_arena());
	char *text;
	size_t n;

	set_bytes(path, "", 0);
	put(s, "twelve bytes", 12);
	CHECK_OK(file_read(&text, &n, path, 100, check_arena()));
	CHECK_TEXT(text, "twelve bytes");
	CHECK_INT(count_files(arena_printf(check_arena(), "%s/tmp", store_root(s))), 0);
	store_close(s);
}

static void *adopt_many(void *arg)
{
	struct store *s = arg;
	struct arena *a = arena_new();

	for (int i = 0; i < 200; i++) {
		char text[32];
		struct digest d;

		snprintf(text, sizeof text, "blob %d", i % 50);
		error_free(store_put_bytes(s, text, strlen(text), &d));
	}
	arena_free(a);
	return NULL;
}

TEST(many_adopt_the_same_blobs_at_once)
{
	struct store *s = open_at(check_folder()), *two = open_at(store_root(s));
	pthread_t thread[8];
	struct verify_result v;

	for (int i = 0; i < 8; i++)
		CHECK_INT(pthread_create(&thread[i], NULL, adopt_many, i % 2 ? s : two), 0);
	for (int i = 0; i < 8; i++)
		pthread_join(thread[i], NULL);
	CHECK_OK(store_verify(&v, s, 2, NULL));
	CHECK_INT(v.n_blob, 50);
	CHECK_INT(v.n_bad, 0);
	CHECK_INT(count_files(arena_printf(check_arena(), "%s/tmp", store_root(s))), 0);
	store_close(two);
	store_close(s);
}

/* ---- leases: this program started again holds one until it is killed ---- */

__attribute__((constructor)) static void hold_lease(void)
{
	const char *root = getenv("SULCUS_TEST_HOLD");
	struct digest key = key_of("lease");
	struct store *s;

	if (!root)
		return;
	if (store_open(&s, root, arena_new()) || !store_lease(s, &key))
		_exit(1);
	set_bytes(store_tmp(s, "left", arena_new()), "x", 1);
	if (write(1, "h", 1) != 1)
		_exit(1);
	pause();
}

static pid_t start_holder(const char *root)
{
	const char *argv[] = { "/proc/self/exe", NULL };
	const char *env[] = { arena_printf(check_arena(), "SULCUS_TEST_HOLD=%s", root), NULL };
	int pipes[2];
	char byte;
	pid_t pid;

	CHECK_INT(pipe2(pipes, O_CLOEXEC), 0);
	struct spawn how = { .argv = argv, .env = env, .in_fd = -1, .out_fd = pipes[1], .err_fd = 2, .extra_fd = -1 };

	CHECK_OK(spawn_start(&pid, &how));
	close(pipes[1]);
	CHECK_INT(read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
	return pid;
}

TEST(a_killed_holder_loses_its_lease)
{
	struct store *s = open_at(check_folder());
	struct digest key = key_of("lease");
	const char *tmp = arena_printf(check_arena(), "%s/tmp", store_root(s));
	pid_t pid = start_holder(store_root(s));

	CHECK(!store_lease(s, &key));
	CHECK_INT(count_files(tmp), 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(store_lease(s, &key));
	store_close(open_at(store_root(s)));
	CHECK_INT(count_files(tmp), 0);   /* what it left was swept by the next opener */
	store_close(s);
}

TEST(a_lease_is_held_once)
{
	struct store *s = open_at(check_folder()), *two = open_at(store_root(s));
	struct digest key = key_of("k"), other = key_of("l");

	CHECK(store_lease(s, &key));
	CHECK(!store_lease(s, &key));
	CHECK(!store_lease(two, &key));
	CHECK(store_lease(two, &other));
	store_release(s, &key);
	CHECK(store_lease(two, &key));
	store_close(two);
	CHECK(store_lease(s, &key));
	CHECK(store_lease(s, &other));
	store_close(s);
}

/* ---- outside files ---- */

TEST(an_outside_file_is_hashed_once_it_is_old)
{
	struct store *s = open_at(check_folder());
	const char *path = arena_printf(check_arena(), "%s/file", check_folder());
	struct digest a, b, was = digest_blob("one", 3, 1);
	const char *log = arena_printf(check_arena(), "%s/stat.log", store_root(s));
	struct stat st;
	int64_t size;

	set_bytes(path, "one", 3);
	usleep(50000);
	CHECK_OK(store_file_digest(s, path, &a, &size, 1));
	CHECK(digest_equal(&a, &was));
	CHECK_INT(size, 3);
	CHECK_INT(stat(log, &st), 0);
	CHECK_INT(st.st_size, 88);
	store_close(s);
	s = open_at(store_root(s));
	CHECK_OK(store_file_digest(s, path, &b, &size, 1));
	CHECK(digest_equal(&a, &b));
	CHECK_INT(stat(log, &st), 0);
	CHECK_INT(st.st_size, 88);   /* nothing was added: it was known */
	CHECK_ERROR(store_file_digest(s, "/nowhere", &b, &size, 1), "cannot open /nowhere");
	CHECK_ERROR(store_file_digest(s, "/", &b, &size, 1), "not a regular file");
	store_close(s);
}

TEST(a_racy_file_is_hashed_again)
{
	struct store *s = open_at(check_folder());
	const char *path = arena_printf(check_arena(), "%s/file", check_folder());
	struct timespec later[2] = { { .tv_sec = time(NULL) + 100 }, { .tv_sec = time(NULL) + 100 } };
	struct digest a, b;
	int64_t size;

	for (int i = 0; i < 50; i++) {   /* the same size, within a tick of the clock */
		set_bytes(path, i % 2 ? "one" : "two", 3);
		CHECK_OK(store_file_digest(s, path, &a, &size, 1));
		b = digest_blob(i % 2 ? "one" : "two", 3, 1);
		CHECK(digest_equal(&a, &b));
	}
	CHECK_INT(utimensat(AT_FDCWD, path, later, 0), 0);   /* a time in the future is never trusted */
	usleep(50000);
	CHECK_OK(store_file_digest(s, path, &a, &size, 1));
	int fd = open(path, O_WRONLY);
	CHECK_INT(pwrite(fd, "TWO", 3, 0), 3);
	close(fd);
	CHECK_INT(utimensat(AT_FDCWD, path, later, 0), 0);
	CHECK_OK(store_file_digest(s, path, &a, &size, 1));
	b = digest_blob("TWO", 3, 1);
	CHECK(digest_equal(&a, &b));
	store_close(s);
}

TEST(a_torn_stat_log_is_mended)
{
	struct store *s = open_at(check_folder());
	const char *path = arena_printf(check_arena(), "%s/file", check_folder());
	const char *log = arena_printf(check_arena(), "%s/stat.log", store_root(s));
	struct digest a;
	struct stat st;
	int64_t size;

	set_bytes(log, "half an entry", 13);
	set_bytes(path, "one", 3);
	usleep(50000);
	CHECK_OK(store_file_digest(s, path, &a, &size, 1));
	CHECK_INT(stat(log, &st), 0);
	CHECK_INT(st.st_size, 88);
	store_close(s);
}
