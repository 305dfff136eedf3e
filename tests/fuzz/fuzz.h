/* fuzz.h - what every fuzz target defines, for libFuzzer or for replay.c. */
#ifndef SULCUS_FUZZ_H
#define SULCUS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Must return 0, and must crash when a promise is broken, for any bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#endif
