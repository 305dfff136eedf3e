/* gz.h - whole gzip files in memory, both ways; the only user of libdeflate and zlib. */
#ifndef SULCUS_GZ_H
#define SULCUS_GZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

bool gz_is(const void *bytes, size_t n);   /* starts as gzip does */
/* The first bytes inside, as many as there are up to want; *got tells how many. */
must_check struct error *gz_peek(void *out, size_t want, size_t *got, const void *gz, size_t n, const char *name);
/* Inflates all members to out; *got is their size. An error when they hold more than room bytes, are cut short, fail
 * their check sum, or are followed by something that is not gzip (trailing zeros are allowed). */
must_check struct error *gz_inflate(void *out, size_t room, size_t *got, const void *gz, size_t n, const char *name);
/* The same in constant memory and at half the speed, for what does not fit: each piece in order to take(ctx, ...). */
must_check struct error *gz_stream(struct error *(*take)(void *ctx, const void *bytes, size_t n), void *ctx,
                                   const void *gz, size_t n, const char *name);
/* The size its last member claims, modulo 2^32; 0 when too short to tell. */
uint32_t gz_claimed_size(const void *gz, size_t n);
/* One member, level 1, time 0: the same bytes for the same input. */
must_check struct error *gz_write(const char *path, const void *bytes, size_t n);

#endif
