#include "base/digest_lanes.h"

#include <string.h>

/* Sanitizers cannot run before the loader has picked, and clang cannot do it for static functions. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) \
	&& !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#define HAS_CLONES true
#else
#define CLONES
#define HAS_CLONES false
#endif

typedef digest_words words;
typedef uint64_t loose_words __attribute__((vector_size(8 * DIGEST_LANES), aligned(1), may_alias));

/* RFC 7693, 2.6 and 2.7. */
static const uint64_t start_values[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static const unsigned char order[12][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }, { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 }, { 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 }, { 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 }, { 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 }, { 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }, { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
};

bool digest_lanes_fast(void)
{
#if defined(__x86_64__)
	return HAS_CLONES && __builtin_cpu_supports("avx2");
#else
	return false;
#endif
}

void digest_lanes_start(struct digest_lanes *l)
{
	for (int k = 0; k < 8; k++)
		l->h[k] = start_values[k] - (words){ 0 };
	l->h[0] ^= (uint64_t)(0x01010000 ^ DIGEST_SIZE);   /* no key, one leaf, one level */
	l->n = 0;
}

/* Four words of each text, so that m[w] has word w of all texts. */
static inline __attribute__((always_inline)) void load_words(words m[4], const unsigned char *const p[DIGEST_LANES], size_t at)
{
	words a = *(const loose_words *)(p[0] + at), b = *(const loose_words *)(p[1] + at);
	words c = *(const loose_words *)(p[2] + at), d = *(const loose_words *)(p[3] + at);
	words ab = __builtin_shufflevector(a, b, 0, 4, 2, 6), ab1 = __builtin_shufflevector(a, b, 1, 5, 3, 7);
	words cd = __builtin_shufflevector(c, d, 0, 4, 2, 6), cd1 = __builtin_shufflevector(c, d, 1, 5, 3, 7);

	m[0] = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
	m[1] = __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5);
	m[2] = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
	m[3] = __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7);
}

/* x ^= y, turned to the right. */
static inline __attribute__((always_inline)) void turn(words *x, const words *y, int by)
{
	*x ^= *y;
	*x = *x >> by | *x << (64 - by);
}

/* The message is added first: it waits for nothing. */
static inline __attribute__((always_inline)) void mix(words v[16], int a, int b, int c, int d, const words *x, const words *y)
{
	v[a] = v[a] + *x + v[b];
	turn(&v[d], &v[a], 32);
	v[c] += v[d];
	turn(&v[b], &v[c], 24);
	v[a] = v[a] + *y + v[b];
	turn(&v[d], &v[a], 16);
	v[c] += v[d];
	turn(&v[b], &v[c], 63);
}

static inline __attribute__((always_inline)) void mix_round(words v[16], const words m[16], const unsigned char s[16])
{
	mix(v, 0, 4, 8, 12, &m[s[0]], &m[s[1]]);
	mix(v, 1, 5, 9, 13, &m[s[2]], &m[s[3]]);
	mix(v, 2, 6, 10, 14, &m[s[4]], &m[s[5]]);
	mix(v, 3, 7, 11, 15, &m[s[6]], &m[s[7]]);
	mix(v, 0, 5, 10, 15, &m[s[8]], &m[s[9]]);
	mix(v, 1, 6, 11, 12, &m[s[10]], &m[s[11]]);
	mix(v, 2, 7, 8, 13, &m[s[12]], &m[s[13]]);
	mix(v, 3, 4, 9, 14, &m[s[14]], &m[s[15]]);
}

/* One block of each text. */
static inline __attribute__((always_inline)) void compress(words h[8], const unsigned char *const p[DIGEST_LANES], size_t at,
                                                           uint64_t n, bool last)
{
	words m[16], v[16];

	for (int k = 0; k < 4; k++)
		load_words(m + 4 * k, p, at + 32 * (size_t)k);
	for (int k = 0; k < 8; k++) {
		v[k] = h[k];
		v[8 + k] = start_values[k] - (words){ 0 };
	}
	v[12] ^= n;
	v[14] ^= last ? ~(uint64_t)0 : 0;
#pragma GCC unroll 12
	for (int r = 0; r < 12; r++)
		mix_round(v, m, order[r]);
	for (int k = 0; k < 8; k++)
		h[k] ^= v[k] ^ v[8 + k];
}

CLONES void digest_lanes_add(struct digest_lanes *l, const unsigned char *const p[DIGEST_LANES], size_t n, bool last)
{
	words h[8];

	memcpy(h, l->h, sizeof h);
	for (size_t at = 0; at < n; at += DIGEST_BLOCK)
		compress(h, p, at, l->n + at + DIGEST_BLOCK, last && at + DIGEST_BLOCK == n);
	memcpy(l->h, h, sizeof h);
	l->n += n;
}

struct digest digest_lanes_end(const struct digest_lanes *l, int lane)
{
	struct digest d;

	for (int k = 0; k < DIGEST_SIZE; k++)
		d.b[k] = (unsigned char)(l->h[k / 8][lane] >> 8 * (k % 8));
	return d;
}
