/* digest_lanes.h - BLAKE2b-256 (RFC 7693) of several texts of one length side by side.
 *
 * One text is a chain of additions that wait for each other; four of them fill a processor's vectors and take the time of
 * one. Digests are those of any other BLAKE2b, byte for byte. */
#ifndef SULCUS_DIGEST_LANES_H
#define SULCUS_DIGEST_LANES_H

#include "base/digest.h"

enum { DIGEST_LANES = 4, DIGEST_BLOCK = 128 };

typedef uint64_t digest_words __attribute__((vector_size(8 * DIGEST_LANES)));

/* The texts so far: their chained values, and how many bytes of each. */
struct digest_lanes {
	digest_words h[8];
	uint64_t n;
};

/* Is it faster here than one after the other? */
bool digest_lanes_fast(void);
void digest_lanes_start(struct digest_lanes *l);
/* The next n bytes of each text, a multiple of DIGEST_BLOCK; last: the texts end with them (n is not 0). */
void digest_lanes_add(struct digest_lanes *l, const unsigned char *const p[DIGEST_LANES], size_t n, bool last);
struct digest digest_lanes_end(const struct digest_lanes *l, int lane);

#endif
