#include "store/memo_file.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"

enum { PARTS = 10 };

static const char memo_magic[8] = { 's', 'u', 'l', 'm', 'e', 'm', 'o', '1' };

static uint64_t fold(uint64_t x, uint64_t y)
{
	unsigned __int128 p = (unsigned __int128)x * y;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t word(const char *p, size_t n)
{
	uint64_t x = 0;

	memcpy(&x, p, n);
	return x;
}

/* Against torn and flipped bytes, not against people: whoever can write here can write records too.
 * Four chains of multiply and fold, 64 bytes a round, about as fast as memory. */
static uint64_t check_of(const char *p, size_t n)
{
	static const uint64_t k[4] = { 0x9e3779b97f4a7c15u, 0xd6e8feb86659fd93u, 0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu };
	uint64_t h[4] = { n, k[1], k[2], k[3] };

	for (; n >= 64; p += 64, n -= 64)
		for (int i = 0; i < 4; i++)
			h[i] = fold(h[i] ^ word(p + 16 * i, 8) ^ k[i], word(p + 16 * i + 8, 8) ^ k[i ^ 1]);
	for (; n >= 8; p += 8, n -= 8)
		h[0] = fold(h[0] ^ word(p, 8) ^ k[0], k[1]);
	h[1] ^= word(p, n);
	return fold(fold(h[0] ^ k[2], h[1] ^ k[3]), fold(h[2] ^ k[0], h[3] ^ k[1]));
}

static uint64_t hash_text(const char *text)
{
	size_t n = strlen(text);
	uint64_t h = n;

	for (; n >= 8; text += 8, n -= 8)
		h = fold(h ^ word(text, 8) ^ 0x9e3779b97f4a7c15u, 0xd6e8feb86659fd93u);
	return fold(h ^ word(text, n) ^ 0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu);
}

static uint64_t hash_key(const struct digest *key)
{
	return word((const char *)key->b, 8);
}

/* Where each part begins; [PARTS] is where all ends. */
static void layout(uint64_t at[PARTS + 1], const struct memo_head *h)
{
	const uint64_t size[PARTS] = {
		sizeof(struct digest) * h->n_record, sizeof(struct memo_rec) * h->n_record, sizeof(struct memo_out) * h->n_out,
		sizeof(struct memo_blob) * h->n_blob, sizeof(struct memo_task) * h->n_task, sizeof(struct memo_file) * h->n_file,
		sizeof(uint32_t) * (uint64_t)h->n_record_slot, sizeof(uint32_t) * (uint64_t)h->n_task_slot,
		sizeof(uint32_t) * (uint64_t)h->n_file_slot, h->n_pool,
	};

	at[0] = sizeof *h;
	for (int i = 0; i < PARTS; i++)
		at[i + 1] = (at[i] + size[i] + 7) / 8 * 8;
}

static bool is_power(uint32_t n)
{
	return !(n & (n - 1));
}

bool memo_view_open(struct memo_view *v, const char *bytes, size_t n)
{
	uint64_t at[PARTS + 1];
	struct memo_head *h = &v->head;

	if (n < sizeof *h)
		return false;
	memcpy(h, bytes, sizeof *h);
	layout(at, h);
	if (memcmp(h->magic, memo_magic, sizeof memo_magic) || h->bytes != n || at[PARTS] != n)
		return false;
	if (!is_power(h->n_record_slot) || !is_power(h->n_task_slot) || !is_power(h->n_file_slot))
		return false;
	if (!h->n_pool || bytes[at[9] + h->n_pool - 1] || h->check != check_of(bytes + 16, n - 16))
		return false;
	v->key = (const void *)(bytes + at[0]);
	v->rec = (const void *)(bytes + at[1]);
	v->out = (const void *)(bytes + at[2]);
	v->blob = (const void *)(bytes + at[3]);
	v->task = (const void *)(bytes + at[4]);
	v->file = (const void *)(bytes + at[5]);
	v->record_slot = (const void *)(bytes + at[6]);
	v->task_slot = (const void *)(bytes + at[7]);
	v->file_slot = (const void *)(bytes + at[8]);
	v->pool = bytes + at[9];
	return true;
}

const char *memo_view_name(const struct memo_view *v, uint32_t at)
{
	return at < v->head.n_pool ? v->pool + at : "";
}

int64_t memo_view_record(const struct memo_view *v, const struct digest *key)
{
	uint32_t n = v->head.n_record_slot, i = (uint32_t)hash_key(key) & (n - 1);

	for (uint32_t tries = 0; tries < n && v->record_slot[i]; tries++, i = (i + 1) & (n - 1)) {
		uint32_t k = v->record_slot[i] - 1;

		if (k < v->head.n_record && digest_equal(&v->key[k], key))
			return k;
	}
	return -1;
}

int64_t memo_view_task(const struct memo_view *v, const char *name)
{
	uint32_t n = v->head.n_task_slot, i = (uint32_t)hash_text(name) & (n - 1);

	for (uint32_t tries = 0; tries < n && v->task_slot[i]; tries++, i = (i + 1) & (n - 1)) {
		uint32_t k = v->task_slot[i] - 1;

		if (k < v->head.n_task && !strcmp(memo_view_name(v, v->task[k].name), name))
			return k;
	}
	return -1;
}

int64_t memo_view_file(const struct memo_view *v, const char *path)
{
	uint32_t n = v->head.n_file_slot, i = (uint32_t)hash_text(path) & (n - 1);

	for (uint32_t tries = 0; tries < n && v->file_slot[i]; tries++, i = (i + 1) & (n - 1)) {
		uint32_t k = v->file_slot[i] - 1;

		if (k < v->head.n_file && !strcmp(memo_view_name(v, v->file[k].path), path))
			return k;
	}
	return -1;
}

/* ---- writing ---- */

void memo_build_start(struct memo_build *b, struct arena *a)
{
	*b = (struct memo_build){ .arena = a, .names = map_new(a) };
	memo_build_name(b, "");
}

/* Texts must outlive the build, as they are the map's keys. */
uint32_t memo_build_name(struct memo_build *b, const char *text)
{
	uint32_t have = (uint32_t)(uintptr_t)map_get(b->names, text), n = (uint32_t)strlen(text) + 1;

	if (have)
		return have - 1;
	if (b->n_pool + n > b->room_pool) {
		char *bigger = arena_alloc(b->arena, b->room_pool = 2 * (b->n_pool + n) + 4096, 1);

		if (b->n_pool)
			memcpy(bigger, b->pool, b->n_pool);
		b->pool = bigger;
	}
	memcpy(b->pool + b->n_pool, text, n);
	map_put(b->names, text, (void *)(uintptr_t)(b->n_pool + 1));
	b->n_pool += n;
	return b->n_pool - n;
}

static uint32_t slots_for(uint32_t n)
{
	uint32_t room = n ? 4 : 0;

	while (room < 2 * (uint64_t)n)
		room *= 2;
	return room;
}

static void put_slot(uint32_t *slot, uint32_t n_slot, uint64_t hash, uint32_t index)
{
	uint32_t i = (uint32_t)hash & (n_slot - 1);

	while (slot[i])
		i = (i + 1) & (n_slot - 1);
	slot[i] = index + 1;
}

static void put_part(char *to, const void *list, size_t bytes)
{
	if (bytes)
		memcpy(to, list, bytes);
}

static void put_lists(char *p, const uint64_t at[PARTS + 1], const struct memo_build *b)
{
	put_part(p + at[0], b->key, b->n_record * sizeof *b->key);
	put_part(p + at[1], b->rec, b->n_record * sizeof *b->rec);
	put_part(p + at[2], b->out, b->n_out * sizeof *b->out);
	put_part(p + at[3], b->blob, b->n_blob * sizeof *b->blob);
	put_part(p + at[4], b->task, b->n_task * sizeof *b->task);
	put_part(p + at[5], b->file, b->n_file * sizeof *b->file);
	put_part(p + at[9], b->pool, b->n_pool);
}

static void put_slots(char *p, const uint64_t at[PARTS + 1], const struct memo_head *h, const struct memo_build *b)
{
	for (uint32_t i = 0; i < h->n_record; i++)
		put_slot((uint32_t *)(void *)(p + at[6]), h->n_record_slot, hash_key(&b->key[i]), i);
	for (uint32_t i = 0; i < h->n_task; i++)
		put_slot((uint32_t *)(void *)(p + at[7]), h->n_task_slot, hash_text(b->pool + b->task[i].name), i);
	for (uint32_t i = 0; i < h->n_file; i++)
		put_slot((uint32_t *)(void *)(p + at[8]), h->n_file_slot, hash_text(b->pool + b->file[i].path), i);
}

const char *memo_build_bytes(struct memo_build *b, int64_t generation, const char *name, size_t *n)
{
	struct memo_head h = { .generation = generation, .name = memo_build_name(b, name) };
	uint64_t at[PARTS + 1];
	char *p;

	memcpy(h.magic, memo_magic, sizeof memo_magic);
	h.n_record = b->n_record, h.n_out = b->n_out, h.n_blob = b->n_blob, h.n_task = b->n_task, h.n_file = b->n_file;
	h.n_pool = b->n_pool;
	h.n_record_slot = slots_for(h.n_record);
	h.n_task_slot = slots_for(h.n_task);
	h.n_file_slot = slots_for(h.n_file);
	layout(at, &h);
	if (at[PARTS] > UINT32_MAX)
		return NULL;
	*n = h.bytes = at[PARTS];
	p = arena_calloc(b->arena, *n, 1);
	put_lists(p, at, b);
	put_slots(p, at, &h, b);
	memcpy(p, &h, sizeof h);
	h.check = check_of(p + 16, *n - 16);
	memcpy(p, &h, sizeof h);
	return p;
}
