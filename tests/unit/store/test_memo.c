#include "make.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

static struct memo *open_memo(struct store *s, const char *name)
{
	struct memo *m;

	CHECK_OK(memo_open(&m, s, name, check_arena()));
	return m;
}

static const char *memo_path(struct store *s)
{
	char **names;
	int n;
	const char *folder = arena_printf(check_arena(), "%s/memo", store_root(s));

	CHECK_OK(file_list(&names, &n, folder, check_arena()));
	CHECK_INT(n, 1);
	return path_join(check_arena(), folder, names[0]);
}

static struct record nth(struct store *s, int i)
{
	struct record r = make(s, "n", arena_printf(check_arena(), "key %d", i), i, (char)('a' + i % 20), 100 + (size_t)i % 50);

	r.out->port = i % 2 ? "image" : "mask";
	return r;
}

TEST(a_memo_gives_back_what_was_added)
{
	struct store *s = open_at(check_folder());
	struct memo *m = open_memo(s, "/a/study.yaml");
	struct record r[100], back;
	struct digest key;

	for (int i = 0; i < 100; i++) {
		r[i] = nth(s, i);
		memo_add_record(m, &r[i]);
		memo_add_task(m, arena_printf(check_arena(), "smooth@%d", i), &r[i].key);
	}
	CHECK(memo_record(m, &r[7].key, &back));
	CHECK_OK(memo_save(m));
	m = open_memo(s, "/a/study.yaml");
	for (int i = 0; i < 100; i++) {
		CHECK(memo_record(m, &r[i].key, &back));
		CHECK(digest_equal(&back.key, &r[i].key));
		CHECK_INT(back.n_out, 1);
		CHECK_TEXT(back.out[0].port, r[i].out[0].port);
		CHECK(digest_equal(&back.out[0].artifact.digest, &r[i].out[0].artifact.digest));
		CHECK_INT(back.out[0].artifact.blob[0].size, r[i].out[0].artifact.blob[0].size);
		CHECK_TEXT(back.out[0].artifact.blob[0].name, "image.nii");
		CHECK_NEAR(back.seconds, i, 0);
		CHECK(memo_task(m, arena_printf(check_arena(), "smooth@%d", i), &key));
		CHECK(digest_equal(&key, &r[i].key));
	}
	key = key_of("never");
	CHECK(!memo_record(m, &key, &back));
	CHECK(!memo_task(m, "smooth", &key));
	m = open_memo(s, "/another/study.yaml");
	CHECK(!memo_record(m, &r[0].key, &back));
	store_close(s);
}

TEST(a_memo_is_written_only_when_changed_and_drops_what_is_unused)
{
	struct store *s = open_at(check_folder());
	struct memo *m = open_memo(s, "study");
	struct record r[3] = { nth(s, 0), nth(s, 1), nth(s, 2) }, back;
	struct stat st, after;
	struct digest key;

	memo_add_record(m, &r[0]);
	memo_add_record(m, &r[1]);
	memo_add_task(m, "one", &r[0].key);
	memo_add_task(m, "two", &r[1].key);
	CHECK_OK(memo_save(m));
	CHECK_INT(stat(memo_path(s), &st), 0);
	m = open_memo(s, "study");
	CHECK(memo_record(m, &r[0].key, &back));
	memo_add_record(m, &r[0]);          /* known already */
	memo_add_task(m, "one", &r[0].key);
	CHECK_OK(memo_save(m));
	CHECK_INT(stat(memo_path(s), &after), 0);
	CHECK(st.st_ino == after.st_ino);
	memo_add_record(m, &r[2]);
	memo_add_task(m, "one", &r[2].key);
	CHECK_OK(memo_save(m));
	m = open_memo(s, "study");
	CHECK(memo_record(m, &r[0].key, &back));
	CHECK(!memo_record(m, &r[1].key, &back));
	CHECK(memo_record(m, &r[2].key, &back));
	CHECK(memo_task(m, "one", &key));
	CHECK(digest_equal(&key, &r[2].key));
	CHECK(!memo_task(m, "two", &key));
	store_close(s);
}

TEST(a_torn_or_flipped_memo_is_ignored)
{
	struct store *s = open_at(check_folder());
	struct memo *m = open_memo(s, "study");
	struct record r = nth(s, 1), back;
	const char *path;
	char *bytes;
	size_t n;

	memo_add_record(m, &r);
	memo_add_task(m, "one", &r.key);
	CHECK_OK(memo_save(m));
	path = memo_path(s);
	CHECK_OK(file_read(&bytes, &n, path, 1 << 20, check_arena()));
	for (size_t k = 0; k < n; k++) {
		set_bytes(path, bytes, k);
		CHECK(!memo_record(open_memo(s, "study"), &r.key, &back));
		bytes[k] = (char)(bytes[k] ^ 4);
		set_bytes(path, bytes, n);
		CHECK(!memo_record(open_memo(s, "study"), &r.key, &back));
		bytes[k] = (char)(bytes[k] ^ 4);
	}
	set_bytes(path, bytes, n);
	CHECK(memo_record(open_memo(s, "study"), &r.key, &back));
	store_close(s);
}

TEST(after_an_eviction_the_records_of_a_memo_do_not_count)
{
	struct store *s = open_at(check_folder());
	struct memo *m = open_memo(s, "study");
	struct record r = publish(s, "n", "some text", 1, 'x', 100), back;
	struct digest key;

	memo_add_record(m, &r);
	memo_add_task(m, "one", &r.key);
	CHECK_OK(memo_save(m));
	store_forget(s, &r.key);
	m = open_memo(s, "study");
	CHECK(!memo_record(m, &r.key, &back));
	CHECK(memo_task(m, "one", &key));
	store_close(s);
}

TEST(a_memo_knows_an_unchanged_file_only)
{
	struct store *s = open_at(check_folder());
	const char *path = arena_printf(check_arena(), "%s/file", check_folder());
	struct memo *m = open_memo(s, "study");
	struct digest d, back;
	struct stat st;
	int64_t size;

	set_bytes(path, "one", 3);
	usleep(50000);
	CHECK_INT(stat(path, &st), 0);
	CHECK_OK(store_file_digest(s, path, &d, &size, 1));
	memo_add_file(m, path, &st, &d);
	CHECK_OK(memo_save(m));
	m = open_memo(s, "study");
	CHECK(memo_file(m, path, &st, &back));
	CHECK(digest_equal(&d, &back));
	CHECK(!memo_file(m, "/other", &st, &back));
	set_bytes(path, "two", 3);
	CHECK_INT(stat(path, &st), 0);
	CHECK(!memo_file(m, path, &st, &back));
	CHECK_OK(store_file_digest(s, path, &d, &size, 1));   /* at once: racy */
	memo_add_file(m, path, &st, &d);
	CHECK_OK(memo_save(m));
	m = open_memo(s, "study");
	CHECK(!memo_file(m, path, &st, &back));
	store_close(s);
}

TEST(the_keys_of_a_pipeline_come_from_its_memo)
{
	struct store *s = open_at(check_folder());
	struct memo *m[2] = { open_memo(s, "/a/study.yaml"), open_memo(s, "/a/study.yaml2") };
	struct digest k[2] = { key_of("1"), key_of("2") }, *keys;
	int n;

	for (int i = 0; i < 2; i++) {
		memo_add_task(m[i], "smooth", &k[i]);
		CHECK_OK(memo_save(m[i]));
	}
	CHECK_OK(memo_keys(&keys, &n, s, "/a/study.yaml", check_arena()));
	CHECK_INT(n, 1);
	CHECK(digest_equal(&keys[0], &k[0]));
	store_close(s);
}
