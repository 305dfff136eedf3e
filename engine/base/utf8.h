/* utf8.h - UTF-8, one character at a time, strictly: no overlong forms, no surrogates, nothing over U+10FFFF. */
#ifndef SULCUS_UTF8_H
#define SULCUS_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at p, of which n >= 1 may be read; 0 when it is not UTF-8. */
int utf8_len(const char *p, size_t n);
/* Writes c (no surrogate, at most U+10FFFF) to at most 4 bytes, without a 0 after them; returns how many. */
int utf8_put(char *p, uint32_t c);

#endif
