#include "make.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>

static int64_t evict(struct store *s, int64_t to)
{
	struct gc_price p;

	CHECK_OK(gc_run(&p, s, to, false));
	return p.n_blob;
}

/* Four blobs of 1000 bytes: one nobody names, a decoded copy, a cheap one, a dear one; then the study ends. */
static struct store *four(struct record r[3], struct digest *orphan)
{
	struct store *s = open_at(check_folder());

	r[0] = publish(s, "import.bold", "import", 1000, 'i', 1000);
	r[1] = publish(s, "image.mean", "cheap", 1, 'c', 1000);
	r[2] = publish(s, "glm.fit", "dear", 100, 'd', 1000);
	*orphan = put(s, "nobody", 6);
	store_close(s);
	return open_at(store_root(s));
}

TEST(what_is_cheapest_to_make_again_goes_first)
{
	struct record r[3], back;
	struct digest orphan;
	struct gc_price p;
	struct store *s = four(r, &orphan);

	CHECK_OK(gc_run(&p, s, 3000, true));
	CHECK_INT(p.n_blob, 1);
	CHECK(store_has_blob(s, &orphan));
	CHECK_INT(evict(s, 3000), 1);
	CHECK(!store_has_blob(s, &orphan));
	CHECK_INT(evict(s, 2000), 1);
	CHECK(!has(s, &r[0]) && has(s, &r[1]) && has(s, &r[2]));
	CHECK_OK(gc_run(&p, s, 1500, false));
	CHECK_INT(p.n_blob, 1);
	CHECK_INT(p.bytes, 1000);
	CHECK_NEAR(p.seconds, 1, 0);
	CHECK(!has(s, &r[1]) && has(s, &r[2]));
	CHECK(store_lookup(s, &r[1].key, &back, check_arena()));   /* virtual */
	CHECK_INT(count_files(arena_printf(check_arena(), "%s/tmp", store_root(s))), 0);
	store_close(s);
}

TEST(a_shared_blob_is_worth_its_dearest_record)
{
	struct store *s = open_at(check_folder());
	struct record a = publish(s, "n", "one", 5, 'a', 1000), b, c;

	b = publish(s, "n", "two", 1, 'b', 1000);
	c = publish(s, "n", "three", 50, 'b', 1000);
	store_close(s);
	s = open_at(store_root(s));
	CHECK_INT(evict(s, 1000), 1);
	CHECK(!has(s, &a) && has(s, &b) && has(s, &c));
	store_close(s);
}

TEST(what_is_pinned_stays)
{
	struct record r[3];
	struct digest orphan;
	struct store *s = four(r, &orphan);

	CHECK_OK(gc_pin(s, "my/study", &r[1].key, 1));
	CHECK_INT(evict(s, 0), 3);
	CHECK(has(s, &r[1]));
	CHECK_ERROR(gc_unpin(s, "other"), "no pin 'other'");
	CHECK_ERROR(gc_pin(s, "", &r[1].key, 1), "cannot be a pin's name");
	CHECK_OK(gc_unpin(s, "my/study"));
	CHECK_INT(evict(s, 0), 1);
	store_close(s);
}

TEST(only_bytes_that_no_other_record_names_are_dropped)
{
	struct store *s = open_at(check_folder());
	struct record a = publish(s, "n", "a", 1, 'a', 100), b = publish(s, "n", "b", 1, 'b', 100), same = publish(s, "n", "c", 1, 'b', 100);
	struct digest key[] = { a.key, b.key };
	const char *root = store_root(s);

	store_close(s);
	s = open_at(root);
	CHECK_OK(gc_drop(s, key, 2));
	CHECK(!has(s, &a) && has(s, &b) && has(s, &same));
	CHECK(store_lookup(s, &a.key, &a, check_arena()));
	CHECK_OK(gc_pin(s, "p", &b.key, 1));
	CHECK_OK(gc_drop(s, (struct digest[]){ b.key, same.key }, 2));
	CHECK(has(s, &b));
	CHECK_OK(gc_unpin(s, "p"));
	CHECK_OK(gc_drop(s, (struct digest[]){ b.key, same.key }, 2));
	CHECK(!has(s, &b));
	store_close(s);
}

TEST(what_a_running_study_uses_stays)
{
	struct record r[3], back;
	struct digest orphan;
	struct store *s = four(r, &orphan), *run = open_at(store_root(s)), *after;

	CHECK_INT(evict(s, 3000), 1);
	CHECK(store_lookup(run, &r[1].key, &back, check_arena()));
	struct record made = publish(run, "n", "new", 0, 'n', 1000);
	CHECK_INT(evict(s, 0), 0);   /* all of these are from the last two seconds, so they could be the run's */
	store_close(run);
	CHECK_INT(evict(s, 0), 4);
	CHECK(!has(s, &made));
	after = open_at(store_root(s));
	CHECK_INT(count_files(arena_printf(check_arena(), "%s/runs", store_root(s))), 0);
	store_close(after);
	store_close(s);
}

TEST(old_results_go_while_a_study_runs_unless_it_named_them)
{
	struct record r[3], back;
	struct digest orphan;
	struct store *s = four(r, &orphan), *run;

	usleep(2200000);   /* file times are trusted to two seconds */
	run = open_at(store_root(s));
	CHECK(store_lookup(run, &r[1].key, &back, check_arena()));
	make(run, "n", "again", 0, 'd', 1000);   /* the dear one's bytes, brought again */
	CHECK_INT(evict(s, 0), 2);
	CHECK(!has(s, &r[0]) && has(s, &r[1]) && has(s, &r[2]));
	store_close(run);
	store_close(s);
}

TEST(a_memo_names_its_records_to_gc)
{
	struct record r[3];
	struct digest orphan;
	struct store *s = four(r, &orphan), *run = open_at(store_root(s));
	struct memo *m;

	CHECK_OK(memo_open(&m, run, "study", check_arena()));
	memo_add_record(m, &r[1]);
	CHECK_OK(memo_save(m));
	store_close(run);
	usleep(2200000);
	run = open_at(store_root(s));
	CHECK_OK(memo_open(&m, run, "study", check_arena()));
	CHECK_INT(evict(s, 0), 3);
	CHECK(has(s, &r[1]));
	store_close(run);
	store_close(s);
}

TEST(gc_starts_by_itself_over_the_bound)
{
	struct store *s;
	struct record r[3];
	struct digest orphan;

	setenv("SULCUS_CACHE_SIZE", "2.5 kB", 1);
	s = four(r, &orphan);
	CHECK_INT(gc_bound(s), 2500);
	CHECK_OK(gc_auto(s, NULL));
	CHECK(!store_has_blob(s, &orphan) && !has(s, &r[0]) && has(s, &r[1]) && has(s, &r[2]));
	r[0] = publish(s, "import.bold", "more", 1, 'm', 1000);
	CHECK_OK(gc_auto(s, NULL));
	CHECK(!has(s, &r[0]) && has(s, &r[2]));
	store_close(s);
	unsetenv("SULCUS_CACHE_SIZE");
}

TEST(sizes_are_read)
{
	static const struct { const char *text; int64_t bytes; } right[] = {
		{ "0", 0 }, { "1000000", 1000000 }, { "20 GB", 20000000000 }, { "512MiB", 512 << 20 }, { "1.5k", 1500 }, { "7B", 7 },
	};
	static const char *const wrong[] = { "", "GB", "-1", "10 XB", "1 GBB", "nan", "inf", "1e30", "5 G B" };
	int64_t bytes;

	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		CHECK(gc_parse_size(right[i].text, &bytes));
		CHECK_INT(bytes, right[i].bytes);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		CHECK(!gc_parse_size(wrong[i], &bytes));
}

TEST(verify_finds_what_is_damaged)
{
	struct record r[3], back;
	struct digest orphan, gone;
	struct store *s = four(r, &orphan);
	struct verify_result v;
	char *text = NULL;
	size_t n;
	FILE *say = open_memstream(&text, &n);

	gone = blob_of(&r[0]);
	CHECK_INT(unlink(store_blob_path(s, &gone, check_arena())), 0);
	gone = blob_of(&r[2]);
	set_bytes(store_blob_path(s, &gone, check_arena()), "other bytes", 11);
	set_bytes(record_path(s, &r[1].key), "{", 1);
	set_bytes(arena_printf(check_arena(), "%s/cas/stray", store_root(s)), "", 0);
	CHECK_OK(store_verify(&v, s, 4, say));
	fclose(say);
	CHECK_INT(v.n_blob, 3);
	CHECK_INT(v.n_record, 3);
	CHECK_INT(v.n_bad, 2);
	CHECK_INT(v.n_missing, 1);
	CHECK(strstr(text, "cas/stray: no file of the store"));
	CHECK(strstr(text, "dropped the record of glm.fit"));
	CHECK(strstr(text, "a damaged record"));
	free(text);
	CHECK(store_lookup(s, &r[0].key, &back, check_arena()));
	CHECK(!store_lookup(s, &r[1].key, &back, check_arena()));
	CHECK(!store_lookup(s, &r[2].key, &back, check_arena()));
	CHECK(!has(s, &r[2]));
	CHECK_INT(count_files(arena_printf(check_arena(), "%s/bad", store_root(s))), 1);
	CHECK_OK(store_verify(&v, s, 1, NULL));
	CHECK_INT(v.n_bad, 0);
	store_close(s);
}
