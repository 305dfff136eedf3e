/* bytes.h - NIfTI files byte by byte, made without the code under test. */
#ifndef SULCUS_TEST_BYTES_H
#define SULCUS_TEST_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/node.h"

enum { N1_SIZE = 352 };

/* A little-endian single-file NIfTI-1 header: sform diag(2, 3, 4) with (-10, 5, 2), TR 2 s, no scaling. */
void bytes_header(unsigned char h[N1_SIZE], const int dim[4], int datatype, int bitpix);
void put16(unsigned char *at, int x);
void put32(unsigned char *at, int64_t x);
void put64(unsigned char *at, uint64_t x);
void put_float(unsigned char *at, float x);
void put_double(unsigned char *at, double x);
/* The header's numbers in the other byte order. */
void bytes_swap_header(unsigned char h[N1_SIZE]);
void bytes_reverse(unsigned char *p, size_t n);
/* Writes a file of two parts into a fresh folder and returns its path. */
const char *bytes_file(const char *name, const void *a, size_t n, const void *b, size_t m);
/* An artifact of one blob. */
const struct item *item_with(const char *kind, const char *blob, const char *path);

#endif
