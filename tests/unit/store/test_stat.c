/* store_stat(), store_same_state(), store_is_near(): what stat() tells of a person's file. */
#include "make.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

static const char *file_of(const char *text)
{
	const char *path = path_join(check_arena(), check_folder(), "bold.nii");

	set_bytes(path, text, strlen(text));
	return path;
}

/* Until its last change is further back than a tick of the clock. */
static struct stat settled(const char *path)
{
	struct stat st;
	bool shows = false;

	for (int i = 0; i < 1000 && !shows; i++) {
		CHECK_INT(store_stat(path, &st, &shows), 0);
		if (!shows)
			usleep(5000);
	}
	CHECK(shows);
	return st;
}

static bool is_same(const char *path, const struct stat *was)
{
	struct stat st;
	bool shows;

	CHECK_INT(store_stat(path, &st, &shows), 0);
	return store_same_state(was, &st) && store_same_state(&st, was);
}

TEST(of_a_young_file_a_change_may_not_show)
{
	const char *path = file_of("some");
	struct timespec ahead[2] = { { .tv_sec = time(NULL) + 1000 }, { .tv_sec = time(NULL) + 1000 } },
	                old[2] = { { .tv_sec = 1000000000, .tv_nsec = 5 }, { .tv_sec = 1000000000, .tv_nsec = 5 } };
	struct stat st;
	bool shows = true;

	CHECK_INT(store_stat(path, &st, &shows), 0);
	CHECK(!shows);
	CHECK_INT(utimensat(AT_FDCWD, path, old, 0), 0);
	CHECK_INT(store_stat(path, &st, &shows), 0);
	CHECK(!shows);          /* it was touched just now, whatever it says of its bytes */
	settled(path);
	CHECK_INT(utimensat(AT_FDCWD, path, ahead, 0), 0);
	usleep(30000);
	CHECK_INT(store_stat(path, &st, &shows), 0);
	CHECK(!shows);
}

TEST(what_is_gone_shows_nothing)
{
	struct stat st;
	bool shows = true;

	CHECK_INT(store_stat(path_join(check_arena(), check_folder(), "absent"), &st, &shows), -1);
	CHECK(!shows);
}

TEST(nothing_happened)
{
	const char *path = file_of("some");
	struct stat was = settled(path);
	char bytes[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	CHECK_INT(read(fd, bytes, 4), 4);
	close(fd);
	CHECK(is_same(path, &was));
}

TEST(bytes_were_changed_in_place)
{
	const char *path = file_of("some");
	struct stat was = settled(path);
	struct timespec back[2] = { was.st_atim, was.st_mtim };
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK_INT(pwrite(fd, "S", 1, 0), 1);
	close(fd);
	CHECK(!is_same(path, &was));
	CHECK_INT(utimensat(AT_FDCWD, path, back, 0), 0);   /* who pretends that it was not */
	CHECK(!is_same(path, &was));
}

TEST(another_size)
{
	const char *path = file_of("some");
	struct stat was = settled(path);

	CHECK_INT(truncate(path, 3), 0);
	CHECK(!is_same(path, &was));
}

TEST(touched)
{
	const char *path = file_of("some");
	struct stat was = settled(path);

	CHECK_INT(utimensat(AT_FDCWD, path, NULL, 0), 0);
	CHECK(!is_same(path, &was));
}

/* file_write() goes by a rename. */
TEST(replaced_by_the_same_bytes)
{
	const char *path = file_of("some");
	struct stat was = settled(path);
	struct timespec back[2] = { was.st_atim, was.st_mtim };

	set_bytes(path, "some", 4);
	CHECK_INT(utimensat(AT_FDCWD, path, back, 0), 0);
	CHECK(!is_same(path, &was));
}

/* Each of what is looked at alone. */
TEST(any_difference_counts)
{
	struct stat a = settled(file_of("some")), b;

	for (int k = 0; k < 7; k++) {
		b = a;
		if (k == 0)
			b.st_atim.tv_sec++;   /* reading is no change */
		else if (k == 1)
			b.st_dev++;
		else if (k == 2)
			b.st_ino++;
		else if (k == 3)
			b.st_size++;
		else if (k == 4)
			b.st_mtim.tv_nsec ^= 1;
		else if (k == 5)
			b.st_ctim.tv_nsec ^= 1;
		else
			b.st_ctim.tv_sec--;
		CHECK_INT(store_same_state(&a, &b), k == 0);
	}
}

/* ---- near ---- */
TEST(the_stores_disk_is_near)
{
	struct store *s = open_at(check_folder());
	const char *path = file_of("some");
	struct stat st = settled(path);

	CHECK(store_is_near(s, path, &st));
	CHECK_INT(unlink(path), 0);
	CHECK(store_is_near(s, path, &st));   /* where it is, not whether */
	st.st_dev += 1000;                    /* of another disk, which cannot be asked */
	CHECK(!store_is_near(s, path, &st));
	store_close(s);
}

TEST(a_disk_of_this_machine_is_near)
{
	struct store *s = open_at(check_folder());
	const char *folder = check_folder(), *path = path_join(check_arena(), folder, "bold.nii");
	struct stat st;

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)
	    || mount("none", folder, "tmpfs", 0, "size=256k")) {
		store_close(s);
		print_message("cannot mount a small disk here: skipped\n");
		skip();
	}
	set_bytes(path, "some", 4);
	CHECK_INT(stat(path, &st), 0);
	bool near = store_is_near(s, path, &st);

	CHECK_INT(umount2(folder, MNT_DETACH), 0);
	store_close(s);
	CHECK(near);
}
