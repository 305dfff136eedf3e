/* simd.h - eight numbers at a time, the same in every instruction set.
 *
 * Vectors are the compiler's own (gcc and clang), so one source serves SSE2, AVX2 and AVX-512: NUM_CLONES
 * compiles a function for each and the loader picks. As products and sums are never contracted, the bits do not
 * depend on it. */
#ifndef SULCUS_SIMD_H
#define SULCUS_SIMD_H

enum { LANES = 8 };

/* Typedefs are the only way to spell vector types. They need no more alignment than their elements. */
typedef double lanes_double __attribute__((vector_size(64), aligned(8), may_alias));
typedef float lanes_float __attribute__((vector_size(32), aligned(4), may_alias));

/* Sanitizers cannot run before the loader has picked, and clang cannot do it for static functions. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) \
	&& !defined(__SANITIZE_THREAD__)
#define NUM_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define NUM_CLONES
#endif

#endif
