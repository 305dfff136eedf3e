/* Power cuts, full disks, folders that cannot be written. */
#include "make.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>

static const char *below(struct store *s, const char *name)
{
	return path_join(check_arena(), store_root(s), name);
}

/* The marker as a machine that lost power before `age_s` would have left it. */
static void pretend_power_cut(struct store *s, int age_s)
{
	struct timespec t[2] = { { .tv_sec = time(NULL) - age_s }, { .tv_sec = time(NULL) - age_s } };
	const char *folder = below(s, "boot"), *was, *name;
	char **names;
	int n;

	CHECK_OK(file_list(&names, &n, folder, check_arena()));
	CHECK_INT(n, 1);
	was = path_join(check_arena(), folder, names[0]);
	name = arena_printf(check_arena(), "%s/00000000-0000-0000-0000-000000000000%s", folder, names[0] + 36);
	CHECK_INT(rename(was, name), 0);
	CHECK_INT(utimensat(AT_FDCWD, name, t, 0), 0);
}

TEST(after_a_power_cut_torn_results_are_dropped)
{
	struct store *s = open_at(check_folder());
	struct record good = publish(s, "n", "good", 1, 'g', 1000), torn = publish(s, "n", "torn", 1, 't', 1000),
	              half = publish(s, "n", "half", 1, 'h', 1000), back;
	struct digest d = blob_of(&torn);

	store_close(s);
	CHECK_INT(truncate(record_path(s, &half.key), 20), 0);
	CHECK_INT(chmod(store_blob_path(s, &d, check_arena()), 0600), 0);
	CHECK_INT(truncate(store_blob_path(s, &d, check_arena()), 0), 0);
	pretend_power_cut(s, 5);
	s = open_at(store_root(s));
	CHECK(store_lookup(s, &good.key, &back, check_arena()) && has(s, &good));
	CHECK(!store_lookup(s, &torn.key, &back, check_arena()) && !has(s, &torn));
	CHECK(!store_lookup(s, &half.key, &back, check_arena()) && has(s, &half));
	CHECK_INT(access(record_path(s, &half.key), F_OK), -1);
	CHECK_INT(count_files(below(s, "boot")), 0);
	store_close(s);
}

TEST(what_was_synced_before_is_not_read_again)
{
	struct store *s = open_at(check_folder());
	struct record r = publish(s, "n", "text", 1, 'x', 1000);
	struct digest d = blob_of(&r);

	store_close(s);
	set_bytes(store_blob_path(s, &d, check_arena()), "bad", 3);
	pretend_power_cut(s, -1000);   /* synced after it was made */
	s = open_at(store_root(s));
	CHECK(has(s, &r));
	CHECK_INT(count_files(below(s, "boot")), 0);
	store_close(s);
}

TEST(the_marker_follows_the_syncs)
{
	struct store *s = open_at(check_folder());
	struct stat st;
	char **names;
	int n;

	publish(s, "n", "text", 1, 'x', 1000);
	CHECK_OK(file_list(&names, &n, below(s, "boot"), check_arena()));
	CHECK_INT(n, 1);
	const char *marker = path_join(check_arena(), below(s, "boot"), names[0]);
	struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	CHECK_INT(utimensat(AT_FDCWD, marker, old, 0), 0);
	publish(s, "n", "text 2", 1, 'y', 1000);
	for (int i = 0; i < 200; i++) {   /* ten seconds, as the first sync comes after five */
		usleep(50000);
		CHECK_INT(stat(marker, &st), 0);
		if (st.st_mtime > 1)
			break;
	}
	CHECK(st.st_mtime > 1);
	store_close(s);
}

/* A disk for this test alone: who kills it leaves nothing mounted. */
static bool own_mounts(void)
{
	return !unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

TEST(a_full_disk_is_told_and_leaves_nothing_half_done)
{
	const char *root = check_folder();

	if (!own_mounts() || mount("none", root, "tmpfs", 0, "size=256k")) {
		print_message("cannot mount a small disk here: skipped\n");
		skip();
	}
	struct store *s = open_at(root);
	struct record r = publish(s, "n", "first", 1, 'x', 1000), back;
	char big[60000];
	struct digest d;
	struct error *e = NULL;

	for (int i = 0; i < 10 && !e; i++) {
		memset(big, 'a' + i, sizeof big);
		e = store_put_bytes(s, big, sizeof big, &d);
	}
	struct error *again = store_put_bytes(s, big, sizeof big, &d);
	int left = count_files(below(s, "tmp"));
	bool found = store_lookup(s, &r.key, &back, check_arena());

	store_close(s);
	s = NULL;
	error_free(again);
	CHECK_INT(umount2(root, MNT_DETACH), 0);
	CHECK(e && again);
	CHECK_INT(e->code, ERR_SYSTEM);
	CHECK_ERROR(e, "the disk is full");
	CHECK_INT(left, 0);
	CHECK(found);
}

TEST(a_store_that_cannot_be_written_still_reads)
{
	const char *root = check_folder();
	struct store *s = open_at(root);
	struct record r = publish(s, "n", "text", 1, 'x', 1000), back;
	struct digest d;

	store_close(s);
	if (!own_mounts() || mount(root, root, NULL, MS_BIND, NULL) || mount("none", root, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL)) {
		umount2(root, MNT_DETACH);
		skip();
	}
	s = open_at(root);
	struct error *why = store_writable(s), *publish_e = store_publish(s, &r), *put_e = store_put_bytes(s, "x", 1, &d);
	bool found = store_lookup(s, &r.key, &back, check_arena()) && has(s, &r), leased = store_lease(s, &r.key);
	struct memo *m;

	CHECK_OK(memo_open(&m, s, "study", check_arena()));
	memo_add_record(m, &r);
	CHECK_OK(memo_save(m));
	store_close(s);
	CHECK_INT(umount2(root, MNT_DETACH), 0);
	CHECK(found && leased);
	CHECK_ERROR(publish_e, "can only be read");
	CHECK_ERROR(put_e, root);
	CHECK_ERROR(why, "choose another folder with --cache");
}

TEST(a_file_is_no_store)
{
	const char *path = arena_printf(check_arena(), "%s/file", check_folder());
	struct store *s;

	set_bytes(path, "x", 1);
	CHECK_ERROR(store_open(&s, path, check_arena()), "is a file, must be a folder");
	CHECK_ERROR(store_open(&s, arena_printf(check_arena(), "%s/below", path), check_arena()), "cannot make the store");
}

TEST(a_store_of_another_version_is_left_alone)
{
	const char *root = check_folder();
	struct store *s;

	store_close(open_at(root));
	set_bytes(arena_printf(check_arena(), "%s/format", root), "sulcus store 9\n", 15);
	CHECK_ERROR(store_open(&s, root, check_arena()), "says 'sulcus store 9', must be 'sulcus store 2'");
}

TEST(a_store_of_the_first_version_begins_anew)
{
	const char *root = check_folder();
	struct store *s = open_at(root);
	struct record r = publish(s, "n", "text", 1, 'x', 1000);

	store_close(s);
	set_bytes(arena_printf(check_arena(), "%s/format", root), "sulcus store 1\n", 15);
	s = open_at(root);
	CHECK(!has(s, &r));
	r = publish(s, "n", "text", 1, 'x', 1000);
	store_close(s);
	s = open_at(root);
	CHECK(has(s, &r));
	store_close(s);
}

TEST(the_root_comes_from_the_environment)
{
	const char *top = check_folder();
	struct store *s;

	setenv("XDG_CACHE_HOME", top, 1);
	unsetenv("SULCUS_CACHE");
	s = open_at(NULL);
	CHECK_TEXT(store_root(s), arena_printf(check_arena(), "%s/sulcus", top));
	store_close(s);
	setenv("SULCUS_CACHE", arena_printf(check_arena(), "%s/mine", top), 1);
	s = open_at(NULL);
	CHECK_TEXT(store_root(s), arena_printf(check_arena(), "%s/mine", top));
	store_close(s);
	unsetenv("SULCUS_CACHE");
}

TEST(what_has_lain_in_tmp_for_days_is_swept)
{
	struct store *s = open_at(check_folder());
	struct timespec old[2] = { { .tv_sec = time(NULL) - 90000 }, { .tv_sec = time(NULL) - 90000 } };
	const char *stale = below(s, "tmp/ffffffff.1.1.0"), *fresh = below(s, "tmp/ffffffff.1.1.1");
	const char *ours = store_tmp(s, "a b/c", check_arena());

	set_bytes(stale, "", 0);
	set_bytes(fresh, "", 0);
	set_bytes(ours, "", 0);
	CHECK_INT(utimensat(AT_FDCWD, stale, old, 0), 0);
	store_close(open_at(store_root(s)));
	CHECK(!file_exists(stale));
	CHECK(file_exists(fresh) && file_exists(ours));
	store_close(s);
}

/* Pids are used again: a file older than the process of its pid was left by another one. */
TEST(what_a_former_holder_of_a_pid_left_is_swept)
{
	struct store *s = open_at(check_folder());
	struct timespec old[2] = { { .tv_sec = time(NULL) - 3600 }, { .tv_sec = time(NULL) - 3600 } };
	const char *left = store_tmp(s, "left", check_arena()), *ours = store_tmp(s, "ours", check_arena());

	set_bytes(left, "x", 1);
	set_bytes(ours, "x", 1);
	CHECK_INT(utimensat(AT_FDCWD, left, old, 0), 0);
	store_close(open_at(store_root(s)));
	CHECK(!file_exists(left) && file_exists(ours));
	store_close(s);
}
