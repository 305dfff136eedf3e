#include "check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/doc.h"
#include "base/error.h"
#include "run/wire.h"

static struct request *there_and_back(const struct request *r)
{
	struct buf b = { .arena = check_arena() };
	struct request *back;

	request_write(&b, r);
	CHECK_OK(request_read(&back, b.text, b.n, check_arena()));
	return back;
}

TEST(requests_come_back_as_they_were)
{
	struct blob blob = { "image.nii", "/a/\"b\"\n" };
	struct wire_item item[2] = { { .item = { "01", "bold", 1, &blob } }, { .item = { "2", "coords", 0, NULL }, .literal = "[[1,2]]" } };
	struct wire_port in = { "images", NULL, 2, item }, out = { "mean", "volume", 0, NULL };
	struct request r = { .what = WIRE_COMMAND, .name = "x@01", .node = "image.mean", .version = 3, .params = "{\"a\":[1,\"b\"]}",
		.n_in = 1, .in = &in, .n_out = 1, .out = &out, .threads = 4, .memory = 1LL << 40, .path = "/tmp/x" };
	struct request *q = there_and_back(&r);

	CHECK_INT(q->what, WIRE_COMMAND);
	CHECK_TEXT(q->node, "image.mean");
	CHECK_INT(q->version, 3);
	CHECK_INT(q->memory, 1LL << 40);
	CHECK_TEXT(q->in[0].item[0].item.blob[0].path, "/a/\"b\"\n");
	CHECK_TEXT(q->in[0].item[0].item.cell, "01");
	CHECK_TEXT(q->in[0].item[1].literal, "[[1,2]]");
	CHECK_TEXT(q->out[0].kind, "volume");
	CHECK_TEXT(doc_get(q->given, "a")->val[1]->text, "b");
}

TEST(replies_come_back_as_they_were)
{
	struct store_blob blob[2] = { { "b", digest_bytes("b", 1), 7 }, { "a", digest_bytes("a", 1), 1LL << 40 } };
	struct record_out out = { "image", { .n_blob = 2, .blob = blob } };
	const char *note[] = { "a \xff note" };
	struct wire_problem problem = { true, "fwhm", "too \"wide\"" };
	struct reply r = { .n_out = 1, .out = &out, .n_note = 1, .note = note, .n_problem = 1, .problem = &problem,
		.seconds = 1.5, .predicted_s = 0.25, .cpu = 2.25, .peak = 123456789, .memory = 1LL << 41, .passing = 1LL << 40, .text = "shown" }, *q;
	struct buf b = { .arena = check_arena() };

	reply_write(&b, &r);
	CHECK_OK(reply_read(&q, b.text, b.n, check_arena()));
	CHECK(!q->error);
	CHECK_TEXT(q->out[0].artifact.blob[0].name, "a");   /* sealed, so sorted */
	CHECK_INT(q->out[0].artifact.blob[0].size, 1LL << 40);
	CHECK(digest_equal(&q->out[0].artifact.blob[1].digest, &blob[0].digest));
	CHECK_TEXT(q->note[0], "a ? note");
	CHECK(q->problem[0].warning);
	CHECK_NEAR(q->cpu, 2.25, 1e-9);
	CHECK_NEAR(q->seconds, 1.5, 1e-9);
	CHECK_NEAR(q->predicted_s, 0.25, 1e-9);
	CHECK_INT(q->peak, 123456789);
	CHECK_INT(q->memory, 1LL << 41);
	CHECK_INT(q->passing, 1LL << 40);
	CHECK_TEXT(q->text, "shown");
}

TEST(errors_keep_their_chain_code_and_place)
{
	struct error *e = error_at(error_new(ERR_NUMERIC, "inner"), (struct mark){ "f.tsv", 3, 4 });
	struct reply r = { .error = error_wrap(e, "outer") }, *q;
	struct buf b = { .arena = check_arena() };

	reply_write(&b, &r);
	error_free(r.error);
	CHECK_OK(reply_read(&q, b.text, b.n, check_arena()));
	CHECK_TEXT(q->error->text, "outer");
	CHECK_INT(q->error->code, ERR_NUMERIC);
	CHECK_TEXT(q->error->cause->text, "inner");
	CHECK_TEXT(q->error->cause->at.file, "f.tsv");
	CHECK_INT(q->error->cause->at.line, 3);
	error_free(q->error);
}

TEST(nonsense_is_refused)
{
	static const char *const bad[] = {
		"", "[]x", "{\"do\":\"dance\"}", "{\"do\":\"run\",\"in\":[]}", "{\"do\":\"run\",\"in\":{\"a\":3}}",
		"{\"do\":\"run\",\"in\":{\"a\":[{\"blobs\":[]}]}}", "{\"do\":\"run\",\"threads\":99999}",
		"{\"do\":\"run\",\"memory\":-1}", "{\"do\":\"run\",\"out\":[[]]}", "{\"do\":\"run\",\"version\":1e9}",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct request *r;
		struct error *e = request_read(&r, bad[i], strlen(bad[i]), check_arena());

		CHECK(e != NULL);
		error_free(e);
	}
}

TEST(messages_arrive_in_pieces)
{
	struct buf b = { .arena = check_arena() };
	struct wire_in in = { 0 };
	const char *text;
	bool whole, end;
	size_t n;
	int fd[2];

	CHECK(pipe(fd) == 0);
	wire_begin(&b);
	for (int i = 0; i < 20000; i++)   /* more than is read at once, less than a pipe holds */
		buf_add(&b, "abc");
	CHECK_OK(wire_send(fd[1], &b));
	CHECK(write(fd[1], "\3\0", 2) == 2);
	do {
		CHECK_OK(wire_fill(&in, fd[0], &end));
		CHECK_OK(wire_next(&in, &whole, &text, &n));
	} while (!whole);
	CHECK_INT(n, 60000);
	CHECK(memcmp(text + n - 3, "abc", 3) == 0);
	CHECK_OK(wire_next(&in, &whole, &text, &n));
	CHECK(!whole);
	CHECK(write(fd[1], "\0\0xyz", 5) == 5);
	CHECK_OK(wire_fill(&in, fd[0], &end));
	CHECK_OK(wire_next(&in, &whole, &text, &n));
	CHECK(whole && n == 3 && memcmp(text, "xyz", 3) == 0);
	close(fd[1]);
	CHECK_OK(wire_fill(&in, fd[0], &end));
	CHECK(end);
	close(fd[0]);
	wire_in_free(&in);
}

TEST(a_message_that_says_it_is_huge_is_refused)
{
	struct wire_in in = { 0 };
	const char *text;
	bool whole, end;
	size_t n;
	int fd[2];

	CHECK(pipe(fd) == 0);
	CHECK(write(fd[1], "\xff\xff\xff\x7f", 4) == 4);
	CHECK_OK(wire_fill(&in, fd[0], &end));
	CHECK_ERROR(wire_next(&in, &whole, &text, &n), "the most is");
	close(fd[0]);
	close(fd[1]);
	wire_in_free(&in);
}

TEST(members_of_a_pass_come_back)
{
	struct wire_item item = { .item = { .cell = "", .kind = "bold" }, .passing = true };
	struct wire_port in = { "image", NULL, 1, &item };
	struct request maker = { .what = WIRE_RUN, .name = "smooth", .node = "image.smooth", .version = 1, .threads = 2 };
	struct request reader = { .what = WIRE_RUN, .name = "mean", .node = "image.mean", .version = 1, .n_in = 1, .in = &in };
	struct request *both[] = { &maker, &reader };
	struct request r = { .what = WIRE_PASS, .name = "smooth", .node = "", .n_member = 2, .member = both }, *q = there_and_back(&r);

	CHECK_INT(q->what, WIRE_PASS);
	CHECK_INT(q->n_member, 2);
	CHECK_TEXT(q->member[0]->node, "image.smooth");
	CHECK_INT(q->member[0]->threads, 2);
	CHECK_TEXT(q->member[1]->name, "mean");
	CHECK(q->member[1]->in[0].item[0].passing && !q->member[1]->in[0].item[0].item.n_blob);
}

TEST(replies_of_members_have_errors_of_their_own)
{
	struct reply r = { .members = "[{\"seconds\":1.5},{\"error\":[{\"code\":\"data\",\"text\":\"no\"}]}]", .seconds = 2 }, *q;
	struct buf b = { .arena = check_arena() };

	reply_write(&b, &r);
	CHECK_OK(reply_read(&q, b.text, b.n, check_arena()));
	CHECK_OK(q->error);
	CHECK_INT(q->n_member, 2);
	CHECK(q->member[0]->seconds == 1.5);
	CHECK_ERROR(q->member[1]->error, "no");
}
