/* plan/outside.h: files of people that stand for results with the same bytes. */
#include "study.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "plan/outside.h"

static const char YAML[] = "steps:\n  a: {do: test.echo, text: x}\n";

static const char *path_of(const struct study *s, const char *name)
{
	return path_join(check_arena(), s->folder, name);
}

static struct digest digest_of(const char *text)
{
	return digest_blob(text, strlen(text), 1);
}

/* A file that the plan took the digest of when it was no longer young. */
static const struct outside_file *add(struct study *s, const char *name, const char *text)
{
	const char *path = path_of(s, name);
	struct digest d = digest_of(text);
	struct stat st;
	bool shows = false;

	study_file(s, name, text);
	for (int i = 0; i < 1000 && !shows; i++) {
		CHECK_INT(store_stat(path, &st, &shows), 0);
		if (!shows)
			usleep(5000);
	}
	CHECK(shows);
	outside_add(s->plan, path, &st, shows, &d);
	return outside_at(s->plan, path);
}

static const char *found(const struct study *s, const char *text, const struct outside_file **from)
{
	struct digest d = digest_of(text);

	return plan_blob(s->plan, &d, from, check_arena());
}

/* Are the bytes of these results somewhere? */
static bool has(const struct study *s, const char *one, const char *other, bool stored)
{
	struct store_blob blob[2] = { { "a", digest_of(one), 1 }, { "b", digest_of(other), 1 } };

	return plan_has_bytes(s->plan, &(struct artifact){ .n_blob = 2, .blob = blob }, stored);
}

TEST(a_file_as_it_was)
{
	STUDY(s);
	const struct outside_file *f, *from;

	study_read(&s, YAML);
	CHECK(!outside_at(s.plan, path_of(&s, "x")));
	CHECK(!found(&s, "bytes", &from));
	f = add(&s, "x", "bytes");
	CHECK(f && f->near);
	CHECK_OK(outside_check(f));
	CHECK_TEXT(found(&s, "bytes", &from), path_of(&s, "x"));
	CHECK(from == f);
	CHECK(!found(&s, "other", &from));
	CHECK(!from);
	CHECK(!outside_at(s.plan, path_of(&s, "y")));
}

/* What is in the store is better: it cannot change. */
TEST(the_store_comes_first)
{
	STUDY(s);
	const struct outside_file *from;
	struct digest d;

	study_read(&s, YAML);
	add(&s, "x", "bytes");
	CHECK(has(&s, "bytes", "bytes", false) && !has(&s, "bytes", "bytes", true));
	CHECK_OK(store_put_bytes(s.store, "bytes", 5, &d));
	CHECK_TEXT(found(&s, "bytes", &from), store_blob_path(s.store, &d, check_arena()));
	CHECK(!from);
	CHECK(has(&s, "bytes", "bytes", true));
	add(&s, "y", "more");
	CHECK(has(&s, "bytes", "more", false) && !has(&s, "bytes", "more", true));
	CHECK(!has(&s, "bytes", "none", false) && !has(&s, "none", "more", false));
}

TEST(a_file_that_was_changed)
{
	STUDY(s);
	const struct outside_file *f;
	int fd;

	study_read(&s, YAML);
	f = add(&s, "x", "bytes");
	fd = open(f->path, O_WRONLY | O_CLOEXEC);
	CHECK_INT(pwrite(fd, "B", 1, 0), 1);
	close(fd);
	CHECK_ERROR(outside_check(f), arena_printf(check_arena(), "%s changed while it was read", f->path));
}

TEST(a_file_that_was_replaced)
{
	STUDY(s);
	const struct outside_file *f;

	study_read(&s, YAML);
	f = add(&s, "x", "bytes");
	study_file(&s, "y", "bytes");
	CHECK_INT(rename(path_of(&s, "y"), f->path), 0);
	CHECK_ERROR(outside_check(f), "changed while it was read; run again when it is complete");
}

TEST(a_file_that_was_touched)
{
	STUDY(s);
	const struct outside_file *f;

	study_read(&s, YAML);
	f = add(&s, "x", "bytes");
	CHECK_INT(utimensat(AT_FDCWD, f->path, NULL, 0), 0);
	CHECK_ERROR(outside_check(f), "changed while it was read");
}

TEST(a_file_that_is_gone)
{
	STUDY(s);
	const struct outside_file *f;

	study_read(&s, YAML);
	f = add(&s, "x", "bytes");
	CHECK_INT(unlink(f->path), 0);
	CHECK_ERROR(outside_check(f), arena_printf(check_arena(), "%s went away while it was read: No such file", f->path));
}

/* Each is looked after by itself; one of them serves who reads the bytes. */
TEST(two_files_with_the_same_bytes)
{
	STUDY(s);
	const struct outside_file *x, *y, *from;
	const char *path;

	study_read(&s, YAML);
	x = add(&s, "x", "bytes");
	y = add(&s, "y", "bytes");
	CHECK(x != y && outside_at(s.plan, x->path) == x && outside_at(s.plan, y->path) == y);
	path = found(&s, "bytes", &from);
	CHECK(from == x || from == y);
	CHECK_TEXT(path, from->path);
	CHECK_INT(unlink(x->path), 0);
	CHECK_ERROR(outside_check(x), "went away");
	CHECK_OK(outside_check(y));
}

/* Its digest counts, its bytes are not relied upon. */
TEST(a_young_file)
{
	STUDY(s);
	const struct outside_file *f, *from;
	struct digest d = digest_of("bytes");
	struct stat st;
	bool shows;

	study_read(&s, YAML);
	study_file(&s, "x", "bytes");
	CHECK_INT(store_stat(path_of(&s, "x"), &st, &shows), 0);
	CHECK(!shows);
	outside_add(s.plan, path_of(&s, "x"), &st, shows, &d);
	f = outside_at(s.plan, path_of(&s, "x"));
	CHECK(f && !f->near && digest_equal(&f->digest, &d));
	CHECK_OK(outside_check(f));
	CHECK(!found(&s, "bytes", &from) && !has(&s, "bytes", "bytes", false));
	add(&s, "y", "bytes");   /* but another one's are */
	CHECK_TEXT(found(&s, "bytes", &from), path_of(&s, "y"));
}

/* A disk that cannot be asked is taken for one that is far. */
TEST(a_file_that_is_far)
{
	STUDY(s);
	const struct outside_file *from;
	struct digest d = digest_of("bytes");
	struct stat st;

	study_read(&s, YAML);
	study_file(&s, "x", "bytes");
	CHECK_INT(stat(path_of(&s, "x"), &st), 0);
	st.st_dev += 1000;
	outside_add(s.plan, path_of(&s, "gone"), &st, true, &d);
	CHECK(!outside_at(s.plan, path_of(&s, "gone"))->near && !found(&s, "bytes", &from));
	CHECK(add(&s, "y", "bytes")->near);   /* of another disk than the last that was asked about */
}

TEST(a_plan_without_a_store)
{
	STUDY(s);
	struct store *kept;
	struct digest d = digest_of("bytes");
	struct stat st;

	study_read(&s, YAML);
	study_file(&s, "x", "bytes");
	CHECK_INT(stat(path_of(&s, "x"), &st), 0);
	kept = s.plan->store;
	s.plan->store = NULL;
	outside_add(s.plan, path_of(&s, "x"), &st, true, &d);
	CHECK(!outside_at(s.plan, path_of(&s, "x")));
	s.plan->store = kept;
}
