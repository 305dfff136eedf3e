/* gz.h - gzip files in memory. Inflating is gz.c's (isa-l), writing gz_write.c's (libdeflate). */
#ifndef SULCUS_GZ_H
#define SULCUS_GZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

bool gz_is(const void *bytes, size_t n);   /* starts as gzip does */

/* ---- in steps ---- */
struct gz_reader;
/* Inflates all members of gz in turn, up to limit bytes; gz and name must stay. */
struct gz_reader *gz_open(const void *gz, size_t n, size_t limit, const char *name);
/* The next room bytes to out, which needs no more room than is left of the limit; *got is less at the end only. An error
 * when there are more than the limit, the file is cut short, fails a check sum, or is followed by something that is not
 * gzip (trailing zeros are allowed). What was given before may be changed by its owner. */
must_check struct error *gz_next(struct gz_reader *r, void *out, size_t room, size_t *got);
void gz_close(struct gz_reader *r);

/* ---- at once ---- */
/* The first bytes inside, as many as there are up to want; *got tells how many. */
must_check struct error *gz_peek(void *out, size_t want, size_t *got, const void *gz, size_t n, const char *name);
/* All to out; *got is their size. An error as of gz_next, where room is the limit. */
must_check struct error *gz_inflate(void *out, size_t room, size_t *got, const void *gz, size_t n, const char *name);
/* The same in constant memory, for what does not fit: each piece in order to take(ctx, ...). */
must_check struct error *gz_stream(struct error *(*take)(void *ctx, const void *bytes, size_t n), void *ctx,
                                   const void *gz, size_t n, const char *name);
/* The size its last member claims, modulo 2^32; 0 when too short to tell. */
uint32_t gz_claimed_size(const void *gz, size_t n);

/* One member, level 1, time 0: the same bytes for the same input. */
must_check struct error *gz_write(const char *path, const void *bytes, size_t n);

#endif
