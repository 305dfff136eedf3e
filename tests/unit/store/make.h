/* make.h - results to test with. */
#ifndef SULCUS_TEST_MAKE_H
#define SULCUS_TEST_MAKE_H

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "check.h"
#include "store/gc.h"
#include "store/memo.h"
#include "store/store.h"

static inline struct store *open_at(const char *root)
{
	struct store *s;

	CHECK_OK(store_open(&s, root, check_arena()));
	return s;
}

static inline struct digest key_of(const char *text)
{
	return digest_bytes(text, strlen(text));
}

static inline struct digest put(struct store *s, const char *bytes, size_t n)
{
	struct digest d;

	CHECK_OK(store_put_bytes(s, bytes, n, &d));
	return d;
}

/* A record of one port with one blob of n bytes made of `seed`. */
static inline struct record make(struct store *s, const char *node, const char *text, double seconds, char seed,
                                 size_t n)
{
	struct arena *a = check_arena();
	struct record r = { .key = key_of(text), .node = node, .version = 1, .key_text = text, .n_out = 1,
	                    .seconds = seconds, .cpu_s = seconds, .peak_bytes = 1 << 20, .made = 1700000000, .host = "here" };
	char *bytes = arena_alloc(a, n, 1);

	memset(bytes, seed, n);
	r.out = NEW(a, struct record_out);
	r.out->port = "image";
	r.out->artifact.n_blob = 1;
	r.out->artifact.blob = NEW(a, struct store_blob);
	r.out->artifact.blob[0] = (struct store_blob){ "image.nii", put(s, bytes, n), (int64_t)n };
	artifact_seal(&r.out->artifact);
	return r;
}

static inline struct record publish(struct store *s, const char *node, const char *text, double seconds, char seed, size_t n)
{
	struct record r = make(s, node, text, seconds, seed, n);

	CHECK_OK(store_publish(s, &r));
	return r;
}

static inline struct digest blob_of(const struct record *r)
{
	return r->out->artifact.blob[0].digest;
}

static inline bool has(struct store *s, const struct record *r)
{
	struct digest d = blob_of(r);

	return store_has_blob(s, &d);
}

static inline void set_bytes(const char *path, const char *bytes, size_t n)
{
	CHECK_OK(file_write(path, bytes, n));
}

static inline int count_files(const char *folder)
{
	char **names;
	int n;

	CHECK_OK(file_list(&names, &n, folder, check_arena()));
	return n;
}

static inline const char *record_path(struct store *s, const struct digest *key)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, key);
	return arena_printf(check_arena(), "%s/ac/%.2s/%s", store_root(s), hex, hex + 2);
}

#endif
