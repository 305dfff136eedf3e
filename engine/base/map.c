/* Open addressing with linear probing, at most three quarters full. The hash multiplies 64 x 64 bits and folds,
 * 16 bytes at a time; it starts from the map's address, so that keys cannot be prepared to collide.
 * Nothing depends on the order of the slots. */
#include "base/map.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"

enum { FIRST_ROOM = 16 };

struct slot {
	const void *key;   /* NULL: free */
	size_t n;
	uint64_t hash;
	void *val;
};

struct map {
	struct arena *arena;
	struct slot *slot;
	size_t room;       /* a power of two */
	size_t n;
	uint64_t seed;
};

static const uint64_t mix_a = 0x9e3779b97f4a7c15u, mix_b = 0xd6e8feb86659fd93u;

static uint64_t fold(uint64_t x, uint64_t y)
{
	unsigned __int128 p = (unsigned __int128)x * y;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t load(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	memcpy(&x, p, n);
	return x;
}

static uint64_t hash_of(uint64_t seed, const void *key, size_t n)
{
	const unsigned char *p = key;
	uint64_t h = seed ^ fold(n ^ mix_a, mix_b);

	for (; n > 16; p += 16, n -= 16)
		h = fold(h ^ load(p, 8) ^ mix_a, load(p + 8, 8) ^ mix_b);
	if (n > 8)
		return fold(h ^ load(p, 8) ^ mix_a, fold(load(p + 8, n - 8) ^ mix_b, mix_a) ^ h);
	return fold(h ^ load(p, n) ^ mix_a, mix_b ^ seed);
}

/* The slot that has the key, or the free one where it belongs. */
static struct slot *find(const struct map *m, const void *key, size_t n, uint64_t hash)
{
	size_t i = (size_t)hash & (m->room - 1);

	while (m->slot[i].key) {
		struct slot *s = &m->slot[i];

		if (s->hash == hash && s->n == n && !memcmp(s->key, key, n))
			return s;
		i = (i + 1) & (m->room - 1);
	}
	return &m->slot[i];
}

static void grow(struct map *m)
{
	struct slot *old = m->slot;
	size_t old_room = m->room;

	m->room *= 2;
	m->slot = NEW_N(m->arena, struct slot, m->room);
	for (size_t k = 0; k < old_room; k++) {
		if (!old[k].key)
			continue;
		size_t i = (size_t)old[k].hash & (m->room - 1);

		while (m->slot[i].key)
			i = (i + 1) & (m->room - 1);
		m->slot[i] = old[k];
	}
}

struct map *map_new(struct arena *a)
{
	struct map *m = NEW(a, struct map);

	m->arena = a;
	m->room = FIRST_ROOM;
	m->slot = NEW_N(a, struct slot, m->room);
	m->seed = fold((uint64_t)(uintptr_t)m ^ mix_b, mix_a);
	return m;
}

void *map_get_n(const struct map *m, const void *key, size_t n)
{
	const struct slot *s = find(m, key, n, hash_of(m->seed, key, n));

	return s->key ? s->val : NULL;
}

void *map_put_n(struct map *m, const void *key, size_t n, void *val)
{
	uint64_t hash = hash_of(m->seed, key, n);
	struct slot *s = find(m, key, n, hash);
	void *old = s->val;

	if (s->key) {
		s->val = val;
		return old;
	}
	if (4 * (m->n + 1) > 3 * m->room) {
		grow(m);
		s = find(m, key, n, hash);
	}
	*s = (struct slot){ key, n, hash, val };
	m->n++;
	return NULL;
}

void *map_get(const struct map *m, const char *key)
{
	return map_get_n(m, key, strlen(key));
}

void *map_put(struct map *m, const char *key, void *val)
{
	return map_put_n(m, key, strlen(key), val);
}

size_t map_size(const struct map *m)
{
	return m->n;
}
